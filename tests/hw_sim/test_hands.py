"""The table of hands and faults: every row does what it says, and nothing else can be said."""

import random
import re

import pytest

from bookcase_fw.codecs import wjl
from hw_sim import command, hands
from hw_sim.command import Row
from hw_sim.hands import Room
from hw_sim.world.places import Belt, Compartment, Hands, Tray
from hw_sim.world.truth import HandError
from tests.hw_sim.lines import small_room
from tests.hw_sim.small import ANN, BEN, SHELVED, barcode, tag

# A story in which every row of the table is used; `#` lines are what a machine does meanwhile.
STORY = f"""
machines
scan bc01 {ANN}
choose bc01 1
#release
pull bc01 1
take bc01 1 {barcode(1)}
take bc01 1 {barcode(2)} {BEN}
rebound bc01 1 250
put bc01 1 {barcode(2)}
shut bc01 1
leave bc01
force bc01 2
take bc01 2 {barcode(3)}
take bc01 2 {barcode(4)} -
foreign bc01 2
foreign bc01 2 {tag(1)}
force bc01 1
move bc01 1 2 {barcode(2)}
pick {SHELVED} {BEN}
scan kx01 {BEN}
key kx01 UDLR>*#05
roll kx01 300
lay kx01 {SHELVED}
lift kx01 {SHELVED} {BEN}
told {SHELVED} {BEN}
shelve {SHELVED} lib02
told {SHELVED} -
tap bc01 04A1B2C3
code bc01 123456
pick {SHELVED} {BEN}
pick {barcode(7)} {BEN}
drop rt01 {barcode(7)} {SHELVED}
full rt01 1 95
empty rt01 1
halt rt01 on
halt rt01 off
snag rt01
clear rt01
warm rt01 61
ring bc01 water on
mute bc01 climate on
deaf bc02 lock
hearing bc02 lock
noise bc02 reader.2 3
cut bc02 scanner 1
checksum bc02 panel 2
chop kx01 tray on
chop kx01 tray off
delay kx01 keypad 20
pin bc01 271828
task bc01 count
jam bc01 1
stick bc01 1 shut
free bc01 1
miss {barcode(5)} 2
dead {barcode(6)}
look bc01
look kx01
receipts kx01
where {barcode(1)}
story {barcode(1)}
faults
help
help take
"""


async def play(room: Room, story: str) -> dict[str, list[str]]:
    """Say each line; return what the last line of each word answered."""
    table, answers = hands.table(room), {}
    for line in story.split("\n"):
        if line == "#release":
            hands.bookcase(room, "bc01").lock.feed(wjl.encode(1, "open", 1))
        elif line:
            answers[line.split()[0]] = await table.run(line)
    return answers


async def test_every_row_of_the_table_is_carried_out() -> None:
    room = small_room()

    answers = await play(room, STORY)

    assert answers.keys() == hands.table(room).rows.keys()
    places = room.world.places
    assert places[barcode(1)] == Hands(ANN)
    assert places[barcode(2)] == Compartment("bc01", 2)
    assert places[barcode(3)] == places[barcode(4)] == Hands("")
    assert places[SHELVED] == places[barcode(7)] == Belt("rt01")
    assert answers["where"] == [f"{barcode(1)} Title 1 is in the hands of {ANN}"]
    assert "lib" not in " ".join(answers["look"])
    assert room.struck == {"jam": 1, "stick": 1, "dead": 1, "foreign": 2}


async def test_switched_faults_are_on_the_line_to_the_part() -> None:
    room = small_room()

    await play(room, STORY.replace("hearing bc02 lock\n", ""))

    bookcase, kiosk = room.machines["bc02"], room.machines["kx01"]
    assert bookcase.part("lock").port.wire.deaf
    assert bookcase.part("reader.2").port.wire.noise == 3
    assert bookcase.part("scanner").port.wire.cut == 1
    assert bookcase.part("panel").port.wire.garble == 2
    assert kiosk.part("keypad").port.wire.delay_ms == 20
    assert not kiosk.part("tray").port.wire.chop


async def test_faults_are_counted_when_they_come_true() -> None:
    room = small_room()
    wire = room.machines["bc01"].part("lock").port.wire
    table = hands.table(room)
    await table.run("cut bc01 lock 1")
    await table.run(f"miss {barcode(1)} 2")
    assert room.fired() == {}

    wire.carry(wjl.encode(1, "read"))
    for _ in range(3):
        room.radio.hear("bc01", 1)

    assert room.fired() == {"cut": 1, "miss": 2}
    assert [line.split() for line in await table.run("faults")] == [["cut", "1"], ["miss", "2"]]


