"""Column types that hold the same values in SQLite and in PostgreSQL."""

from sqlalchemy import REAL, BigInteger, Double, Integer
from sqlalchemy.types import TypeEngine

# SQLite's INTEGER has 64 bits, and only under that name may it be a table's own key; PostgreSQL's
# has 32, which a time in milliseconds does not fit into.
Whole: TypeEngine[int] = Integer().with_variant(BigInteger(), "postgresql")
# SQLite's REAL is double; PostgreSQL's is single and would lose a metre in a place's position.
Real: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")
