"""Receipts: the printer's bytes, its twin with paper and faults, and what the screen offers."""

from collections.abc import Iterator

import pytest

from bookcase_fw.codecs import escpos
from hw_sim.devices.printer import Printer as Twin
from kiosk.config import texts
from kiosk.core.events import Faulted, Paper, Printed
from kiosk.core.present import present
from kiosk.core.receipt import Line, lines, text
from kiosk.core.view import Choice, View
from kiosk.devices.printer import COLUMNS, Printer, broken, encode
from tests.kiosk.gallery import lent, slip
from tests.kiosk.test_devices import LIMIT_S, RETRY_S, Desk
from tests.kiosk.visit import Visit

ZH, EN = texts("zh"), texts("en")
SLIP = (Line("书柜", large=True), Line("《三体》"))
NOTHING_S = 0.2  # For a printer that never says that it is done.

# Epson's ESC/POS command reference, and GB 18030 for the characters.
MANUAL = (
    # bytes             what they are
    ("10 04 04",        escpos.Command("status", 4)),
    ("1b 40",           escpos.Command("init", 0)),
    ("1b 45 01",        escpos.Command("bold", 1)),
    ("1b 61 01",        escpos.Command("align", 1)),
    ("1b 64 02",        escpos.Command("feed", 2)),
    ("1c 26",           escpos.Command("chinese", 0)),
    ("1d 21 11",        escpos.Command("size", 0x11)),
    ("1d 56 42 00",     escpos.Command("cut", 0)),
    ("1d 72 01",        escpos.Command("done", 1)),
    ("c8 fd cc e5 0a",  escpos.Text("三体\n".encode("gb18030"))),
)  # fmt: skip
# DLE EOT n: (n, answer, what it says).
ANSWERS = (
    (4, 0x12, []), (4, 0x1E, ["low"]), (4, 0x72, ["no_paper"]), (4, 0x7E, ["no_paper", "low"]),
    (2, 0x12, []), (2, 0x16, ["cover"]), (2, 0x52, ["fault"]), (3, 0x1A, ["fault"]),
)  # fmt: skip


@pytest.mark.parametrize(("frame", "meaning"), MANUAL)
def test_frames_of_the_manual(frame: str, meaning: object) -> None:
    data = bytes.fromhex(frame)

    assert repr(escpos.Decoder().feed(data)) == repr([meaning])
    if isinstance(meaning, escpos.Command):
        assert escpos.encode(meaning.name, meaning.value) == data


@pytest.mark.parametrize(("number", "byte", "words"), ANSWERS)
def test_status_of_the_manual(number: int, byte: int, words: list[str]) -> None:
    assert escpos.is_status(byte)
    assert escpos.status(number, byte) == words


def test_commands_and_text_in_one_stream_come_apart_byte_by_byte() -> None:
    decoder, data = escpos.Decoder(), encode(SLIP)

    found = [frame for byte in data for frame in decoder.feed(bytes((byte,)))]

    said = b"".join(frame.data for frame in found if isinstance(frame, escpos.Text))
    assert said.decode("gb18030") == "书柜\n《三体》\n"
    assert [f.name for f in found if isinstance(f, escpos.Command)][-2:] == ["feed", "cut"]


def test_what_could_be_a_command_is_not_printed() -> None:
    data = encode((Line("三\x1d\x56体\x10"),))

    assert [f.name for f in escpos.Decoder().feed(data) if isinstance(f, escpos.Command)] == [
        "init", "chinese", "size", "bold", "feed", "cut",
    ]  # fmt: skip


def test_lines_break_at_the_width_of_the_paper() -> None:
    assert broken("一" * 17, COLUMNS) == ["一" * 16, "一"]
    assert broken("a" * 31 + "一", COLUMNS) == ["a" * 31, "一"]


# --- the device and its twin -------------------------------------------------------------------


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


def started(desk: Desk, twin: Twin) -> Printer:
    printer = Printer(desk.plug_in(twin), desk.posted.put, RETRY_S, 0.02, NOTHING_S)
    desk.start(printer)
    return printer


def posted(desk: Desk) -> object:
    return desk.posted.get(timeout=LIMIT_S)


