"""The contract: every topic, message, record and panel frame, as tables.  No I/O and no clock.

Everybody who talks over MQTT imports this file: firmware, kiosk, service and simulator.  It runs
under CPython and MicroPython alike.

A message's payload is a JSON object in UTF-8.  Numbers are integers: a 32-bit float loses minutes
of a time in milliseconds.  Unknown fields are ignored, so that a newer sender is understood by an
older reader; a missing needed field or a wrong type is refused with the field's name.

    sg/1/<shard>/<device>/up/...   said by a device      sg/1/<shard>/<device>/dn/...   said to it
    sg/1/<shard>/service          whether a service process serves this shard: retained, and a will

Units: `_ms` milliseconds, `wall_ms` since 1970 UTC, `uptime_ms` since the device's start.  A day is
an integer yyyymmdd in the library's own time zone; 0 is no day.  A `reader` is the pseudonym of a
card (`sign.pseudonym`), never its number; "" is nobody.  A `tag` is the tag's number in upper
case hexadecimal digits.  A `door` is the number of a compartment, from 1; 0 is none.
"""

import binascii
import json

ROOT = "sg/1"
SHARD_COUNT = 16
PAYLOAD_SIZE_MAX = 16384  # The longest payload that a device or the service reads.
RECORD_SIZE_MAX = 1024  # The longest record; a longer fact is split into `part` records.
TAGS_MAX = 12  # Tags in all plain lists of one record; more go into `part` records.
UNSURE_MAX = 3  # Pieces of evidence in one record; more go into `part` records.

# How well a device knows the wall clock.
CLOCK_NONE, CLOCK_RTC, CLOCK_SYNCED = 0, 1, 2

# A field: (name, type, needed, meaning).  A type is int, str, bool, [type] for a list of it, or a
# tuple of fields for an object.

# fmt: off
EVIDENCE = (
    ("tag", str, True, "the tag"),
    ("heard", int, True, "rounds in which its own compartment's antenna heard it"),
    ("rounds", int, True, "rounds that were counted"),
    ("dbm", int, True, "its strongest reading in dBm; 0 when it was never heard"),
    ("door", int, False, "the compartment whose antenna heard it best; 0 when none did"),
)
# fmt: on

# fmt: off
BOOK = (
    ("tag", str, True, "the tag that was asked about"),
    ("ok", bool, True, "whether the service says yes to this copy"),
    ("why", str, False, "reason of a refusal, a word of REASONS; empty when ok"),
    ("barcode", str, False, "the copy's barcode; empty when the tag is unknown"),
    ("title", str, False, "its title"),
    ("author", str, False, "its author"),
    ("class", str, False, "its classification number, for the colour of a drawn cover"),
    ("due", int, False, "the day on which it is due: of the loan asked for, or of the open loan"),
    ("overdue_days", int, False, "days past due of the loan that a return ends"),
    ("mine", bool, False, "whether it is on loan to the reader who asks"),
    ("position", int, False, "the reader's place in the queue for it; 0 when it is kept already"),
    ("door", int, False, "the compartment that keeps it, at a pick-up; 0 is a shelf"),
)
# fmt: on

# fmt: off
PLACE = (
    ("count", int, True, "copies there"),
    ("device", str, False, "the bookcase they are in; empty on a shelf"),
    ("door", int, False, "the compartment; 0 on a shelf"),
    ("place_zh", str, False, "where that is, in Chinese"),
    ("place_en", str, False, "where that is, in English"),
    ("due", int, False, "on loan until this day, and at no place; 0 when they can be had now"),
)
# fmt: on

# fmt: off
TITLE = (
    ("id", str, True, "the title's number in the catalogue"),
    ("title", str, True, "the title"),
    ("author", str, False, "its authors, with semicolons between"),
    ("class", str, False, "its classification number, for the colour of a drawn cover"),
    ("year", int, False, "the year of publication; 0 when unknown"),
    ("copies", int, False, "its copies in all"),
    ("free", int, False, "copies that can be had now"),
    ("device", str, False, "the bookcase that has one, the asking one before others"),
    ("door", int, False, "the compartment; 0 when it is on a shelf"),
    ("place_zh", str, False, "where that is, in Chinese; empty when none can be had"),
    ("place_en", str, False, "where that is, in English"),
    ("due", int, False, "when none can be had: the first day on which one is due"),
    ("places", [PLACE], False, "all its places, the nearest first, then loans; when alone"),
)
# fmt: on

