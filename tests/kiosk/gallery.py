"""Every screen, filled, for tests and for eyes: `python -m tests.kiosk.gallery FOLDER [NAME]`."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kiosk.config import Panel, texts
from kiosk.core.events import (
    Crashed,
    Faulted,
    Found,
    Near,
    Neighbours,
    Paper,
    Poster,
    Printed,
    Promoted,
    Served,
    Unlinked,
)
from kiosk.core.model import Model
from kiosk.core.present import present
from kiosk.core.roles import ROLES
from kiosk.core.view import View
from kiosk.services.picture import png
from tests.kiosk import pseudo, seeker
from tests.kiosk.cabinet import READER, Cabinet, at_door, choosing
from tests.kiosk.seeker import Seeker, at_title, found, held, holding
from tests.kiosk.visit import DUE, Visit, entry

BOOKS = {
    "E1": ("三体", "刘慈欣", "I247.55"),
    "E2": ("城南旧事", "林海音", "I246.7"),
    "E3": ("夏洛的网", "E. B. 怀特", "I712.84"),
    "E4": ("The Old Man and the Sea", "Ernest Hemingway", "I712.45"),
    "E5": ("万历十五年", "黄仁宇", "K248.307"),
    "E6": ("昆虫记", "法布尔", "Q96-49"),
    "E7": ("Charlotte’s Web", "E. B. White", "I712.84"),
    "E8": ("从一到无穷大：科学中的事实和臆测", "G. 伽莫夫", "N49"),
    "E9": ("小王子", "圣埃克苏佩里", "I565.88"),
    "EA": ("Alice’s Adventures in Wonderland", "Lewis Carroll", "I561.84"),
    "EB": ("中国国家地理", "", "K92"),
    "EC": ("活着", "余华", "I247.57"),
}  # fmt: skip
MANY = tuple(BOOKS)
POSTER = Poster(str(Path(__file__).with_name("poster.png")))
NEAR = Neighbours((Near("bc02", "购物中心一楼中庭", "Shopping centre, ground-floor atrium", 263),))
NEAR_HERE = Neighbours((Near("kx01", "区图书馆一楼大厅", "District library, ground floor", 0),))


def told(tag: str, why: str = "", **fields: object) -> dict[str, object]:
    title, author, subject = BOOKS[tag]
    return entry(tag, why) | {"title": title, "author": author, "class": subject} | fields


def reading(*tags: str, left: int = 12) -> Visit:
    visit = Visit().press("borrow").card().welcome_reader(left=left).lay(*tags)
    return visit.answer("about", books=[told(tag) for tag in tags]) if tags else visit


def having(*tags: str, late: tuple[str, ...] = (), fines: int = 0) -> Visit:
    """A reader with loans stands before the empty tray."""
    books = [told(tag) for tag in tags]
    books += [told(tag, overdue_days=3, due=20261118) for tag in late]
    return Visit().press("borrow").card().welcome_reader(books=books, fines=fines)


def returning(*tags: str) -> Visit:
    visit = Visit().press("return").lay(*tags)
    return visit.answer("return", books=[told(tag) for tag in tags]) if tags else visit


def lent(*tags: str, **refused: str) -> Visit:
    visit = reading(*tags, *refused).press("confirm")
    books = [told(tag) for tag in tags] + [told(tag, why) for tag, why in refused.items()]
    return visit.answer("lend", due=DUE, books=books)


def slip() -> Visit:
    """A machine with a printer has lent three books."""
    return lent("E1", "E2", "E4").on(Paper("")).press("done")


def models() -> dict[str, Model]:
    """Return named models that together show every screen and every awkward case."""
    blocked = Visit().press("borrow").card().answer("account", ok=False, why="blocked")
    limit = Visit().press("borrow").card().welcome_reader(left=0)
    mixed = lent("E1", "E4", E8="limit", E9="on_loan")
    noted = Visit().press("return").lay("E1", "E2", "E5", "E9")
    known = [told("E1", overdue_days=3), told("E2"), told("E5", "not_on_loan")]
    noted.answer("return", books=[*known, entry("E9", "unknown_tag")]).press("confirm")
    mine = Visit().press("borrow").card().welcome_reader().lay("E1", "E3")
    mine.answer("about", books=[told("E1", "on_loan", mine=True), told("E3")])
    crowd = lent(*MANY[:4], E5="limit", E6="on_loan", E7="not_lendable", E8="unknown_tag",
                 E9="limit", EA="limit", EB="on_loan", EC="quota")  # fmt: skip
    receipt = lent("E1", "E2", "E4").press("done")
    shown = {
        "welcome": Visit(),
        "welcome_books": Visit().lay("E1", "E2"),
        "welcome_keypad": Visit().keys("down"),
        "welcome_offline": Visit(served=False),
        "welcome_no_scanner": Visit().on(Faulted("scanner", True), NEAR),
        "welcome_no_tray": Visit().on(Faulted("tray", True), NEAR),
        "welcome_broken_alone": Visit().on(Faulted("tray", True)),
        "refused_quota": Visit().on(NEAR).press("borrow").card().answer(
            "account", ok=False, why="journal_full"
        ),
        "card": Visit().press("borrow"),
        "card_notice": Visit().press("borrow").on(Served(False)).keys("down"),
        "looking": Visit().press("borrow").card(),
        "looking_slow": Visit().press("borrow").card().wait(4),
        "refused": blocked,
        "refused_limit": limit,
        "tray": reading(),
        "loans": having("E1", "E2").press("loans"),
        "loans_renewing": having("E1").press("loans", "renew"),
        "loans_renewed": having("E1", "E2", "E4").press("loans", "renew").answer(
            "renew", books=[told("E1"), told("E2", "held"), told("E4", "overdue")]
        ),
        "tray_loans": having("E1"),
        "loans_late": having("E1", late=("E2", "E4"), fines=1250).press("loans"),
        "loans_fines_only": having(fines=320).press("loans"),
        "refused_limit_loans": Visit().card().welcome_reader(left=0, books=[told("E1")]),
        "refused_owes": Visit().card().welcome_reader(
            left=0, why="owes", fines=5200, books=[told("E1", overdue_days=9)]
        ),
        "help_loans": having("E1").press("loans", "help"),
        "tray_return": returning(),
        "review_1": reading("E3"),
        "review_3": reading("E1", "E2", "E4"),
        "review_4_over": reading("E1", "E2", "E3", "E5", left=2),
        "review_6": returning(*MANY[:6]),
        "review_12": reading(*MANY),
        "review_13": reading(*MANY).lay(*MANY, "ED"),
        "review_mine": mine,
        "working": reading("E1", "E2", "E4").press("confirm"),
        "result": lent("E1", "E2", "E4"),
        "result_mixed": mixed,
        "result_crowd": crowd,
        "result_return": noted,
        "result_bits": lent("E1", E4="bit", E8="lifted"),
        "receipt": receipt,
        "receipt_printer": slip(),
        "receipt_printing": slip().press("paper"),
        "receipt_printed": slip().press("paper").on(Printed(2, True)),
        "receipt_failed": slip().press("paper").on(Printed(2, False), Paper("no_paper")),
        "receipt_cover": slip().on(Paper("cover")),
        "receipt_fault": slip().on(Paper("fault")),
        "receipt_phone": slip().press("phone"),
        "take": Visit().lay("E1").press("borrow").card().welcome_reader().press("leave"),
        "take_return": returning("E1", "E2").press("confirm", "done"),
        "goodbye": returning("E1").press("confirm", "done").lay(),
        "sorry": Visit().on(Crashed()),
        "warning": reading("E1").wait(61 + 12),
        "help_welcome": Visit().press("help"),
        "help_card": Visit().press("borrow", "help"),
        "help_tray": reading().press("help"),
        "help_result": lent("E1").press("help"),
    }  # fmt: skip
    return {name: visit.model for name, visit in shown.items()} | others()


def others() -> dict[str, Model]:
    return return24() | bookcase() | locker() | belt() | opac()


def return24() -> dict[str, Model]:
    """Return named models of a return slot."""

    def slot(*tags: str, **fields: object) -> Visit:
        visit = Visit(role="return24")
        for tag in tags:
            visit.lay(tag).answer("return", books=[told(tag, **fields)]).lay()
        return visit

    unknown = slot("E1").lay("X1").answer("return", books=[entry("X1", "unknown_tag")])
    later = slot("E1", "E2")
    later.clock = "02:14"
    later.lay("E5").answer("return", books=[told("E5", "not_on_loan")]).lay()
    shown = {
        "return24_welcome": slot(),
        "return24_broken": slot().on(Faulted("tray", True), NEAR),
        "return24_passing": slot().lay("E1"),
        "return24_result": slot("E1", "E2", overdue_days=3),
        "return24_result_mixed": later,
        "return24_unknown": unknown.lay(),
        "return24_unknown_only": Visit(role="return24").lay("X1").answer(
            "return", books=[entry("X1", "unknown_tag")]
        ),
        "return24_offline": Visit(served=False, role="return24").lay("E1").lay(),
        "return24_stuck": slot().lay("E1").wait(16),
        "return24_sorry": slot().on(Crashed()),
        "return24_help": slot().press("help"),
        "return24_warning": slot("E1").wait(70),
    }  # fmt: skip
    return {name: visit.model for name, visit in shown.items()}


def bookcase() -> dict[str, Model]:
    """Return named models of a bookcase's screen."""
    gone = ("C3", "C4")
    shown = {
        "bookcase_welcome": Cabinet(),
        "bookcase_welcome_empty": Cabinet(inside=()),
        "bookcase_attract": Cabinet().wait(61),
        "bookcase_attract_promoted": Cabinet().on(Promoted((POSTER,))).wait(61 + 2 * 9),
        "bookcase_inside": Cabinet().press("inside"),
        "bookcase_away": Cabinet().on(NEAR_HERE, Unlinked()),
        "bookcase_sorry": Cabinet().on(Crashed()),
        "bookcase_asking": Cabinet().shows("asking"),
        "bookcase_refused": Cabinet().shows("asking").shows("refused", why="limit"),
        "bookcase_offline": Cabinet().shows("asking", offline=True).shows(
            "refused", why="offline", offline=True
        ),
        "bookcase_choose": choosing(),
        "bookcase_choose_full": choosing(left=0, why="busy"),
        "bookcase_choose_12": choosing(12, doors=tuple(range(1, 13))),
        "bookcase_jammed": choosing().shows("jammed", door=3, doors=(1, 2, 4), **READER),
        "bookcase_opening": at_door("opening"),
        "bookcase_open": at_door("open"),
        "bookcase_open_nobody": Cabinet().shows("open", door=3),
        "bookcase_open_so_far": at_door("open", took=gone, put=("X1",)),
        "bookcase_left_open": at_door("left_open"),
        "bookcase_counting": at_door("counting"),
        "bookcase_again": at_door("again", unsure=1),
        "bookcase_again_over": at_door("again", over=2),
        "bookcase_done": at_door("done", took=gone, doors=(1, 2)),
        "bookcase_done_mixed": at_door("done", took=gone, put=("X1",), over=1, unsure=1),
        "bookcase_done_put": at_door("done", put=("X1", "X2"), doors=(1, 2)),
        "bookcase_done_nothing": at_door("done", doors=(1, 2)),
        "bookcase_done_unsure": at_door("done", unsure=1),
        "bookcase_done_blind": at_door("done", why="fault", doors=(1,)),
        "bookcase_more": at_door("done", took=gone, doors=(1, 2)).press("more"),
        "bookcase_help": Cabinet().press("help"),
        "bookcase_help_choose": choosing().press("help"),
        "bookcase_help_door": at_door("open").press("help"),
        "bookcase_help_done": at_door("done", put=("X1",)).press("help"),
        "bookcase_warning": Cabinet().press("inside").wait(70),
    }  # fmt: skip
    return {name: cabinet.model for name, cabinet in shown.items()} | staff()


