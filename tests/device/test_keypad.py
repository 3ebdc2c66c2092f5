"""The keypad's bytes and its twin."""

from bookcase_fw.codecs import keypad
from bookcase_fw.codecs.keypad import Decoder
from hw_sim.devices.keypad import Keypad
from hw_sim.wires import Wire


def test_each_key_is_one_byte():
    assert Decoder().feed(b"UDLR\r*#0123456789") == [word for word, _byte in keypad.KEYS]


def test_other_bytes_are_noise():
    decoder = Decoder()

    assert decoder.feed(b"\x00U\nx") == ["up"]
    assert decoder.noise_count == 3


def test_ten_thousand_random_bytes_raise_nothing_and_pile_up_nowhere():
    wire, decoder = Wire(seed=13), Decoder()
    wire.noise = 100
    for _feed in range(100):
        decoder.feed(wire.carry(b"U")[0])
        assert not decoder.waits()


def test_the_twin_presses_keys():
    twin, said = Keypad(), []
    twin.plug(said.append, lambda ms, call: None)

    twin.press("go")
    twin.press("7")
    twin.deaf = True
    twin.press("back")

    assert Decoder().feed(b"".join(said)) == ["go", "7"]
