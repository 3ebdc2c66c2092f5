"""How each measure is counted, in SQL that SQLite and PostgreSQL both read.

Every query gives rows (bucket, site, device, audience, class, measure, count): one for each cell
that has any.  Times are whole numbers of the caller's own, written into the statement, so that it
has no values and either kind of connection can be asked.

A loan is one row of `loan`, and so is its return: what is counted is exactly what the fold says,
late facts included.  The observation that began or ended it says where: a loan that was ended by
something else than an observation is counted at no place.
"""

from collections.abc import Sequence

from broker.reports.periods import Bucket

# Which observations end a loan in which way.
RETURNING = "('put', 'returned', 'stocked', 'back')"
INFERRING = "('took', 'lent', 'removed')"

_PLACE = "COALESCE(device.site, '') AS site, COALESCE(device.name, '') AS device"
_TITLE = "title.audience AS audience, SUBSTR(title.class, 1, 1) AS class"
# A door session or visit; what names none is a visit of its own.
_VISIT = """CASE WHEN o.session <> '' THEN CAST(o.device AS TEXT) || '/' || o.session
        ELSE '#' || CAST(o.cause AS TEXT) END"""

_LOANS = f"""
    SELECT bucket.name AS bucket, 'loans' AS measure, loan.copy, o.device, {_VISIT} AS visit
    FROM bucket JOIN loan ON loan.out_ms >= bucket.begin_ms AND loan.out_ms < bucket.end_ms
        LEFT JOIN observation o ON o.copy = loan.copy AND o.happened_ms = loan.out_ms
            AND o.cause = loan.cause AND o.verb IN ('took', 'lent')
    WHERE loan.state <> 'void'
"""

_RETURNS = f"""
    SELECT bucket.name AS bucket, 'returns' AS measure, loan.copy, o.device, {_VISIT} AS visit
    FROM bucket JOIN loan ON loan.in_ms >= bucket.begin_ms AND loan.in_ms < bucket.end_ms
        LEFT JOIN observation o ON o.copy = loan.copy AND o.happened_ms = loan.in_ms
            AND o.cause = (
                SELECT MIN(ended.cause) FROM observation ended
                WHERE ended.copy = loan.copy AND ended.happened_ms = loan.in_ms
                    AND ended.cause <> loan.cause AND (
                        (loan.state = 'returned' AND ended.verb IN {RETURNING})
                        OR (loan.state = 'inferred' AND ended.verb IN {INFERRING})))
            AND ((loan.state = 'returned' AND o.verb IN {RETURNING})
                OR (loan.state = 'inferred' AND o.verb IN {INFERRING}))
    WHERE loan.state IN ('returned', 'inferred')
"""

_CIRCULATED = """
WITH bucket AS ({buckets}),
circulated AS ({loans} UNION ALL {returns})
"""

CIRCULATION = """{circulated}
SELECT line.bucket, {place}, {title}, line.measure, COUNT(*) AS value
FROM circulated line JOIN copy ON copy.id = line.copy JOIN title ON title.id = copy.title
    LEFT JOIN device ON device.id = line.device
GROUP BY 1, 2, 3, 4, 5, 6
"""

# A visit is counted once, at its place: its audience is `both` when copies of both were in it.
VISITS = """{circulated},
visit AS (
    SELECT line.bucket, line.visit, MIN(line.device) AS device,
        MIN(title.audience) AS low, MAX(title.audience) AS high
    FROM circulated line JOIN copy ON copy.id = line.copy JOIN title ON title.id = copy.title
    WHERE line.visit IS NOT NULL
    GROUP BY line.bucket, line.visit
)
SELECT visit.bucket, {place}, CASE WHEN low = high THEN low ELSE 'both' END AS audience,
    '' AS class, 'circulating_visits' AS measure, COUNT(*) AS value
FROM visit LEFT JOIN device ON device.id = visit.device
GROUP BY 1, 2, 3, 4, 5, 6
"""

_HELD = """
SELECT {bucket} AS bucket,
    COALESCE(holder.site, device.site, lender.site, '') AS site,
    COALESCE(device.name, lender.name, '') AS device, {title},
    CASE WHEN holder.kind IN ('compartment', 'shelf') THEN 'stock'
        WHEN holder.kind = 'reader' THEN 'on_loan'
        WHEN holder.kind = 'unknown' THEN 'missing' ELSE 'underway' END AS measure,
    COUNT(*) AS value
FROM copy JOIN title ON title.id = copy.title
    {held}
    LEFT JOIN device ON device.id = holder.device
    LEFT JOIN inbox ON inbox.id = moved.cause AND holder.kind = 'reader'
    LEFT JOIN stream ON stream.id = inbox.stream
    LEFT JOIN device lender ON lender.id = stream.device
WHERE copy.loaded_ms < {end_ms}
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


def circulation(buckets: Sequence[Bucket]) -> str:
    return CIRCULATION.format(circulated=_circulated(buckets), place=_PLACE, title=_TITLE)


def visits(buckets: Sequence[Bucket]) -> str:
    return VISITS.format(circulated=_circulated(buckets), place=_PLACE)


def held(bucket: Bucket, *, now_ms: int) -> str:
    """Return the query of what stands where when the bucket ends, or now when that is later."""
    now = bucket.end_ms > now_ms
    ways = _HELD_NOW if now else _HELD_AT.format(end_ms=bucket.end_ms)
    return _HELD.format(bucket=bucket.name, title=_TITLE, held=ways, end_ms=bucket.end_ms)


def _circulated(buckets: Sequence[Bucket]) -> str:
    rows = " UNION ALL ".join(
        "SELECT %d AS name, %d AS begin_ms, %d AS end_ms" % bucket for bucket in buckets
    )
    return _CIRCULATED.format(buckets=rows, loans=_LOANS, returns=_RETURNS)
