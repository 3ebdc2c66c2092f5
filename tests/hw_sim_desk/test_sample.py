"""The sample library: as large as it says, true to its own form, and the same bytes every time."""

import re
from collections import Counter
from pathlib import Path

from hw_sim.sample import make

TABLES = make.tables()


def column(table: str, name: str) -> list[str]:
    index = make.HEADERS[table].index(name)
    return [row[index] for row in TABLES[table]]


def test_making_it_again_gives_the_committed_bytes(tmp_path: Path) -> None:
    make.write(tmp_path)

    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    committed = {file.name: file.read_bytes() for file in make.DATA.iterdir()}
    assert made == committed


def test_it_is_as_large_as_a_district_on_a_desk_needs() -> None:
    languages = Counter(column("titles", "language"))
    kinds = Counter(column("machines", "kind"))

    assert languages["zh"] >= 220
    assert languages["en"] >= 100
    assert len(TABLES["copies"]) >= 1300
    assert kinds == {"bookcase": 22, "kiosk": 4}
    assert len(TABLES["patrons"]) == 100


def test_four_in_ten_titles_and_cards_are_for_children() -> None:
    titles = Counter(column("titles", "audience"))
    cards = Counter(column("patrons", "kind"))

    assert 0.35 < titles["juvenile"] / titles.total() < 0.45
    assert cards["juvenile"] == 40


def test_every_number_has_its_form_and_is_used_once() -> None:
    forms = (
        ("copies", "barcode", r"MH\d{8}"),
        ("copies", "tag", r"[0-9A-F]{24}"),
        ("patrons", "card", r"SG\d{8}"),
        ("titles", "title_id", r"t\d{4}"),
        ("machines", "device", r"(bc|gc|kx|oc|pl|rt)\d\d"),
    )
    for table, name, form in forms:
        values = column(table, name)
        assert all(re.fullmatch(form, value) for value in values), name
        assert len(set(values)) == len(values), name


def test_every_row_points_at_rows_that_exist() -> None:
    sites = set(column("sites", "site"))

    assert set(column("copies", "title_id")) == set(column("titles", "title_id"))
    assert set(column("copies", "home")) <= sites
    assert set(column("machines", "site")) == sites


def test_no_title_is_listed_twice_and_classes_look_like_the_classification() -> None:
    titles = list(zip(column("titles", "title"), column("titles", "author"), strict=True))

    assert len(set(titles)) == len(titles)
    assert all(re.fullmatch(r"[A-Z]{1,2}[-.\d]*", number) for number in column("titles", "class"))
    assert all(re.fullmatch(r"|1[5-9]\d\d|20[0-2]\d", year) for year in column("titles", "year"))


def test_each_compartment_holds_about_eight_copies_and_no_bookcase_has_a_title_twice() -> None:
    places = Counter(column("copies", "holder"))
    holders = zip(column("copies", "holder"), column("copies", "title_id"), strict=True)
    inside = [(place.split("/")[0], title) for place, title in holders if "/" in place]

    glass = places.pop("gc01/1")
    compartments = {place: count for place, count in places.items() if "/" in place}
    assert 28 <= glass <= 36
    assert len(compartments) == 20 * make.CASES["bc"][0]
    assert all(7 <= count <= 9 for count in compartments.values())
    assert len(set(inside)) == len(inside)


def test_places_lie_inside_the_district() -> None:
    for latitude, longitude in zip(column("sites", "lat"), column("sites", "lon"), strict=True):
        assert 30.98 < float(latitude) < 31.25
        assert 121.26 < float(longitude) < 121.56