# fmt: off
STOCK = (
    ("door", int, True, "the compartment"),
    ("open", bool, True, "whether its door stands open"),
    ("count", int, True, "copies in it by the last stable count; -1 when it was never counted"),
    ("shelves", [int], False, "of them on each shelf, where each has an antenna: a hint of place"),
)
# fmt: on

# fmt: off
# A staff card, as a machine may know it: enough to check a PIN, not to find one out quickly.
STAFF_CARD = (
    ("card", str, True, "pseudonym of the staff card's number, as a reader's (sign.pseudonym)"),
    ("role", str, True, "a word of STAFF_ROLES"),
    ("salt", str, True, "of the PIN, hexadecimal"),
    ("rounds", int, True, "iterations of PBKDF2-HMAC-SHA256"),
    ("verifier", str, True, "the 32 bytes that PBKDF2 makes of the PIN, hexadecimal"),
)
# fmt: on

# fmt: off
# What a self-test or an installation routine found of a part.
FOUND = (
    ("part", str, True, "a word of PARTS, with .door where there are several"),
    ("ok", bool, True, "whether it works"),
    ("text", str, False, "what was seen, for staff"),
)
# fmt: on

# fmt: off
POLICY = (
    ("revision", int, True, "number of this policy; a higher one replaces it"),
    ("loan_days", int, True, "days of a loan that is granted offline"),
    ("limit", int, True, "copies that a reader may have on loan in all"),
    ("quota", int, True, "copies that one reader may take here while the network is down"),
    ("uptime_h", int, True, "hours of uptime after which the policy is too old to lend by"),
    ("readers", [str], False, "readers known here, sorted; nobody else may borrow offline"),
    ("blocked", [str], False, "readers who may not borrow, sorted"),
    ("lists", int, False, "revision of the lists of readers, fetched by `list`; 0: see above"),
    ("parts", int, False, "parts of these lists"),
    ("rules", int, False, "number of the rules and calendar that this was made by"),
    ("staff", [STAFF_CARD], False, "staff cards that open this machine, sorted by card"),
)
# fmt: on

# An update that the service wants a machine to take; bookcase_fw/bundle.py draws what it names.
# fmt: off
OFFER = (
    ("number", int, True, "of this offer: one that failed is not tried again under its number"),
    ("version", str, True, "of what is offered"),
    ("hash", str, True, "SHA-256 of its manifest, 64 hexadecimal digits"),
    ("size", int, True, "bytes of its manifest"),
    ("url", str, True, "where it is fetched in pieces: http:// or https://"),
)
UPDATE = (
    ("kind", str, True, "firmware or config"),
    ("number", int, True, "of the offer"),
    ("word", str, True, "what became of it, a word of UPDATES"),
    ("why", str, False, "why it was refused or gone back from, a word of UPDATE_WHYS"),
)
# fmt: on