def staff() -> dict[str, Model]:
    """Return named models of what staff see at a bookcase, and of a machine that is not well."""
    tasks = ("count", "learn", "selftest", "lock_down")
    found = (
        Found("reader.2", False),
        Found("clock", False),
        Found("climate", False, "CRC 0x5A"),
        Found("lock", True),
        Found("flash", True, "37 % full"),
    )
    heard = (Found("reader.1", True, "2: -61 dBm, 4: -70 dBm"), Found("reader.3", True))
    well = (Found("reader.1", True), Found("lock", True), Found("clock", True))
    typing = Cabinet().shows("pin")
    shown = {
        "bookcase_welcome_code": Cabinet().shows("welcome", code="SG1bc01A7K2M9QX"),
        "bookcase_locked": Cabinet().shows("welcome", locked=True),
        "bookcase_dim": Cabinet().shows("welcome", dim=True),
        "bookcase_stay": choosing().shows("choose", doors=(1, 2, 4), stay_s=20, **READER),
        "bookcase_staff_pin": typing,
        "bookcase_staff_pin_4": Cabinet().shows("pin", why="wrong_pin").keys("1", "9", "4", "7"),
        "bookcase_staff_pin_locked": Cabinet().shows("pin", why="pin_locked", wait_s=840),
        "bookcase_staff_checking": Cabinet().shows("checking"),
        "bookcase_staff": Cabinet().shows("staff", doors=(1, 2, 3, 4), tasks=tasks),
        "bookcase_staff_unlock": Cabinet().shows("staff", tasks=("selftest", "unlock")),
        "bookcase_staff_working": Cabinet().shows("working"),
        "bookcase_staff_report": Cabinet().shows("report", found=found),
        "bookcase_staff_report_well": Cabinet().shows("report", found=well),
        "bookcase_staff_learned": Cabinet().shows("report", found=heard),
        "bookcase_staff_failed": Cabinet().shows("report", why="fault"),
        "bookcase_staff_help": Cabinet().shows("staff", tasks=tasks).press("help"),
    }  # fmt: skip
    return {name: cabinet.model for name, cabinet in shown.items()}