async def test_a_card_at_a_machine_with_an_open_door_does_not_change_who_is_there() -> None:
    room = small_room()
    await play(room, f"\nscan bc01 {ANN}\n#release\npull bc01 1\nscan bc01 {BEN}")

    await play(room, f"\ntake bc01 1 {barcode(1)}")

    assert room.world.where(barcode(1)) == Hands(ANN)


async def test_a_book_at_the_scanner_is_no_visitor() -> None:
    room = small_room()

    await play(room, f"\nscan kx01 {barcode(7)}")

    assert room.world.visitors == {}


async def test_the_desk_adds_rows_of_its_own() -> None:
    room, powered = small_room(), {"bc01": True}

    async def power(_room: object, device: str, on: bool) -> str:
        powered[device] = on
        return f"{device} is {'on' if on else 'off'}"

    row = Row("fault", "power", "DEVICE STATE", "cut a machine's power, or give it back", power)
    table = hands.table(room, (row,))

    assert await table.run("power bc01 off") == ["bc01 is off"]
    assert powered == {"bc01": False}
    assert table.done == {"power": 1}
    assert any("cut a machine's power" in line for line in await table.run("help"))


REFUSED = (
    ("", "no command ''"),
    ("steal bc01", "no command 'steal'"),
    ("take", "It is: take BOOKCASE DOOR BARCODE"),
    ("take bc01 1", "It is: take"),
    (f"take bc01 1 {barcode(1)} {ANN} more", "It is: take"),
    (f"take bc01 0 {barcode(1)}", "'0' is not a DOOR"),
    (f"take bc01 -1 {barcode(1)}", "'-1' is not a DOOR"),
    ("take bc01 1 9787", "'9787' is not a BARCODE"),
    (f"take bc01 1 {barcode(1)} Ann", "'Ann' is not a CARD"),
    (f"take bc09 1 {barcode(1)}", "no door bc09/1"),
    ("pull kx01 1", "kx01 has no doors"),
    ("key bc01 D", "bc01 is no kiosk"),
    ("key kx01 X", "'X' is not a KEYS"),
    ("look bc09", "no bc09 here"),
    ("deaf bc01 tray", "bc01 has no tray"),
    ("chop bc01 lock maybe", "'maybe' is not a STATE"),
    ("foreign bc01 1", "bc01/1 is shut"),
    ("foreign bc01 1 e2", "'e2' is not a TAG"),
    ("miss MH99999999 1", "no copy MH99999999"),
    ("where MH99999999", "no copy MH99999999"),
    ("help steal", "no command 'steal'"),
    ("scan bc01", "It is: scan DEVICE TEXT"),
    ("machines now", "It is: machines"),
)


@pytest.mark.parametrize(("line", "sentence"), REFUSED)
async def test_what_cannot_be_done_is_refused_with_a_sentence(line: str, sentence: str) -> None:
    with pytest.raises(HandError, match=re.escape(sentence)):
        await hands.table(small_room()).run(line)


def test_the_text_of_a_scan_keeps_its_blanks() -> None:
    row = small_row("scan")

    assert command.read(row, "bc01 ISBN 978 7") == ["bc01", "ISBN 978 7"]


def test_rows_are_whole_and_say_each_word_once() -> None:
    words = [row.word for row in hands.ROWS]
    known = {name for name, *_rest in command.ARGUMENTS}

    assert len(words) == len(set(words))
    assert {row.kind for row in hands.ROWS} == {kind for kind, _heading in command.KINDS}
    for row in hands.ROWS:
        assert set(re.findall("[A-Z]+", row.arguments)) <= known, row.word
        assert len(command.usage(row)) <= 100, row.word


async def test_no_line_however_odd_does_more_than_be_refused() -> None:
    """Words of the table and of the world in any order: an answer, or a HandError; nothing else."""
    room, dice = small_room(), random.Random(11)
    table = hands.table(room)
    words = STORY.split() + ["", "-", "\x00", "999999999999", "书", "bc01/1", "[CARD]", "reader.9"]
    refused = 0

    for _ in range(3000):
        first = dice.choice((*table.rows, dice.choice(words)))
        line = " ".join([first, *dice.choices(words, k=dice.randrange(5))])
        try:
            await table.run(line)
        except HandError:
            refused += 1

    assert 1000 < refused < 3000
    assert sorted(room.world.places) == sorted(room.world.copies)
    assert Tray("kx01") in room.world.capacity


def small_row(word: str) -> Row:
    return next(row for row in hands.ROWS if row.word == word)