# A message: (name, topic tail, QoS, retained, signed, fields).  A signed one travels in the
# envelope of sign.py; nothing unsigned is acted upon by a device.
# fmt: off
MESSAGES = (
    ("presence", "up/presence", 1, True, False, (
        ("online", bool, True, "false in the last will and before a planned stop"),
        ("session", str, True, "session id of this connection: boot.connection"),
        ("firmware", str, False, "version of the firmware or kiosk"),
        ("boot", int, False, "number of this start, from 1, never repeated"),
        ("cause", str, False, "why it started: power, watchdog, reset, update, unknown"),
        ("journal", str, False, "journal id: eight hexadecimal digits, new when the journal is"),
        ("last", int, False, "highest record number written"),
        ("acked", int, False, "highest record number that the service acknowledged"),
    )),
    ("hello", "up/hello", 1, False, False, (
        ("session", str, True, "session id of this connection"),
        ("nonce", str, True, "eight random hexadecimal digits; the answering ack carries them"),
        ("journal", str, True, "journal id"),
        ("last", int, True, "highest record number written; 0 when none"),
        ("acked", int, True, "highest record number known to be acknowledged; 0 when none"),
        ("boot", int, True, "number of this start"),
        ("uptime_ms", int, True, "uptime when this was sent: the anchor of the boot's clock"),
        ("wall_ms", int, True, "wall clock when this was sent; 0 when unknown"),
        ("quality", int, True, "CLOCK_NONE, CLOCK_RTC or CLOCK_SYNCED"),
    )),
    ("fact", "up/fact", 1, False, False, (
        ("journal", str, True, "journal id"),
        ("head", str, True, "chain value after the last record here: it vouches for all of them"),
        # "records" follows: journal records, byte for byte as stored.  See fact_payload.
    )),
    ("ack", "dn/ack", 1, False, True, (
        ("journal", str, True, "journal id"),
        ("number", int, True, "highest record number that is committed without a gap"),
        ("nonce", str, False, "the hello's nonce when this answers a hello; else empty"),
        ("time_ms", int, True, "the service's wall clock"),
        ("renew", bool, False, "start a new journal id: this stream is quarantined"),
    )),
    ("ask", "up/ask", 1, False, False, (
        ("id", str, True, "boot.counter: unique for this device"),
        ("session", str, True, "session id of this connection"),
        ("op", str, True, "a word of ASKS"),
        ("reader", str, False, "who asks"),
        ("how", str, False, "how the reader was identified: card, qr, phone"),
        ("door", int, False, "the compartment wanted"),
        ("tags", [str], False, "the copies asked about"),
        ("text", str, False, "what was searched for"),
        ("wait_ms", int, False, "how long the device waits before it acts by its offline policy"),
    )),
    ("answer", "dn/answer", 1, False, True, (
        ("id", str, True, "the id of the ask"),
        ("ok", bool, True, "whether the service says yes"),
        ("why", str, False, "reason of a refusal, a word of REASONS; empty when ok"),
        ("line", str, False, "the rule line that decided"),
        ("name", str, False, "the reader's masked name, for the reader's own screen"),
        ("language", str, False, "the reader's language: zh or en; empty when unknown"),
        ("loans", int, False, "copies that the reader has on loan"),
        ("left", int, False, "copies that the reader may still take"),
        ("due", int, False, "the day on which a copy that is taken now is due"),
        ("fines", int, False, "what the reader owes, in fen"),
        ("reader", str, False, "whose code it is, for a pick-up by code"),
        ("door", int, False, "the compartment that keeps it, for a pick-up by code; 0 is a shelf"),
        ("books", [BOOK], False, "one for each copy asked about, or each of the reader's loans"),
        ("titles", [TITLE], False, "the titles that were searched for, the best first"),
        ("part", int, False, "of the lists of readers: the next part that differs; its own number"),
        ("data", str, False, "its bytes in base64 (lists.py); empty when no part is left"),
    )),
    ("order", "dn/order", 1, False, True, (
        ("id", str, True, "unique; an order is carried out once"),
        ("session", str, True, "the device's session id: an order dies with the connection"),
        ("deadline_ms", int, True, "in the device's own uptime; later it is expired"),
        ("op", str, True, "a word of ORDERS"),
        ("door", int, False, "the compartment"),
        ("reader", str, False, "for whom it is opened; empty for staff"),
        ("staff", str, False, "who ordered it: a staff card's pseudonym, or an account's name"),
    )),
    ("state", "up/state", 1, True, False, (
        ("session", str, True, "session id of this connection"),
        ("config", int, True, "revision of the configuration in force"),
        ("policy", int, True, "revision of the policy in force with its lists; 0 when none"),
        ("last", int, True, "record number that this state includes"),
        ("stock", [STOCK], True, "one for each compartment"),
        ("faults", [str], True, "parts that do not work now: words of PARTS, with .door where one"),
        ("fill", int, True, "how full the journal is with unacknowledged records, in percent"),
        ("lends", bool, True, "whether it lends now; returns are always taken"),
        ("bins", [int], False, "how full each bin of a 24-hour return is, in percent"),
        ("updates", [UPDATE], False, "what became of the last offer of each kind"),
    )),
    ("want", "dn/want", 1, True, True, (
        ("revision", int, True, "revision of what is wanted"),
        ("policy", POLICY, False, "the offline policy"),
        ("firmware", OFFER, False, "the firmware; without it what runs stays"),
        ("config", OFFER, False, "the configuration, less names and keys"),
    )),
    ("beat", "up/beat", 0, False, False, (
        ("uptime_ms", int, True, "uptime"),
        ("unacked", int, True, "records that wait for an acknowledgement"),
        ("heap_used", int, False, "bytes of the heap in use after a collection"),
        ("heap_free", int, False, "bytes of the heap free after a collection"),
        ("noise", int, False, "bytes of noise dropped on all serial lines since the start"),
        ("celsius_100", int, False, "temperature in the box in 0.01 degrees; 0 without a sensor"),
        ("humidity_10", int, False, "humidity in the box in 0.1 %; 0 without a sensor"),
    )),
)
# fmt: on
SERVICE_FIELDS = (("online", bool, True, "whether a service process serves this shard"),)

