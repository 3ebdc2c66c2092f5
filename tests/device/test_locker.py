"""A pick-up locker: a door opens for whom its parcel is kept, by card or by code."""

from tests.device.lab import READER, Lab, tag

CODE = "482913"


class Locker(Lab):
    FIELDS = {"machine": "locker", "low_doors": [3]}

    def __init__(self, *doors: int):
        """doors: those that keep something for the reader."""
        super().__init__(books=((1,), (2,), (3,)))
        books = [{"tag": tag(door), "ok": True, "barcode": "MH", "door": door} for door in doors]
        yes = {"id": "1.1", "ok": True, "reader": READER, "books": books}
        self.service.answer = yes if doors else {"id": "1.1", "ok": False, "why": "none_kept"}


async def test_a_code_opens_the_door_of_its_parcel_and_what_is_taken_is_a_loan():
    locker = Locker(2)
    await locker.start()
    locker.screen.type_code(CODE)
    await locker.until(lambda: locker.board.is_released(2), "the lock")
    locker.board.pull_door(2)
    await locker.shows("open")
    locker.take(2, 2)
    await locker.shut(2)

    (session,) = locker.service.sessions
    assert session["how"] == "code" and session["reader"] == READER and session["took"] == [tag(2)]
    (asked,) = locker.service.asked
    assert asked["op"] == "pickup" and asked["text"] == CODE and asked["reader"] == ""
    await locker.switch_off()


async def test_a_card_opens_what_is_kept_for_it_low_doors_first_and_no_other():
    locker = Locker(1, 3)
    await locker.start()
    await locker.come()
    assert locker.screen.shown["doors"] == [3, 1] and locker.screen.shown["left"] == 2
    assert locker.screen.shown["machine"] == "locker"

    locker.screen.choose(2)
    await locker.open(3)
    locker.take(3, 3)
    await locker.shut(3)
    assert not locker.board.is_released(2)
    (session,) = locker.service.sessions
    assert session["door"] == 3 and session["how"] == "card" and session["reader"] == READER
    assert locker.service.asked[0]["reader"] == READER and locker.service.asked[0]["text"] == ""
    await locker.switch_off()


async def test_who_has_nothing_kept_and_whoever_comes_offline_is_told_why():
    locker = Locker()
    await locker.start()
    locker.screen.type_code(CODE)
    await locker.shows("refused")
    assert locker.screen.shown["why"] == "none_kept"
    await locker.shows("welcome")

    locker.service.served = False
    locker.screen.type_code(CODE)
    await locker.shows("refused")
    assert locker.screen.shown["why"] == "offline"
    await locker.switch_off()


async def test_a_code_typed_at_a_bookcase_means_nothing():
    case = Lab()
    await case.start()
    case.screen.type_code(CODE)
    await case.come()

    assert [asked["op"] for asked in case.service.asked] == ["open"]
    await case.switch_off()