def locker() -> dict[str, Model]:
    """Return named models of a pick-up locker."""

    def box(screen: str = "", **fields: Any) -> Cabinet:
        cabinet = Cabinet(role="locker")
        return cabinet.shows("asking").shows(screen, **fields) if screen else cabinet

    doors: dict[str, Any] = {"doors": (1, 2, 4)}
    shown = {
        "locker_welcome": box(),
        "locker_locked": box().shows("welcome", locked=True),
        "locker_code": box().press("code"),
        "locker_code_6": box().press("code").keys(*"481903"),
        "locker_asking": box("asking"),
        "locker_refused": box("refused", why="none_kept"),
        "locker_code_wrong": box("refused", why="code"),
        "locker_choose": box("choose", **doors),
        "locker_choose_low": box("choose", **doors).press("reach"),
        "locker_choose_one": box("choose", doors=(3,), why="busy"),
        "locker_opening": box("opening", door=3),
        "locker_open": box("open", door=3),
        "locker_left_open": box("left_open", door=3),
        "locker_counting": box("counting", door=3),
        "locker_again": box("again", door=3),
        "locker_jammed": box("jammed", door=3, **doors),
        "locker_done": box("done", door=3, took=("C1", "C2"), due=DUE, doors=(1,)),
        "locker_done_nothing": box("done", door=3),
        "locker_more": box("done", door=3, took=("C1",), due=DUE, **doors).press("more"),
        "locker_help": box().press("help"),
        "locker_warning": box().press("code").wait(70),
        "locker_offline": box().shows("welcome", offline=True),
        "locker_away": box().on(Unlinked()),
        "locker_sorry": box().on(Crashed()),
        "locker_staff_pin": box("pin"),
        "locker_staff_checking": box("checking"),
        "locker_staff": box("staff", doors=(1, 2, 3, 4), tasks=("count", "selftest")),
        "locker_staff_working": box("working"),
        "locker_staff_report": box("report", found=(Found("lock", True),)),
    }
    return {name: cabinet.model for name, cabinet in shown.items()}