ASKS = (
    # word      what is asked; which fields it uses
    ("open", "may this reader open a door: reader, how, door"),
    ("lend", "may this reader borrow these copies: reader, tags; one book each in the answer"),
    ("return", "what do these copies end: tags; a return is never refused"),
    ("account", "who is this reader and what has he on loan: reader, how"),
    ("renew", "may these loans be renewed: reader, tags; all of the reader's when there are none"),
    ("hold", "may this reader wait for the titles of these copies: reader, tags; or text, a title"),
    ("unhold", "may this reader stop waiting for them: reader, tags"),
    ("pickup", "what is kept here under this code: text; or for a reader: reader; doors and books"),
    ("search", "which titles are there: text, in Chinese, pinyin or initials, or a title's number"),
    ("about", "what are these copies: tags, reader when known; nothing is promised or changed"),
    ("list", "the next part of the lists of readers that differs: text, see lists.py"),
)
ORDERS = (
    ("open", "open a compartment: door, reader"),
    ("count", "count a compartment, or all when door is 0"),
    ("restart", "restart when no door is open"),
    ("restock", "open a compartment for staff, who put copies in or take them out: door, staff"),
    ("learn", "learn how well each antenna hears its neighbours, when all doors are shut"),
    ("selftest", "try every part and tell how it is"),
    ("lock_down", "open for no reader until `unlock`, also after a restart; staff may still open"),
    ("unlock", "end a lock-down"),
)
REASONS = (
    # word               meaning; the reader's words are in each screen's catalogue
    ("unknown_card", "no reader has this card"),
    ("blocked", "this card is blocked"),
    ("limit", "the reader has as many copies as one may have"),
    ("unknown_tag", "no copy has this tag"),
    ("on_loan", "this copy is on loan to somebody else"),
    ("not_lendable", "this copy may not be taken home"),
    ("not_on_loan", "this copy is not on loan"),
    ("offline", "the service does not answer, and the offline policy says no"),
    ("stale", "the offline policy is too old"),
    ("quota", "no more copies for this reader here while the network is down"),
    ("journal_full", "the journal has no room for another loan"),
    ("busy", "another reader is at the machine"),
    ("late", "the order's deadline has passed"),
    ("stale_session", "the order belongs to an earlier connection"),
    ("retained", "a retained order is never carried out"),
    ("unknown", "the order's word or door is unknown"),
    ("jammed", "the lock does not open"),
    ("fault", "a part that is needed does not answer"),
    ("closed", "this service is closed now"),
    ("limit_of_kind", "the reader has as many copies of this kind as one may have"),
    ("owes", "the reader owes more than one may"),
    ("overdue", "a copy is overdue, or too many of the reader's are"),
    ("suspended", "the reader may not borrow for some days, for bringing copies back late"),
    ("no_guarantee", "no deposit or credit stands for this card"),
    ("held", "somebody else waits for this copy"),
    ("renewals", "this loan was renewed as often as it may be"),
    ("holds", "the reader waits for as many titles as one may"),
    ("not_held", "the reader does not wait for this copy"),
    ("have_it", "the reader has this copy already"),
    ("not_fit", "this copy is being disinfected or mended"),
    ("none_kept", "nothing is kept here for this reader"),
    ("alarm", "the box is hot or wet, or the mains failed: no loans now, returns go on"),
    ("two_things", "more than one thing lies on the belt"),
    ("no_chip", "no chip is heard in what lies on the belt"),
    ("patron_card", "a reader's card lies on the belt or in the book"),
    ("foreign", "the chip says that the book is another library's"),
    ("jam", "the belt is jammed"),
    ("bins_full", "all bins are full"),
    ("code", "this code is not one of ours, or is meant for another machine"),
    ("code_old", "this code is too old, or was made for an earlier picture"),
    ("code_used", "this code was used already"),
    ("no_clock", "the machine does not know the time, so it cannot check a code of this kind"),
    ("wrong_pin", "the PIN is wrong"),
    ("pin_locked", "too many wrong PINs: staff mode is locked for a while"),
    ("locked_down", "staff have taken the machine out of service"),
)
PARTS = ("lock", "reader", "scanner", "panel", "flash", "clock", "tray", "keypad", "printer")
PARTS += ("card", "climate", "belt")  # Of a bookcase's box, of a 24-hour return.
PARTS += ("jam", "bin")  # A belt that stands, a bin (its number behind the dot) that is full.
PARTS += ("program",)  # The firmware ended by an error and started again.
PARTS += ("mains", "water", "tamper", "smoke", "heat")  # Not a part that is silent: an alarm.
UPDATES = (
    ("fetching", "pieces of it are fetched while nobody is at the machine"),
    ("ready", "it is there, whole and genuine; the machine waits until nobody is there"),
    ("trying", "the machine starts from it and must prove itself"),
    ("done", "it is in force"),
    ("back", "it did not prove itself: the machine went back to what it had"),
    ("refused", "it was not taken"),
)
UPDATE_WHYS = (
    ("signature", "it is not signed by the key that the machine knows"),
    ("malformed", "its manifest cannot be read"),
    ("not_ours", "it is of another kind, or for another machine"),
    ("older", "it is older than what runs"),
    ("too_new", "what runs is too old to take it"),
    ("test", "a part that worked before did not"),
    ("unserved", "the service did not answer"),
    ("crashed", "it ended by an error or by the watchdog"),
)

