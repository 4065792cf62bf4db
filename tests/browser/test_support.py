"""Support now in a browser: the button whatever happens, and the desk's queue against the real golive."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.acting import EXPECTED, axe, live
from tests.browser.support_scenes import LOBBY, support
from tests.browser.test_desk import PRESSED, SMALL
from tests.browser.test_pages import walked
from tests.integration.served import Served, wait_for

pytestmark = pytest.mark.peers
PAGE = "/desk/support"
WORKS = "() => navigator.serviceWorker.getRegistration('/support').then(r => r?.active?.state === 'activated')"
KEPT = "key => caches.match(`/support/lobby?key=${key}`).then(found => Boolean(found))"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, list[str]]]:
    with support(tmp_path_factory.mktemp("support")) as made:
        yield made


@contextmanager
def at_desk(
    chromium: Browser,
    golive: Served,
    role: str = "desk",
    size: tuple[int, int] = (1180, 820),
    path: str = PAGE,
    **more: Any,
) -> Iterator[Page]:
    """Open the page as somebody who has logged in; it must say nothing in its console."""
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **more)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{golive.url}/login")
    page.fill("input[name=token]", golive.token(role))
    page.click("button[type=submit]")
    page.goto(golive.url + path)
    live(page)
    yield page
    context.close()
    refusals = ("status of 409", "status of 422", "Autofocus")
    assert [s for s in said if not EXPECTED.search(s) and not any(refused in s for refused in refusals)] == []


def lobby_of(context: BrowserContext, status: int = 200) -> list[str]:
    """Stand in for the meeting; an answer of 204 leaves the page as it is. Gives who came."""
    came: list[str] = []

    def answer(route: Any) -> None:
        came.append(route.request.headers.get("referer", ""))
        route.fulfill(status=status, content_type="text/html", body="" if status == 204 else "<title>lobby</title>")

    context.route("https://meet.example/**", answer)
    return came


def press(page: Page, address: str) -> None:
    """Open the button's page, which goes on by itself before it is loaded."""
    page.goto(address, wait_until="commit")
    page.wait_for_selector("h1")


def act(golive: Served, uuid: str, **what: Any) -> None:
    answer = golive.call("POST", f"/api/supports/{uuid}/events/{uuid4()}", "desk", json=what)
    assert answer.status_code == 200, answer.text


def put(golive: Served, room: str, about: str = "") -> str:
    uuid = str(uuid4())
    answer = golive.call("PUT", f"/api/supports/{uuid}", "floor", json={"area": "ct", "room": room, "about": about})
    assert answer.status_code == 201, answer.text
    return uuid


def of(golive: Served, uuid: str) -> dict[str, Any]:
    return dict(golive.get(f"/api/supports/{uuid}"))


def test_a_click_opens_the_lobby_by_itself_and_stands_on_the_desk_at_once(
    chromium: Browser, scene: tuple[Served, list[str]]
) -> None:
    golive, _ = scene
    with at_desk(chromium, golive) as desk:
        context = chromium.new_context()
        came, page = lobby_of(context), context.new_page()
        address = f"{golive.url}/support?key={golive.token('support')}&workstation=CT-77&about=worklist"
        page.goto(address, wait_until="commit")
        page.wait_for_url(LOBBY)
        assert came == [""]  # the meeting does not learn the key from where somebody came
        row = desk.locator(".ask", has_text="CT-77")
        expect(row).to_contain_text("Worklist")
        expect(row).to_contain_text("waits")
        context.close()


def test_without_scripts_it_opens_all_the_same(chromium: Browser, scene: tuple[Served, list[str]]) -> None:
    golive, _ = scene
    context = chromium.new_context(java_script_enabled=False)
    lobby_of(context)
    page = context.new_page()
    page.goto(f"{golive.url}/support?key={golive.token('support')}&workstation=CT-78", wait_until="commit")
    page.wait_for_url(LOBBY)
    context.close()


