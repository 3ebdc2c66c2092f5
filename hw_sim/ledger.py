"""The service's ledger as its HTTP API tells it: nothing else of the service is looked at."""

import asyncio
import json
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import quote

ANSWER_TIMEOUT_S = 10.0
NOT_FOUND = 404
# The service is on this machine: no proxy that the environment names stands between.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Custody(NamedTuple):
    """Who holds a copy, and to whom it is lent; `kind` is a word of the ledger's holders."""

    kind: str
    device: str
    door: int
    site: str
    card: str
    loan_card: str

    def __str__(self) -> str:
        holder = {
            "compartment": f"{self.device}/{self.door}",
            "shelf": f"a shelf of {self.site}",
            "reader": f"the reader {self.card}",
        }.get(self.kind, self.kind)
        return f"{holder}, on loan to {self.loan_card}" if self.loan_card else f"{holder}, not lent"


class Machine(NamedTuple):
    online: bool
    unacked: int


class Stream(NamedTuple):
    device: str
    journal: str
    number: int
    state: str


class Ledger(NamedTuple):
    """What the service says, all at about one time."""

    copies: dict[str, Custody]
    doubled: list[str]  # Barcodes that the list of custody has more than once.
    loans: dict[str, Counter[str]]  # Card -> barcodes in its account.
    cases: dict[str, list[str]]  # Barcode -> words of its open cases.
    machines: dict[str, Machine]
    streams: list[Stream]


class Service:
    """The API at a base address, asked with a staff token; raises OSError when it is away."""

    def __init__(self, web: str, token: str) -> None:
        self._web = web.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str) -> Any:
        """Return the JSON of an answer; raises urllib's HTTPError, an OSError, for a refusal."""
        return await asyncio.to_thread(self._get, path)

    async def ledger(self, cards: Iterable[str]) -> Ledger:
        """Ask for everything; accounts of these cards and of all who have a loan by custody."""
        listed = (await self.get("/v1/custody"))["copies"]
        counts = Counter(row["barcode"] for row in listed)
        copies = {row["barcode"]: _custody(row) for row in listed}
        lent = {custody.loan_card for custody in copies.values()} - {""}
        cases: defaultdict[str, list[str]] = defaultdict(list)
        for row in await self.get("/v1/cases?state=open"):
            cases[row["barcode"]].append(row["words_en"])
        return Ledger(
            copies=copies,
            doubled=sorted(barcode for barcode, count in counts.items() if count > 1),
            loans={card: await self._loans(card) for card in sorted({*cards} | lent)},
            cases=dict(cases),
            machines={
                row["device"]: Machine(row["online"], row["unacked"])
                for row in await self.get("/v1/machines")
            },
            streams=await self.streams(),
        )

    async def streams(self) -> list[Stream]:
        return [
            Stream(row["device"], row["journal"], row["number"], row["state"])
            for row in await self.get("/v1/streams")
        ]

    async def movements(self, barcode: str) -> list[tuple[int, str]]:
        """Return (time in ms, words) of a copy's movements in the ledger."""
        found = await self.get(f"/v1/copies/{quote(barcode)}")
        return [(row["at_ms"], row["words_en"]) for row in found["movements"]]

    async def _loans(self, card: str) -> Counter[str]:
        try:
            account = await self.get(f"/v1/readers/{quote(card)}")
        except urllib.error.HTTPError as error:
            if error.code != NOT_FOUND:
                raise
            return Counter()  # Somebody held a card that the library does not know.
        return Counter(loan["barcode"] for loan in account["loans"])

    def _get(self, path: str) -> Any:
        request = urllib.request.Request(self._web + path, headers=self._headers)
        with _OPENER.open(request, timeout=ANSWER_TIMEOUT_S) as answer:
            return json.load(answer)


def _custody(row: dict[str, Any]) -> Custody:
    holder = row["holder"]
    return Custody(
        kind=holder["kind"],
        device=holder.get("device") or "",
        door=holder.get("door") or 0,
        site=holder.get("site") or "",
        card=holder.get("card") or "",
        loan_card=row.get("loan_card") or "",
    )
