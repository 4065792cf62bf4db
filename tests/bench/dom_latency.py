"""From a commit to the DOM of one real Chromium: fourteen probes with full windows, 200 samples one by one."""

import time
from collections.abc import Sequence

from playwright.sync_api import Page, sync_playwright

from tests.bench.table import Row
from tests.browser.chromium import ARGUMENTS, EXECUTABLE
from tests.peers.golive import GoLive, dicom_system, now_z, uuid7, wait_for

SAMPLES, FILLED, GOAL_MS = 200, 60, 100.0
AREAS = ("ct", "mr", "xray", "us", "mammo", "ed", "main", "cardio")
WATCHED = "worklist-cardio"  # the first by name, which the tile shows while none is worse
# the moments at which the tile's n changed, by the machine's clock, which page and server share
WATCH = """() => {
  window.seenAt = {};
  const look = () => {
    const n = document.querySelector("#tile-worklist-response b.n")?.textContent;
    if (n) window.seenAt[n] ??= performance.timeOrigin + performance.now();
  };
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def probes() -> list[dict[str, str]]:
    """Give the probes of the hospital, each so slow that golive expects none of it meanwhile."""
    common = {"every": "60s", "timeout": "20s"}
    asked = [{"id": f"worklist-{a}", "kind": "worklist", "system": "ris", "area": a, **common} for a in AREAS]
    asked += [
        {"id": f"query-{a}", "kind": "query", "system": "pacs", "area": a, **common} for a in ("ct", "mr", "ed", "main")
    ]
    return asked + [{"id": f"echo-{s}", "kind": "echo", "system": s, **common} for s in ("ris", "pacs")]


def sample(probe: dict[str, str]) -> dict[str, object]:
    """Give one good attempt."""
    who = {"id": uuid7(), "probe": probe["id"], "kind": probe["kind"], "system": probe["system"], "at": now_z()}
    where = {"area": probe["area"]} if "area" in probe else {}
    return who | where | {"outcome": "ok", "connect_s": 0.001, "first_s": 0.1, "total_s": 0.3, "matches": 9}


def clock_error_ms(page: Page) -> float:
    """Give by how much the page's clock may at most differ from ours."""
    found = []
    for _ in range(20):
        before = time.time() * 1000
        theirs = float(page.evaluate("() => performance.timeOrigin + performance.now()"))
        after = time.time() * 1000
        found.append((after - before, max(abs(theirs - before), abs(theirs - after))))
    return min(found)[1]


def latencies_ms(golive: GoLive, page: Page, watched: dict[str, str]) -> list[float]:
    """Give for each sample the ms from the answer, which follows the commit, to its n in the DOM."""
    n = int(page.inner_text("#tile-worklist-response b.n"))
    page.evaluate(WATCH)
    took = []
    for i in range(n + 1, n + 1 + SAMPLES):
        golive.ingest(samples=[sample(watched)])
        answered_ms = time.time() * 1000
        page.wait_for_function("n => window.seenAt[n]", arg=str(i), timeout=5000)
        took.append(float(page.evaluate("n => window.seenAt[n]", str(i))) - answered_ms)
    return took


def run() -> tuple[list[float], float]:
    """Give the latencies and the uncertainty of the shared clock, both in ms."""
    systems = [dicom_system("ris", 9, "RIS"), dicom_system("pacs", 9, "PACS", "pacs")]
    areas = [{"id": a, "name": a} for a in AREAS]
    asked = probes()
    with GoLive(systems=systems, areas=areas, probes=asked) as golive, sync_playwright() as playwright:
        golive.start("serve")
        for _ in range(FILLED):
            golive.ingest(samples=[sample(p) for p in asked])
        full = lambda: (golive.standing("worklist.response") or {}).get("n") == FILLED  # noqa: E731
        wait_for("the windows are full", full, 10)
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"http://127.0.0.1:{golive.port}/wall")
        page.wait_for_selector('#link[data-link="live"]')
        page.wait_for_function(
            f"() => document.querySelector('#tile-worklist-response b.n')?.textContent == '{FILLED}'"
        )
        watched = next(p for p in asked if p["id"] == WATCHED)
        took, error_ms = latencies_ms(golive, page, watched), clock_error_ms(page)
        browser.close()
    return took, error_ms


def at_rank(values: Sequence[float], share: float) -> float:
    """Give the nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def measure() -> list[Row]:
    """Give the row of one browser."""
    took, error_ms = run()
    shown = f"{at_rank(took, 0.5):.0f} / {at_rank(took, 0.99):.0f}"
    what = f"commit answered → in the DOM of Chromium, ms p50 / p99 of {len(took)} (clocks ± {error_ms:.1f})"
    return [Row(what, shown, f"{GOAL_MS:.0f}", None, "the goal for p99")]
