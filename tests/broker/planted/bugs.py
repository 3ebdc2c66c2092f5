"""Bugs that somebody could make, as a table: where, what instead of what, and who must notice.

Each is a change of one place in a copy of the tree.  A piece that is no longer there fails its
test: then the bug must be planted anew.
"""

from typing import NamedTuple

CONFLICTS = "contract/test_offline_conflicts.py"
DECLARED = "contract/test_declared.py"


class Bug(NamedTuple):
    """`tests` are below tests/broker, and at least one of them must fail."""

    name: str
    path: str
    right: str
    wrong: str
    tests: tuple[str, ...]


# fmt: off
BUGS = (
    Bug("naive apply: what is told again is entered again",
        "broker/ledger/inbox.py",
        "                repeated += 1\n",
        "                facts.append(self._store(stream, found, received_ms))\n",
        ("test_exchange.py::test_a_fact_told_twice_is_entered_once",)),
    Bug("apply on arrival: a late fact is taken for the newest",
        "broker/ledger/books.py",
        " and order(seen) > tail.newest",
        "",
        ("test_exchange.py::test_a_late_fact_of_another_machine_finds_its_place",)),
    Bug("the limit is looked at, and its place is not taken in the same transaction",
        "broker/ledger/asks.py",
        "            self._grants.grant(",
        "            (lambda *_a, **_k: None)(",
        ("circulation/test_grants.py::test_rules_the_15th_and_16th_loan_from_two_machines_at_once",)),
    Bug("the newest loans are within the limit, and the oldest over it",
        "broker/ledger/limits.py",
        "loans[:number]",
        "loans[number + 1 :]",
        ("test_exchange.py::test_more_than_the_limit_is_a_loan_with_a_case_until_one_comes_back",)),
    Bug("a day on which nothing could be returned counts as late",
        "broker/circulation/calendar.py",
        '            count += self.open_on("return", audience, place, first)\n',
        "            count += 1\n",
        ("circulation/test_late.py", "circulation/test_minhang.py")),
    Bug("acknowledgement before the commit",
        "broker/writer.py",
        "            counted = self._exchange.settle()\n            self._db.commit()\n",
        "            counted = self._exchange.settle()\n"
        "            self._send(self._exchange.outbox.take())\n            self._db.commit()\n",
        ("contract/test_acknowledged.py",)),
    Bug("forgotten reversal: what staff took back still counts",
        "broker/ledger/fold.py",
        "        if seen.cause not in taken_back:\n            folded.see(seen)",
        "        folded.see(seen)",
        (f"{DECLARED}::test_to_reverse_takes_back_what_was_made_of_the_fact",)),
    Bug("forgotten reversal: movements that no longer fit stay",
        "broker/ledger/books.py",
        "for number, held in reversed(standing[same:]):",
        "for number, held in reversed(standing[len(standing):]):",
        ("test_exchange.py::test_a_late_fact_of_another_machine_finds_its_place",)),
    Bug("void window: an hour instead of ten minutes",
        "broker/ledger/fold.py",
        "VOID_MS = 600_000",
        "VOID_MS = 3_600_000",
        ("test_fold.py",)),
    Bug("void window: without its last moment",
        "broker/ledger/fold.py",
        "life.loan.out_ms <= VOID_MS",
        "life.loan.out_ms < VOID_MS",
        ("test_fold.py",)),
    Bug("second open loan: whoever had it before has it still",
        "broker/ledger/fold.py",
        "    life.came_back_unseen(seen, sighted_ms)\n    declared.meet_promise(life, seen)\n",
        "    declared.meet_promise(life, seen)\n",
        (f"{CONFLICTS}::test_a_copy_still_on_loan_when_another_takes_it_ends_the_first_loan",)),
    Bug("a renewal is lost when the life is folded again",
        "broker/ledger/books.py",
        "LEFT JOIN holder ON holder.account = o.account WHERE o.copy = ?",
        "LEFT JOIN holder ON holder.account = o.account WHERE o.verb <> 'renewed' AND o.copy = ?",
        (f"{DECLARED}::test_a_renewal_survives_a_fact_that_comes_late",)),
    Bug("wrong favour: an inferred return counts from the later time",
        "broker/ledger/state.py",
        "sighted_ms or seen.happened_ms",
        "seen.happened_ms",
        (f"{CONFLICTS}::test_the_first_loan_ends_when_a_machine_last_had_the_copy_in_mind",)),
    Bug("wrong favour: what came in the same session is charged to who brought it",
        "broker/ledger/fold.py",
        "    if seen.account is not None and not came_now:\n",
        "    if seen.account is not None:\n",
        (f"{CONFLICTS}::test_a_book_that_came_in_the_same_session_and_is_gone_is_nobodys",)),
    Bug("the chain is not checked between messages",
        "broker/ledger/inbox.py",
        "found.kind == GENUINE_LOSS or found.before == stream.chain",
        "True",
        ("test_exchange.py::test_a_record_that_follows_another_past_quarantines_the_stream",)),
    Bug("the chain is not checked within a message",
        "broker/ledger/inbox.py",
        'raise Refusal("forged", "the head is not that of the last record")',
        "pass",
        ("test_exchange.py::test_a_forged_record_is_refused_and_disturbs_nothing",)),
    Bug("what comes after a gap is taken",
        "broker/ledger/inbox.py",
        "number > stream.number + 1:\n                break\n",
        "number > stream.number + 1:\n                stream.number = found.number - 1\n",
        ("test_exchange.py::test_a_gap_is_answered_with_the_old_number",)),
    Bug("a machine's wall clock is believed",
        "broker/ledger/clocks.py",
        "        if offset_ms is not None:\n",
        "        if offset_ms is not None and not stamp.quality:\n",
        ("contract/test_clocks.py",)),
    Bug("a key is answered whatever is asked under it",
        "broker/desk/requests.py",
        "        if row[0] != fingerprint:\n",
        "        if False:\n",
        (f"{DECLARED}::test_a_key_that_was_used_for_something_else_is_refused",)),
    Bug("a machine may say what only the desk says",
        "broker/ledger/facts.py",
        "        if device.kind == contract.DEVICE:\n",
        "        if fact.kind in dict(contract.FACTS):\n",
        (f"{DECLARED}::test_no_machine_can_say_what_the_desk_says",)),
    Bug("a page of another site may settle a case",
        "broker/web/access.py",
        "return origin.partition(\"://\")[2] == request.headers.get(\"Host\")",
        "return True",
        ("web/test_cases.py::test_another_sites_form_settles_nothing",)),
    Bug("a promise outlives whoever takes the copy",
        "broker/ledger/fold.py",
        "    declared.meet_promise(life, seen)\n",
        "",
        (f"{CONFLICTS}::test_a_promised_copy_that_another_takes_is_lent_and_the_promise_is_broken",)),
)
# fmt: on