def test_a_receipt_is_printed_and_cut(desk: Desk) -> None:
    twin = Twin()
    printer = started(desk, twin)
    assert posted(desk) == Paper("")

    printer.print(5, SLIP)

    assert posted(desk) == Printed(5, True)
    assert [data.decode("gb18030") for data in twin.receipts] == ["书柜\n《三体》\n"]


def test_paper_that_ends_is_known_before_anybody_asks_and_so_is_a_new_roll(desk: Desk) -> None:
    twin = Twin(lines_left=2)
    started(desk, twin)
    assert posted(desk) == Paper("low")

    desk.do(lambda: twin.change_roll(0))
    assert [posted(desk), posted(desk)] == [Paper("no_paper"), Faulted("printer", True)]

    desk.do(twin.change_roll)
    assert [posted(desk), posted(desk)] == [Paper(""), Faulted("printer", False)]


def test_paper_that_ends_in_the_middle_is_no_receipt(desk: Desk) -> None:
    twin = Twin(lines_left=1)
    printer = started(desk, twin)
    assert posted(desk) == Paper("low")

    printer.print(5, SLIP)

    assert posted(desk) == Printed(5, False)
    assert twin.receipts == []


def test_a_printer_that_falls_silent_answers_for_its_receipts(desk: Desk) -> None:
    twin = Twin()
    printer = started(desk, twin)
    assert posted(desk) == Paper("")

    desk.do(lambda: setattr(twin, "deaf", True))
    assert {repr(posted(desk)) for _ in range(2)} == {
        repr(Paper("fault")), repr(Faulted("printer", True)),
    }  # fmt: skip
    printer.print(5, SLIP)

    while (event := posted(desk)) == Paper("fault"):
        pass
    assert event == Printed(5, False)


@pytest.mark.parametrize("word", ["cover", "fault"])
def test_an_open_cover_and_a_jammed_knife_are_told(desk: Desk, word: str) -> None:
    twin = Twin()
    setattr(twin, word, True)

    started(desk, twin)

    assert [posted(desk), posted(desk)] == [Paper(word), Faulted("printer", True)]


# --- what a reader is offered ------------------------------------------------------------------


def choices(visit: Visit) -> list[Choice]:
    return list(seen(visit).choices)


def seen(visit: Visit) -> View:
    return present(visit.model, ZH)


def test_paper_a_phone_or_nothing() -> None:
    assert [choice.word for choice in choices(slip())] == ["done", "paper", "phone"]
    without = lent("E1").press("done")
    assert [choice.word for choice in choices(without)] == ["done", "phone"]


@pytest.mark.parametrize(
    ("word", "why"), [("no_paper", "没有纸了"), ("cover", "盖子开着"), ("fault", "打印机坏了")]
)
def test_a_printer_that_does_not_print_is_grey_with_the_reason(word: str, why: str) -> None:
    visit = slip().on(Paper(word), Faulted("printer", True))

    (grey,) = [choice for choice in choices(visit) if choice.grey]

    assert (grey.word, grey.detail) == ("paper", why)
    assert f"打小票 {why}" in seen(visit).spoken
    assert visit.press("paper").model.receipt == ""
    assert visit.press("done").state == "take"


def test_a_receipt_that_fails_is_said_and_stops_nobody() -> None:
    visit = slip().press("paper").on(Printed(2, False))
    assert seen(visit).notice == "小票没有打出来。借书已经办好，不受影响"
    assert "paper" in [choice.word for choice in choices(visit)]

    assert visit.press("done").state == "take"


def test_a_receipt_for_somebody_who_has_left_changes_nothing() -> None:
    visit = slip().press("paper", "done").lay().wait(5)

    assert visit.on(Printed(2, True)).model.receipt == ""


def test_a_receipt_names_the_books_and_the_day_and_nobody() -> None:
    said = text(slip().model, ZH)

    assert said == (
        "书柜\n借书 3 本\n请在 12月21日 前还\n《三体》  02:13\n《城南旧事》  02:13\n"
        "《The Old Man and the Sea》  02:13\n到期前在任一机器还或续借"
    )
    assert "林" not in said
    assert lines(slip().model, EN)[1].text == "3 books on loan"


def test_the_code_for_a_phone_says_what_the_paper_says() -> None:
    view = seen(slip().press("phone"))

    assert (view.picture, view.code) == ("code", text(slip().model, ZH))
    assert slip().press("phone", "back").state == "receipt"
    assert slip().press("phone", "done").state == "take"