# How a door session ended.
ENDS = (
    ("shut", "the door was shut"),
    ("never_opened", "the lock was released and nobody opened"),
    ("jammed", "the lock did not release"),
    ("power", "the power failed while the door was open; counted when it was back"),
)
# Who opened a door.
OPENERS = (
    ("card", "a reader's card, held to the scanner"),
    ("chip", "a reader's card, laid on the card reader"),
    ("code", "a pick-up code, typed at a locker"),
    ("qr", "the code of a reader's phone that lives by the clock"),
    ("phone", "a token that a phone fetched for this machine and its picture"),
    ("staff", "staff, by card and PIN or by order; what is moved is stock"),
    ("assisted", "staff from afar, for a reader"),
    ("order", "staff from afar, for nobody in particular"),
    ("nobody", "nobody who is known: charged to nobody"),
)
STAFF_ROLES = (
    ("staff", "sees and does everything at a machine"),
    ("contractor", "sees copies, never readers"),
)
# What staff may do at a machine (`task` on the panel); the words of ORDERS mean the same.
TASKS = ("count", "learn", "selftest", "lock_down", "unlock")

# A journal record's envelope (record.py writes it) and the body of each kind of fact.
# fmt: off
RECORD = (
    ("n", int, True, "number, from 1 without a gap while the journal id lives"),
    ("b", int, True, "boot in which it happened"),
    ("u", int, True, "uptime in ms when it happened"),
    ("t", int, True, "wall clock in ms when it happened; 0 when unknown"),
    ("q", int, True, "quality of that wall clock"),
    ("k", str, True, "kind, a word of FACTS"),
    ("p", str, True, "chain value of the record before, 16 hexadecimal digits"),
)
# fmt: on
# fmt: off
FACTS = (
    ("session", (
        ("id", str, True, "boot.counter of the door session"),
        ("reader", str, False, "who opened; empty when unknown: never charged to anybody"),
        ("how", str, True, "a word of OPENERS"),
        ("door", int, True, "the compartment"),
        ("end", str, True, "a word of ENDS"),
        ("took", [str], False, "tags that are gone for sure"),
        ("put", [str], False, "tags that are new for sure"),
        ("unsure", [EVIDENCE], False, "tags not seen that may still be there: a case, no loan"),
        ("rounds", int, False, "rounds counted after the door was shut"),
        ("open_ms", int, False, "how long the door stood open"),
        ("began", [int], False, "boot and uptime in ms of its begin; only when end is power"),
        ("rebounds", int, False, "how often the door sprang open again"),
        ("left_open", bool, False, "whether it stood open longer than allowed"),
        ("due", int, False, "the due day that the screen showed for what was taken"),
        ("left", int, False, "copies that the screen said could be taken; -1 when it said nothing"),
        ("answer", str, False, "id of the ask that let it open; empty offline"),
        ("policy", int, False, "revision of the policy that let it open offline; else 0"),
        ("nonce", str, False, "of the code or token that was shown; each is used once"),
        ("staff", str, False, "which staff, when how is staff: took is removed, put is stocked"),
        ("parts", int, False, "`part` records with this id that come before"),
    )),
    ("part", (
        ("id", str, True, "id of the session or count that follows"),
        ("took", [str], False, "more of its tags"),
        ("put", [str], False, "more of its tags"),
        ("unsure", [EVIDENCE], False, "more of its evidence"),
    )),
    ("counted", (
        ("id", str, True, "boot.counter of this count"),
        ("session", str, False, "id of the door session that it settles; empty for another count"),
        ("door", int, True, "the compartment"),
        ("back", [str], False, "tags heard that were thought gone: they never left"),
        ("gone", [str], False, "tags thought to be inside that are not"),
        ("count", int, True, "copies in the compartment now"),
        ("parts", int, False, "`part` records with this id that come before"),
    )),
    ("lent", (
        ("visit", str, True, "boot.counter of the visit"),
        ("reader", str, True, "to whom"),
        ("tag", str, True, "which copy"),
        ("due", int, True, "the due day that was shown"),
        ("answer", str, False, "id of the ask that allowed it; empty offline"),
        ("policy", int, False, "revision of the policy that allowed it offline; else 0"),
    )),
    ("returned", (
        ("visit", str, True, "boot.counter of the visit"),
        ("tag", str, True, "which copy"),
        ("reader", str, False, "who returned it, when known; anybody may return"),
        ("bin", int, False, "the bin that it was sorted into; 0 where there are none"),
        ("number", str, False, "the number that its chip's memory says, where it was read"),
    )),
    ("bit", (
        ("tag", str, True, "which copy"),
        ("on_loan", bool, False, "what it should say now"),
        ("found", str, True, "what it said: right, swapped, half, unknown"),
        ("ok", bool, False, "whether it says now what it should"),
    )),
    ("renewed", (
        ("visit", str, True, "boot.counter of the visit"),
        ("reader", str, True, "whose loan"),
        ("tag", str, True, "which copy"),
        ("due", int, True, "the due day that was shown"),
        ("policy", int, False, "revision of the policy that allowed it offline; else 0"),
    )),
    ("stocked", (
        ("door", int, True, "the compartment"),
        ("tags", [str], True, "copies put in by staff"),
    )),
    ("removed", (
        ("door", int, True, "the compartment"),
        ("tags", [str], True, "copies taken out by staff"),
    )),
    ("outcome", (
        ("id", str, True, "id of the order"),
        ("ok", bool, True, "whether it was carried out"),
        ("why", str, False, "a word of REASONS; empty when ok"),
        ("op", str, False, "what was to be done, a word of ORDERS"),
        ("staff", str, False, "who did it at the machine; the id is then boot.counter"),
        ("found", [FOUND], False, "what a self-test or an installation routine found"),
    )),
    ("fault", (
        ("part", str, True, "a word of PARTS, with .door where there are several"),
        ("on", bool, True, "true when it fails, false when it works again"),
        ("text", str, False, "what was seen, for an engineer"),
    )),
    ("lost", (
        ("why", str, True, "why the record of this number cannot be read"),
    )),
)
# fmt: on

