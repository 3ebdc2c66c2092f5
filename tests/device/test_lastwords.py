"""What is kept of a crash: the kind of error and its places, the innermost first."""

from bookcase_fw import lastwords

# As both interpreters print them, outermost first.
MICROPYTHON = """Traceback (most recent call last):
  File "/bookcase_fw/main.py", line 190, in main
  File "bookcase_fw/visits.py", line 45, in take
ValueError: no reader has the card 04A1B2C3
"""
CPYTHON = """Traceback (most recent call last):
  File "/x/main.py", line 190, in main
    step()
  File "/x/visits.py", line 45, in take
    raise ValueError("04A1B2C3")
ValueError: 04A1B2C3
"""


class Notes:
    def __init__(self):
        self.kept = {}

    def load(self, name: str, default: object) -> object:
        return self.kept.get(name, default)

    def save(self, name: str, value: object):
        self.kept[name] = value


def test_kind_and_places_are_kept_and_what_it_was_about_is_not():
    for printed in (MICROPYTHON, CPYTHON):
        assert lastwords.shortened("ValueError", printed) == (
            "ValueError < visits.py:45 take < main.py:190 main"
        )


def test_a_long_way_down_is_cut_and_the_innermost_place_stays():
    deep = "".join(['  File "a.py", line %d, in f\n' % number for number in range(200)])

    words = lastwords.shortened("RuntimeError", deep)

    assert words.startswith("RuntimeError < a.py:199 f")
    assert len(words) == lastwords.SIZE_MAX


def test_it_is_told_once():
    notes, told = Notes(), []
    notes.save(lastwords.NOTE, "KeyError < a.py:1 f")

    for _start in range(2):
        lastwords.tell(notes, lambda kind, body: told.append((kind, body)))

    assert told == [("fault", {"part": "program", "on": False, "text": "KeyError < a.py:1 f"})]
