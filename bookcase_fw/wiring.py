"""Which driver each part has, as the configuration says: the board's ports in, openers out.

`board` is board.py, or the desk's stand-in for it: `port(part, baud)` opens a line, `bus()` is I2C,
`contacts(names)` reads contacts, `light(light, tone)` sets lamp and beeper.
"""

from bookcase_fw.drivers import locks
from bookcase_fw.drivers.box import BoxClock, BoxError, ClimateSensor
from bookcase_fw.drivers.cardreader import CardReader
from bookcase_fw.drivers.conveyor import Conveyor
from bookcase_fw.drivers.hfreader import HfReader
from bookcase_fw.drivers.scanner import Scanner
from bookcase_fw.drivers.uhfreader import UhfReader
from bookcase_fw.panel import Panel
from bookcase_fw.tables import inputs

SCANNER_BAUD, CARD_BAUD, PANEL_BAUD, BELT_BAUD = 9600, 115200, 115200, 9600
READER_BAUD = {"uhf": 115200, "hf": 38400}


def openers(settings, board) -> dict:
    """Return the openers of everything that is fitted; see App."""
    found = {"panel": _opener(board, "panel", PANEL_BAUD, Panel)}
    if settings.machine == "return":
        reader = {"uhf": UhfReader, "hf": HfReader}[settings.reader]
        found["belt"] = _opener(board, "belt", BELT_BAUD, Conveyor)
        found["reader.1"] = _opener(board, "reader.1", READER_BAUD[settings.reader], reader)
    else:
        found["lock"] = _opener(board, "lock", locks.board(settings.lock)[1], _locks(settings))
        for number in range(1, sum(settings.antennas) + 1):
            part = "reader.%d" % number
            found[part] = _opener(board, part, READER_BAUD["uhf"], UhfReader)
    return found | _fitted(settings, board)


def box_clock_ms(settings, board) -> int:
    """Return what the clock in the box says at the start, in ms since 1970; 0 where none does."""
    if "clock" not in settings.fitted:
        return 0
    try:
        return BoxClock(board.bus()).read() * 1000
    except (OSError, BoxError):
        return 0  # It is asked again when there is a time to set it to, and is a fault then.


def _locks(settings):
    options = {"doors": settings.doors, "shut_bit": settings.shut_bit}
    return lambda port: locks.line(settings.lock, port, **options)


def _fitted(settings, board) -> dict:
    def card(port: tuple) -> CardReader:
        return CardReader(port, form=settings.card_form)

    contacts = [name for name in inputs.NAMES if name in settings.fitted]
    ways = {
        "scanner": lambda: _opener(board, "scanner", SCANNER_BAUD, Scanner),
        "card": lambda: _opener(board, "card", CARD_BAUD, card),
        "climate": lambda: _on_bus(board, ClimateSensor),
        "clock": lambda: _on_bus(board, BoxClock),
        "light": lambda: board.light,
    }
    found = {part: ways[part]() for part in settings.fitted if part in ways}
    if contacts:
        found["contacts"] = lambda: board.contacts(contacts)
    return found


def _opener(board, part: str, baud: int, driver):
    """Return a coroutine that opens a part's line; a driver that has `setup` is set up."""

    async def open_it():
        port = await board.port(part, baud)
        made = driver(port)
        try:
            if hasattr(made, "setup"):
                await made.setup()
        except Exception:
            board.close_port(port)
            raise
        return made, lambda: board.close_port(port)

    return open_it


def _on_bus(board, driver):
    async def open_it():
        return driver(board.bus()), lambda: None

    return open_it
