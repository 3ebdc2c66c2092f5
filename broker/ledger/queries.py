"""What the ledger is asked, in SQL that SQLite and PostgreSQL both read.  No Python."""

from broker.ledger import traces

# A holder under the alias of its role, with the machine, site and patron behind it.
_HOLDER = """
    JOIN holder {h} ON {h}.id = {key}
    LEFT JOIN device {h}_device ON {h}_device.id = {h}.device
    LEFT JOIN site {h}_site ON {h}_site.id = COALESCE({h}.site, {h}_device.site)
    LEFT JOIN patron {h}_patron ON {h}_patron.account = {h}.account
"""
_HOLDER_COLUMNS = """
    {h}.kind AS {h}_kind, {h}_device.name AS {h}_device, {h}.door AS {h}_door,
    {h}_site.id AS {h}_site, {h}_site.name_zh AS {h}_name_zh, {h}_site.name_en AS {h}_name_en,
    {h}_patron.card AS {h}_card
"""

_MACHINES = """
SELECT device.name AS device, device.kind, COALESCE(device_role.role, device.kind) AS role,
    device.doors, device.capacity,
    site.id AS site, site.name_zh, site.name_en, site.kind AS site_kind, site.lat, site.lon,
    state.heard_ms, state.online, state.session, state.served, state.firmware, state.lends,
    state.fill, state.policy, state.unacked, state.faults, state.stock
FROM device JOIN site ON site.id = device.site
    LEFT JOIN device_role ON device_role.device = device.id
    LEFT JOIN device_state state ON state.device = device.id
"""

_NO_DESK = "WHERE device.kind <> 'desk'"  # What the service says itself comes from no machine.

MACHINES = f"{_MACHINES} {_NO_DESK} ORDER BY device.name"

MACHINE = f"{_MACHINES} {_NO_DESK} AND device.name = :device"

_COUNTS = """
SELECT device.name AS device, holder.door, COUNT(*) AS copies
FROM copy_state JOIN holder ON holder.id = copy_state.inside
    JOIN device ON device.id = holder.device
"""

COUNTS = f"{_COUNTS} GROUP BY device.name, holder.door"

COUNTS_OF_MACHINE = f"{_COUNTS} WHERE device.name = :device GROUP BY device.name, holder.door"

_INSIDE = """
SELECT copy.barcode, copy.tag, title.title, title.author, title.class, holder.door,
    copy_state.since_ms, device.name AS device
FROM copy_state JOIN holder ON holder.id = copy_state.inside
    JOIN device ON device.id = holder.device
    JOIN copy ON copy.id = copy_state.copy JOIN title ON title.id = copy.title
"""
_BY_DOOR = "ORDER BY device.name, holder.door, title.class, copy.barcode"

INSIDE = f"{_INSIDE} {_BY_DOOR}"

INSIDE_MACHINE = f"{_INSIDE} WHERE device.name = :device {_BY_DOOR}"

_MOVED = f"""
SELECT movement.id, movement.at_ms, movement.recorded_ms, movement.kind,
    copy.barcode, title.title, undone.kind AS undone,
    {_HOLDER_COLUMNS.format(h="source")}, {_HOLDER_COLUMNS.format(h="target")},
    seer.name AS machine, seer_site.name_zh AS machine_zh, seer_site.name_en AS machine_en,
    loan.due, loan.over_limit
FROM movement JOIN copy ON copy.id = movement.copy JOIN title ON title.id = copy.title
    {_HOLDER.format(h="source", key="movement.source")}
    {_HOLDER.format(h="target", key="movement.target")}
    LEFT JOIN inbox ON inbox.id = movement.cause
    LEFT JOIN stream ON stream.id = inbox.stream
    LEFT JOIN device seer ON seer.id = stream.device
    LEFT JOIN site seer_site ON seer_site.id = seer.site
    LEFT JOIN loan ON loan.copy = movement.copy AND loan.cause = movement.cause
    LEFT JOIN movement undone ON undone.id = movement.reverses
"""

MOVEMENTS = f"""{_MOVED}
WHERE movement.id < :before
ORDER BY movement.id DESC LIMIT :limit
"""

# The feeds of the pages leave out how copies entered the ledger.
NEWS = f"""{_MOVED}
WHERE movement.kind <> 'load' ORDER BY movement.id DESC LIMIT :limit
"""

