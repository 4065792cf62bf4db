"""An hour of wall at 60 × speed: what Chromium holds in memory from minute 10 on stays within 10 %."""

import signal
import statistics
import subprocess
import sys
import tempfile
import time

import psutil
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, EXECUTABLE
from tests.peers.golive import COMMAND, wait_for
from tests.peers.ports import free_port
from tests.peers.process import die_with_parent

MINUTES = 60
WARM = 10


def check() -> str:
    """Live a demo at 60 × before a real browser; a line a minute on standard error."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="golive-soak-") as folder:
        command = [*COMMAND, "demo", "--speed", "60", "--listen", f"127.0.0.1:{port}", "--folder", f"{folder}/demo"]
        with open(f"{folder}/log", "wb") as log:
            demo = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        try:
            wait_for("the demo serves", lambda: demo.poll() is None and _serves(port), 60)
            return _watch(port)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(20)


def _serves(port: int) -> bool:
    import socket

    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def _watch(port: int) -> str:
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=EXECUTABLE, args=[*ARGUMENTS, "--enable-precise-memory-info"])
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"http://127.0.0.1:{port}/wall")
        heaps, sizes = [], []
        for minute in range(1, MINUTES + 1):
            page.wait_for_timeout(60_000)
            heaps.append(_heap_mb(page))
            sizes.append(_renderers_mb())
            sys.stderr.write(f"minute {minute}: heap {heaps[-1]:.2f} MB, renderers {sizes[-1]:.0f} MB\n")
            live = page.evaluate("getComputedStyle(document.querySelector('#not-live, .not-live')).visibility")
            assert live == "hidden", f"minute {minute}: the wall is not live"
        browser.close()
    first, last = (statistics.median(x) for x in (sizes[WARM - 1 : WARM + 4], sizes[-5:]))
    drift = last / first - 1
    assert abs(drift) <= 0.10, f"renderers went from {first:.0f} to {last:.0f} MB"
    heap = f"heap {heaps[WARM - 1]:.2f} → {heaps[-1]:.2f} MB"
    return f"renderers {first:.0f} MB at minute {WARM}, {last:.0f} MB at {MINUTES} ({drift:+.1%}); {heap}"


def _heap_mb(page: Page) -> float:
    """Give the script's heap after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return float(used) / 2**20


def _renderers_mb() -> float:
    """Give what our own Chromium's renderers hold for themselves."""
    total = 0
    for process in psutil.Process().children(recursive=True):
        try:
            if "--type=renderer" in process.cmdline():
                total += process.memory_full_info().uss
        except psutil.Error:
            continue
    return total / 2**20


if __name__ == "__main__":
    began = time.monotonic()
    sys.stdout.write(f"{check()} in {time.monotonic() - began:.0f} s\n")
