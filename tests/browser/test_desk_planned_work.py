"""Planned work on the desk, in a browser against the real golive: plan, extend, end, lose nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.acting import EXPECTED, axe, live
from tests.browser.test_desk import PRESSED, SMALL
from tests.browser.test_pages import walked
from tests.integration.served import TABLES, Served, sample, serving, wait_for, write_config

pytestmark = pytest.mark.peers
PAGE = "/desk/planned-work"
PACS = {"id": "pacs", "name": "PACS", "kind": "pacs", "dicom": {"host": "127.0.0.1", "port": 4244, "ae_title": "P"}}


@pytest.fixture
def golive(tmp_path: Path) -> Iterator[Served]:
    file = write_config(tmp_path, systems=[*TABLES["systems"], PACS])
    with serving(tmp_path, ("engineer", "desk", "authority"), file) as served:
        yield served


@contextmanager
def at_desk(
    chromium: Browser, golive: Served, role: str = "desk", size: tuple[int, int] = (1180, 820), **more: Any
) -> Iterator[Page]:
    """Open the page as somebody who has logged in; it must say nothing in its console."""
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **more)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{golive.url}/login?next={PAGE}")
    page.fill("input[name=token]", golive.token(role))
    page.click("button[type=submit]")
    live(page)
    yield page
    context.close()
    refusals = ("status of 409", "status of 422")
    assert [s for s in said if not EXPECTED.search(s) and not any(refused in s for refused in refusals)] == []


def planned(golive: Served, from_s: float | None = None, until_s: float = 3600.0, **more: Any) -> str:
    """Plan work by the documented call."""
    uuid, now = str(uuid4()), datetime.now(UTC)
    begins = None if from_s is None else (now + timedelta(seconds=from_s)).isoformat()
    until = (now + timedelta(seconds=until_s)).isoformat()
    body = {"system": "ris", "from": begins, "until": until, "why": "RIS update 7.2", **more}
    answer = golive.call("PUT", f"/api/planned-work/{uuid}", "desk", json=body)
    assert answer.status_code == 201, answer.text
    return uuid


def act(golive: Served, uuid: str, action: str, **more: Any) -> None:
    body = {"action": action, "why": "the update is done", **more}
    answer = golive.call("POST", f"/api/planned-work/{uuid}/events/{uuid4()}", "authority", json=body)
    assert answer.status_code == 200, answer.text


def known(golive: Served) -> list[dict[str, Any]]:
    return list(golive.get("/api/planned-work"))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_work_is_planned_extended_and_ended(chromium: Browser, golive: Served) -> None:
    with at_desk(chromium, golive) as page:
        expect(page.locator("#works")).to_contain_text("No work is planned")
        page.select_option("#system", "ris")
        page.select_option("#lasts", "1800")
        page.fill("#work-why", "RIS update 7.2")
        page.click("#plan-work button[type=submit]")
        expect(page.locator("#done")).to_contain_text("Planned, until")
        expect(page.locator(".work.is-under_way")).to_contain_text("RIS update 7.2, by the desk")
        expect(page.locator(".work.is-under_way .left b")).to_have_text(re.compile(r"^(29|30):\d\d$"))
        assert page.input_value("#work-why") == ""
        (one,) = known(golive)
        assert timedelta(minutes=29.9) < moment(one["until"]) - moment(one["from"]) <= timedelta(minutes=30)
        page.click(".work .change")
        assert page.evaluate("() => document.activeElement.name") == "action"
        expect(page.locator(".change-work input[value=withdraw]")).to_be_hidden()
        page.check(".change-work input[value=extend]")
        page.select_option(".change-work select", "3600")
        expect(page.locator(".change-work .ends")).to_have_text(re.compile(r"^until \d\d:\d\d$"))
        page.fill(".change-work textarea", "it takes longer")
        page.click(".change-work button[type=submit]")
        expect(page.locator("#done")).to_contain_text("Extended, until")
        expect(page.locator(".change-work")).to_have_count(0)
        assert moment(known(golive)[0]["until"]) - moment(one["until"]) == timedelta(hours=1)
        expect(page.locator(".work.is-under_way .left b")).to_have_text(re.compile(r"^(1:29|01:29|1:30|01:30):\d\d$"))
        page.click(".work .change")
        page.check(".change-work input[value=end]")
        page.fill(".change-work textarea", "it runs again")
        page.click(".change-work button[type=submit]")
        expect(page.locator(".work.is-ended")).to_contain_text("ended by the desk at")
        expect(page.locator(".work.is-ended")).to_contain_text("it runs again")
        expect(page.locator("#done")).to_have_text("Ended. What is measured counts again.")
        assert [w["state"] for w in known(golive)] == ["ended"]


def test_work_of_another_day_is_planned_by_the_sites_time_and_withdrawn(chromium: Browser, golive: Served) -> None:
    with at_desk(chromium, golive, "authority", timezone_id="Pacific/Auckland") as page:
        page.select_option("#system", "pacs")
        page.check("#plan-work input[value=later]")
        page.fill("#begin", "2031-07-01T02:00")
        expect(page.locator("#plan-work .ends")).to_have_text("until 1 Jul 04:00")
        page.select_option("#lasts", "other")
        page.fill("#lasts-until", "2031-07-01T01:00")
        page.fill("#work-why", "new storage")
        page.click("#plan-work button[type=submit]")
        expect(page.locator("#plan-work .refused")).to_contain_text("does not lie after the beginning")
        assert page.evaluate("() => document.activeElement.id") == "lasts-until"
        page.fill("#lasts-until", "2031-07-01T05:30")
        page.click("#plan-work button[type=submit]")
        expect(page.locator(".work.is-planned")).to_contain_text("begins in")
        assert [(w["from"], w["until"]) for w in known(golive)] == [
            ("2031-07-01T02:00:00.000Z", "2031-07-01T05:30:00.000Z")
        ]
        page.click(".work .change")
        expect(page.locator(".change-work input[value=end]")).to_be_hidden()
        page.check(".change-work input[value=withdraw]")
        page.fill(".change-work textarea", "put off")
        page.click(".change-work button[type=submit]")
        expect(page.locator(".work.is-withdrawn")).to_contain_text("put off")


def test_what_is_half_typed_stays_through_pushes_and_the_end_of_its_work(chromium: Browser, golive: Served) -> None:
    one, other = planned(golive), planned(golive, until_s=7200.0, system="pacs")
    with at_desk(chromium, golive) as page:
        page.fill("#work-why", "another update")
        page.click(f'[data-change="{one}"]')
        page.check(f"#form-{one} input[value=extend]")
        page.click(f"#form-{one} textarea")
        page.keyboard.type("it takes ")
        page.wait_for_timeout(1500)  # at least one tick is pushed
        act(golive, one, "end")
        expect(page.locator(f"#form-{one} .overtaken")).to_contain_text("ended by the authority at")
        page.keyboard.type("longer")
        assert page.input_value(f"#form-{one} textarea") == "it takes longer"
        assert page.input_value("#work-why") == "another update"
        page.click(f"#form-{one} button[type=submit]")
        expect(page.locator(f"#form-{one} .refused")).to_contain_text("it was ended by the authority at")
        assert page.input_value(f"#form-{one} textarea") == "it takes longer"
        page.click(f'[data-change="{other}"]')
        assert page.input_value(f"#form-{other} textarea") == ""
        act(golive, other, "end")
        expect(page.locator(f"#form-{other}")).to_have_count(0)  # nothing was written there
        page.click(f"#form-{one} .close")
        expect(page.locator(".change-work")).to_have_count(0)


def test_a_choice_that_is_no_longer_one_when_the_work_begins_is_undone_in_words(
    chromium: Browser, golive: Served
) -> None:
    one = planned(golive, from_s=4.0)
    with at_desk(chromium, golive) as page:
        page.click(f'[data-change="{one}"]')
        page.check(".change-work input[value=withdraw]")
        page.fill(".change-work textarea", "not today")
        expect(page.locator(".change-work .overtaken")).to_contain_text("Meanwhile it has begun", timeout=8_000)
        expect(page.locator(".change-work input[value=withdraw]")).to_be_hidden()
        assert page.input_value(".change-work textarea") == "not today"
        page.check(".change-work input[value=end]")
        expect(page.locator(".change-work .overtaken")).to_be_empty()


@pytest.mark.parametrize(("refused", "again"), [(False, True), (True, False)])
def test_an_act_without_an_answer_is_sent_again_and_a_refused_one_is_made_anew(
    chromium: Browser, golive: Served, refused: bool, again: bool
) -> None:
    sent: list[str] = []

    def first_fails(route: Route) -> None:
        sent.append(f"{route.request.url} {route.request.post_data}")
        if len(sent) > 1:
            route.continue_()
        elif refused:
            route.fulfill(status=422, json={"title": "That cannot be", "detail": "so it is", "field": "until"})
        else:
            route.fetch()  # it is done, and the answer gets lost
            route.abort()

    with at_desk(chromium, golive) as page:
        page.route("**/api/planned-work/**", first_fails)
        page.select_option("#system", "ris")
        page.fill("#work-why", "RIS update 7.2")
        page.click("#plan-work button[type=submit]")
        expect(page.locator("#plan-work .refused")).to_contain_text("so it is" if refused else "it is done once")
        page.wait_for_timeout(1100)  # "now" is another moment by then
        page.click("#plan-work button[type=submit]")
        expect(page.locator("#done")).to_contain_text("Planned, until")
        assert (sent[0] == sent[1]) is again
        assert len(known(golive)) == 1


def test_work_that_overran_is_named(chromium: Browser, golive: Served) -> None:
    planned(golive, until_s=3.0)
    failed = {"outcome": "refused", "first_s": None, "total_s": None}
    wait_for(lambda: known(golive)[0]["state"] == "over")
    golive.ingest(samples=[sample(0.0, **failed)])
    with at_desk(chromium, golive) as page:
        expect(page.locator(".work.is-overrun")).to_contain_text("no good answer since; RIS update 7.2, by the desk")


@pytest.mark.parametrize("size", [(1180, 820), (1920, 1080), (390, 800)])
def test_all_is_for_axe_for_a_finger_and_for_the_keyboard(
    chromium: Browser, golive: Served, size: tuple[int, int]
) -> None:
    one = planned(golive)
    planned(golive, from_s=3600.0, until_s=7200.0)
    act(golive, planned(golive, system="pacs"), "end")
    with at_desk(chromium, golive, size=size, has_touch=True, bypass_csp=True) as page:
        page.click(f'[data-change="{one}"]')
        page.check(".change-work input[value=extend]")
        page.check("#plan-work input[value=later]")
        assert axe(page) == []
        assert page.evaluate(SMALL, PRESSED) == []
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        page.evaluate("() => document.activeElement.blur()")
        wanted = page.locator("a[href]:visible, button:visible, textarea:visible, select:visible").count()
        assert len(walked(page, wanted + 20)) >= wanted  # a moment has a stop for each of its parts


def test_who_only_reads_sees_the_work_and_no_form(chromium: Browser, golive: Served) -> None:
    planned(golive)
    with at_desk(chromium, golive, "engineer") as page:
        expect(page.locator(".work.is-under_way")).to_contain_text("RIS update 7.2")
        assert page.locator("form").count() == 0
        expect(page.locator(".change")).to_be_hidden()
        assert "You may read this" in page.inner_text("main")
