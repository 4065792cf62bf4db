"""The shift on a tablet in a real browser: duty and hand-over, every moment in the site's time."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.tablets import AREAS, FLOOR, NARROW, ROLES, WIDE, Tablet, axe_of, tablet
from tests.integration.served import Served, prepared, running, wait_for, write_config
from tests.integration.test_issues import act as act_on_issue
from tests.integration.test_issues import body as issue_body
from tests.integration.test_issues import put as put_issue
from tests.integration.test_shift import put, there

pytestmark = pytest.mark.peers
ZONE, ELSEWHERE = "Asia/Kathmandu", "Pacific/Auckland"  # a quarter of an hour off every other zone, and half a day away

SMALL = """() => [...document.querySelectorAll("dialog :is(button, input, textarea)")].filter((e) => e.offsetParent)
  .filter((e) => { const b = e.getBoundingClientRect(); return b.height < 48 || b.width < 48; })
  .map((e) => e.outerHTML)"""


@contextmanager
def golive(folder: Path, floor: str = FLOOR) -> Iterator[Served]:
    file = write_config(folder, floor, areas=AREAS)
    text = re.sub(r"(?m)^timezone = .*\n", "", file.read_text(), count=1)
    file.write_text(text.replace("[site]\n", f'[site]\ntimezone = "{ZONE}"\n', 1))
    config, tokens = prepared(folder, ROLES, file)
    with running(config, tokens) as served:
        yield served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with golive(tmp_path_factory.mktemp("shift")) as made:
        yield made


def clock(at: str | datetime) -> str:
    """Give a moment as the site's clocks show it."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(ZoneInfo(ZONE)).strftime("%H:%M")


def test_every_moment_on_a_tablet_is_the_sites_also_without_a_network(chromium: Browser, served: Served) -> None:
    with tablet(chromium, served, timezone_id=ELSEWHERE) as used:
        used.ready()
        until = datetime.now(UTC) + timedelta(hours=3)
        typed = clock(until)
        code, news = put(served, "announcements", "desk", text="worklist is back", areas=[])
        assert code == 201, news
        used.page.click("[data-view=info]")
        used.page.click("[data-key=duty-pick]")
        expect(used.page.locator("dialog.until")).to_contain_text(f"It is {clock(datetime.now(UTC))} here")
        used.page.fill("#duty-until", typed)
        used.page.click("dialog.until button.first")
        expect(used.page.locator(".duty")).to_contain_text(f"On duty in CT until {typed}.")
        (told,) = wait_for(lambda: served.get("/api/floor", "floor")["duty"]["there"])
        assert told["until_at"] == until.replace(second=0, microsecond=0).isoformat(timespec="milliseconds").replace(
            "+00:00", "Z"
        )
        used.page.click("[data-view=log]")
        used.sent(used.log())
        sent = used.page.locator(".last .state").inner_text()
        used.page.reload()
        expect(used.page.locator(".band.news .right")).to_have_text(clock(news["at"]))
        used.offline()
        used.page.reload()
        expect(used.page.locator(".last .state")).to_have_text(sent)
        expect(used.page.locator(".band.news .right")).to_have_text(clock(news["at"]))
        assert sent[5:10] in {clock(datetime.now(UTC) - timedelta(minutes=n)) for n in (0, 1)}
        used.page.click("[data-view=info]")
        expect(used.page.locator(".duty")).to_contain_text(f"On duty in CT until {typed}.")
        used.offline(False)
        used.page.click("[data-key=duty-end]")
        wait_for(lambda: not served.get("/api/floor", "floor")["duty"]["there"])


CASES = """async (cases) => {
  const { siteTime } = await import(`/floor/${document.documentElement.dataset.version}/js/site_time.js`);
  return cases.map(([zone, now, typed]) => {
    const site = siteTime(zone), next = site.nextOf(typed, Date.parse(now));
    return [site.time(Date.parse(now)), new Date(next).toISOString().slice(0, 16)];
  });
}"""