def test_while_golive_is_down_the_button_opens_the_lobby_and_says_that_nobody_knows(
    chromium: Browser, tmp_path: Path
) -> None:
    context = chromium.new_context()
    came, page = lobby_of(context, 204), context.new_page()
    with support(tmp_path, six_weeks=False) as (golive, _):
        key = golive.token("support")
        press(page, f"{golive.url}/support?key={key}&workstation=CT-1")
        expect(page.locator(".said")).to_contain_text("You are on the list")
        wait_for(lambda: page.evaluate(WORKS) and page.evaluate(KEPT, key))
        before = len(came)
        assert before >= 1
    press(page, f"{golive.url}/support?key={key}&workstation=CT-1")
    expect(page.locator(".said")).to_contain_text("golive does not answer: nobody sees that you asked")
    expect(page.locator(".raw")).to_have_text(LOBBY)
    assert page.get_attribute("#lobby", "href") == LOBBY
    assert (
        page.evaluate("() => getComputedStyle(document.querySelector('#lobby')).minHeight") == "80px"
    )  # with its style
    wait_for(lambda: len(came) > before)
    context.close()


def test_a_golive_that_hangs_is_one_that_is_down_and_a_key_that_was_taken_away_leaves_nothing_behind(
    chromium: Browser, tmp_path: Path
) -> None:
    context = chromium.new_context()
    lobby_of(context, 204)
    page, free = context.new_page(), threading.Event()
    with support(tmp_path, six_weeks=False) as (golive, _):
        address = f"{golive.url}/support?key={golive.token('support')}"
        press(page, f"{address}&workstation=CT-1")
        wait_for(lambda: page.evaluate(WORKS) and page.evaluate(KEPT, golive.token("support")))
        loop = golive.app.state.house.follow._poked._loop
        loop.call_soon_threadsafe(free.wait, 30)  # nothing of it answers any more
        try:
            press(page, f"{address}&workstation=CT-2")
            expect(page.locator(".said")).to_contain_text("golive does not answer")
        finally:
            free.set()
        known = golive.get("/api/internal/tokens", "local")
        (key,) = [t["id"] for t in known if t["role"] == "support"]
        assert golive.call("DELETE", f"/api/internal/tokens/{key}", "local").status_code == 204
        press(page, f"{address}&workstation=CT-3")
        expect(page.locator("h1")).to_have_text("Not found")
        wait_for(lambda: not page.evaluate(KEPT, golive.token("support")))
    context.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_on_the_button_nor_on_its_refusal(
    chromium: Browser, scene: tuple[Served, list[str]], colours: Any
) -> None:
    golive, _ = scene
    context = chromium.new_context(bypass_csp=True, color_scheme=colours, viewport={"width": 390, "height": 800})
    lobby_of(context, 204)
    page = context.new_page()
    for path in (f"/support?key={golive.token('support')}", "/support?key=made-up"):
        press(page, golive.url + path)
        assert axe(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert "meet.example" not in page.content()
    context.close()


def test_who_waits_is_assigned_admitted_and_ended_and_the_reason_is_said(
    chromium: Browser, scene: tuple[Served, list[str]]
) -> None:
    golive, _ = scene
    uuid = put(golive, "CT room 5")
    with at_desk(chromium, golive) as page:
        row = page.locator(f"#support-{uuid}")
        row.locator("button").click()
        assert page.evaluate("() => document.activeElement.name") == "supporter"
        page.keyboard.type("Ann Lee")
        page.fill(f"#breakout-{uuid}", "Room 2")
        page.keyboard.press("Enter")
        expect(page.locator("#done")).to_have_text("Assigned.")
        expect(row).to_have_class(re.compile("is-helped"))
        expect(row).to_contain_text("with Ann Lee · in Room 2")
        assert of(golive, uuid)["waited"] is True
        row.locator("button").click()
        page.select_option(f"#why-{uuid}", "worklist")
        page.fill(f"#note-{uuid}", "patient Miller was not in the list")
        page.click(f"#form-{uuid} button[type=submit]")
        expect(page.locator(f"#form-{uuid} .refused")).to_contain_text("may tell of a patient")
        page.fill(f"#note-{uuid}", "the filter was set")
        page.check(f"#form-{uuid} [name=training]")
        page.click(f"#form-{uuid} button[type=submit]")
        expect(row).to_have_class(re.compile("is-ended"))
        expect(row).to_contain_text("more training agreed")
        told = of(golive, uuid)
        assert (told["reason"], told["text"], told["training"]) == ("worklist", "the filter was set", True)
        assert [e["action"] for e in told["events"]] == ["assign", "end"]


def test_what_is_half_typed_stays_while_somebody_else_is_quicker(
    chromium: Browser, scene: tuple[Served, list[str]]
) -> None:
    golive, made = scene
    uuid, other = put(golive, "CT room 6"), made[1]
    with at_desk(chromium, golive) as page:
        page.click(f'[data-change="{uuid}"]')
        page.keyboard.type("Cleo")
        act(golive, uuid, action="assign", supporter="Ben Roy", breakout="Room 1")
        expect(page.locator(f"#form-{uuid} .overtaken:not(.taken)")).to_contain_text("somebody else did something")
        assert page.input_value(f"#supporter-{uuid}") == "Cleo"
        page.click(f'[data-change="{other}"]')
        page.fill(f"#breakout-{other}", "Room 1")
        expect(page.locator(f"#form-{other} .taken")).to_contain_text("is taken already")
        page.click(f"#form-{other} .close")
        act(golive, uuid, action="withdraw")
        expect(page.locator(f"#form-{uuid} .overtaken:not(.taken)")).to_contain_text("Meanwhile it is over")
        page.click(f"#form-{uuid} button[type=submit]")
        expect(page.locator(f"#form-{uuid} .refused")).to_contain_text("it was withdrawn")
        assert page.input_value(f"#supporter-{uuid}") == "Cleo"


def test_a_link_of_another_page_opens_the_form_of_its_request(
    chromium: Browser, scene: tuple[Served, list[str]]
) -> None:
    golive, made = scene
    with at_desk(chromium, golive, path=f"{PAGE}#support-{made[0]}") as page:
        expect(page.locator(f"#form-{made[0]}")).to_be_visible()
        expect(page.locator(f"#form-{made[0]} [name=action]:checked")).to_have_value("assign-admit")


@pytest.mark.parametrize("size", [(1180, 820), (1440, 900), (390, 800)])
def test_all_is_for_axe_for_a_finger_and_for_the_keyboard(
    chromium: Browser, scene: tuple[Served, list[str]], size: tuple[int, int]
) -> None:
    golive, made = scene
    with at_desk(chromium, golive, size=size, has_touch=True, bypass_csp=True) as page:
        page.click(f'[data-change="{made[0]}"]')
        page.click(f'[data-change="{made[3]}"]')
        page.click("#by-day summary")
        assert axe(page) == []
        assert page.evaluate(SMALL, PRESSED) == []
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        page.evaluate("() => document.activeElement.blur()")
        wanted = page.locator("a[href]:visible, button:visible, textarea:visible, select:visible").count()
        assert len(walked(page, wanted + 40)) >= wanted


def test_the_curve_stands_beside_the_published_one_in_picture_and_table(
    chromium: Browser, scene: tuple[Served, list[str]]
) -> None:
    golive, _ = scene
    counts = golive.get("/api/supports/counts")
    with at_desk(chromium, golive) as page:
        assert page.locator(".days rect").count() == len(counts["by_day"])
        assert page.locator(".days .published").count() == 2
        expect(page.locator("#curve")).to_contain_text("SIIM22 abstract, 312 radiologists")
        first = counts["weeks"][0]
        expect(page.locator("#curve tbody tr").first).to_have_text(
            re.compile(
                rf"Weeks 1–3\s*{first['working_days']}\s*{first['per_day']:.1f}\s*{first['per_100_users']:.1f}\s*33.7"
            )
        )


def test_who_only_reads_sees_the_queue_and_no_form(chromium: Browser, scene: tuple[Served, list[str]]) -> None:
    golive, _ = scene
    with at_desk(chromium, golive, "engineer") as page:
        expect(page.locator(".ask.is-late").first).to_contain_text("aim 5 min")
        assert page.locator("form").count() == 0
        expect(page.locator(".ask .change").first).to_be_hidden()
