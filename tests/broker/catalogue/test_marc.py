"""Records become titles: CNMARC and MARC 21, in each encoding, and broken ones say why."""

import io
from pathlib import Path

import pytest

from broker.catalogue import formats, marc
from broker.catalogue.work import BrokenRecord, Item, Work
from tests.broker.catalogue.records import cnmarc, control, field, record

OTHERS = Path(__file__).parent.parent.parent.parent / ".cache" / "marc"


def read(name: str, form: str, encoding: str = "auto") -> list[Work | str]:
    """Return the titles of a file of others; for a broken record its reason."""
    with (OTHERS / name).open("rb") as file:
        found: list[Work | str] = []
        for raw in marc.split(file):
            try:
                found.append(marc.work(raw.data, formats.FORMATS[form], encoding))
            except BrokenRecord as broken:
                found.append(str(broken))
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("told", ["auto", "same"])
def test_a_chinese_record_is_read_in_both_encodings(encoding: str, told: str) -> None:
    holding = field("905", "alib01", "b0100001", "b0100002", "dI242.4", "e1")
    data = cnmarc(7, "红楼梦", holding, encoding=encoding)

    work = marc.work(data, formats.CNMARC, encoding if told == "same" else told)

    assert work == Work(
        id="CN000007",
        title="红楼梦",
        authors=("曹雪芹",),
        year=2008,
        language="zh",
        audience="juvenile",
        class_="I242.4",
        publisher="人民文学出版社",
        subjects=("长篇小说",),
        isbns=("9787020002207",),
        items=(Item("0100001", "lib01"), Item("0100002", "lib01")),
    )


def test_twenty_records_of_a_national_library_are_read() -> None:
    works = read("marc.dat", "marc21")

    assert len(works) == 20
    assert works[0] == Work(
        id="11778504",
        title="The pragmatic programmer from journeyman to master",
        authors=("Hunt, Andrew", "Thomas, David"),
        year=2000,
        language="en",
        audience="adult",
        class_="QA76.6",
        publisher="Addison-Wesley",
        subjects=("Computer programming",),
        isbns=("9780201616224",),
    )


def test_an_italian_unimarc_record_is_read_by_the_same_table() -> None:
    (work,) = read("testunimarc.dat", "cnmarc")

    assert isinstance(work, Work)
    assert (work.title, work.year, work.language) == ("L'altra faccia della spirale", 1996, "it")
    assert work.authors[0] == "Asimov , Isaac"


def test_marc8_and_utf8_of_one_record_are_one_title() -> None:
    assert read("marc8.dat", "marc21") == read("utf8_with_leader_flag.dat", "marc21")
    assert read("marc8.dat", "marc21") == read("utf8_without_leader_flag.dat", "marc21", "utf-8")


def test_a_code_page_may_be_named() -> None:
    works = [work for work in read("1251.dat", "marc21", "cp1251") if isinstance(work, Work)]

    assert len(works) == 6
    assert works[0].title.startswith("Основы гидравлического расчета инженерных сетей")


def test_broken_records_say_why_and_the_others_are_read() -> None:
    found = read("bad_records.mrc", "marc21")

    assert [isinstance(one, Work) for one in found].count(True) == 2
    assert {one.split(":")[0] for one in found if isinstance(one, str)} == {
        "BaseAddressInvalid",
        "BaseAddressNotFound",
        "RecordDirectoryInvalid",
        "NoFieldsFound",
        "ValueError",
        "it is not in marc-8",
        "it has no end mark",
    }


@pytest.mark.parametrize("name", sorted(path.name for path in OTHERS.glob("*.[dm]*")))
def test_no_record_of_others_stops_the_import(name: str) -> None:
    assert read(name, "marc21")


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        (b"00026", "auto", "no end mark"),
        (b"\x1d", "auto", "."),
        (cnmarc(encoding="gb18030"), "utf-8", "not in utf-8: byte"),
        (record(control("001", "1"), field("200", "f曹雪芹")), "auto", "no title"),
        (cnmarc() + b"x" * 100_000 + b"\x1d", "auto", "bytes"),
        (cnmarc(), "klingon", "unknown encoding: klingon"),
    ],
)
def test_a_broken_record_says_why(data: bytes, encoding: str, said: str) -> None:
    with pytest.raises(BrokenRecord, match=said):
        marc.work(data, formats.CNMARC, encoding)


def test_lines_between_records_and_a_cut_at_the_end_are_borne() -> None:
    whole = cnmarc(1)
    file = io.BytesIO(whole + b"\r\n" + whole + b"\n" + whole[:-30])

    found = list(marc.split(file))

    assert [raw.number for raw in found] == [1, 2, 3]
    assert [raw.data == whole for raw in found] == [True, True, False]


def test_a_record_without_a_number_keeps_the_one_it_is_given() -> None:
    named = record(field("200", "a无名书"), field("701", "a佚名"))
    again = record(field("200", "a无名书"), field("701", "a佚名"), field("610", "a新"))

    first = marc.work(named, formats.CNMARC, "auto")
    second = marc.work(again, formats.CNMARC, "auto")

    assert first.id == second.id
    assert first.id.startswith("x")