def test_a_time_of_day_is_its_next_one_also_where_a_day_has_25_hours(chromium: Browser, served: Served) -> None:
    cases = {
        ("Europe/Berlin", "2026-11-21T08:30Z", "14:00"): ["09:30", "2026-11-21T13:00"],
        ("Europe/Berlin", "2026-11-21T21:30Z", "06:00"): ["22:30", "2026-11-22T05:00"],
        ("Europe/Berlin", "2026-10-24T22:30Z", "00:15"): ["00:30", "2026-10-25T23:15"],
        ("Europe/Berlin", "2026-03-28T22:30Z", "06:00"): ["23:30", "2026-03-29T04:00"],
        ("Europe/Berlin", "2026-10-25T00:10Z", "02:30"): ["02:10", "2026-10-25T00:30"],  # an hour that comes twice
        ("Europe/Berlin", "2026-10-25T00:40Z", "02:30"): ["02:40", "2026-10-25T01:30"],
        ("America/New_York", "2026-11-01T06:10Z", "01:30"): ["01:10", "2026-11-01T06:30"],
        ("Europe/Berlin", "2026-03-29T00:10Z", "02:30"): ["01:10", "2026-03-29T01:30"],  # one that never comes
        ("America/Havana", "2027-03-14T04:22Z", "00:00"): ["23:22", "2027-03-14T05:00"],
        ("Asia/Kathmandu", "2026-11-21T18:00Z", "00:00"): ["23:45", "2026-11-21T18:15"],
        ("Mars/Olympus", "2026-11-21T18:00Z", "19:00"): ["18:00 UTC", "2026-11-21T19:00"],
    }
    with tablet(chromium, served, timezone_id=ELSEWHERE) as used:
        got = used.page.evaluate(CASES, [list(case) for case in cases])
        assert dict(zip(cases, got, strict=True)) == cases


NOTE = {"conditions": "worklist slow since nine", "actions": "RIS team is on it", "needs": "call back at ten"}


def on_duty(used: Tablet, hours: int = 2) -> None:
    used.page.click("[data-view=info]")
    used.page.click(f"[data-key=duty{hours}]")
    used.page.wait_for_selector("[data-key=duty-end]")


def written(used: Tablet, to: str, until: str, **note: str) -> None:
    for name, said in {"to": to, "until": until, **NOTE, **note}.items():
        used.page.fill(f"dialog.handover [name={name}]", said)


def held(used: Tablet) -> list[str]:
    return list(
        used.page.evaluate("""async () => {
          const of = `/floor/${document.documentElement.dataset.version}/js/floor`;
          return (await import(`${of}/outbox.js`)).unsent().map((r) => r.kind);
        }""")
    )


def test_whose_duty_ends_hands_over_without_a_network_and_once_however_often_it_is_sent(
    chromium: Browser, served: Served
) -> None:
    issue = str(uuid4())
    with tablet(chromium, served, timezone_id=ELSEWHERE) as used:
        on_duty(used)
        wait_for(lambda: there(served)["ct"])
        put_issue(served, issue, **issue_body())
        act_on_issue(served, issue, "assign", owner="the floor")
        used.ready()
        used.offline()
        used.page.click("[data-key=handover]")
        until = clock(datetime.now(UTC) + timedelta(hours=5))
        written(used, "Kim", until, needs=" ")
        used.page.click("dialog.handover button.first")
        expect(used.page.locator("dialog.handover .refused")).to_have_text("Still missing: what the next shift needs.")
        assert used.page.evaluate("() => document.activeElement.name") == "needs"
        used.page.keyboard.press("Escape")
        used.page.reload()  # what was written stays
        used.page.click("[data-view=info]")
        used.page.click("[data-key=handover]")
        assert used.page.input_value("dialog.handover [name=conditions]") == NOTE["conditions"]
        used.page.fill("dialog.handover [name=needs]", NOTE["needs"])
        used.page.click("dialog.handover button.first")
        expect(used.page.locator(".handed")).to_contain_text("Handed over to Kim")
        expect(used.page.locator(".handed .state")).to_have_text("saved on this tablet")
        expect(used.page.locator(".duty")).to_contain_text("Nobody on this tablet is on duty")
        assert held(used) == ["handover"]
        lost: list[str] = []

        def lose(route: Route) -> None:
            if lost:
                route.continue_()
                return
            lost.append(route.request.url)
            route.fetch()  # the server stores it; its answer never arrives

        used.page.route("**/api/handovers/*", lose)
        with used.page.expect_request("**/api/handovers/*"):
            used.offline(False)
        wait_for(lambda: held(used) and served.get("/api/handovers"))  # a call of the page lets the route go on
        used.page.reload()
        used.page.click("[data-view=info]")
        expect(used.page.locator(".handed")).to_contain_text("Handed over by the floor to Kim", timeout=20_000)
        wait_for(lambda: not held(used))
        made = served.get("/api/handovers")
        assert [(m["from"], m["to"], m["area"], m["needs"]) for m in made] == [
            ("the floor", "Kim", "ct", NOTE["needs"])
        ]
        assert clock(made[0]["until_at"]) == until
        assert there(served)["ct"] == ["Kim"]
        assert served.get(f"/api/issues/{issue}")["owner"] == "Kim"