def belt() -> dict[str, Model]:
    """Return named models of a 24-hour return with a belt."""

    def at(screen: str, **fields: Any) -> Cabinet:
        return Cabinet(role="belt").shows(screen, **fields)

    shown = {
        "belt_first": at("welcome"),
        "belt_put_in": at("put_in"),
        "belt_put_in_more": at("put_in", in_a_row=2),
        "belt_looking": at("looking"),
        "belt_returned": at("returned", in_a_row=3, put=("C1",)),
        "belt_given_back": at("given_back", why="two_things"),
        "belt_given_back_card": at("given_back", why="patron_card"),
        "belt_given_back_stranger": at("given_back", why="unknown_tag"),
        "belt_given_back_full": at("given_back", why="bins_full"),
        "belt_offline": at("put_in", offline=True),
        "belt_shut": at("shut", why="bins_full"),
        "belt_shut_jam": at("shut", why="jam", offline=True),
        "belt_away": at("put_in").on(Unlinked()),
        "belt_sorry": at("put_in").on(Crashed()),
        "belt_asking": at("asking"),
        "belt_refused": at("refused", why="busy"),
        "belt_staff_pin": at("pin"),
        "belt_staff_checking": at("checking"),
        "belt_staff": at("staff", tasks=("selftest",)),
        "belt_staff_working": at("working"),
        "belt_staff_report": at("report", found=(Found("belt", False),)),
        "belt_help": at("put_in").press("help"),
        "belt_stay": at("staff", tasks=("selftest",), stay_s=20),
    }
    return {name: cabinet.model for name, cabinet in shown.items()}


