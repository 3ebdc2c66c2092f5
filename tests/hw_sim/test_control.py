"""The control line: answers of every shape, several people at once, and rubbish."""

import asyncio
import contextlib
import io
import random
from collections.abc import AsyncIterator

import pytest

from hw_sim import control, hands, panel
from hw_sim.world.truth import HandError
from tests.hw_sim.lines import small_room
from tests.hw_sim.small import barcode

SHAPES = (
    # lines that are answered            bytes on the wire
    ([], b"ok\n"),
    (["one line"], b"ok one line\n"),
    (["书 的名字"], "ok 书 的名字\n".encode()),
    (["one", "two"], b"ok:\none\ntwo\n.\n"),
    (["one", "", ".", "..two"], b"ok:\none\n\n..\n...two\n.\n"),
)


def read(data: bytes) -> list[str]:
    answer = control.Answer()
    ends = [answer.add(line) for line in io.BytesIO(data)]
    assert ends == [False] * (len(ends) - 1) + [True]
    return answer.lines


@contextlib.asynccontextmanager
async def listening(run: control.Run) -> AsyncIterator[tuple[str, int]]:
    server = control.Server(run)
    address = await server.start()
    try:
        yield address
    finally:
        await server.stop()


@contextlib.asynccontextmanager
async def client(address: tuple[str, int]) -> AsyncIterator[control.Client]:
    found = await control.Client.connect(*address)
    try:
        yield found
    finally:
        await found.close()


@pytest.mark.parametrize(("lines", "data"), SHAPES)
def test_answers_are_written_and_read_alike(lines: list[str], data: bytes) -> None:
    assert control.encode(lines) == data
    assert read(data) == lines


def test_a_line_with_a_break_inside_is_two_lines() -> None:
    assert read(control.encode(["one\ntwo"])) == ["one", "two"]


def test_an_answer_that_was_cut_is_no_answer() -> None:
    answer = control.Answer()
    assert not answer.add(b"ok:\n")

    with pytest.raises(ConnectionError):
        answer.add(b"half a li")


async def test_hands_work_over_the_line() -> None:
    room = small_room()
    async with listening(hands.table(room).run) as address, client(address) as line:
        assert await line.say("force bc01 1") == []
        assert await line.say(f"where {barcode(1)}") == [f"{barcode(1)} Title 1 is in bc01/1"]
        assert (await line.say("look bc01"))[2] == "door 1, open: 2 of 4"
        with pytest.raises(HandError, match="stands open already"):
            await line.say("force bc01 1")
        assert await line.say(f"take bc01 1 {barcode(1)}") == []


async def test_two_people_take_turns() -> None:
    running, most = 0, 0

    async def run(line: str) -> list[str]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return [line]

    async with listening(run) as address, client(address) as one, client(address) as other:
        for _ in range(20):
            said = await asyncio.gather(one.say("one"), other.say("other"))
            assert said == [["one"], ["other"]]
    assert most == 1


async def test_a_refusal_is_one_line_whatever_its_words() -> None:
    async def run(_line: str) -> list[str]:
        raise HandError("no,\nnot\r\n  here")

    async with listening(run) as address, client(address) as line:
        with pytest.raises(HandError, match="^no, not here$"):
            await line.say("take")


@pytest.mark.parametrize("line", ["two\nlines", "x" * control.LINE_SIZE_MAX])
async def test_a_command_that_is_no_line_is_not_sent(line: str) -> None:
    async with listening(hands.table(small_room()).run) as address, client(address) as end:
        with pytest.raises(HandError, match="one line"):
            await end.say(line)

        assert await end.say("faults") == []


async def test_quit_and_endless_lines_end_the_connection_and_no_other() -> None:
    async with listening(hands.table(small_room()).run) as address, client(address) as other:
        for data in (b"quit\n", b"x" * 3 * control.LINE_SIZE_MAX + b"\n", b"half a line"):
            reader, writer = await asyncio.open_connection(*address)
            writer.write(data)
            writer.write_eof()
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""
            writer.close()

        assert await other.say("faults") == []


async def test_rubbish_is_refused_line_by_line() -> None:
    dice = random.Random(5)
    async with listening(hands.table(small_room()).run) as address:
        reader, writer = await asyncio.open_connection(*address)
        for _ in range(300):
            writer.write(dice.randbytes(dice.randrange(60)).replace(b"\n", b"") + b"\n")

            assert (await reader.readline()).startswith(b"no: There is no command")
        writer.close()


async def test_the_panel_prints_answers_and_says_by_its_status_what_was_refused() -> None:
    out = io.StringIO()
    lines = ["# a remark\n", "\n", "force bc01 1\n", "machines\n", "quit\n", "force bc01 2\n"]
    async with listening(hands.table(small_room()).run) as address:
        end = await asyncio.to_thread(control.BlockingClient, *address)

        good = await asyncio.to_thread(panel.run, end.say, iter(lines), out)
        bad = await asyncio.to_thread(panel.run, end.say, iter(["steal\n", "machines\n"]), out)
        end.close()

    assert (good, bad) == (0, 1)
    machines = "bc01 bookcase, 2 doors, 4 copies\nbc02 bookcase, 2 doors, 2 copies\n"
    machines += "kx01 kiosk, 0 copies on the tray\nrt01 24-hour return, bins 0 %, 0 % full\n"
    machines += "rt01 24-hour return, bins 0 %, 0 % full\n"


@pytest.mark.parametrize("at", ["127.0.0.1:1", "127.0.0.1:none", "nowhere", "127.0.0.1:99999"])
def test_a_panel_without_a_simulator_says_so(at: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert panel.main(["--at", at]) == 2
    assert "Nothing listens" in capsys.readouterr().err
