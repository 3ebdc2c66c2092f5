"""The ledger of a city run as the oracle asks it: the records behind the service's HTTP API."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from broker.ledger.read import Reader
from broker.ledger.views import Custody as CustodyView
from hw_sim.ledger import Custody, Ledger, Machine, Stream


class LedgerView:
    """Stands where hw_sim.ledger.Service stands on the desk."""

    def __init__(self, read: Reader) -> None:
        self._read = read

    async def ledger(self, cards: Iterable[str]) -> Ledger:
        listed = self._read.custody().copies
        counts = Counter(row.barcode for row in listed)
        copies = {row.barcode: _custody(row) for row in listed}
        lent = {custody.loan_card for custody in copies.values()} - {""}
        cases: defaultdict[str, list[str]] = defaultdict(list)
        for case in self._read.cases("open"):
            cases[case.barcode].append(case.words_en)
        return Ledger(
            copies=copies,
            doubled=sorted(barcode for barcode, count in counts.items() if count > 1),
            loans={card: self._loans(card) for card in sorted({*cards} | lent)},
            cases=dict(cases),
            machines={
                row.device: Machine(row.online, row.unacked) for row in self._read.machines()
            },
            streams=await self.streams(),
        )

    async def streams(self) -> list[Stream]:
        return [
            Stream(row.device, row.journal, row.number, row.state) for row in self._read.streams()
        ]

    async def movements(self, barcode: str) -> list[tuple[int, str]]:
        copy = self._read.copy(barcode)
        return [(row.at_ms, row.words_en) for row in copy.movements] if copy else []

    def _loans(self, card: str) -> Counter[str]:
        account = self._read.reader(card)
        return Counter(loan.barcode for loan in account.loans) if account else Counter()


def _custody(row: CustodyView) -> Custody:
    holder = row.holder
    return Custody(
        kind=holder.kind,
        device=holder.device,
        door=holder.door,
        site=holder.site,
        card=holder.card,
        loan_card=row.loan_card,
    )
