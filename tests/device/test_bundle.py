"""What a manifest may say, and which updates a machine may take."""

from bookcase_fw import bundle

HASH = "3f" * 32
HEAD = bundle.Head("firmware", "0.10.0", "0.2.0", "*")


def refused(work, *values, **names) -> str:
    try:
        work(*values, **names)
    except bundle.BundleError as error:
        return str(error)
    return ""


def check(head: bundle.Head, running: str = "0.9.0", firmware: str = "0.9.0") -> str:
    return refused(bundle.check_head, head, "firmware", "bc01", running=running, firmware=firmware)


def test_a_head_has_five_words():
    assert bundle.head("shugui firmware 0.10.0 0.2.0 *\n") == HEAD
    for line in ("", "shugui firmware 1", "other firmware 1 1 *", "shugui photos 1 1 *"):
        assert refused(bundle.head, line) == "malformed", line


def test_files_follow_one_another():
    lines = ("%s 7 bookcase_fw/app.mpy\n" % HASH, "%s 3 board.mpy\n" % HASH)

    firsts = [(entry.path, entry.first) for entry in bundle.entries(lines, 100)]

    assert firsts == [("bookcase_fw/app.mpy", 100), ("board.mpy", 107)]


def test_no_file_lies_outside_its_half():
    for path in ("/main.py", "../b/app.mpy", "a//b", "a/../../x", "manifest", "signature", "A", ""):
        line = "%s 7 %s" % (HASH, path)
        assert refused(lambda text: list(bundle.entries((text,), 0)), line) == "malformed", path


def test_a_size_is_a_number_and_a_hash_has_64_digits():
    for line in ("%s x a.mpy" % HASH, "%s -1 a.mpy" % HASH, "3f 7 a.mpy"):
        assert refused(lambda text: list(bundle.entries((text,), 0)), line) == "malformed", line


def test_versions_are_compared_by_numbers():
    assert check(HEAD) == ""
    assert check(HEAD, running="0.10.0") == ""
    assert check(HEAD, running="0.11.0") == "older"
    assert check(HEAD, firmware="0.1.9") == "too_new"
    assert check(bundle.Head("firmware", "1.x", "0.1.0", "*")) == "malformed"


def test_it_is_for_this_machine_and_of_this_kind():
    assert check(bundle.Head("config", "2", "0.1.0", "*")) == "not_ours"
    assert check(bundle.Head("firmware", "2", "0.1.0", "bc02")) == "not_ours"
    assert check(bundle.Head("firmware", "2", "0.1.0", "bc01")) == ""
