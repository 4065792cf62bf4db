"""The sheets of rooms as people print them: one page each, from the real app."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.acting import axe
from tests.integration.served import Served, prepared, running, write_config

pytestmark = pytest.mark.peers
AREAS = [{"id": "ct", "name": "CT", "rooms": ["CT 1", "CT 2"]}, {"id": "ed", "name": "Notaufnahme", "rooms": ["Łódź"]}]


@pytest.fixture
def golive(tmp_path: Path) -> Iterator[Served]:
    file = write_config(tmp_path, '[floor]\nlanguage = "de"\nurl = "https://golive.example"\n', areas=AREAS)
    config, tokens = prepared(tmp_path, ["engineer", "desk", "floor"], file)
    with running(config, tokens) as served:
        yield served


@pytest.fixture
def page(chromium: Browser, golive: Served) -> Iterator[Page]:
    with chromium.new_page(
        extra_http_headers={"Authorization": f"Bearer {golive.token('desk')}"}, bypass_csp=True
    ) as page:
        page.goto(f"{golive.url}/desk/qr")
        yield page


def test_each_room_has_a_page_with_its_name_its_code_and_a_qr_code(page: Page) -> None:
    shown = page.locator(".sheet")
    assert [shown.nth(i).locator("h2").inner_text() for i in range(shown.count())] == ["CT 1", "CT 2", "Łódź"]
    codes = page.locator(".code b").all_inner_texts()
    assert page.locator(".link").all_inner_texts() == [f"https://golive.example/floor?code={c}" for c in codes]
    assert page.locator("svg path").count() == 3
    assert len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))) == 3


def test_axe_finds_nothing_on_the_sheets(page: Page) -> None:
    assert axe(page) == []


def test_a_qr_code_is_drawn_as_square_modules_of_ink_on_white(page: Page) -> None:
    box = page.locator("svg").first.bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(box["height"])
    fills = page.evaluate(
        "() => [...document.querySelectorAll('svg:first-of-type *')].map(e => getComputedStyle(e).fill)"
    )
    assert fills[:2] == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


@pytest.mark.parametrize(("role", "code"), [("engineer", 200), ("desk", 200), ("floor", 403)])
def test_the_sheets_are_for_those_who_may_read_all(golive: Served, role: str, code: int) -> None:
    assert golive.call("GET", "/desk/qr", role).status_code == code
