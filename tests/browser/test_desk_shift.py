"""The shift at the desk, in a browser against the real golive: a change of shift at 14:00, and everything around it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from app.clock import Pace, live_at, monotonic_s, utc_now
from app.commands.access import creating_a_token
from app.settings import load
from app.store.db import Database
from tests.browser import tablets
from tests.browser.acting import EXPECTED, axe, live
from tests.browser.test_desk import PRESSED, SMALL
from tests.browser.test_pages import walked
from tests.integration.served import Served, running, wait_for, write_config
from tests.integration.test_issues import act as act_on_issue
from tests.integration.test_issues import body as issue_body
from tests.integration.test_issues import put as put_issue
from tests.integration.test_shift import post, put

pytestmark = pytest.mark.peers
AREAS = [{"id": "ct", "name": "CT"}, {"id": "mr", "name": "MR"}, {"id": "ed", "name": "ED reading"}]
PEOPLE = {"sue": "floor", "tom": "floor", "kim": "floor", "ann": "desk", "bo": "desk", "engineer": "engineer"}
EXTRA = """
[floor]
ask_every = "0s"
bridge = "https://meet.example/bridge"
[[contacts]]
name = "Priya N."
phone = "+49 30 555120"
about = "may wake the vendor"
tier = "vendor"
"""


class Day:
    """A running golive whose clock the test sets."""

    def __init__(self, served: Served) -> None:
        self.served, self.clock = served, served.app.state.house.clock

    def at(self, hour: int, minute: int) -> datetime:
        """Let it be the next such time of day."""
        now = self.clock.now()
        moment = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        moment += timedelta(days=1) if moment < now else timedelta()
        live_at(Pace(moment, monotonic_s(), 1.0))
        self.clock._base += moment - now
        return moment

    def until(self, hour: int) -> str:
        now = self.clock.now()
        moment = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        return (moment + timedelta(days=moment <= now)).isoformat()


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    file = write_config(tmp_path, EXTRA, areas=AREAS)
    huddles = 'stabilisation = "90d"\nhuddles = ["07:30", "14:00", "19:00"]'
    file.write_text(file.read_text().replace('stabilisation = "90d"', huddles))
    config = load(file, {})
    database = Database(config.settings.server.database, config.settings.site.id, config.folder)
    database.open()
    site = config.settings.site.id
    made = {
        who: database.write_now(creating_a_token(site, role, who.capitalize(), utc_now(), "test"))
        for who, role in PEOPLE.items()
    }
    database.close()
    try:
        with running(config, {who: token["token"] for who, token in made.items()}) as served:
            yield Day(served)
    finally:
        live_at(None)


@contextmanager
def at_desk(
    chromium: Browser, day: Day, who: str, path: str = "/desk/shift", size: tuple[int, int] = (1440, 900), **more: Any
) -> Iterator[Page]:
    """Open the page as somebody who has logged in; it must say nothing in its console but what is refused."""
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **more)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{day.served.url}/login?next={path}")
    page.fill("input[name=token]", day.served.token(who))
    page.click("button[type=submit]")
    page.wait_for_url(f"**{path}")
    if path != "/desk/huddle":
        live(page)
    yield page
    context.close()
    assert [s for s in said if not EXPECTED.search(s) and "status of 4" not in s] == []


def reported(day: Day, who: str = "sue", **more: Any) -> str:
    uuid = str(uuid4())
    at = day.clock.now().isoformat()
    code, told = put_issue(day.served, uuid, who, **issue_body(occurred_at=at, observed_at=at, **more))
    assert code == 201, told
    return uuid


def test_a_shift_changes_at_two_oclock(chromium: Browser, day: Day) -> None:
    golive = day.served
    day.at(13, 50)
    assert put(golive, "duties", "sue", area="ct", until_at=day.until(14))[0] == 201
    fixed, running_on = reported(day), reported(day, area="mr", room="MR 2", category="images-slow")
    for uuid in (fixed, running_on):
        act_on_issue(golive, uuid, "assign", "ann", owner="Ann")
    act_on_issue(golive, fixed, "fix", "ann", resolution="RIS restarted")
    with at_desk(chromium, day, "ann") as page:
        page.fill("#lead-until", "14:00")
        page.click("#lead-form button")
        expect(page.locator("#done")).to_have_text("You lead now.")
        expect(page.locator("#duty")).to_contain_text(re.compile(r"Ann\s+until 14:00"))
        expect(page.locator("#duty")).to_contain_text(re.compile(r"14:00\s+in 0\d:\d\d"))
        expect(page.locator("#coverage tr", has_text="CT")).to_contain_text(re.compile(r"Sue\s+until 14:00"))
        expect(page.locator("#coverage tr", has_text="CT")).to_contain_text("from 14:00")
        expect(page.locator("#coverage tr", has_text="MR")).to_contain_text("nobody on duty")
        page.click("#handover > summary")
        page.fill("#note-conditions", "CT worklist slow, patient Mary Miller waits")
        page.fill("#note-actions", "RIS restarted")
        page.fill("#note-needs", " ")
        page.fill("#takes-over", "Bo")
        page.fill("#stays-until", "22:00")
        page.click("#handover-form button[type=submit]")
        expect(page.locator("#handover-form .refused")).to_contain_text("may tell of a patient")
        expect(page.locator("#handover-form .of-patient")).to_be_visible()
        page.fill("#note-conditions", "CT worklist slow, else calm")
        page.click("#handover-form button[type=submit]")
        expect(page.locator("#handover-form .refused")).to_contain_text("needs: is missing")
        assert page.evaluate("() => document.activeElement.id") == "note-needs"
        assert golive.get("/api/handovers", "ann") == []
        day.at(13, 58)
        page.fill("#note-needs", "ask CT at three whether it holds")
        page.click("#handover-form button[type=submit]")
        expect(page.locator("#done")).to_have_text("Handed over to Bo.")
        expect(page.locator("#duty")).to_contain_text(re.compile(r"Bo\s+until 22:00"))
        expect(page.locator("#handed")).to_contain_text("Ann to Bo, 13:58")
        expect(page.locator("#handed")).to_contain_text("the lead, issues #1, #2")
        note = {"conditions": "list fills again", "actions": "watched it", "needs": "tap solved if it stays so"}
        code, made = put(golive, "handovers", "tom", **note, **{"from": "Sue"}, to="Tom", until_at=day.until(22))
        assert (code, made["duties"], made["lead"]) == (201, ["ct"], False)
        day.at(14, 1)
        expect(page.locator("#coverage tr", has_text="CT")).to_contain_text(re.compile(r"Tom\s+until 22:00"))
        expect(page.locator("#coverage")).not_to_contain_text("Sue")
    assert act_on_issue(golive, fixed, "verify", "kim")[0] == 403  # on the floor, and without the duty
    code, told = act_on_issue(golive, fixed, "verify", "tom")
    assert (code, told["status"]) == (200, "verified")
    seen = {i["uuid"]: i for i in golive.get("/api/issues", "bo")}
    assert (seen[fixed]["verified_by"], seen[running_on]["owner"]) == ("Tom", "Bo")
    with at_desk(chromium, day, "bo", "/desk/huddle") as page:
        expect(page.locator("h1")).to_have_text(re.compile(r"Huddle of 14:00\s+since 07:30"))
        expect(page.locator(".of-worst")).to_contain_text(re.compile(r"#2\s*SEV 2\s*Images slow\s*MR · MR 2\s*Bo"))
        expect(page.locator(".of-fixed")).to_contain_text("verified by Tom")
        expect(page.locator("main")).to_contain_text("tap solved if it stays so")
        assert len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))) == 1


def test_the_sheet_is_one_page_however_much_happened(chromium: Browser, day: Day) -> None:
    golive = day.served
    day.at(13, 0)
    long = "every workstation of the room shows an empty list after the login and needs a second one " * 8
    room, owner = "Reading room of the emergency department"[:40], "Alexandra von Hohenstein-Wittelsbach"

    def happen(n: int) -> None:
        uuid = reported(day, area=AREAS[n % 3]["id"], room=room, category="hanging-protocol", severity=1 + n % 4)
        more = {"resolution": long} if n % 3 == 0 else {}
        act_on_issue(golive, uuid, "fix" if more else "triage", "ann", owner=owner, **more)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(happen, range(21)))
    for n in range(6):
        decision = str(uuid4())
        assert put(golive, "decisions", "ann", decision, trigger=None, kind="hold", reason=long[:300])[0] == 201
        assert post(golive, f"decisions/{decision}", "ann", action="withdraw", reason=long[:300])[0] == 200
        until = (day.clock.now() + timedelta(hours=n + 2)).isoformat()
        put(golive, "planned-work", "ann", system="ris", until=until, why=long[:100])
    for n in range(5):
        put(golive, "announcements", "ann", text=f"{n} {long}"[:400], areas=["ct", "ed"])
    note = {field: long[:600] for field in ("conditions", "actions", "needs")}
    assert put(golive, "handovers", "ann", **note, to="Bo", until_at=day.until(22))[0] == 201
    with at_desk(chromium, day, "bo", "/desk/huddle", bypass_csp=True) as page:
        pdf = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
        expect(page.locator("main")).to_contain_text("21 new, 7 fixed, 7 of these not verified yet")
        assert axe(page) == []


def test_the_floor_is_asked_and_told_while_somebody_writes(chromium: Browser, day: Day) -> None:
    golive = day.served
    day.at(9, 0)
    with at_desk(chromium, day, "ann") as page, at_desk(chromium, day, "bo", "/desk/triggers") as other:
        page.click("#announce > summary")
        page.fill("#announce-text", "Open the patient by accession number")
        page.check("#announce [value=ct]")
        page.click("#ask > summary")
        page.fill("#ask-about", "Worklist")
        page.click("#ask-form button[type=submit]")
        expect(page.locator("#done")).to_have_text("Asked. The answers come here.")
        expect(page.locator("#floor-says .is-unanswered")).to_have_count(3)
        (question,) = golive.get("/api/questions", "bo")
        assert put(golive, f"questions/{question['uuid']}/answers", "sue", area="ct", answer="stopped")[0] == 201
        expect(page.locator("#floor-says .is-stopped")).to_contain_text(re.compile(r"CT\s+◆ stopped"))
        expect(other.locator("#floor-says .is-stopped")).to_contain_text("ago, Sue · Worklist")
        assert page.input_value("#announce-text") == "Open the patient by accession number"
        page.fill("#announce-until", "11:30")
        page.click("#announce-form button[type=submit]")
        expect(page.locator("#announced")).to_contain_text("CT · until 11:30 · Ann")
        number = golive.get(f"/api/issues/{reported(day)}", "bo")["number"]
        other.goto(f"{golive.url}/desk?issue={number}")
        expect(other.locator("#course")).to_contain_text("Open the patient by accession number")
        expect(other.locator("#duty")).to_contain_text(re.compile(r"Leads now\s*▲ nobody"))
        expect(other.locator("#floor-says")).to_contain_text("stopped")
        assert golive.call("GET", "/api/announcements", "sue").json()[0]["areas"] == ["ct"]
        page.click("[data-withdraw]")
        expect(page.locator("#announced")).to_contain_text("Nothing is announced.")
        page.click("#on-duty > summary")
        page.fill("#duty-who", "Tom")
        page.select_option("#duty-area", "ed")
        page.fill("#duty-until", "12:00")
        page.click("#duty-form button[type=submit]")
        expect(page.locator("#coverage tr", has_text="ED reading")).to_contain_text(re.compile(r"Tom\s+until 12:00"))
        page.click("[data-end-duty]")
        expect(page.locator("#done")).to_have_text("The duty of Tom is over.")
        wait_for(lambda: golive.get("/api/shift", "bo")["areas"][2]["there"] == [])


def test_all_is_for_axe_for_a_finger_and_for_the_keyboard(chromium: Browser, day: Day) -> None:
    golive = day.served
    until = (day.clock.now() + timedelta(hours=2)).isoformat()
    put(golive, "duties", "sue", area="ct", until_at=until)
    put(golive, "leads", "ann", until_at=until)
    put(golive, "announcements", "ann", text="RIS restarts")
    question = str(uuid4())
    put(golive, "questions", "ann", question, areas=["ct", "mr", "ed"])
    for area, answer in (("ct", "slow"), ("mr", "stopped")):
        put(golive, f"questions/{question}/answers", "sue", area=area, answer=answer)
    with at_desk(chromium, day, "ann", has_touch=True, bypass_csp=True) as page:
        for path in ("/desk/shift", "/desk/contacts", "/desk/huddle", "/desk/triggers"):
            page.goto(golive.url + path)
            closed = page.locator("details:not([open]) > summary")
            for _ in range(closed.count()):
                closed.first.click()
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                assert axe(page) == [], (path, scheme)
            for width, height in ((1440, 900), (1180, 820), (390, 800)):
                page.set_viewport_size({"width": width, "height": height})
                assert page.evaluate(SMALL, PRESSED) == [], (path, width)
                assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), (path, width)
            if path == "/desk/shift":
                page.evaluate("() => document.activeElement.blur()")
                wanted = page.locator("a[href]:visible, button:visible, textarea:visible, select:visible").count()
                assert len(walked(page, wanted + 40)) >= wanted
            elif path == "/desk/contacts":
                expect(page.locator("main")).to_contain_text("may wake the vendor")
                assert page.get_attribute(".bridge a", "href") == "https://meet.example/bridge"


def test_who_only_reads_sees_the_shift_and_no_form(chromium: Browser, day: Day) -> None:
    put(day.served, "duties", "sue", area="ct", until_at=(datetime.now(UTC) + timedelta(hours=2)).isoformat())
    with at_desk(chromium, day, "engineer") as page:
        expect(page.locator("#coverage")).to_contain_text("Sue")
        assert page.locator("form").count() == 0
        expect(page.locator("[data-end-duty]")).to_be_hidden()
    _, duty = put(day.served, "duties", "tom", area="mr", until_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    assert post(day.served, f"duties/{duty['uuid']}", "engineer", action="end")[0] == 403


def test_a_tablet_takes_the_duty_answers_the_desk_and_says_what_is_solved(chromium: Browser, tmp_path: Path) -> None:
    with tablets.golive(tmp_path) as served, tablets.tablet(chromium, served) as used:
        page, uuid = used.page, str(uuid4())
        page.click("[data-view=info]")
        page.click("[data-key=duty8]")
        expect(page.locator("section.duty")).to_contain_text("CT until")
        wait_for(lambda: [d["who"] for d in served.get("/api/shift")["areas"][0]["there"]] == ["the floor"])
        put_issue(served, uuid, "desk", **issue_body(text="somebody else's"))
        act_on_issue(served, uuid, "fix", resolution="RIS restarted")
        put(served, "announcements", "desk", text="Reports come late until three", areas=["ct"])
        put(served, "questions", "desk", areas=["ct", "ed"], about="Worklist")
        page.reload()
        expect(page.locator(".band.news")).to_contain_text("Reports come late until three")
        page.locator(".band.question button").last.click()
        wait_for(lambda: served.get("/api/shift")["floor_says"].get("ct", {}).get("answer") == "stopped")
        page.click("[data-view=mine]")
        page.locator(".item", has_text="RIS restarted").locator("button", has_text="Yes, solved").click()
        wait_for(lambda: served.get(f"/api/issues/{uuid}")["status"] == "verified")
        assert served.get(f"/api/issues/{uuid}")["verified_by"] == "the floor"
        page.click("[data-view=info]")
        page.click("[data-key=duty-end]")
        wait_for(lambda: served.get("/api/shift")["areas"][0]["there"] == [])