# The serial link between a bookcase's controller and its screen: (name, direction, fields).
# A frame is drawn in codecs/panel.py.
# fmt: off
PANEL = (
    ("shown", "to screen", (
        ("screen", str, True, "a word of SCREENS"),
        ("door", int, False, "the compartment that it speaks of"),
        ("doors", [int], False, "compartments that can be chosen now"),
        ("took", [str], False, "tags seen to be gone so far"),
        ("put", [str], False, "tags seen to be new so far"),
        ("unsure", int, False, "tags that may be there or not"),
        ("left", int, False, "copies that may still be taken"),
        ("over", int, False, "copies taken beyond that"),
        ("due", int, False, "due day of what was taken"),
        ("why", str, False, "reason of a refusal, a word of REASONS"),
        ("offline", bool, False, "whether the service is out of reach"),
        ("name", str, False, "the reader's masked name"),
        ("language", str, False, "the reader's language"),
        ("code", str, False, "what the QR code on the welcome screen says; empty: show none"),
        ("tasks", [str], False, "what staff may do here now: words of TASKS"),
        ("locked", bool, False, "whether the machine is locked down"),
        ("wait_s", int, False, "how long staff mode stays locked, with why pin_locked"),
        ("found", [FOUND], False, "what was found, on staff's screen `report`"),
        ("machine", str, False, "a word of MACHINES; empty is doors"),
        ("dim", bool, False, "the box is hot or wet: little light, no new loans"),
        ("stay_s", int, False, "this visit ends so soon unless `stay` is said; 0 is no warning"),
        ("count", int, False, "books that were returned in a row, at a 24-hour return"),
    )),
    ("choose", "to controller", (
        ("door", int, True, "the compartment that the reader touched"),
    )),
    ("code", "to controller", (
        ("text", str, True, "the code that the reader typed at a pick-up locker"),
    )),
    ("stay", "to controller", ()),
    ("leave", "to controller", ()),
    ("pin", "to controller", (
        ("pin", str, True, "the digits that staff typed; never kept and never shown"),
    )),
    ("task", "to controller", (
        ("task", str, True, "what staff touched, a word of TASKS"),
        ("door", int, False, "the compartment to be counted; 0 for all"),
    )),
)
# fmt: on
SCREENS = (
    ("welcome", "nobody is here: hold your card to the scanner"),
    ("asking", "the card is being looked up"),
    ("choose", "hello: which door?"),
    ("refused", "no, and why, and what to do"),
    ("opening", "the lock was released: please open"),
    ("open", "the door stands open: take or return, then shut it"),
    ("left_open", "please shut the door"),
    ("counting", "the door is shut: looking"),
    ("again", "move the books apart: one was not seen well; or `over`: put so many of `took` back"),
    ("done", "this is what you took and returned"),
    ("jammed", "the door did not open: please try another"),
)
# A 24-hour return has no doors and no visit; it says these instead.
RETURN_SCREENS = (
    ("put_in", "one book through the flap, please; `count` were returned in a row"),
    ("looking", "the belt has it: looking"),
    ("returned", "`put` is returned, `count` in a row"),
    ("given_back", "please take it out of the flap again, and why"),
    ("shut", "the flap stays shut, and why"),
)
# What kinds of machine one firmware can be.  See docs/machines.md.
MACHINES = (
    ("doors", "small doors: one reader, one compartment each"),
    ("glass", "one glass door before shelves with an antenna each"),
    ("locker", "a pick-up locker: a door opens for whom its parcel is kept"),
    ("return", "a 24-hour return: a flap, a belt, bins"),
)
# Screens of staff mode; doors are opened on those above, with `why` empty and no reader's name.
STAFF_SCREENS = (
    ("pin", "staff card read: type the PIN; `why` is wrong_pin after a wrong one"),
    ("checking", "the PIN is being checked"),
    ("staff", "staff: which door (`doors`), or which task (`tasks`)?"),
    ("working", "a task is being done"),
    ("report", "what the task found (`found`), or `why` it failed"),
)


