"""The desk with two thousand issues: first paint on the server, and an act of somebody else until it is on screen."""

import http.client
import statistics
import time
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, sync_playwright

from app.commands import escalation
from app.domain.floor.issues import Report, begun
from app.domain.rollback.decisions import Person
from app.plan import plan_of
from app.settings import load
from app.store import codec, issues
from app.store.db import Database, Session
from tests.bench.dom_latency import at_rank, clock_error_ms
from tests.bench.table import Row
from tests.browser.chromium import ARGUMENTS, EXECUTABLE
from tests.peers.golive import GoLive, dicom_system, uuid7

ISSUES, TIMES, ACTS, CHOSEN = 2000, 100, 60, 40
PAINT_MS, SHOWN_MS = 150.0, 100.0
AREAS = tuple(f"a{n}" for n in range(12))
CATEGORIES = ("worklist", "images-slow", "priors", "report", "login", "hardware")
WORDS = ("list", "image", "prior", "report", "window", "slow", "empty", "wrong", "frozen", "again", "reload")
# notes when the page shows an act, by its place in the order of all of them
WATCH = """() => {
  window.shownAt = {};
  const note = () => {
    const said = document.querySelector("#course li:last-child q")?.textContent;
    if (said) window.shownAt[said] ??= performance.timeOrigin + performance.now();
  };
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
CHOOSE = """number => new Promise((shown) => {
  const began = performance.now();
  const look = () => {
    if (document.getElementById("acts").dataset.number !== number) return;
    watching.disconnect();
    shown(performance.now() - began);
  };
  const watching = new MutationObserver(look);
  watching.observe(document.body, { subtree: true, childList: true, attributes: true });
  document.getElementById(`row-${number}`).click();
  look();
})"""


def report(n: int) -> Report:
    text = " ".join(WORDS[(n * step) % len(WORDS)] for step in range(3, 9))
    area, category = AREAS[n % len(AREAS)], CATEGORIES[n % len(CATEGORIES)]
    return Report(area, category, 2 + n % 3, f"Room {n % 7}", text, device=f"tablet-{n % 40}")


def fill(golive: GoLive) -> list[str]:
    """Store the issues of a morning while golive is away, each with its timer; give their ids."""
    config = load(golive.file, {})
    plan, uuids = plan_of(config), [uuid7() for _ in range(ISSUES)]
    sue, now = Person("Sue", "floor", "token-sue"), datetime.now(UTC)

    def act(s: Session) -> None:
        number, sequence = issues.lock(s, plan.site)
        for n, uuid in enumerate(uuids, 1):
            at = now - timedelta(seconds=ISSUES - n)
            made = begun(uuid, number + n, sequence + n, report(n), sue, at)
            issues.create(s, plan.site, made, codec.dumps(made.report), "{}")
            escalation.timed(s, plan, made, now)

    database = Database(config.settings.server.database, plan.site, config.folder)
    database.open()
    try:
        database.write_now(act)
    finally:
        database.close()
    return uuids


def paints_ms(golive: GoLive, path: str) -> list[float]:
    """Give how long the server takes for a page, each over a connection of its own."""
    took = []
    for _ in range(TIMES):
        web = http.client.HTTPConnection("127.0.0.1", golive.port, timeout=30)
        web.connect()
        began_s = time.perf_counter()
        web.request("GET", path, headers={"Authorization": f"Bearer {golive.tokens['desk']}"})
        answer = web.getresponse()
        text = answer.read()
        took.append((time.perf_counter() - began_s) * 1000)
        web.close()
        assert answer.status == 200, text[:300]
        assert text.count(b'class="issue-row') > 10
    return took


def shown_ms(golive: GoLive, page: Page, uuid: str) -> list[float]:
    """Give for each act the ms from its answer, which follows the commit, to its words in the DOM."""
    page.evaluate(WATCH)
    took = []
    for n in range(ACTS):
        said = f"act {n}"
        what = {"action": "comment", "text": said}
        path = f"/api/issues/{uuid}/events/{uuid7()}"
        status, told = golive.ask("POST", path, what, golive.tokens["authority"])
        answered_ms = time.time() * 1000
        assert status == 200, told
        page.wait_for_function("said => window.shownAt[said]", arg=said, timeout=5000)
        took.append(float(page.evaluate("said => window.shownAt[said]", said)) - answered_ms)
        time.sleep(0.013 * (n % 9))  # at any moment between two ticks
    return took


def chosen_ms(page: Page) -> tuple[list[float], list[float]]:
    """Give how long another issue takes to be on screen, chosen in the queue, and by a page that is loaded anew."""
    rows = page.locator("#queue .issue-row a")
    numbers = [str(rows.nth(n).get_attribute("data-number")) for n in range(CHOSEN)]
    took = [float(page.evaluate(CHOOSE, number)) for number in numbers]
    anew = []
    for number in numbers:
        began_s = time.perf_counter()
        page.goto(page.url.split("?")[0] + f"?issue={number}")
        page.wait_for_selector(f'#acts[data-number="{number}"]', state="attached")
        anew.append((time.perf_counter() - began_s) * 1000)
    return took, anew


def measure() -> list[Row]:
    """Give the rows of the page, of the push, and of going from issue to issue."""
    areas = [{"id": a, "name": f"Area {a}"} for a in AREAS]
    roles = ("desk", "authority", "floor")
    with GoLive(roles=roles, areas=areas, systems=[dicom_system("ris", 9, "RIS")]) as golive, sync_playwright() as p:
        golive.start("serve")
        golive.kill()
        uuids = fill(golive)
        golive.start("serve", seconds=120)
        rows = [_paint(golive, what, path) for what, path in PAGES]
        browser = p.chromium.launch(executable_path=EXECUTABLE, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"http://127.0.0.1:{golive.port}/login?next=/desk?issue=1")
        page.fill("input[name=token]", golive.tokens["desk"])
        page.click("button[type=submit]")
        page.wait_for_selector('#link[data-link="live"]')
        shown, error_ms = shown_ms(golive, page, uuids[0]), clock_error_ms(page)
        took, anew = chosen_ms(page)
        browser.close()
    p50, p99 = at_rank(shown, 0.5), at_rank(shown, 0.99)
    what = f"act on an issue answered → in the DOM of another desk, {ISSUES} issues, ms p50 / p99 of {ACTS}"
    rows.append(
        Row(f"{what} (clocks ± {error_ms:.1f})", f"{p50:.0f} / {p99:.0f}", f"{SHOWN_MS:.0f}", None, "the goal for p99")
    )
    mine, theirs = statistics.median(took), statistics.median(anew)
    beside = "the same issue by a page loaded anew, median"
    what = f"another issue chosen in the queue → in the DOM, ms p50 / p99 of {CHOSEN}"
    rows.append(Row(what, f"{mine:.0f} / {at_rank(took, 0.99):.0f}", f"{theirs:.0f}", theirs / mine, beside))
    return rows


PAGES = (
    ("the desk", "/desk"),
    ("the desk narrowed to an area and two words", "/desk?area=a3&words=again+prior"),
)


def _paint(golive: GoLive, what: str, path: str) -> Row:
    took = paints_ms(golive, path)
    p50, p99 = statistics.median(took), at_rank(took, 0.99)
    said = f"{what} with {ISSUES} open issues, ms first / p50 / p99 of {TIMES}"
    shown = f"{took[0]:.0f} / {p50:.1f} / {p99:.1f}"
    return Row(said, shown, f"{PAINT_MS:.0f}", PAINT_MS / took[0], "the goal for the first")
