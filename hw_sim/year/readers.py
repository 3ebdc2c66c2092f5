"""Who comes to take books: a reader who may, as far as the truth can tell.

Nobody comes twice on a day.  The first accounts are kept for questions (asker.py).
"""

import random

from hw_sim.year.stock import Stock

KEPT = 2
OVERDUE_MAX = 5  # With more overdue copies nothing new is lent.
TRIES_MAX = 1000


class Readers:
    def __init__(self, stock: Stock, cards: int, chance: random.Random) -> None:
        self.cards = cards  # Cards issued so far; accounts are numbered from 1.
        self._stock = stock
        self._chance = chance
        self._came: set[int] = set()

    def morning(self) -> None:
        self._came.clear()

    def who(self, first: int, count: int, *, limit: int, today: int) -> int:
        """Return who takes `count` copies: the account `first`, 0 for none, if it may.

        today: yyyymmdd.
        """
        account = first
        for _try in range(TRIES_MAX):
            if account and self._may(account, count, limit, today):
                self._came.add(account)
                return account
            account = self._chance.randint(KEPT + 1, self.cards)
        raise AssertionError("nobody may take anything: there are too few cards")

    def _may(self, account: int, count: int, limit: int, today: int) -> bool:
        if account in self._came:
            return False
        copies = self._stock.of_reader.get(account, ())
        if len(copies) + count > limit:
            return False
        loans = self._stock.loans
        return sum(loans[copy].due < today for copy in copies) <= OVERDUE_MAX