class WireError(Exception):
    """A topic or payload that is not in the contract.  The message names the field."""


def shard(device: str) -> int:
    """Return the shard of a device: service processes hold shards, so a device's order is kept."""
    return binascii.crc32(device.encode()) % SHARD_COUNT


def topic(device: str, tail: str) -> str:
    return "%s/%d/%s/%s" % (ROOT, shard(device), device, tail)


def service_topic(number: int) -> str:
    return "%s/%d/service" % (ROOT, number)


def split(text: str) -> tuple:
    """Return (device, tail) of a device's topic, or raise WireError, also for a wrong shard."""
    parts = text.split("/")
    if len(parts) != 6 or parts[0] + "/" + parts[1] != ROOT:
        raise WireError("not a device's topic: %r" % text)
    device = parts[3]
    if parts[2] != str(shard(device)):
        raise WireError("device %r is not of shard %r" % (device, parts[2]))
    return device, parts[4] + "/" + parts[5]


def message(name: str) -> tuple:
    """Return (topic tail, QoS, retained, signed, fields) of a message."""
    for row in MESSAGES:
        if row[0] == name:
            return row[1:]
    raise WireError("not in the contract: %r" % name)


def name_of(tail: str) -> str:
    """Return the name of the message that travels under a topic tail, or raise WireError."""
    for row in MESSAGES:
        if row[1] == tail:
            return row[0]
    raise WireError("not in the contract: %r" % tail)