def test_a_duty_that_is_about_to_end_offers_the_hand_over_on_every_page_and_for_a_while_after(
    chromium: Browser, served: Served
) -> None:
    with tablet(chromium, served) as used:
        used.page.route("**/api/tablets/**", lambda route: route.abort())  # else a clock that leaps is found out
        used.page.clock.install()
        on_duty(used)
        (duty,) = wait_for(lambda: [d for d in served.get("/api/floor", "floor")["duty"]["there"] if d["mine"]])
        until, band = datetime.fromisoformat(duty["until_at"]), used.page.locator(".band.handover")

        def at(minutes: float) -> None:
            used.page.clock.set_system_time(until + timedelta(minutes=minutes))
            used.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")

        used.page.click("[data-view=log]")
        at(-20)
        assert band.count() == 0
        at(-10)
        expect(band).to_contain_text(f"Your duty in CT ends at {clock(until)}.")
        at(2)
        expect(band).to_contain_text(f"Your duty in CT ended at {clock(until)}.")
        band.locator("button").click()
        expect(used.page.locator("dialog.handover h2")).to_have_text("Hand over CT")
        used.page.keyboard.press("Escape")
        at(31)
        expect(band).to_have_count(0)


def test_a_hand_over_is_from_who_wrote_it_whoever_is_logged_in_when_it_goes_out(
    chromium: Browser, served: Served
) -> None:
    with tablet(chromium, served) as used:
        on_duty(used)
        wait_for(lambda: not held(used))
        used.ready()
        used.offline()
        used.page.click("[data-key=handover]")
        written(used, "Lou", "23:59")
        used.page.click("dialog.handover button.first")
        expect(used.page.locator(".handed .state")).to_have_text("saved on this tablet")
        used.context.clear_cookies()  # a login that is over
        used.offline(False)
        used.page.reload()
        used.page.wait_for_selector(".band.ask")
        used.log_in("desk")
        (made,) = wait_for(lambda: [m for m in served.get("/api/handovers") if m["to"] == "Lou"])
        assert (made["from"], made["by"], made["duties"]) == ("the floor", "the desk", ["ct"])


def test_a_duty_that_ran_out_is_offered_to_who_had_it_alone(chromium: Browser, served: Served) -> None:
    with tablet(chromium, served) as used:
        used.page.route("**/api/tablets/**", lambda route: route.abort())  # else a clock that leaps is found out
        on_duty(used)
        wait_for(lambda: not held(used))
        used.page.clock.install()
        duties = [d for d in served.get("/api/floor", "floor")["duty"]["there"] if d["mine"]]
        until = datetime.fromisoformat(max(d["until_at"] for d in duties))
        used.page.click("[data-key=logout]")
        used.page.wait_for_selector(".band.ask")
        used.log_in("desk")
        used.page.wait_for_selector(".band.ask", state="detached")
        used.page.clock.set_system_time(until + timedelta(minutes=2))
        used.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
        expect(used.page.locator(".duty")).to_contain_text("Nobody on this tablet is on duty")
        assert used.page.locator(".band.handover").count() == 0


