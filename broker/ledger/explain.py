"""A copy's life, or a reader's account, told line by line in Chinese or English.  Only reads.

What happened stands in the order in which it happened.  A movement that was taken back is told
where it was believed to be, with the time at which the ledger learned better.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from broker.ledger import traces, words
from broker.ledger.read import Reader

INDENT = " " * 21  # As wide as a time and the two blanks behind it.

# fmt: off
TEXTS = {
    # key            Chinese, English
    "no_copy":       ("没有条码为 {ref} 的书", "no copy has the barcode {ref}"),
    "no_card":       ("没有卡号为 {ref} 的读者", "no reader has the card {ref}"),
    "now":           ("现在：{place}", "now: {place}"),
    "due":           ("，应还 {day}", ", due {day}"),
    "taken_back":    ("后来撤回（{at} 得知）", "taken back later, on what was learned {at}"),
    "corrects":      ("更正了上面的一条记录", "corrects a movement above"),
    "told_late":     ("{at} 才送达", "told only {at}"),
    "rule":          ("依据规则 {line}", "by rule {line}"),
    "decision":      ("当时的答复：{line}", "allowed by {line}"),
    "renewed":       ("续借到 {day}", "renewed until {day}"),
    "renewed_void":  ("续借到 {day}：借阅其实已经结束，无效",
                      "renewed until {day}: the loan had ended, so it is void"),
    "said":          ("{actor}：{reason}", "{actor}: {reason}"),
    "case":          ("第 {n} 号待办：{words}", "case {n}: {words}"),
    "case_open":     ("尚未结案；建议：{words}", "open; proposed: {words}"),
    "case_closed":   ("{at} 自动结案", "closed itself {at}"),
    "case_settled":  ("{at} {actor} {action}：{reason}", "{at} {actor} {action}: {reason}"),
    "lost":          ("报为丢失", "declared lost"),
    "found":         ("报为找到", "declared found"),
    "claimed":       ("读者称不在手中", "the reader says not to have it"),
    "damaged":       ("报为损坏", "declared damaged"),
    "repaired":      ("修好了", "declared repaired"),
    "withdrawn":     ("剔除", "withdrawn"),
    "disinfect":     ("消毒到 {at}", "in disinfection until {at}"),
    "written":       ("馆员写明位置", "staff wrote down where it is"),
    "accepted":      ("馆员认可", "staff let it stand"),
    "reversed":      ("馆员撤回一条记录", "staff took back what a machine saw"),
    "waived":        ("馆员免除费用", "staff waived what was owed"),
    "promised":      ("为读者 {card} 保留", "kept for {card}"),
    "released":      ("不再保留", "no longer kept"),
    "unsure":        ("可能在，也可能已被取走", "may be inside, may be taken"),
    "reader":        ("读者 {card}", "reader {card}"),
    "loans":         ("借阅 {n} 次，在借 {open} 册", "loans: {n}, open: {open}"),
    "loan":          ("《{title}》 {barcode}，{until}", "《{title}》 {barcode}, {until}"),
    "loan_due":      ("应还 {day}", "due {day}"),
    "renewals":      ("续借 {n} 次", "renewals: {n}"),
    "over":          ("超出可借册数", "over the limit"),
    "no_fines":      ("费用已免除", "its fines are waived"),
    "money":         ("{sign}{yuan} 元：{words}", "{sign}{yuan} yuan: {words}"),
    "balance":       ("结余：应付 {yuan} 元", "owed in all: {yuan} yuan"),
    "cases":         ("待办", "cases"),
    "account":       ("账户", "money"),
}
STATES = {
    "open":     ("在借", "on loan"),
    "returned": ("已还", "returned"),
    "inferred": ("推定已还", "must have come back unseen"),
    "void":     ("不算借阅", "was no loan"),
    "lost":     ("丢失", "lost"),
    "found":    ("丢失后找到", "lost and found"),
    "claimed":  ("称不在手中", "said not to have it"),
}
ACTIONS = {
    "accept":  ("认可", "let it stand"),
    "reverse": ("撤回", "took it back"),
    "waive":   ("免除", "waived it"),
    "write":   ("写明位置", "wrote down where it is"),
}
# fmt: on
LATE_MS = 600_000  # A fact that arrived later than this is told as late.
TOLD = ("unsure", "renewed", "lost", "found", "claimed", "damaged", "repaired", "withdrawn",
        "disinfect", "written", "reversed", "waived", "promised", "released")  # fmt: skip

_COPY = """SELECT copy.id, copy.barcode, title.title FROM copy
JOIN title ON title.id = copy.title WHERE copy.barcode = :ref"""
_MOVED = f"""SELECT m.id, m.kind, m.cause, m.reverses, undo.recorded_ms AS undone_ms,
loan.rule, request.line, inbox.received_ms FROM movement m
LEFT JOIN inbox ON inbox.id = m.cause
LEFT JOIN movement undo ON undo.kind = 'undo' AND undo.reverses = m.id
LEFT JOIN loan ON loan.copy = m.copy AND loan.cause = m.cause
LEFT JOIN request ON request.id = m.request WHERE {traces.movements_of_copy("m", ":copy")}"""
_SAID = f"""SELECT o.happened_ms, o.verb, o.account, o.due, o.rule, o.detail, patron.card,
EXISTS (SELECT 1 FROM loan WHERE {traces.loans_of_copy("loan", "o.copy")}
AND loan.account = o.account
AND loan.out_ms <= o.happened_ms AND (loan.in_ms IS NULL OR loan.in_ms >= o.happened_ms)) AS valid
FROM observation o LEFT JOIN patron ON patron.account = o.account
WHERE o.copy = :copy AND o.verb <> 'accepted' ORDER BY o.happened_ms"""
_CASES = """SELECT c.id, c.kind, c.opened_ms, c.closed_ms, a.action, a.actor, a.reason, a.at_ms
FROM exception_case c LEFT JOIN case_action a ON a.case_key = c.key
WHERE {of} = :of ORDER BY c.opened_ms, c.id"""
_ACCOUNT = """SELECT account FROM card WHERE card = :ref
UNION SELECT account FROM patron WHERE card = :ref"""
_LOANS = f"""SELECT copy.barcode, title.title, l.out_ms, l.in_ms, l.due, l.state, l.rule,
l.renewals, l.waived, l.over_limit FROM loan l JOIN copy ON copy.id = l.copy
JOIN title ON title.id = copy.title WHERE {traces.loans_of_reader("l", ":account")}
ORDER BY l.out_ms, copy.barcode"""
_MONEY = """SELECT at_ms, target_account, target, fen, words_zh, words_en, rule FROM money
WHERE source_account = :account OR target_account = :account ORDER BY at_ms, id"""


class Entry(NamedTuple):
    """What happened at a time, and lines that say more of it."""

    at_ms: int
    rank: int
    line: str
    more: tuple[str, ...] = ()


class Explanation:
    """Tells in one language, in the library's time zone."""

    def __init__(self, engine: Engine, zone: ZoneInfo, language: str) -> None:
        self._engine = engine
        self._read = Reader(engine)
        self._zone = zone
        self._language = language
        self._n = words.LANGUAGES.index(language)

    def of(self, ref: str) -> list[str]:
        """Return the life of the copy with this barcode, or the account of this card."""
        if self._rows(_COPY, ref=ref):
            return self.copy(ref)
        if self._rows(_ACCOUNT, ref=ref):
            return self.card(ref)
        return [self._say("no_copy", ref=ref), self._say("no_card", ref=ref)]

    def copy(self, barcode: str) -> list[str]:
        """Return a copy's life, oldest first, and where it is now."""
        ((copy, barcode, title),) = self._rows(_COPY, ref=barcode)
        entries = [*self._moved(copy, barcode), *self._said(copy), *self._cases("c.copy", copy)]
        place = words.plain(words.place(self._read.where(barcode), self._language))
        found = self._read.copy(barcode)
        due = self._say("due", day=self._day(found.loan.due)) if found and found.loan else ""
        now = self._say("now", place=place) + due
        return [f"{barcode}  {title}", *self._lines(entries), now]

    def card(self, card: str) -> list[str]:
        """Return a reader's loans, renewals, cases and money."""
        account = self._rows(_ACCOUNT, ref=card)[0].account
        loans = self._rows(_LOANS, account=account)
        open_count = sum(loan.in_ms is None for loan in loans)
        counted = self._say("loans", n=len(loans), open=open_count)
        lines = [f"{self._say('reader', card=card)}  {counted}"]
        lines += self._lines([self._loan(loan) for loan in loans])
        cases = self._lines(list(self._cases("c.account", account)))
        if cases:
            lines += [self._say("cases"), *cases]
        money = self._rows(_MONEY, account=account)
        if money:
            lines += [self._say("account"), *self._lines([self._paid(row) for row in money])]
            owed = sum(row.fen if _owes(row, account) else -row.fen for row in money)
            lines.append(self._say("balance", yuan=_yuan(owed)))
        return lines

    def _moved(self, copy: int, barcode: str) -> Iterator[Entry]:
        details = {row.id: row for row in self._rows(_MOVED, copy=copy)}
        for news in self._read.life(barcode):
            detail = details[news.id]
            if news.kind == "undo":
                continue
            more = []
            if detail.rule and news.kind in ("take", "lend"):
                more.append(self._say("rule", line=detail.rule))
            if detail.line:
                more.append(self._say("decision", line=detail.line))
            if detail.reverses is not None:
                more.append(self._say("corrects"))
            if detail.received_ms is not None and detail.received_ms - news.at_ms > LATE_MS:
                more.append(self._say("told_late", at=self._at(detail.received_ms)))
            if detail.undone_ms is not None:
                more.append(self._say("taken_back", at=self._at(detail.undone_ms)))
            told = words.plain(words.movement(news.moved, self._language))
            yield Entry(news.at_ms, news.id, told, tuple(more))

    def _said(self, copy: int) -> Iterator[Entry]:
        for row in self._rows(_SAID, copy=copy):
            if row.verb not in TOLD:
                continue
            detail = json.loads(row.detail or "{}")
            key = "renewed_void" if row.verb == "renewed" and not row.valid else row.verb
            line = self._say(
                key,
                day=self._day(row.due) if row.due else "",
                card=words.masked(row.card or ""),
                at=self._at(detail.get("until_ms", 0)),
            )
            more = [self._say("rule", line=row.rule)] if row.rule else []
            if detail.get("actor") and detail.get("reason"):
                said = {"actor": detail["actor"], "reason": detail["reason"]}
                more.append(self._say("said", **said))
            yield Entry(row.happened_ms, 0, line, tuple(more))

    def _cases(self, column: str, of: int) -> Iterator[Entry]:
        """`column` is a constant of this file."""
        for row in self._rows(_CASES.format(of=column), of=of):
            shown = self._read.doubt(row.id)
            assert shown
            told = words.plain(words.case(shown.doubt, self._language))
            line = self._say("case", n=row.id, words=told)
            yield Entry(row.opened_ms, 1 << 62, line, (self._ended(row),))

    def _ended(self, row: Any) -> str:
        if row.action:
            action = ACTIONS[row.action][self._n]
            at = self._at(row.at_ms)
            return self._say(
                "case_settled", at=at, actor=row.actor, action=action, reason=row.reason
            )
        if row.closed_ms is not None:
            return self._say("case_closed", at=self._at(row.closed_ms))
        return self._say("case_open", words=words.proposal(row.kind, self._language))

    def _loan(self, row: Any) -> Entry:
        until = STATES[row.state][self._n]
        if row.in_ms is not None:
            until += f" {self._at(row.in_ms)}"
        line = self._say("loan", title=row.title, barcode=row.barcode, until=until)
        facts = [self._say("loan_due", day=self._day(row.due))] if row.due else []
        if row.renewals:
            facts.append(self._say("renewals", n=row.renewals))
        if row.over_limit:
            facts.append(self._say("over"))
        if row.waived:
            facts.append(self._say("no_fines"))
        more = [("，" if self._n == 0 else ", ").join(facts)] if facts else []
        if row.rule:
            more.append(self._say("rule", line=row.rule))
        return Entry(row.out_ms, 0, line, tuple(more))

    def _paid(self, row: Any) -> Entry:
        sign = "+" if row.target == "receivable" else "-"
        told = (row.words_zh, row.words_en)[self._n]
        line = self._say("money", sign=sign, yuan=_yuan(row.fen), words=told)
        more = (self._say("rule", line=row.rule),) if row.rule else ()
        return Entry(row.at_ms, 0, line, more)

    def _lines(self, entries: list[Entry]) -> list[str]:
        lines = []
        for entry in sorted(entries, key=lambda entry: entry[:2]):
            lines.append(f"{self._at(entry.at_ms)}  {entry.line}")
            lines += [INDENT + more for more in entry.more]
        return lines

    def _say(self, key: str, **values: object) -> str:
        return TEXTS[key][self._n].format(**values)

    def _at(self, at_ms: int) -> str:
        return f"{datetime.fromtimestamp(at_ms / 1000, self._zone):%Y-%m-%d %H:%M:%S}"

    def _day(self, due: int) -> str:
        return words.day(due, self._language).text

    def _rows(self, query: str, **values: object) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(text(query), values).all()


def _owes(row: Any, account: int) -> bool:
    return bool(row.target == "receivable" and row.target_account == account)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}" if fen >= 0 else f"-{_yuan(-fen)}"
