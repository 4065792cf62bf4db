"""The desk's issues in browsers against the real golive: two desks on one issue, keys, filters, chime, every act."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from app.store import tablets
from app.store.db import Session
from tests.browser.acting import EXPECTED, axe, live
from tests.browser.issue_desk import EXTRA, SITE, act, morning, report
from tests.browser.test_desk import EAR, PRESSED, SMALL
from tests.integration.served import Served, serving, wait_for, write_config

pytestmark = pytest.mark.peers
ROLES = ("engineer", "desk", "authority", "floor")


@pytest.fixture(scope="module")
def golive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("desk")
    with serving(folder, ROLES, write_config(folder, EXTRA, **SITE)) as served:
        chosen = morning(served)
        act(served, chosen, action="acknowledge", text="the RIS team is called")
        heard = {"action": "acknowledge", "reason": ""}
        answer = served.call("POST", f"/api/triggers/worklist-unusable:ct/acts/{uuid4()}", "desk", json=heard)
        assert answer.status_code == 200, answer.text
        yield served


@contextmanager
def at_desk(
    chromium: Browser,
    golive: Served,
    path: str = "/desk",
    role: str = "desk",
    size: tuple[int, int] = (1440, 900),
    **more: Any,
) -> Iterator[Page]:
    """Open a page of the desk as somebody who has logged in; it must say nothing in its console."""
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **more)
    context.add_init_script(EAR)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{golive.url}/login?next=/desk/triggers")
    page.fill("input[name=token]", golive.token(role))
    page.click("button[type=submit]")
    page.goto(golive.url + path)
    live(page)
    yield page
    context.close()
    refusals = ("status of 409", "status of 422")
    assert [s for s in said if not EXPECTED.search(s) and not any(refused in s for refused in refusals)] == []


def number_of(golive: Served, uuid: str) -> int:
    return int(golive.get(f"/api/issues/{uuid}")["number"])


def new(golive: Served, **more: Any) -> tuple[str, int]:
    uuid = report(golive, **{"room": "CT 1", "text": "stays empty", **more})
    return uuid, number_of(golive, uuid)


def issue(golive: Served, uuid: str) -> dict[str, Any]:
    return dict(golive.get(f"/api/issues/{uuid}"))


def done(page: Page) -> None:
    expect(page.locator("#done")).to_contain_text("Done, and on record as")


def send(page: Page, form: str) -> None:
    page.click(f"#act-{form} button[type=submit]")
    done(page)


def test_two_desks_on_one_issue_lose_no_text_and_overwrite_nothing(chromium: Browser, golive: Served) -> None:
    uuid, number = new(golive)
    here = f"/desk?issue={number}"
    with at_desk(chromium, golive, here) as ann, at_desk(chromium, golive, here, "authority") as bo:
        ann.click("#comment-text")
        ann.keyboard.type("We look at ")
        bo.keyboard.press("1")
        bo.select_option("#triage-team", "ris")
        send(bo, "triage")
        expect(ann.locator("#issue .sev")).to_have_text("SEV 1")
        expect(ann.locator("#act-comment .overtaken")).to_contain_text("the authority")
        ann.keyboard.type("it")
        assert ann.evaluate("() => [document.activeElement.id, document.activeElement.selectionStart]") == [
            "comment-text",
            13,
        ]
        ann.keyboard.press("Control+Enter")
        box = ann.locator("#act-comment .conflict")
        expect(box).to_contain_text("the authority: triaged (SEV 1, ris)")
        assert [e["action"] for e in issue(golive, uuid)["events"]] == ["triage"]
        assert ann.input_value("#comment-text") == "We look at it"
        ann.click("#act-comment .all-the-same")
        done(ann)
        expect(bo.locator("#course")).to_contain_text("We look at it")
        assert ann.input_value("#comment-text") == ""
        told = issue(golive, uuid)
        assert [(e["action"], e["by"]) for e in told["events"]] == [
            ("triage", "the authority"),
            ("comment", "the desk"),
        ]
        assert (told["severity"], told["team"], told["owner"]) == (1, "ris", "")
        # both act in the same moment: one is done, the other is asked, and then both stand
        ann.keyboard.press("a")
        ann.fill("#assign-owner", "Ann")
        bo.keyboard.press("a")
        bo.fill("#assign-owner", "Bo")
        bo.click("#act-assign button[type=submit]")
        ann.click("#act-assign button[type=submit]")
        expect(bo.locator("#act-assign .conflict:visible, #done:not(:empty)").first).to_be_visible()
        wait_for(
            lambda: (
                ann.locator("#act-assign .conflict").is_visible() or bo.locator("#act-assign .conflict").is_visible()
            )
        )
        asked = [p for p in (ann, bo) if p.locator("#act-assign .conflict").is_visible()]
        assert len(asked) == 1
        asked[0].click("#act-assign .leave-it")
        assert asked[0].input_value("#assign-owner") in ("Ann", "Bo")
        assert [e["action"] for e in issue(golive, uuid)["events"]].count("assign") == 1
        asked[0].fill("#assign-owner", "")
    act(golive, uuid, action="acknowledge", text="seen")


def test_what_is_half_written_stays_with_its_issue_and_outlives_loading_the_page_anew(
    chromium: Browser, golive: Served
) -> None:
    (one, first), (_, second) = new(golive), new(golive, area="mr", room="MR 1")
    with at_desk(chromium, golive, f"/desk?issue={first}") as page:
        page.evaluate("() => { window.same = true; }")
        page.fill("#comment-text", "Half a sen")
        page.click(f"#row-{second}")
        expect(page.locator("#issue .number")).to_have_text(f"#{second}")
        assert page.evaluate("() => window.same"), "the page was loaded anew"
        assert page.url.endswith(f"/desk?issue={second}")
        assert page.input_value("#comment-text") == ""
        expect(page.locator("#unsaved")).to_have_text(f"not sent yet: #{first}")
        expect(page.locator(f"#row-{first}[data-draft]")).to_be_visible()
        act(golive, one, "authority", action="triage", severity=2)
        page.go_back()
        expect(page.locator("#issue .number")).to_have_text(f"#{first}")
        assert page.input_value("#comment-text") == "Half a sen"
        expect(page.locator("#act-comment .overtaken")).to_contain_text("the authority")
        page.reload()
        live(page)
        assert page.input_value("#comment-text") == "Half a sen"
        page.fill("#comment-text", "")
        expect(page.locator("#unsaved")).to_have_text("nothing unsent")


def test_everything_is_done_by_keys(chromium: Browser, golive: Served) -> None:
    uuid, number = new(golive, severity=4, text="how does one print")
    with at_desk(chromium, golive) as page:
        expect(page).to_have_url(re.compile(r"\?issue=\d+$"))  # the first of the queue, and the address says so
        rows = page.locator("#queue .issue-row a")
        for key, at in (("j", 1), ("j", 2), ("k", 1)):
            page.keyboard.press(key)
            assert page.evaluate("() => document.activeElement.id") == rows.nth(at).get_attribute("id")
        page.keyboard.press("Enter")
        expect(rows.nth(1)).to_have_attribute("aria-current", "true")
        assert page.evaluate("() => document.activeElement.id") == rows.nth(1).get_attribute("id")
        page.keyboard.press("/")
        page.keyboard.type("how does one print")
        expect(rows).to_have_count(1)
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator("#issue .number")).to_have_text(f"#{number}")
        page.keyboard.press("3")
        assert page.evaluate("() => document.activeElement.value") == "3"
        page.keyboard.press("Enter")
        done(page)
        assert (issue(golive, uuid)["severity"], issue(golive, uuid)["status"]) == (3, "triaged")
        page.keyboard.press("f")
        page.keyboard.type("shown how")
        page.keyboard.press("Control+Enter")
        done(page)
        assert (issue(golive, uuid)["resolution"], issue(golive, uuid)["status"]) == ("shown how", "fixed")
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_contain_text("Acknowledge")
        page.keyboard.press("Escape")
        expect(page.locator("#keys")).to_be_hidden()
        page.keyboard.press("g")
        expect(page.locator("#tab-mine")).to_have_attribute("aria-current", "true")


def test_filters_and_tabs_stand_in_the_address(chromium: Browser, golive: Served) -> None:
    new(golive, area="xr", room="X-ray 2", category="portal", text="the portal sleeps")
    with at_desk(chromium, golive) as page:
        rows = page.locator("#queue .issue-row a")
        page.click("#filters summary")
        page.select_option("#of-category", "portal")
        expect(rows).to_have_count(1)
        assert "category=portal" in page.url
        page.reload()
        live(page)
        expect(rows).to_have_count(1)
        expect(page.locator("#of-category")).to_be_visible()
        expect(page.locator("#tab-all .n")).to_have_text("1")
        page.click("#tab-unassigned")
        expect(rows).to_have_count(1)
        assert "tab=unassigned" in page.url
        page.click("#tab-mine")
        expect(page.locator("#queue .empty")).to_have_text("Nothing fits these filters.")
        page.go_back()
        expect(rows).to_have_count(1)
        page.click("#clear-filters")
        expect(page.locator("#tab-all")).not_to_have_attribute("href", re.compile("category"))
        page.click("#tab-all")
        wait_for(lambda: rows.count() > 8)
        assert "category" not in page.url
        page.fill("#words", "pacs team")
        page.wait_for_url("**words=pacs+team**")
        page.wait_for_function("() => [2, 3, 4, 5, 6].includes(document.querySelectorAll('#queue .issue-row').length)")
        page.goto(f"{golive.url}/desk?words=nothing+of+the+kind&severity=2")
        live(page)
        assert page.input_value("#words") == "nothing of the kind"
        expect(page.locator("#queue .empty")).to_have_text("Nothing fits these filters.")


def test_every_act_is_done_from_the_page(chromium: Browser, golive: Served) -> None:
    uuid, number = new(
        golive, area="ed", room="ED 1", category="ai-result", text="result of the lung triage is missing"
    )
    other, twin = new(golive, area="ed", room="ED 2", category="ai-result", text="lung triage result missing here too")
    with at_desk(chromium, golive, f"/desk?issue={number}") as page:
        expect(page.locator(f"#similar-{twin}")).to_be_visible()
        page.keyboard.press("a")
        page.click("#act-assign .to-me")
        send(page, "assign")
        expect(page.locator("#tab-mine .n")).not_to_have_text("0")
        with page.expect_download() as zipped:
            page.click("#issue .for-vendor a")
        assert zipped.value.suggested_filename == f"golive-north-issue-{number}.zip"
        page.keyboard.press("s")
        send(page, "start")
        page.keyboard.press("v")
        page.select_option("#vendor-vendor", "maker")
        page.fill("#vendor-ticket", "8899")
        send(page, "vendor")
        expect(page.locator("#issue")).to_contain_text("PACS vendor, the desk, 8899")
        page.keyboard.press("m")
        page.fill("#me_too-who", "Dr. B., telephone")
        send(page, "me_too")
        page.keyboard.press("h")
        page.fill("#acknowledge-text", "the vendor looks at it")
        send(page, "acknowledge")
        page.keyboard.press("e")
        send(page, "escalate")
        page.keyboard.press("w")
        page.fill("#known-workaround", "read without it")
        send(page, "known")
        expect(page.locator(f"#row-{number}")).to_contain_text("known issue")
        page.keyboard.press("n")
        page.fill("#announce-announcement", "AI results are missing, read without them")
        page.select_option("#announce-lasts", "3600")
        page.click("#act-announce button[type=submit]")
        expect(page.locator("#done")).to_have_text("Announced.")
        (told,) = golive.get("/api/announcements")
        assert (told["areas"], told["text"]) == (["ed"], "AI results are missing, read without them")
        page.keyboard.press("f")
        page.fill("#fix-resolution", "service restarted")
        send(page, "fix")
        expect(page.locator("#issue .life [aria-current]")).to_have_text("fixed")
        page.keyboard.press("o")
        page.fill("#reopen-text", "they say no")
        send(page, "reopen")
        expect(page.locator("#course")).to_contain_text("ED reading, announced: AI results are missing")
        page.goto(f"{golive.url}/desk/issues/{twin}")
        live(page)
        page.keyboard.press("d")
        page.fill("#duplicate-number", "99999")
        page.fill("#duplicate-resolution", "the same service")
        page.click("#act-duplicate button[type=submit]")
        expect(page.locator("#act-duplicate .refused")).to_have_text("There is no other issue no. 99999")
        page.fill("#duplicate-number", f"#{number}")
        send(page, "duplicate")
        expect(page.locator("#issue")).to_contain_text(f"Merged into #{number}".replace("Merged into ", ""))
        page.goto(f"{golive.url}/desk?issue={number}")
        live(page)
        page.keyboard.press("c")
        page.check("#act-close input[value=training]")
        page.fill("#close-resolution", "shown how")
        send(page, "close")
    told = issue(golive, uuid)
    assert [e["action"] for e in told["events"]] == [
        "assign", "start", "assign", "me_too", "acknowledge", "escalate", "known", "fix", "reopen", "training",
    ]  # fmt: skip
    assert (told["owner"], told["team"], told["vendor_ticket"], told["me_too"]) == ("the desk", "maker", "8899", 2)
    assert (told["status"], told["workaround"]) == ("training", "read without it")
    assert issue(golive, other)["duplicate_of"] == uuid


def test_an_answer_that_was_lost_is_sent_once_even_by_a_page_loaded_anew(chromium: Browser, golive: Served) -> None:
    uuid, number = new(golive)
    sent: list[str] = []

    def lose_the_first(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) > 1:
            route.continue_()
            return
        route.fetch()  # it is done, and the answer gets lost
        route.abort()

    with at_desk(chromium, golive, f"/desk?issue={number}") as page:
        page.route("**/events/**", lose_the_first)
        page.fill("#comment-text", "We look at it")
        page.click("#act-comment button[type=submit]")
        expect(page.locator("#act-comment .refused")).to_contain_text("it is done once")
        page.reload()
        live(page)
        assert page.input_value("#comment-text") == "We look at it"
        send(page, "comment")
    assert sent[0] == sent[1]
    assert sent[0].rsplit("/", 1)[1][14] == "7"
    assert [e["text"] for e in issue(golive, uuid)["events"]] == ["We look at it"]


def test_a_text_that_may_tell_of_a_patient_is_asked_about_and_kept(chromium: Browser, golive: Served) -> None:
    uuid, number = new(golive)
    with at_desk(chromium, golive, f"/desk?issue={number}") as page:
        page.fill("#comment-text", "MRN12345678 opens now")
        page.click("#act-comment button[type=submit]")
        asks = page.locator("#act-comment .of-patient")
        expect(asks).to_contain_text("MRN12345678")
        assert issue(golive, uuid)["events"] == []
        page.check("#act-comment [name=no_patient]")
        send(page, "comment")
        expect(asks).to_be_hidden()
    assert [e["no_patient"] for e in issue(golive, uuid)["events"]] == [True]


def test_a_grave_issue_chimes_on_every_page_of_the_desk_until_somebody_acknowledges(
    chromium: Browser, golive: Served
) -> None:
    with at_desk(chromium, golive) as page, at_desk(chromium, golive, "/desk/planned-work", "authority") as other:
        for one in (page, other):
            one.click("#sound button")
            expect(one.locator("#sound .says")).to_have_text("sound on")
        rings = page.locator("#alarms .ring.is-issue")
        expect(rings).to_have_count(0)
        heard = page.evaluate("() => window.heard.length")
        uuid, number = new(golive, severity=3, safety=True, text="wrong side marker")
        expect(rings).to_contain_text(f"SEV 3, patient safety #{number}")
        expect(other.locator("#alarms .ring.is-issue")).to_contain_text(f"#{number}")
        page.wait_for_function("n => window.heard.slice(n).includes(988)", arg=heard, timeout=8000)
        other.wait_for_function("() => window.heard.includes(988)", timeout=8000)
        assert page.title().startswith("◆ ")
        rings.locator("a.acknowledge").click()
        expect(page.locator("#issue .number")).to_have_text(f"#{number}")
        page.wait_for_function("() => document.activeElement.id === 'acknowledge-text'")
        page.keyboard.type("the marker is looked at")
        page.keyboard.press("Control+Enter")
        done(page)
        expect(rings).to_have_count(0)
        expect(other.locator("#alarms .ring.is-issue")).to_have_count(0)
        assert issue(golive, uuid)["acknowledged_at"] is not None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_light_and_dark(chromium: Browser, golive: Served, scheme: Any) -> None:
    _, number = new(golive)
    with at_desk(chromium, golive, f"/desk?issue={number}", bypass_csp=True, color_scheme=scheme) as page:
        for act_ in ("comment", "triage", "close", "duplicate"):
            page.click(f"#do-{act_}")
            assert axe(page) == [], act_
        page.click("#filters summary")
        page.keyboard.press("Escape")
        page.click("#show-keys")
        assert axe(page) == [], "keys"
        page.goto(f"{golive.url}/desk?issue=9999&words=nothing")
        live(page)
        assert axe(page) == [], "nothing"


def test_what_rings_moves_nothing_under_a_finger(chromium: Browser, golive: Served) -> None:
    (one, first), (_, second) = new(golive, severity=1), new(golive, severity=4)
    top = f"() => document.getElementById('row-{second}').getBoundingClientRect().top"
    with at_desk(chromium, golive, f"/desk?issue={second}") as page:
        expect(page.locator("#alarms .ring.is-issue")).to_have_count(1)
        page.evaluate("() => { document.querySelector('#queue .rows').scrollTop = 9999; }")
        before = page.evaluate(top)
        act(golive, one, action="acknowledge", text="seen")
        expect(page.locator("#alarms .ring.is-issue")).to_have_count(0)
        assert page.evaluate(top) == before
        page.click(f"#row-{first}")
        expect(page.locator("#issue .number")).to_have_text(f"#{first}")


@pytest.mark.parametrize("size", [(1180, 820), (820, 1180), (390, 800)])
def test_all_that_is_pressed_takes_a_finger_and_nothing_scrolls_sideways(
    chromium: Browser, golive: Served, size: tuple[int, int]
) -> None:
    _, number = new(golive)
    with at_desk(chromium, golive, f"/desk?issue={number}", size=size, has_touch=True) as page:
        page.tap("#do-triage")
        page.tap("#filters summary")
        assert page.evaluate(SMALL, PRESSED) == []
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_an_open_desk_and_a_fresh_one_are_the_same_after_any_acts(chromium: Browser, golive: Served) -> None:
    """Page + pushed fragments = fresh page, as a browser ends up with them."""
    shown = """() => [...document.querySelectorAll("main section[id]:not(#dock)")].map(e => {
      const copy = e.cloneNode(true);
      for (const time of copy.querySelectorAll("time")) time.textContent = "";
      for (const row of copy.querySelectorAll("[data-draft]")) row.removeAttribute("data-draft");
      return copy.outerHTML.replace(/ data-htmx-powered(="[^"]*")?/g, "").replaceAll(/\\d+ s/g, "");
    })"""
    uuid, number = new(golive)
    with at_desk(chromium, golive, f"/desk?issue={number}") as page:
        act(golive, uuid, action="triage", severity=2, team="ris")
        act(golive, uuid, action="comment", text="<b>seen</b> & noted")
        new(golive, severity=2)
        act(golive, uuid, action="close", resolution="restarted")
        expect(page.locator("#issue .life [aria-current]")).to_have_text("closed")
        expect(page.locator("#course")).to_contain_text("<b>seen</b> & noted")
        page.wait_for_function("s => document.getElementById('acts').dataset.said.includes(s)", arg="closed")
        page.wait_for_timeout(300)
        old = page.evaluate(shown)
        page.reload()
        live(page)
        assert page.evaluate(shown) == old


def test_who_only_reads_sees_the_issues_and_no_form(chromium: Browser, golive: Served) -> None:
    with at_desk(chromium, golive, role="engineer") as page:
        wait_for(lambda: page.locator("#queue .issue-row").count() > 8)
        assert page.locator("form:not(#filters, [method=dialog])").count() == 0
        page.keyboard.press("j")
        page.keyboard.press("t")
        expect(page.locator("#issue h2")).to_be_visible()


def test_the_evidence_of_an_issue_is_one_click_and_a_zip(chromium: Browser, golive: Served) -> None:
    _, number = new(golive)
    with at_desk(chromium, golive, f"/desk?issue={number}", accept_downloads=True) as page:
        with page.expect_download() as started:
            page.click(".for-vendor a")
        assert started.value.suggested_filename == f"golive-north-issue-{number}.zip"
        assert {"samples.csv", "issue.json", "README.md"} <= set(ZipFile(started.value.path()).namelist())


def test_the_bar_counts_who_looks_at_the_desk_each_once(chromium: Browser, golive: Served) -> None:
    with at_desk(chromium, golive) as ann:
        expect(ann.locator(".desks")).to_have_text("1 desk")
        with at_desk(chromium, golive, "/desk/shift", "authority") as bo:
            tab = bo.context.new_page()
            tab.goto(f"{golive.url}/desk/triggers")
            for page in (ann, bo, tab):
                expect(page.locator(".desks")).to_have_text("2 desks")
            with at_desk(chromium, golive, "/desk/support") as another:  # Ann's token, another browser
                expect(another.locator(".desks")).to_have_text("3 desks")
        expect(ann.locator(".desks")).to_have_text("1 desk")


def test_a_reporters_tablet_that_is_silent_on_duty_stands_beside_the_reporter(
    chromium: Browser, golive: Served
) -> None:
    def heard_of_six_minutes_ago(s: Session) -> None:
        known = tablets.get(s, "north", "tablet-9")
        assert known is not None
        tablets.keep(s, "north", replace(known, at=known.at - timedelta(minutes=6)))

    _, number = new(golive, device="tablet-9")
    with at_desk(chromium, golive, f"/desk?issue={number}") as page:
        expect(page.locator("#issue .facts")).to_contain_text("tablet-9")
        expect(page.locator(".silent-tablet")).to_have_count(0)
        told = {"held": [], "sent_at": datetime.now(UTC).isoformat(), "version": "1", "on_duty": True, "area": "ct"}
        assert golive.call("POST", "/api/tablets/tablet-9", "floor", json=told).status_code == 200
        golive.app.state.house.db.write_now(heard_of_six_minutes_ago)
        expect(page.locator(".silent-tablet")).to_have_text("◌ offline, silent for 6 min", timeout=20_000)
        assert golive.call("POST", "/api/tablets/tablet-9", "floor", json=told).status_code == 200
        expect(page.locator(".silent-tablet")).to_have_count(0, timeout=20_000)