def test_a_duty_that_the_desk_handed_over_is_not_offered_again(chromium: Browser, served: Served) -> None:
    with tablet(chromium, served) as used:
        used.page.route("**/api/tablets/**", lambda route: route.abort())  # else a clock that leaps is found out
        on_duty(used)
        wait_for(lambda: not held(used))
        used.page.clock.install()
        until = max(d["until_at"] for d in served.get("/api/floor", "floor")["duty"]["there"] if d["mine"])
        made = {"from": "the floor", "to": "Max", "area": "ct", "until_at": until, **NOTE}
        assert put(served, "handovers", "desk", **made)[1]["duties"]
        used.page.click("[data-view=info]")
        # what the tablet told counts until the server has told later
        used.page.clock.set_system_time(datetime.now(UTC) + timedelta(seconds=9))
        used.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
        expect(used.page.locator(".duty")).to_contain_text("Nobody on this tablet is on duty")
        used.page.clock.set_system_time(datetime.fromisoformat(until) + timedelta(minutes=2))
        with used.page.expect_response("**/api/floor"):
            used.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
        assert used.page.locator(".band.handover").count() == 0


def test_a_hand_over_that_tells_of_a_patient_is_asked_for_and_one_that_is_refused_is_corrected(
    chromium: Browser, served: Served
) -> None:
    with tablet(chromium, served) as used:
        on_duty(used)
        used.page.click("[data-key=handover]")
        written(used, "the floor", "23:59", actions="for Frau Zwickelhuber again")
        used.page.click("dialog.handover button.first")
        assert used.page.locator("dialog.guard mark").inner_text().endswith("Zwickelhuber")
        used.page.click("dialog.guard button.first")
        used.page.click(".band.warn button")
        item = used.page.locator(".item[data-state=refused]")
        expect(item).to_contain_text("'the floor' is who leaves")
        used.page.click("[data-view=info]")
        used.page.click("[data-key=handover]")  # no second one, which would wait behind it and be deleted with it
        expect(used.page.locator("dialog.correct")).to_contain_text("'the floor' is who leaves")
        used.page.keyboard.press("Escape")
        used.page.click("[data-view=mine]")
        item.locator("button").click()
        assert axe_of(used.page) == []
        used.page.fill("dialog.correct [name=to]", "Tom")
        used.page.click("dialog.correct button.first")
        (made,) = wait_for(lambda: [m for m in served.get("/api/handovers") if m["to"] == "Tom"])
        assert made["actions"] == "for Frau … again"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_in_duty_and_hand_over_in_german_and_every_target_takes_a_glove(
    chromium: Browser, tmp_path: Path, scheme: str, viewport: dict[str, int]
) -> None:
    german = FLOOR.replace('language = "en"', 'language = "de"')
    with (
        golive(tmp_path, floor=german) as served,
        tablet(chromium, served, color_scheme=scheme, viewport=viewport) as used,
    ):
        used.page.click("[data-view=info]")
        used.page.click("[data-key=duty-pick]")
        found = {"until": axe_of(used.page)}
        small = {"until": used.page.evaluate(SMALL)}
        used.page.keyboard.press("Escape")
        on_duty(used)
        used.page.click("[data-key=handover]")
        expect(used.page.locator("dialog.handover h2")).to_have_text("CT übergeben")
        written(used, "Kim", "23:59")
        found["handover"], small["handover"] = axe_of(used.page), used.page.evaluate(SMALL)
        used.page.click("dialog.handover button.first")
        expect(used.page.locator(".handed")).to_contain_text("Übergeben von the floor an Kim")
        found["info"] = axe_of(used.page)
        assert {where: said for where, said in found.items() if said} == {}
        assert {where: said for where, said in small.items() if said} == {}
        assert used.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
