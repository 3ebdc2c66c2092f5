"""Puts the accounts' part of the service together, from the configuration and the writer."""

from collections.abc import Callable
from typing import TypeVar
from zoneinfo import ZoneInfo

from broker.accounts import costs
from broker.accounts.cards import Cards
from broker.accounts.clerk import Office
from broker.accounts.house import Accounts
from broker.accounts.providers import SignedProvider
from broker.accounts.till import Do, Till
from broker.config import Config
from broker.exchange import Exchange
from broker.law import Law, is_old
from broker.ledger import database
from broker.ledger.store import Database
from broker.notices.senders import Mail, Sender, Webhook
from broker.writer import Writer

T = TypeVar("T")

DO_TIMEOUT_S = 30.0  # Longer than a disk takes; a writer that waits for its database takes longer.


def open_accounts(
    config: Config,
    *,
    writer: Writer,
    db: Database,
    exchange: Exchange,
    law: Law,
    now_ms: Callable[[], int],
) -> Accounts:
    """Return the accounts of a service; `db` is the writer's connection."""
    do = through(writer, db)
    providers = {
        name: SignedProvider(found.url.rstrip("/"), bytes.fromhex(found.key), now_ms)
        for name, found in config.providers.items()
    }

    def cards(_db: Database) -> Cards:
        return Cards(_db, exchange.books, exchange.directory, exchange.cases)

    office = Office(
        do=do,
        till=Till(do, providers, now_ms),
        senders=_senders(config, now_ms),
        cost_of=costs.by(law.rules, law.calendar),
        law_is_old=lambda: is_old(law, config),
        cards=cards,
        people_changed=exchange.people_changed,
        zone=ZoneInfo(config.timezone),
        now_ms=now_ms,
    )
    return Accounts(
        office,
        snapshot=lambda: database.snapshot(config.folder, config.database),
        district_key=config.key,
    )


def through(writer: Writer, db: Database) -> Do:
    """Return what runs something in the writer's next transaction and waits for its commit.

    What is raised in it is raised here, and then nothing of it happened.
    """

    def do(run: Callable[[Database], T]) -> T:
        results: list[T] = []

        def job() -> str:
            results.append(run(db))
            return ""

        writer.do(job).result(DO_TIMEOUT_S)
        # A transaction that is done again has a result for each time; the last one stands.
        return results[-1]

    return do


def _senders(config: Config, now_ms: Callable[[], int]) -> dict[str, Sender]:
    senders: dict[str, Sender] = {}
    smtp = config.smtp
    if smtp.host:
        senders["mail"] = Mail(
            smtp.host, smtp.port, sender=smtp.sender, user=smtp.user, password=smtp.password
        )
    if config.webhook_key:
        senders["webhook"] = Webhook(bytes.fromhex(config.webhook_key), now_ms)
    return senders
