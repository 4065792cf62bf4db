"""A whole rollback decision in two browsers, against a real golive and a real worklist that hangs."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.acting import live
from tests.peers.golive import GoLive, dicom_system, wait_for
from tests.peers.wlmscpfs import Wlmscpfs

pytestmark = pytest.mark.peers
TRIGGER = "worklist-unusable:ct"
PAGE = f"/desk/triggers/{TRIGGER}"
RULE = {
    "id": "worklist-unusable",
    "title": "Worklist unusable",
    "measure": "worklist.response",
    "where": {"system": "ris"},
    "per": "area",
    "slower_than": "500ms",
    "share": 0.2,
    "window": "1m",
    "at_least": 3,
    "breach_after": "1s",
    "recover_below": 0.19,
}
PROBE = {"id": "w", "kind": "worklist", "system": "ris", "area": "ct", "every": "1s", "timeout": "1s"}
PEOPLE = {"ann": ("desk", "Ann Desk"), "bo": ("authority", "Dr. Bo Second"), "dee": ("desk", "Dee Desk")}
AUTHORITIES = [{"name": "Dr. Ada Chief", "telephone": "+49 30 1234"}]
# counts what the page sounds, which no test can hear
EAR = """window.heard = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) {
  window.heard.push(this.frequency.value);
  return start.call(this, at);
};"""


class Person:
    """Somebody at a browser of their own, logged in with their own token."""

    def __init__(self, chromium: Browser, golive: GoLive, token: str) -> None:
        self.url = f"http://127.0.0.1:{golive.port}"
        self.context = chromium.new_context(viewport={"width": 1180, "height": 820})
        self.context.add_init_script(EAR)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(f"{self.url}/login?next=/desk/triggers")
        self.page.fill("input[name=token]", token)
        self.page.click("button[type=submit]")
        live(self.page)

    def goes(self, path: str) -> Page:
        self.page.goto(self.url + path)
        live(self.page)
        return self.page

    def heard(self) -> int:
        return len(self.page.evaluate("window.heard"))


@pytest.fixture
def house() -> Iterator[tuple[GoLive, Wlmscpfs]]:
    with Wlmscpfs() as ris:
        more: dict[str, Any] = {
            "triggers": [RULE],
            "authorities": AUTHORITIES,
            "probes": [PROBE | {"match": {"Modality": "CT"}}],
        }
        with GoLive(systems=[dicom_system("ris", ris.port, ris.aet)], live_hours=-1, **more) as golive:
            for who, (role, name) in PEOPLE.items():
                made = golive.cli("token", "create", "--role", role, "--name", name, "--json")
                golive.tokens[who] = json.loads(made.stdout)["token"]
            golive.start()
            yield golive, ris


def state(golive: GoLive) -> str:
    return str(golive.get(f"/api/triggers/{TRIGGER}", "engineer")["state"])


def test_two_people_declare_see_a_breach_and_decide_and_once_by_telephone(
    chromium: Browser, house: tuple[GoLive, Wlmscpfs], tmp_path: Path
) -> None:
    golive, ris = house
    ann, bo = (Person(chromium, golive, golive.tokens[who]) for who in ("ann", "bo"))

    # declaration, by a person, on the desk
    desk = ann.goes("/desk/go-live")
    desk.check("#go-live-act input[value=declare]")
    desk.fill("#act-reason", "All interfaces are switched")
    desk.click("#go-live-act button[type=submit]")
    expect(desk.locator("#state")).to_contain_text("Decision window", timeout=8_000)
    expect(desk.locator("#timeline")).to_contain_text("go-live declared")
    wait_for("the trigger watches", lambda: state(golive) == "watching", 15)

    # breach: the worklist server hangs, both see it without loading anything
    authority = bo.goes(PAGE)
    desk = ann.goes(PAGE)
    desk.click("#sound button")
    test_sound = ann.heard()
    assert test_sound == 2
    ris.freeze()
    expect(desk.locator("#state")).to_contain_text("breached", timeout=30_000)
    expect(authority.locator("#alarms .ring")).to_contain_text("Worklist unusable")
    wait_for("it chimes", lambda: ann.heard() >= test_sound + 2, 10)
    desk.click("button.acknowledge")
    expect(desk.locator("#alarms .ring")).to_have_count(0)
    expect(authority.locator("#state")).to_contain_text("Acknowledged by Ann Desk")

    # proposal and confirmation, half-typed text outliving every push between
    desk.fill("#reason", "The worklist server hangs")
    desk.check("#propose input[value=false_alarm]")
    expect(desk.locator("#evidence")).to_contain_text("attempts counted")
    desk.click("#propose button")
    expect(authority.locator("#decision")).to_contain_text("False alarm proposed", timeout=8_000)
    expect(authority.locator("#end")).to_be_visible()
    desk.fill("#agreed", "I say so")
    desk.uncheck("#by-phone")
    desk.click("#end button[value=confirm]")
    expect(desk.locator("#end .refused")).to_contain_text("holds authority")
    assert desk.input_value("#agreed") == "I say so"
    desk.fill("#agreed", "")
    authority.fill("#agreed", "Seen it too: a test of the vendor")
    authority.click("#end button[value=confirm]")
    expect(authority.locator("#done")).to_contain_text("confirmed by Dr. Bo Second")
    expect(desk.locator("#decision")).to_contain_text("confirmed by Dr. Bo Second")

    # it breaches again, and the authority is at home
    expect(desk.locator("#state")).to_contain_text("breached", timeout=30_000)
    desk.check("#propose input[value=roll_back]")
    desk.fill("#reason", "It hangs again; patients are typed by hand")
    desk.click("#propose button")
    expect(desk.locator("#end")).to_be_visible()
    desk.fill("#agreed", "She has seen the evidence")
    desk.check("#by-phone")
    desk.fill("#caller", "Ann Desk")
    desk.fill("#call-back", "+49 30 1234")
    desk.fill("#witness", "Carl Witness")
    desk.click("#end button[value=confirm]")
    expect(desk.locator("#end .refused")).to_contain_text("the same person cannot confirm")
    assert desk.input_value("#witness") == "Carl Witness"
    desk.fill("#caller", "Dr. Ada Chief")
    desk.click("#end button[value=confirm]")
    expect(desk.locator("#done")).to_contain_text("confirmed by Dr. Ada Chief")
    expect(authority.locator("#state")).to_contain_text("roll back decided", timeout=8_000)
    expect(authority.locator("#decision")).to_contain_text("witness Carl Witness")
    assert golive.get("/api/status", "engineer")["phase"] == "rolled_back"

    # the record, complete on one sheet
    href = desk.get_attribute("#decision a", "href")
    assert href is not None
    record = ann.page
    record.goto(ann.url + href)
    pdf = tmp_path / "record.pdf"
    record.pdf(path=pdf, prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    pages = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, check=True).stdout
    assert "Pages:           1\n" in pages
    told = json.loads(record.request.get(f"{ann.url}{href}?format=json").text())
    journal = {e["seq"]: e["hash"] for e in golive.get("/api/journal?after=0", "engineer")}
    acts = [e["act"] for e in told["journal"]]
    assert acts == ["trigger.breach", "decision.propose", "decision.confirm"]
    assert all(journal[e["seq"]] == e["hash"] for e in told["journal"])
    words = " ".join(text.split())
    for needed in (
        "North Campus",
        "Roll back, confirmed: Worklist unusable · CT",
        "by Ann Desk (desk)",
        "It hangs again; patients are typed by hand",
        "by Dr. Ada Chief, entered by Ann Desk",
        "witness Carl Witness",
        "attempts counted in the window",
        "worklist-unusable, version",
        "a rollback would have cost",
        "a way back",
        *(e["hash"][:16] for e in told["journal"]),
    ):
        assert needed in words, needed
    refused = [line for line in ann.said if "403" in line]  # a browser writes down what it was refused
    assert (len(refused), ann.said, bo.said) == (2, refused, [])
