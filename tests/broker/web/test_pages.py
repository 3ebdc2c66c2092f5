"""The dashboard in a real browser: what it says, that it fits, that it is alive and quiet."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from bookcase_fw import sign
from broker.web import pictures
from tests.broker.web.browser import Browser
from tests.broker.web.conftest import KEY, House
from tests.broker.web.library import NOW_MS

ALIVE = "document.getElementById('pulse').classList.contains('alive')"
PAGES = ("/", "/machines/bc01", "/machines/kx01", "/copies/MH00000002", "/find?q=小",
         "/staff", "/me", "/openings", "/duties", "/nothing")  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser


@pytest.fixture
def browser(chromium: Browser, address: str, house: House) -> Iterator[Browser]:
    chromium.complaints.clear()
    chromium.size(1440, 1000)
    chromium.media(prefers_color_scheme="light")
    chromium.open(f"{address}/?key={house.key()}&lang=zh&theme=light")
    chromium.until(ALIVE)
    yield chromium
    # A page that is still open complains that its server has ended, to whoever comes next.
    chromium.open("about:blank")


@pytest.mark.parametrize("page", PAGES[:-1])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_fits_a_phone_and_complains_of_nothing(
    browser: Browser, address: str, page: str, language: str
) -> None:
    browser.size(360, 740)

    browser.open(f"{address}{page}{'&' if '?' in page else '?'}lang={language}")
    browser.until(ALIVE)

    assert browser.ask("document.documentElement.scrollWidth") == 360
    assert browser.ask("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
    assert browser.complaints == []


def test_the_overview_says_how_things_are(browser: Browser) -> None:
    headline = browser.ask("document.querySelector('h1').innerText").replace("\n", "")

    assert headline == "3 台机器在服务，2 台有恙。今日借出 6 册，5 册在读者手中；3 件待办。"
    assert browser.ask("document.querySelector('#list-bc02 .state').innerText") == "离线 3 分钟"
    signs = browser.ask("[...document.querySelectorAll('#list-bc03 .sign')].map(s => s.innerText)")
    assert signs == ["锁板无应答", "4 号门读写器无应答"]
    assert browser.ask("document.querySelectorAll('#list-bc01 .open').length") == 1
    assert browser.ask("document.querySelectorAll('#list-bc01 rect[class^=cloth]').length") == 27
    assert (
        browser.ask("document.querySelector('.waiting summary').innerText") == "22 台尚未投入服务"
    )


def test_no_page_shows_a_whole_card(staff: TestClient) -> None:
    for page in PAGES:
        assert "SG000000" not in staff.get(page).text, page


def test_news_slide_in_without_a_reload(browser: Browser, house: House) -> None:
    browser.ask("window.loadedOnce = true")
    barcode = house.library.inside("bc01", 4)[0]
    house.library.lend(barcode, "SG00000044", device="bc01", ago_min=0)
    house.library.hear("bc04")
    newest = house.library.db.execute("SELECT MAX(id) FROM movement").fetchone()[0]

    house.hub.publish("movement", {"id": newest})
    house.hub.publish("machine", {"device": "bc04"})

    assert "SG****0044" in browser.until(
        "(document.querySelector('.feed li.arrives') || {}).innerText"
    )
    assert browser.until("document.querySelector('#list-bc04 .state')?.innerText") == "正常"
    assert browser.until("document.querySelector('h1 a').innerText === '4'")
    assert browser.ask("window.loadedOnce")
    assert browser.complaints == []


def test_what_is_open_stays_open_when_news_come(browser: Browser, house: House) -> None:
    browser.ask("document.querySelector('.doubt summary').click()")
    number = house.library.doubt("lost", device="bc03", ago_min=0, evidence={"number": 7})

    house.hub.publish("case", {"id": number})

    browser.until(f"document.getElementById('c{number}')")
    assert browser.ask("document.querySelectorAll('.doubt details[open]').length") == 1


def test_the_map_and_the_list_point_at_each_other(browser: Browser) -> None:
    browser.ask("document.querySelector('.sheet a[data-ref=bc03]').focus()")

    pointed = browser.ask("[...document.querySelectorAll('.pointed')].map(one => one.dataset.ref)")

    assert pointed == ["bc03", "bc03"]


def test_a_slash_finds(browser: Browser) -> None:
    browser.press("/")

    assert browser.ask("document.activeElement.id") == "find"
    assert browser.ask("document.activeElement.value") == ""


def test_a_door_opens_only_after_it_was_confirmed(
    browser: Browser, address: str, house: House
) -> None:
    browser.open(f"{address}/machines/bc01")
    browser.ask("document.querySelector('button[data-door=\"2\"]').click()")
    assert browser.ask("document.getElementById('confirm-title').innerText") == "打开 2 号门？"
    browser.ask("document.getElementById('confirm-send').click()")
    assert house.orders == []  # Nobody opens a door without saying why.

    browser.ask("document.getElementById('confirm-reason').value = '读者的手机没电了'")
    browser.ask("document.getElementById('confirm-send').click()")

    assert browser.until("document.getElementById('confirm-answer').innerText").startswith("已发出")
    assert house.orders == [("bc01", "open", 2)]
    assert browser.complaints == []


@pytest.mark.parametrize(("device", "called"), [("kx01", "自助借还机"), ("bc01", "书柜")])
def test_a_machine_is_restarted_with_a_reason(
    browser: Browser, address: str, house: House, device: str, called: str
) -> None:
    browser.open(f"{address}/machines/{device}")
    browser.ask("document.querySelector('button[data-order=restart]').click()")
    assert f"这台{called}？" in browser.ask("document.getElementById('confirm-title').innerText")

    browser.ask("document.getElementById('confirm-reason').value = '屏幕不动'")
    browser.ask("document.getElementById('confirm-send').click()")

    assert browser.until("document.getElementById('confirm-answer').innerText").startswith("已发出")
    assert house.orders == [(device, "restart", 0)]
    assert browser.complaints == []


@pytest.mark.parametrize(
    ("outcome", "zh", "en"),
    [
        ((None, "", None), "机器没有答复", "the machine did not answer"),
        ((1, "", 9), "已完成", "done"),
        ((0, "busy", 9), "没有做：有人在用，或有门开着",
         "not done: somebody is there, or a door is open"),
    ],
)  # fmt: skip
def test_what_came_of_an_order_is_shown(
    staff: TestClient, house: House, outcome: tuple[object, ...], zh: str, en: str
) -> None:
    insert = house.library.db.execute
    insert("INSERT INTO device_order (id, device, op, door, session, sent_ms, ok, why, done_ms) "
           "SELECT 'o7', id, 'restart', 0, '3.1', ?, ?, ?, ? FROM device WHERE name = 'kx01'",
           (NOW_MS - 600_000, *outcome))  # fmt: skip
    insert("INSERT INTO order_reason VALUES ('o7', 'ann', '屏幕不动')")

    shown = [
        staff.get("/machines/kx01", headers={"Accept-Language": language}).text
        for language in ("zh", "en")
    ]

    assert all("ann" in page and "屏幕不动" in page for page in shown)
    assert (zh in shown[0], en in shown[1]) == (True, True)
    assert staff.get("/v1/machines/kx01/orders").json()[0]["reason"] == "屏幕不动"


@pytest.mark.parametrize(
    ("device", "zh", "en"),
    [
        ("bc01", "书柜", "bookcase"),
        ("gc01", "玻璃门书柜", "glass-door bookcase"),
        ("pl01", "预约取书柜", "pick-up locker"),
        ("rt01", "24 小时还书机", "24-hour return"),
        ("kx01", "自助借还机", "loan machine"),
        ("oc01", "检索机", "catalogue machine"),
    ],
)
def test_a_machine_is_called_what_it_is(staff: TestClient, device: str, zh: str, en: str) -> None:
    for language, called in (("zh", zh), ("en", en)):
        page = staff.get(f"/machines/{device}", headers={"Accept-Language": language}).text

        assert f"<span>{called} <span" in page


def test_a_machine_that_is_away_cannot_be_opened(browser: Browser, address: str) -> None:
    browser.open(f"{address}/machines/bc02")

    assert browser.ask(
        "[...document.querySelectorAll('button[data-order]')].every(b => b.disabled)"
    )


def test_a_kiosks_screen_comes_anew(browser: Browser, address: str, tmp_path: Path) -> None:
    browser.picture(tmp_path / "screen.png")
    body = (tmp_path / "screen.png").read_bytes()
    assert body.startswith(pictures.PNG_START)
    browser.open(f"{address}/machines/kx01")
    browser.until(ALIVE)

    for at_ms in (NOW_MS, NOW_MS + 1):
        mac = sign.hexadecimal(sign.hmac(KEY, pictures.signed(at_ms, body)))
        headers = {"X-Time-Ms": str(at_ms), "X-Signature": mac}
        httpx.put(f"{address}/v1/machines/kx01/picture", content=body, headers=headers)
        browser.until("document.querySelector('.screen img')?.naturalWidth === 1440")

    assert browser.until("document.querySelector('.screen img').src.includes('?')")
    assert browser.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read(browser: Browser, address: str, theme: str) -> None:
    browser.open(f"{address}/?theme={theme}")

    for element in (".headline", ".headline .ill", ".headline .rest", ".small", ".sign.ill"):
        assert _contrast(browser, element) >= 4.5, element


def test_motion_ends_where_it_is_not_wanted(browser: Browser, address: str) -> None:
    browser.media(prefers_reduced_motion="reduce")
    browser.open(f"{address}/")

    browser.ask("document.querySelector('.feed li').classList.add('arrives')")

    style = "getComputedStyle(document.querySelector('.feed li')).animationName"
    assert browser.ask(style) == "none"


def test_paper_shows_no_buttons(browser: Browser, address: str) -> None:
    browser.media("print")
    browser.open(f"{address}/machines/bc01?theme=dark")

    assert browser.ask("[...document.querySelectorAll('button')].every(b => !b.offsetWidth)")
    assert browser.ask("document.querySelector('.printed').offsetWidth") > 0


def test_titles_from_outside_are_only_text(staff: TestClient, house: House) -> None:
    evil = "<script>alert(1)</script>\"'"
    house.library.db.execute("UPDATE title SET title = ?", (evil,))
    house.library.doubt("gone", device="bc01", ago_min=1, evidence={"<b>": ["<i>x"]})

    for page in ("/", "/machines/bc01", "/copies/MH00000002", f"/find?q={evil}"):
        text = staff.get(page).text
        assert "<script>alert" not in text, page
        assert "<b>" not in text.replace("<b>2</b>", "").replace("<b>60", ""), page


def _contrast(browser: Browser, element: str) -> float:
    """Return the contrast of an element's text on the page's ground, as WCAG has it."""
    colours = browser.ask(
        f"[getComputedStyle(document.querySelector('{element}')).color,"
        " getComputedStyle(document.body).backgroundColor]"
    )
    light, dark = sorted(map(_luminance, colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
