"""What is answered offline."""

from bookcase_fw.policy import BLOCKED, HOUR_MS, decide, due_day

POLICY = {
    "revision": 3,
    "loan_days": 30,
    "limit": 15,
    "quota": 2,
    "uptime_h": 72,
}
QUOTAS = {"known": 2, "child": 1, "bad": BLOCKED}
DUE = 20261221


def _decide(op: str, reader: str = "known", tags: tuple = (), taken: int = 0, age_h: int = 1):
    ask = {"op": op, "reader": reader, "tags": list(tags)}
    return decide(POLICY, ask, QUOTAS.get(reader), taken, age_ms=age_h * HOUR_MS, due=DUE)


def test_who_may_open_and_how_many_are_left():
    cases = (
        # reader    taken  hours  ok     why        left
        ("known", 0, 1, True, "", 2),
        ("known", 1, 72, True, "", 1),
        ("known", 2, 1, True, "quota", 0),
        ("known", 0, 73, True, "stale", 0),
        ("child", 0, 1, True, "", 1),
        ("child", 1, 1, True, "quota", 0),
        ("bad", 0, 1, False, "blocked", 0),
        ("stranger", 0, 1, False, "offline", 0),
        ("", 0, 1, False, "offline", 0),
    )
    for reader, taken, hours, ok, why, left in cases:
        answer = _decide("open", reader, taken=taken, age_h=hours)
        assert (answer["ok"], answer["why"], answer["left"]) == (ok, why, left), (reader, taken)


def test_a_loan_within_the_quota_is_granted_copy_by_copy():
    answer = _decide("lend", tags=("A", "B", "C"))

    assert [book["ok"] for book in answer["books"]] == [True, True, False]
    assert answer["books"][0]["due"] == DUE and answer["books"][2]["why"] == "quota"


def test_an_old_policy_lends_nothing_and_says_why():
    answer = _decide("lend", tags=("A",), age_h=100)

    assert not answer["ok"] and answer["why"] == "stale" and answer["books"][0]["why"] == "stale"


def test_a_return_is_always_taken():
    for policy in (None, POLICY):
        answer = decide(policy, {"op": "return", "tags": ["A"]}, None, 9, age_ms=10**12, due=0)
        assert answer["ok"] and answer["books"] == [{"tag": "A", "ok": True}]


def test_without_a_policy_nothing_else_is_granted():
    for op in ("open", "lend", "account", "renew"):
        answer = decide(None, {"op": op, "reader": "known"}, None, 0, age_ms=0, due=0)
        assert answer["ok"] is False
    assert not _decide("renew", tags=("A",))["ok"]


def test_due_days_across_months_and_leap_years():
    cases = (
        # ms since 1970 UTC   days  day
        (0, 30, 0),
        (1795244526123, 0, 20261121),
        (1795244526123, 30, 20261221),
        (1795244526123, 60, 20270120),
        (1709136000000, 0, 20240229),  # 16:00 UTC on the 28th is midnight in Shanghai.
        (1709136000000, 1, 20240301),
        (951782400000, 1, 20000301),
    )
    for wall_ms, days, day in cases:
        assert due_day(wall_ms, 480, days) == day, day