def opac() -> dict[str, Model]:
    """Return named models of a catalogue machine."""
    everywhere = at_title(seeker.THREE_BODY, seeker.PLACES)
    lent = at_title(seeker.OLD_TOWN, seeker.PLACES[2:])
    shown: dict[str, Visit] = {
        "opac_welcome": Seeker(),
        "opac_welcome_offline": Seeker(served=False),
        "opac_attract": Seeker().wait(61),
        "opac_searching": Seeker().type("s"),
        "opac_found": found(*seeker.MANY),
        "opac_found_1": found(seeker.THREE_BODY),
        "opac_found_keypad": Seeker().keys("7", "7", "7", "7"),
        "opac_found_focus": found(*seeker.MANY).keys("down"),
        "opac_found_page": found(*seeker.MANY).press("next"),
        "opac_erased": found(seeker.THREE_BODY).press("key.erase", "key.erase"),
        "opac_nothing": found(text="xyzzy"),
        "opac_away": Seeker(served=False).type("st").alone(),
        "opac_title": everywhere,
        "opac_title_wide": at_title(seeker.LATIN, seeker.PLACES * 3),
        "opac_title_shelf": at_title(seeker.LONG),
        "opac_title_lent": lent,
        "opac_title_none": at_title(seeker.SANTI),
        "opac_title_no_scanner": at_title().on(Faulted("scanner", True)),
        "opac_phone": at_title(seeker.LONG, seeker.PLACES).press("phone"),
        "opac_card": at_title(seeker.OLD_TOWN).press("hold"),
        "opac_holding": holding(),
        "opac_holding_slow": holding().wait(4),
        "opac_held": held(),
        "opac_held_kept": held(0),
        "opac_held_refused": held(why="have_it"),
        "opac_held_unsure": holding().silence("hold"),
        "opac_sorry": Seeker().on(Crashed()),
        "opac_help": Seeker().press("help"),
        "opac_help_title": at_title().press("help"),
        "opac_warning": at_title().wait(70),
    }
    return {name: visit.model for name, visit in shown.items()}


def words_of(language: str) -> Mapping[str, str]:
    return pseudo.texts() if language == pseudo.LANGUAGE else texts(language)


def views(
    language: str, large: bool = False, contrast: bool = False, child: bool = False
) -> Iterator[tuple[str, View]]:
    words = words_of(language)
    for name, model in models().items():
        if child and ROLES[model.world.role].reaches:
            continue  # A screen that can be lowered has no child's mode.
        seen = model._replace(language=language, large=large, contrast=contrast, child=child)
        yield name, present(seen, words)


Look = tuple[str, bool, bool, bool]  # Language; large, contrast, child.


def look_name(look: Look) -> str:
    words = ("large", "contrast", "child")
    return "-".join([look[0], *(word for word, on in zip(words, look[1:], strict=True) if on)])


def draw(folder: Path, looks: list[Look], only: str = "") -> None:
    from kiosk.ui import env

    folder.mkdir(parents=True, exist_ok=True)

    env.prepare(Panel(), folder / ".kivy")
    from kivy.base import EventLoop

    from kiosk.ui.window import Kiosk

    kiosk = Kiosk(Panel(), send=lambda word: None)
    kiosk._run_prepare()
    EventLoop.start()
    for look in looks:
        for name, view in views(*look):
            if not name.startswith(only):
                continue
            kiosk.show(view, words_of(look[0])["separator"])
            EventLoop.idle()
            (folder / f"{name}-{look_name(look)}.png").write_bytes(png(kiosk.picture(1080)))


if __name__ == "__main__":
    draw(
        Path(sys.argv[1]),
        [
            ("zh", False, False, False),
            ("en", False, False, False),
            ("en", True, False, False),
            ("zh", False, True, False),
            ("zh", False, False, True),
        ],
        *sys.argv[2:],
    )
