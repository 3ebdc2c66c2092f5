"""The panel link's frames and the twin of the bookcase's screen."""

from bookcase_fw import wire
from bookcase_fw.codecs import crc, panel
from bookcase_fw.codecs.panel import Decoder
from hw_sim.devices.panel import Screen
from hw_sim.wires import Wire


def _shown(**fields: object) -> dict:
    return wire.check("shown", wire.panel_fields("shown"), fields)


def test_the_checksum_is_crc_16_xmodem():
    # Check value of the catalogue of parametrised CRC algorithms.
    assert crc.xmodem(b"123456789") == 0x31C3


def test_the_tags_checksum_is_crc_16_genibus():
    # Check value of the same catalogue; ISO/IEC 18000-63 uses this one.
    assert crc.gen2(b"123456789") == 0xD64E


def test_a_frame_drawn_by_hand():
    # Of our own making: 02, size 21, payload, CRC.
    frame = b'\x02\x00\x15{"choose": {"door": 2}}'
    frame = frame[:2] + bytes((len(frame) - 3,)) + frame[3:]
    frame += crc.xmodem(frame[1:]).to_bytes(2, "big")

    assert panel.encode("choose", {"door": 2}) == frame
    assert Decoder().feed(frame) == [("choose", {"door": 2})]


def test_all_messages_of_the_contract_pass():
    for name, fields in (
        (
            "shown",
            _shown(screen="done", took=["E2" * 12] * 12, put=["A1" * 12] * 12, name="\u674e*"),
        ),
        ("choose", {"door": 4}),
        ("leave", {}),
    ):
        assert Decoder().feed(panel.encode(name, fields)) == [(name, fields)], name


def test_what_is_not_in_the_contract_cannot_be_sent():
    for name, fields in (("shout", {}), ("choose", {}), ("choose", {"door": "2"})):
        try:
            panel.encode(name, fields)
            raise AssertionError(name)
        except wire.WireError:
            pass


def test_a_sound_frame_that_is_not_in_the_contract_is_noise():
    decoder = Decoder()
    for payload in (b"{", b"{}", b'{"shout": {}}', b'{"choose": 2}', b'{"choose": {"door": "2"}}'):
        body = len(payload).to_bytes(2, "big") + payload
        frame = b"\x02" + body + crc.xmodem(body).to_bytes(2, "big")

        before = decoder.noise_count
        assert decoder.feed(frame) == [], payload
        assert decoder.noise_count - before == len(frame)


def test_one_byte_at_a_time():
    decoder = Decoder()
    data = panel.encode("choose", {"door": 1}) + panel.encode("leave", {})

    frames = [frame for byte in data for frame in decoder.feed(bytes((byte,)))]

    assert frames == [("choose", {"door": 1}), ("leave", {})]


def test_cut_frames_noise_and_wrong_checksums_cost_only_themselves():
    good = panel.encode("choose", {"door": 3})
    for bad in (good[:9], b"\x02\xff\xff\x00\x02", good[:-1] + bytes((good[-1] ^ 1,))):
        decoder = Decoder()

        frames = decoder.feed(bad + good)
        frames += decoder.flush()

        assert frames == [("choose", {"door": 3})], bad
        assert decoder.noise_count == len(bad)


def test_ten_thousand_random_bytes_raise_nothing_and_pile_up_nowhere():
    line, decoder = Wire(seed=11), Decoder()
    line.noise = 100
    for _feed in range(100):
        decoder.feed(line.carry(b"\x02")[0])
        assert len(decoder._buffer) < panel.HEADER_SIZE + panel.PAYLOAD_SIZE_MAX + panel.CRC_SIZE


def test_the_twin_keeps_what_it_shows():
    screen, looks = Screen(), []
    screen.on_shown = looks.append

    screen.feed(panel.encode("shown", {"screen": "welcome"}))
    screen.feed(panel.encode("shown", {"screen": "choose", "doors": [1, 2]}))

    assert screen.shown == _shown(screen="choose", doors=[1, 2])
    assert [fields["screen"] for fields in screen.history] == ["welcome", "choose"]
    assert looks == screen.history


def test_a_touch_on_the_twin_is_a_frame():
    screen, said = Screen(), []
    screen.plug(said.append, lambda ms, call: None)

    screen.choose(2)
    screen.leave()

    assert Decoder().feed(b"".join(said)) == [("choose", {"door": 2}), ("leave", {})]
