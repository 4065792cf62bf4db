"""The rollback drill as a person sees it: on the wall the worklist fails, two people decide, the house recovers."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.acting import live, looking
from tests.peers.golive import wait_for
from tests.peers.ports import free_port
from tests.peers.process import die_with_parent

pytestmark = pytest.mark.peers

STEP_MS = 200_000.0  # the drill itself gives up on a step after 180 s, and says on which
TOLD = ("fails", "breached", "acknowledges", "proposes", "confirms", "restarts", "declares", "is over")


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    address, log = f"127.0.0.1:{free_port()}", tmp_path / "log"
    command = [sys.executable, "-m", "app.cli", "demo", "--scenario", "rollback-drill", "--history", "2h"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--folder", str(tmp_path / "demo"), "--listen", address],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
        )
        try:
            yield f"http://{address}", log
        finally:
            process.terminate()
            process.wait(15)
            sys.stdout.write("".join(drill_lines(log)))  # shown with a failure: how far it came


def drill_lines(log: Path) -> list[str]:
    return [line for line in log.read_text().splitlines(keepends=True) if line.startswith("drill")]


def ready(url: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"{url}/readyz", timeout=2).status_code == 200
    return False


def becomes(page: Page, what: str) -> None:
    page.wait_for_function(what, timeout=STEP_MS)


def test_the_drill_goes_from_a_failing_worklist_to_a_second_go_live(chromium: Browser, drill: tuple[str, Path]) -> None:
    url, log = drill
    wait_for("the demo is ready", lambda: ready(url), 60)
    with looking(chromium, f"{url}/wall") as page:
        live(page)
        words = "document.querySelector('.strip').innerText"
        becomes(page, f"() => {words}.includes('to be decided')")
        assert page.inner_text(".overall h2").endswith("Modality worklist unusable")
        becomes(page, f"() => {words}.includes('roll back proposed by Ann Desk (simulated)')")
        becomes(page, "() => document.querySelector('.phase').innerText.includes('Rolled back')")
        becomes(page, "() => document.querySelector('.phase').innerText.includes('Decision window')")
        wait_for("the drill is over", lambda: TOLD[-1] in log.read_text(), STEP_MS / 1000)
        becomes(page, f"() => {words}.includes('watching') && !{words}.includes('decided')")
    assert [word for word, line in zip(TOLD, drill_lines(log), strict=False) if word in line] == list(TOLD)
