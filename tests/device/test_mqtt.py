"""MQTT packets: those that the specification prints, and what a stream may do to ours."""

from bookcase_fw.codecs import mqtt

SIZE_MAX = 200


def raw(text: str) -> bytes:
    return bytes.fromhex(text.replace(" ", ""))


def raised(data: bytes) -> bool:
    try:
        mqtt.Decoder(SIZE_MAX).feed(data)
    except mqtt.MqttError:
        return True
    return False


# Printed in MQTT Version 3.1.1, OASIS Standard, 29 October 2014; each by its figure.
def test_the_connect_header_of_figure_3_6():
    packet = mqtt.connect("d", "u", "p", 10, ("w", b"m", False))

    assert packet[2:12] == raw("00 04 4d 51 54 54 04 ce 00 0a")


def test_the_string_of_figure_1_2():
    # "A" and U+2A6D4, five bytes in UTF-8.
    packet = mqtt.publish("A\U0002a6d4", b"")

    assert packet == raw("30 07 00 05 41 f0 aa 9b 94")
    assert mqtt.Decoder(SIZE_MAX).feed(packet)[0].topic == "A\U0002a6d4"


def test_the_publish_header_of_figure_3_11():
    assert mqtt.publish("a/b", b"", 10)[2:] == raw("00 03 61 2f 62 00 0a")


def test_the_subscribe_header_of_figure_3_21_and_payload_of_3_23():
    # The figure's second filter has QoS 2, which we never ask for.
    packet = mqtt.subscribe(10, ("a/b", "c/d"))

    assert packet == raw("82 0e 00 0a 00 03 61 2f 62 01 00 03 63 2f 64 01")


def test_the_suback_payload_of_figure_3_26():
    assert mqtt.Decoder(SIZE_MAX).feed(raw("90 05 00 0a 00 02 80")) == [
        mqtt.Suback(10, (0, 2, 128))
    ]


def test_the_fixed_headers_of_figures_3_8_3_12_3_34_and_3_35():
    packets = mqtt.Decoder(SIZE_MAX).feed(raw("20 02 00 05 40 02 12 34 d0 00"))

    assert repr(packets) == repr([mqtt.Connack(5), mqtt.Puback(0x1234), mqtt.Pingresp()])
    assert mqtt.puback(0x1234) == raw("40 02 12 34")
    assert (mqtt.PING, mqtt.GOODBYE) == (raw("c0 00"), raw("e0 00"))


# Table 2.4: the smallest and the largest size of each length of the remaining length.
LENGTHS = (
    (0x7F, "7f"),
    (0x80, "80 01"),
    (0x3FFF, "ff 7f"),
    (0x4000, "80 80 01"),
)


def test_the_remaining_lengths_of_table_2_4():
    for size, text in LENGTHS:
        packet = mqtt.publish("t", b"x" * (size - 3))

        length = raw(text)
        assert packet[1 : 1 + len(length)] == length, size
        assert mqtt.Decoder(0x4000).feed(packet) == [mqtt.Publish("t", b"x" * (size - 3), 0, False)]
    assert mqtt._length(raw("30 ff ff ff 7f")) == (268435455, 5)


def test_will_user_and_password_stand_in_their_order():
    packet = mqtt.connect("bc01", "bc01", "secret", 20, ("w/t", b"gone", True))

    assert packet[:2] == bytes((mqtt.CONNECT << 4, len(packet) - 2))
    assert packet[9] == 0xEE
    assert packet[12:] == b"\x00\x04bc01\x00\x03w/t\x00\x04gone\x00\x04bc01\x00\x06secret"


def test_text_is_refused_as_a_payload():
    try:
        mqtt.publish("t", "text")
    except TypeError as error:
        assert "bytes" in str(error)
    else:
        raise AssertionError


def test_packet_ids_are_never_0():
    assert [mqtt.id_after(packet_id) for packet_id in (0, 1, 65534, 65535)] == [1, 2, 65535, 1]


def test_bytes_come_one_at_a_time_or_all_at_once():
    data = mqtt.publish("t", b"one", 1) + mqtt.publish("t", b"two", 0, True) + mqtt.puback(7)
    decoder = mqtt.Decoder(SIZE_MAX)

    slowly = []
    for byte in data:
        slowly += decoder.feed(bytes((byte,)))

    assert repr(slowly) == repr(mqtt.Decoder(SIZE_MAX).feed(data))
    assert slowly[0] == mqtt.Publish("t", b"one", 1, False)
    assert slowly[1] == mqtt.Publish("t", b"two", 0, True)


def test_a_payload_that_is_too_long_is_skipped_and_can_be_acknowledged():
    data = mqtt.publish("t", b"\xff" * 1000, 9, True) + mqtt.publish("t", b"next", 10)
    expected = [mqtt.Publish("t", None, 9, True), mqtt.Publish("t", b"next", 10, False)]

    assert mqtt.Decoder(SIZE_MAX).feed(data) == expected
    for size in (1, 7, 300):
        decoder, packets = mqtt.Decoder(SIZE_MAX), []
        for start in range(0, len(data), size):
            packets += decoder.feed(data[start : start + size])
            assert len(decoder._buffer) <= SIZE_MAX + 5
        assert packets == expected, size


# What ends the connection.
WRONG = (
    ("a length of five bytes", "30 ff ff ff ff 01"),
    ("QoS 3", "36 05 00 01 61 00 01"),
    ("a topic longer than its packet", "30 03 00 09 61"),
    ("a topic that is no UTF-8", "30 04 00 02 c3 28"),
    ("a publish without a topic", "30 01 00"),
    ("a packet id that is missing", "32 03 00 01 61"),
    ("a CONNECT, which only clients send", "10 02 00 00"),
    ("a CONNACK of three bytes", "20 03 00 00 00"),
    ("a SUBACK without codes", "90 02 00 01"),
    ("a long packet that is no publish", "40 ff 7f 00"),
    ("a long publish with a long topic", "30 ff 7f ff ff" + "61" * 300),
)


def test_what_is_no_mqtt_is_refused():
    for what, text in WRONG:
        assert raised(raw(text)), what
