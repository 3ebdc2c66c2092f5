"""Parts of files over HTTP: the bytes of RFC 9110's examples, addresses, and what is no answer."""

from bookcase_fw.codecs import http

# RFC 9110, section 14.4, with the length that section 15.3.7 asks for.
PARTIAL = (
    b"HTTP/1.1 206 Partial Content\r\n"
    b"Date: Wed, 15 Nov 1995 06:25:24 GMT\r\n"
    b"content-range: bytes 21010-47021/47022\r\n"
    b"Content-Length:26012\r\n"
    b"Content-Type: image/gif\r\n\r\n"
)
ADDRESSES = (
    ("http://h/x", (False, "h", 80, "/x")),
    ("https://library.example/updates/3f", (True, "library.example", 443, "/updates/3f")),
    ("http://127.0.0.1:8080", (False, "127.0.0.1", 8080, "/")),
)


def refused(work, *values) -> bool:
    try:
        work(*values)
    except http.HttpError:
        return True
    return False


def test_a_range_is_asked_for():
    wanted = b"GET /f HTTP/1.1\r\nHost: h\r\nRange: bytes=4096-8191\r\n\r\n"
    assert http.request("h", "/f", 4096, 4096) == wanted


def test_a_part_says_where_it_stands_and_what_follows_is_kept():
    assert http.head(PARTIAL + b"GIF") == ((206, 21010, 26012), b"GIF")


def test_a_head_in_pieces_is_waited_for():
    for end in range(len(PARTIAL)):
        assert http.head(PARTIAL[:end]) is None


def test_what_is_no_answer_is_refused():
    for data in (
        b"SSH-2.0\r\n\r\n",
        b"HTTP/1.1 ok\r\n\r\n",
        b"HTTP/1.1 206 x\r\nContent-Length: x\r\n\r\n",
    ):
        assert refused(http.head, data), data
    assert refused(http.head, b"x" * (http.HEAD_SIZE_MAX + 1))


def test_addresses():
    for text, wanted in ADDRESSES:
        assert http.address(text) == wanted
    for text in ("ftp://h/x", "h/x", "", "http://:80/x", "http://h:x/"):
        assert refused(http.address, text), text
