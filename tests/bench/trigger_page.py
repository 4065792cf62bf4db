"""First paint of the desk's page of triggers by a server that holds ten million samples, and their list as JSON."""

import http.client
import statistics
import time

from tests.bench.table import Row
from tests.faults.kills_sqlite import fill
from tests.peers.golive import GoLive, dicom_system, now_z, uuid7, wait_for

SAMPLES, AREAS, RULES, TIMES, GOAL_MS = 10_000_000, 8, 12, 100, 100.0


def measure() -> list[Row]:
    """Give how long the server takes for each, the first time and then, with some triggers breached."""
    areas = [{"id": f"a{n}", "name": f"Area {n}"} for n in range(AREAS)]
    common = {"kind": "worklist", "system": "ris", "every": "10s", "timeout": "8s"}
    probes = [{"id": f"w-{area['id']}", "area": area["id"], **common} for area in areas]
    rule = {
        "title": "Worklist unusable", "measure": "worklist.response", "slower_than": "1s", "share": 0.5,
        "window": "60s", "at_least": 5, "breach_after": "0s", "per": "area", "armed": "always",
    }  # fmt: skip
    rules = [{**rule, "id": f"slow-{n}"} for n in range(RULES)]
    systems = [dicom_system("ris", 1, "RIS")]
    with GoLive(roles=("desk",), areas=areas, systems=systems, probes=probes, triggers=rules) as golive:
        golive.start("serve")
        golive.kill()
        fill(golive.folder / "golive.db", SAMPLES)
        golive.start("serve", seconds=120)
        slow = [{**common, "outcome": "ok", "total_s": 2.0, "probe": p["id"], "area": p["area"]} for p in probes[:2]]
        made = [{k: v for k, v in one.items() if k not in ("every", "timeout")} for one in slow for _ in range(30)]
        golive.ingest(samples=[{**one, "id": uuid7(), "at": now_z()} for one in made])
        wait_for("some are breached", lambda: _breached(golive) == 2 * RULES, 30)
        rows = []
        for what, path in (("page of triggers", "/desk/triggers"), ("list of triggers, JSON", "/api/triggers")):
            took = [_took_ms(golive, path) for _ in range(TIMES)]
            p50, p99 = statistics.median(took), sorted(took)[round(0.99 * TIMES) - 1]
            said = f"{took[0]:.0f} / {p50:.1f} / {p99:.1f}"
            name = f"{what} with {AREAS * RULES} of them, ten million samples stored, ms first / p50 / p99"
            rows.append(Row(name, said, f"{GOAL_MS:.0f}", GOAL_MS / took[0], "the goal for the first"))
        return rows


def _breached(golive: GoLive) -> int:
    return sum(t["state"] == "breached" for t in golive.get("/api/triggers"))


def _took_ms(golive: GoLive, path: str) -> float:
    web = http.client.HTTPConnection("127.0.0.1", golive.port, timeout=30)
    web.connect()
    try:
        began_s = time.perf_counter()
        web.request("GET", path, headers={"Authorization": f"Bearer {golive.tokens['desk']}"})
        answer = web.getresponse()
        text = answer.read()
        took_ms = (time.perf_counter() - began_s) * 1000
        assert (answer.status, b"slow-0:a0" in text) == (200, True), text[:300]
        return took_ms
    finally:
        web.close()
