"""How each measure is counted, in SQL that SQLite and PostgreSQL both read.

Every query gives rows (bucket, measure, site, device, audience, class, count): one for each cell
that has any.  Times are whole numbers of the caller's own, written into the statement, so that it
has no values and either kind of connection can be asked.

A loan is one row of `loan`, and so is its return: what is counted is exactly what the fold says,
late facts included.  Where it began is told by the observation that began it, where it ended by the
movement that led away from its reader.
"""

from collections.abc import Sequence

from broker.ledger import traces
from broker.reports.periods import Bucket

_CELL = """line.measure, COALESCE({site}device.site, '') AS site,
    COALESCE(device.name, '') AS device"""
_TITLE = "title.audience AS audience, SUBSTR(title.class, 1, 1) AS class"
# A door session or visit; what names none is a visit of its own.
_VISIT = """CASE WHEN seen.session <> '' THEN CAST(seen.device AS TEXT) || '/' || seen.session
        ELSE '#' || CAST(seen.cause AS TEXT) END"""

_LOANS = f"""
    SELECT bucket.name AS bucket, 'loans' AS measure, loan.copy, seen.device,
        CAST(NULL AS BIGINT) AS target, {_VISIT} AS visit
    FROM bucket JOIN loan ON loan.out_ms >= bucket.begin_ms AND loan.out_ms < bucket.end_ms
        LEFT JOIN observation seen ON seen.copy = loan.copy AND seen.cause = loan.cause
            AND seen.verb IN ('took', 'lent')
    WHERE loan.state <> 'void'
"""

# The first step away from the reader that stands, after the one that began the loan.
_STEP_AWAY = f"""
    SELECT MIN(away.id) FROM movement away
    WHERE {traces.movements_of_copy("away", "loan.copy")}
        AND away.source = reader.id AND away.kind <> 'undo'
        AND away.id > (
            SELECT MAX(began.id) FROM movement began
            WHERE began.copy = loan.copy AND began.cause = loan.cause
                AND began.target = reader.id AND began.kind <> 'undo')
        AND NOT EXISTS (
            SELECT 1 FROM movement undone
            WHERE undone.kind = 'undo' AND undone.reverses = away.id)
"""

_RETURNS = f"""
    SELECT bucket.name AS bucket, 'returns' AS measure, loan.copy, stream.device, ended.target,
        CASE WHEN loan.state = 'returned' THEN (
            SELECT MIN({_VISIT}) FROM observation seen
            WHERE seen.copy = loan.copy AND seen.cause = ended.cause) END AS visit
    FROM bucket JOIN loan ON loan.in_ms >= bucket.begin_ms AND loan.in_ms < bucket.end_ms
        LEFT JOIN holder reader ON reader.account = loan.account
        LEFT JOIN movement ended ON ended.id = ({_STEP_AWAY})
        LEFT JOIN inbox ON inbox.id = ended.cause
        LEFT JOIN stream ON stream.id = inbox.stream
    WHERE loan.state IN ('returned', 'inferred')
"""

_RENEWALS = f"""
    SELECT bucket.name AS bucket, 'renewals' AS measure, renewed.copy, renewed.device,
        CAST(NULL AS BIGINT) AS target, CAST(NULL AS TEXT) AS visit
    FROM bucket JOIN observation renewed
        ON renewed.happened_ms >= bucket.begin_ms AND renewed.happened_ms < bucket.end_ms
    WHERE renewed.verb = 'renewed' AND EXISTS (
        SELECT 1 FROM loan WHERE {traces.loans_of_copy("loan", "renewed.copy")}
            AND loan.account = renewed.account
            AND loan.out_ms <= renewed.happened_ms
            AND (loan.in_ms IS NULL OR loan.in_ms >= renewed.happened_ms))
"""

_CIRCULATED = """
WITH bucket AS ({buckets}),
circulated AS ({loans} UNION ALL {returns} UNION ALL {renewals})
"""

# What came back stands at the place that took it, whoever told us of it.
CIRCULATION = """{circulated}
SELECT line.bucket, {cell}, {title}, COUNT(*) AS value
FROM circulated line JOIN copy ON copy.id = line.copy JOIN title ON title.id = copy.title
    LEFT JOIN device ON device.id = line.device
    LEFT JOIN holder target ON target.id = line.target
    LEFT JOIN device inside ON inside.id = target.device
GROUP BY 1, 2, 3, 4, 5, 6
"""