NEWS_OF_MACHINE = f"""{_MOVED}
WHERE movement.kind <> 'load' AND seer.name = :device
ORDER BY movement.id DESC LIMIT :limit
"""

MOVEMENTS_AFTER = f"""{_MOVED}
WHERE movement.id > :after ORDER BY movement.id LIMIT :limit
"""

MOVEMENT = f"{_MOVED} WHERE movement.id = :id"

_COPY = "(SELECT id FROM copy WHERE barcode = :barcode)"

MOVEMENTS_OF_COPY = f"""{_MOVED}
WHERE {traces.movements_of_copy("movement", _COPY)} ORDER BY movement.id DESC
"""

MOVEMENTS_OF_CARD = f"""{_MOVED}
WHERE movement.id IN (
    SELECT step.id FROM loan lent JOIN observation seen ON seen.copy = lent.copy
        JOIN movement step ON step.cause = seen.cause AND step.copy = seen.copy
    WHERE {traces.loans_of_reader("lent", "(SELECT account FROM patron WHERE card = :card)")}
) AND (source_patron.card = :card OR target_patron.card = :card)
ORDER BY movement.id DESC LIMIT 200
"""

_CASE = """
SELECT c.id, c.kind, c.evidence, c.opened_ms, c.closed_ms, c.closed_by,
    device.name AS device, site.name_zh, site.name_en, copy.barcode, title.title, patron.card
FROM exception_case c
    LEFT JOIN inbox ON inbox.id = c.cause LEFT JOIN stream ON stream.id = inbox.stream
    LEFT JOIN device ON device.id = COALESCE(c.device, stream.device)
    LEFT JOIN site ON site.id = device.site
    LEFT JOIN copy ON copy.id = c.copy LEFT JOIN title ON title.id = copy.title
    LEFT JOIN patron ON patron.account = c.account
"""

OPEN_CASES = f"{_CASE} WHERE c.closed_ms IS NULL ORDER BY c.opened_ms DESC, c.id DESC"

CLOSED_CASES = f"{_CASE} WHERE c.closed_ms IS NOT NULL ORDER BY c.closed_ms DESC, c.id DESC"

CASE = f"{_CASE} WHERE c.id = :id"

_CUSTODY = f"""
SELECT copy.barcode, copy.tag, title.title, title.author, title.class,
    {_HOLDER_COLUMNS.format(h="holder")},
    loan.id AS loan, loan.out_ms, loan.due, borrower.card AS loan_card
FROM copy_state JOIN copy ON copy.id = copy_state.copy JOIN title ON title.id = copy.title
    {_HOLDER.format(h="holder", key="copy_state.holder")}
    LEFT JOIN loan ON loan.copy = copy.id AND loan.in_ms IS NULL
    LEFT JOIN patron borrower ON borrower.account = loan.account
"""

CUSTODY = f"{_CUSTODY} ORDER BY copy.barcode"

CUSTODY_OF_COPY = f"{_CUSTODY} WHERE copy.barcode = :barcode"

PATRON = "SELECT card, name FROM patron WHERE card = :card"

LOANS = """
SELECT copy.barcode, copy.tag, title.title, loan.out_ms, loan.due, loan.over_limit
FROM loan JOIN patron ON patron.account = loan.account
    JOIN copy ON copy.id = loan.copy JOIN title ON title.id = copy.title
WHERE patron.card = :card AND loan.in_ms IS NULL
ORDER BY loan.out_ms, copy.barcode
"""

STREAMS = """
SELECT device.name AS device, stream.journal, stream.number, stream.state
FROM stream JOIN device ON device.id = stream.device ORDER BY device.name, stream.id
"""

COUNTERS = "SELECT kind, reason, value FROM counter ORDER BY kind, reason"

TOTALS = """
SELECT (SELECT COUNT(*) FROM loan WHERE in_ms IS NULL) AS loans,
    (SELECT COUNT(*) FROM loan WHERE out_ms >= :since_ms AND state <> 'void') AS loans_today,
    (SELECT COUNT(*) FROM exception_case WHERE closed_ms IS NULL) AS cases
"""

FIND_COPIES = """
SELECT copy.barcode, title.title, title.author, title.class
FROM copy JOIN title ON title.id = copy.title
WHERE copy.barcode = :word OR copy.tag = :word OR title.title LIKE :like OR title.author LIKE :like
ORDER BY title.title, copy.barcode LIMIT :limit
"""
