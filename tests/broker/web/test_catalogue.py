"""The catalogue over HTTP and on the dashboard."""

from fastapi.testclient import TestClient


def test_a_search_answers_with_copies_and_places(staff: TestClient) -> None:
    found = staff.get("/v1/search", params={"q": "hlm"}).json()

    assert found[0]["title"] == "红楼梦"
    assert found[0]["copies"]
    assert {copy["state"] for copy in found[0]["copies"]} <= {"here", "on_loan"}
    assert found[0]["available"] == sum(copy["state"] == "here" for copy in found[0]["copies"])


def test_a_search_at_a_place_answers_with_what_is_there(staff: TestClient) -> None:
    titles = staff.get("/v1/search", params={"q": "x", "place": "bc01", "limit": 100}).json()

    assert titles
    for title in titles:
        assert any(copy["device"] == "bc01" for copy in title["copies"])


def test_a_title_is_shown_with_its_copies(staff: TestClient) -> None:
    found = staff.get("/v1/titles/t0001").json()

    assert (found["title"], found["author"], found["class_number"]) == (
        "红楼梦",
        "曹雪芹",
        "I242.4",
    )


def test_a_title_that_is_not_there_is_a_problem(staff: TestClient) -> None:
    answer = staff.get("/v1/titles/t9999")

    assert answer.status_code == 404
    assert answer.json()["type"].endswith("unknown_title")


def test_the_page_finds_titles_by_initials_in_both_languages(staff: TestClient) -> None:
    chinese = staff.get("/find?q=x", headers={"Accept-Language": "zh"}).text
    english = staff.get("/find?q=x", headers={"Accept-Language": "en"}).text

    assert "西游记" in chinese
    assert "册可借" in chinese
    assert "to be had" in english


def test_one_title_leads_to_its_page_and_a_barcode_to_its_copy(staff: TestClient) -> None:
    one = staff.get("/find?q=xiyouji")
    copy = staff.get("/find?q=mh00000002")

    assert one.headers["location"] == "/titles/t0002"
    assert copy.headers["location"] == "/copies/MH00000002"
    page = staff.get("/titles/t0002").text
    assert "西游记" in page
    assert "/copies/MH" in page
