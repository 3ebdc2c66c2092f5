"""The rows of `bulk.py`: for each table how many, and each column as an expression of n, from 1.

Copy c has its loans at n = c, c + copies, c + 2 * copies and so on.  Record 2n - 1 lends a copy,
record 2n is its return.  The holder of patron n is 1000 + n.
"""

# Of a record, and of the movement and observation that follow from it: which loan, copy and patron.
_LOAN = "((n + 1) / 2)"
_COPY = f"(({_LOAN} - 1) % {{copies}} + 1)"
_PATRON = f"(({_LOAN} - 1) % {{patrons}} + 1)"
_TAKES = "n % 2 = 1"
_AT = (
    f"({{begin_ms}} + ({_LOAN} - 1) / {{copies}} * 40 * {{day_ms}}"
    " + CASE WHEN n % 2 = 1 THEN 0 ELSE 20 * {day_ms} END)"
)

# fmt: off
ROWS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("holder", "patrons", {"id": "1000 + n", "kind": "'reader'", "account": "n"}),
    ("patron", "patrons", {"account": "n", "card": "'SG' || {padded}", "reader": "{reader}",
        "name": "'x'", "kind": "'adult'", "language": "'zh'", "blocked": "''"}),
    ("card", "patrons", {"card": "'SG' || {padded}", "reader": "{reader}", "account": "n",
        "state": "'active'", "since_ms": "0"}),
    ("copy", "copies", {"id": "n", "barcode": "'MH' || {padded}", "tag": "{tag}",
        "title": "'t1'", "home": "'s1'", "placed": "3", "loaded_ms": "1"}),
    ("copy_state", "copies", {"copy": "n", "holder": "3", "turn": "{loans_each} * 2 + 1",
        "since_ms": "{begin_ms} + (({loans_each} - 1) * 40 + 20) * {day_ms}",
        "movement": "CASE WHEN {loans_each} = 0 THEN n"
        " ELSE {copies} + 2 * (n + ({loans_each} - 1) * {copies}) END"}),
    ("stream", "one", {"id": "1", "device": "1", "journal": "'00000000'", "number": "{loans} * 2",
        "chain": "'x'", "state": "'open'"}),
    ("inbox", "records", {"id": "n", "stream": "1", "number": "n",
        "kind": f"CASE WHEN {_TAKES} THEN 'lent' ELSE 'returned' END",
        "boot": "1", "uptime_ms": "n", "wall_ms": "0", "quality": "0", "received_ms": _AT,
        "before": "{before}", "chain": "{chain}"}),
    ("observation", "records", {"copy": _COPY, "happened_ms": _AT, "cause": "n",
        "verb": f"CASE WHEN {_TAKES} THEN 'lent' ELSE 'returned' END", "sure": "1", "device": "1",
        "number": "n", "place": "3", "account": _PATRON, "due": "20991231",
        "rule": f"CASE WHEN {_TAKES} THEN '1: loan any any -> 28 days' ELSE '' END",
        "session": "'1.1'", "detail": "''"}),
    ("movement", "copies", {"id": "n", "copy": "n", "source": "1", "target": "3",
        "kind": "'load'", "at_ms": "1", "recorded_ms": "1"}),
    ("movement", "records", {"id": "{copies} + n", "copy": _COPY,
        "source": f"CASE WHEN {_TAKES} THEN 3 ELSE 1000 + {_PATRON} END",
        "target": f"CASE WHEN {_TAKES} THEN 1000 + {_PATRON} ELSE 3 END",
        "kind": f"CASE WHEN {_TAKES} THEN 'lend' ELSE 'return' END",
        "at_ms": _AT, "recorded_ms": _AT, "cause": "n"}),
    ("loan", "loans", {"id": "n", "copy": "(n - 1) % {copies} + 1",
        "account": "(n - 1) % {patrons} + 1", "cause": "2 * n - 1",
        "out_ms": "{begin_ms} + (n - 1) / {copies} * 40 * {day_ms}", "due": "20991231",
        "in_ms": "{begin_ms} + ((n - 1) / {copies} * 40 + 20) * {day_ms}",
        "state": "'returned'", "rule": "'1: loan any any -> 28 days'", "over_limit": "0"}),
)
# fmt: on