# A visit is counted once, at its place: its audience is `both` when copies of both were in it.
VISITS = """{circulated},
visit AS (
    SELECT line.bucket, 'circulating_visits' AS measure, line.visit, MIN(line.device) AS device,
        MIN(title.audience) AS low, MAX(title.audience) AS high
    FROM circulated line JOIN copy ON copy.id = line.copy JOIN title ON title.id = copy.title
    WHERE line.visit IS NOT NULL
    GROUP BY line.bucket, line.visit
)
SELECT line.bucket, {cell}, CASE WHEN low = high THEN low ELSE 'both' END AS audience,
    '' AS class, COUNT(*) AS value
FROM visit line LEFT JOIN device ON device.id = line.device
GROUP BY 1, 2, 3, 4, 5, 6
"""

_HELD = """
SELECT {bucket} AS bucket,
    CASE WHEN holder.kind IN ('compartment', 'shelf') THEN 'stock'
        WHEN holder.kind = 'reader' THEN 'on_loan'
        WHEN holder.kind = 'unknown' THEN 'missing' ELSE 'underway' END AS measure,
    COALESCE(holder.site, device.site, lender.site, '') AS site,
    COALESCE(device.name, lender.name, '') AS device, {title}, COUNT(*) AS value
FROM copy JOIN title ON title.id = copy.title
    {held}
    LEFT JOIN device ON device.id = holder.device
    LEFT JOIN inbox ON inbox.id = moved.cause AND holder.kind = 'reader'
    LEFT JOIN stream ON stream.id = inbox.stream
    LEFT JOIN device lender ON lender.id = stream.device
WHERE copy.loaded_ms < {end_ms} AND NOT EXISTS (
    SELECT 1 FROM observation gone WHERE gone.copy = copy.id AND gone.verb = 'withdrawn'
        AND gone.happened_ms < {end_ms})
GROUP BY 1, 2, 3, 4, 5, 6
"""

# What stands now is at hand; what stood then is the last movement before it that was not undone.
_HELD_NOW = """
    JOIN copy_state ON copy_state.copy = copy.id JOIN holder ON holder.id = copy_state.holder
    LEFT JOIN movement moved ON moved.id = copy_state.movement
"""
_HELD_AT = """
    LEFT JOIN (
        SELECT copy, MAX(id) AS id FROM movement
        WHERE kind <> 'undo' AND at_ms < {end_ms} AND id NOT IN (
            SELECT reverses FROM movement WHERE kind = 'undo' AND reverses IS NOT NULL)
        GROUP BY copy
    ) newest ON newest.copy = copy.id
    LEFT JOIN movement moved ON moved.id = newest.id
    JOIN holder ON holder.id = COALESCE(moved.target, 1)
"""

# A reader's first card: another one for a lost card is none.
CARDS = """
WITH bucket AS ({buckets}),
issued AS (SELECT account, MIN(since_ms) AS at_ms FROM card GROUP BY account)
SELECT bucket.name AS bucket, 'cards_issued' AS measure, '' AS site, '' AS device,
    COALESCE(patron.kind, '') AS audience, '' AS class, COUNT(*) AS value
FROM bucket JOIN issued ON issued.at_ms >= bucket.begin_ms AND issued.at_ms < bucket.end_ms
    LEFT JOIN patron ON patron.account = issued.account
GROUP BY 1, 2, 3, 4, 5, 6
"""


def circulation(buckets: Sequence[Bucket]) -> str:
    cell = _CELL.format(site="target.site, inside.site, ")
    return CIRCULATION.format(circulated=_circulated(buckets), cell=cell, title=_TITLE)


def visits(buckets: Sequence[Bucket]) -> str:
    return VISITS.format(circulated=_circulated(buckets), cell=_CELL.format(site=""))


def cards(buckets: Sequence[Bucket]) -> str:
    return CARDS.format(buckets=_rows(buckets))


def held(bucket: Bucket, *, now_ms: int) -> str:
    """Return the query of what stands where when the bucket ends, or now when that is later."""
    now = bucket.end_ms > now_ms
    ways = _HELD_NOW if now else _HELD_AT.format(end_ms=bucket.end_ms)
    return _HELD.format(bucket=bucket.name, title=_TITLE, held=ways, end_ms=bucket.end_ms)


def _circulated(buckets: Sequence[Bucket]) -> str:
    rows = _rows(buckets)
    return _CIRCULATED.format(buckets=rows, loans=_LOANS, returns=_RETURNS, renewals=_RENEWALS)


def _rows(buckets: Sequence[Bucket]) -> str:
    return " UNION ALL ".join(
        "SELECT %d AS name, %d AS begin_ms, %d AS end_ms" % bucket for bucket in buckets
    )
