"""The library of the accounts' tests."""

from tests.broker.accounts.conftest import db

__all__ = ["db"]