def fact_fields(kind: str) -> tuple:
    """Return the fields of a kind of fact, or raise WireError."""
    for name, fields in FACTS:
        if name == kind:
            return fields
    raise WireError("no such kind of fact: %r" % kind)


def panel_fields(name: str) -> tuple:
    for row in PANEL:
        if row[0] == name:
            return row[2]
    raise WireError("no such panel message: %r" % name)


def encode(name: str, values: dict) -> bytes:
    """Return a message's payload (the body, where it is signed), its types checked."""
    return json.dumps(check(name, message(name)[4], values)).encode()


def decode(name: str, payload: bytes) -> dict:
    """Return a message's fields, those that are missing as their type's empty value.

    Raises WireError when the payload is no JSON object, or a field is missing or of a wrong type.
    """
    return check(name, message(name)[4], load(payload))


def load(payload: bytes) -> dict:
    """Return the JSON object in a payload, or raise WireError."""
    if len(payload) > PAYLOAD_SIZE_MAX:
        raise WireError("%d bytes are too many" % len(payload))
    try:
        values = json.loads(bytes(payload).decode())
    # Nesting that is too deep ends in a RuntimeError or, on a small heap, in a MemoryError.
    except (ValueError, RuntimeError, MemoryError):
        raise WireError("no JSON: %r" % bytes(payload[:40]))
    if not isinstance(values, dict):
        raise WireError("no JSON object: %r" % bytes(payload[:40]))
    return values


def fact_payload(journal: str, head: str, records: list) -> bytes:
    """Return the payload of a `fact`: the records stand in it byte for byte as they were stored."""
    start = '{"journal":"%s","head":"%s","records":[\n' % (journal, head)
    return start.encode() + b",\n".join(records) + b"\n]}"


def check(where: str, fields: tuple, values: dict) -> dict:
    """Return the known fields of an object, each of its type, or raise WireError naming one."""
    checked = {}
    for name, kind, needed, _meaning in fields:
        value = values.get(name)
        # An object that is missing is None, also when it is said again.
        if value is not None:
            checked[name] = _value("%s.%s" % (where, name), kind, value)
        elif needed:
            raise WireError("%s.%s is missing" % (where, name))
        else:
            checked[name] = _empty(kind)
    return checked


def _value(where: str, kind: object, value: object) -> object:
    if isinstance(kind, list):
        if not isinstance(value, (list, tuple)):
            raise WireError("%s wants a list" % where)
        return [_value(where, kind[0], item) for item in value]
    if isinstance(kind, tuple):
        if not isinstance(value, dict):
            raise WireError("%s wants an object" % where)
        return check(where, kind, value)
    # A bool is an int to Python, not to us.
    if type(value) is not kind:
        raise WireError("%s wants %s, got %r" % (where, _NAMES[kind], value))
    return value


_NAMES: dict = {int: "an integer", str: "text", bool: "true or false"}
_EMPTY: dict = {int: 0, str: "", bool: False}


def _empty(kind: object) -> object:
    """An object that is missing is None: it has no empty value."""
    if isinstance(kind, tuple):
        return None
    return [] if isinstance(kind, list) else _EMPTY[kind]
