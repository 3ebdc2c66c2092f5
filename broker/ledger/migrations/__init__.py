"""The ledger's migrations: each capability adds its tables in a file of its own in `versions/`.

They are run by the service itself, each ledger in one transaction: all of them make an empty one,
those that it lacks bring an older one up to date, and one that knows more than we do is refused.
"""

from functools import cache
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from broker.ledger import schema

HERE = Path(__file__).parent
BROKER = HERE.parent.parent


class NewerLedger(Exception):
    """The ledger was made by a newer service.  The message names what we do not know."""


def upgrade(connection: Connection, to: str = "heads") -> None:
    """Run what the ledger lacks, in the connection's transaction; NewerLedger for what we lack."""
    if not is_current(connection):
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def is_current(connection: Connection) -> bool:
    """Say whether the ledger has all migrations; NewerLedger when it has one that we have not."""
    held = set(heads(connection))
    unknown = held - known()
    if unknown:
        raise NewerLedger(f"migration {', '.join(sorted(unknown))} is unknown to this service")
    return held == newest()


def heads(connection: Connection) -> list[str]:
    """Return the newest migrations that a ledger has."""
    return sorted(MigrationContext.configure(connection).get_current_heads())


def newest() -> set[str]:
    """Return the newest migrations that this service has: a ledger with them is up to date."""
    return set(_versions().get_heads())


def known() -> set[str]:
    """Return all migrations that this service has."""
    return {revision.revision for revision in _versions().walk_revisions()}


@cache
def all_tables() -> MetaData:
    """Return the metadata with the tables of all capabilities: each has them in its `tables.py`."""
    for path in sorted(BROKER.rglob("tables.py")):
        import_module(".".join(path.relative_to(BROKER.parent).with_suffix("").parts))
    return schema.metadata


@cache
def _versions() -> ScriptDirectory:
    """Return the files in `versions/`, read once in a process."""
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    return config
