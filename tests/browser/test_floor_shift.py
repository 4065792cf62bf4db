"""The shift on a tablet in a real browser: duty and hand-over, every moment in the site's time."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.tablets import AREAS, FLOOR, ROLES, tablet
from tests.integration.served import Served, prepared, running, wait_for, write_config
from tests.integration.test_shift import put

pytestmark = pytest.mark.peers
ZONE, ELSEWHERE = "Asia/Kathmandu", "Pacific/Auckland"  # a quarter of an hour off every other zone, and half a day away


@contextmanager
def golive(folder: Path, zone: str = ZONE) -> Iterator[Served]:
    file = write_config(folder, FLOOR, areas=AREAS)
    text = re.sub(r"(?m)^timezone = .*\n", "", file.read_text(), count=1)
    file.write_text(text.replace("[site]\n", f'[site]\ntimezone = "{zone}"\n', 1))
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
        ("Asia/Kathmandu", "2026-11-21T18:00Z", "00:00"): ["23:45", "2026-11-21T18:15"],
        ("Mars/Olympus", "2026-11-21T18:00Z", "19:00"): ["18:00 UTC", "2026-11-21T19:00"],
    }
    with tablet(chromium, served, timezone_id=ELSEWHERE) as used:
        got = used.page.evaluate(CASES, [list(case) for case in cases])
        assert dict(zip(cases, got, strict=True)) == cases
