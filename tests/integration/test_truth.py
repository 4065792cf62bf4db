"""Every probe and feed at once against real peers: standings say what peers saw and what another client measures."""

import sqlite3
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.truth import DELAY_S, House, cpu_waited_s, house
from tests.peers.golive import wait_for
from tests.peers.hl7_lives import Life, send_all
from tests.peers.studies import Study, write_order

pytestmark = [pytest.mark.peers, pytest.mark.quiet]

MEASURED_S, ROUND_S = 28.0, 1.0
NEW = [Study(n, "CT", 2, 16) for n in range(11, 19)]
ENDED = [*(study.accession for study in NEW), "NOIMAGES1", "NOIMAGES2"]
ORDERED = [f"ORDER{n}" for n in range(1, 7)]
BUSY_SHARE, BUSY_SLACK_S = 0.5, 0.3
FAR, NEAR = "worklist.response/far/ct", "worklist.response/ris/ct"


@dataclass
class Story:
    """A half minute in the house: what the other client measured by series, and what was done when."""

    house: House
    took: dict[str, list[float]] = field(default_factory=dict)
    ended_at: datetime = field(default_factory=lambda: now().replace(microsecond=0) - timedelta(minutes=10))
    ordered_at: tuple[datetime, datetime] | None = None
    listed_at: tuple[datetime, datetime] | None = None
    stored_at: list[datetime] = field(default_factory=list)
    waited_share: float = 0.0

    @property
    def slack_s(self) -> float:
        """Give what is allowed on top where others kept the processors busy, so that all clients measured queues."""
        return BUSY_SLACK_S if self.waited_share > BUSY_SHARE else 0.0

    def measure(self) -> None:
        """Ask everything once, as the other client."""
        for line in self.house.lines:
            for series, ask in line.others.items():
                self.took.setdefault(series, []).append(ask().total_s)

    def order(self) -> None:
        """Tell orders and ended exams by HL7."""
        began_at = now()
        lives = [Life(number, "CT", "E", self.ended_at) for number in [*ORDERED, *ENDED]]
        for life in lives:
            life.order(began_at.replace(microsecond=0), "NW")
            if life.accession in ENDED:
                life.order(self.ended_at, "SC", "CM", ended=self.ended_at)
        told = [message.encode() for life in lives for _, message in life.messages]
        assert send_all(self.house.golive.listens(self.house.hl7_port), told) == len(told)
        self.ordered_at = began_at, now()

    def list_orders(self) -> None:
        """Let the orders appear in the worklist, each file at once whole."""
        began_at = now()
        for number in ORDERED:
            file = write_order(self.house.ris.folder / "new", number)
            file.rename(self.house.ris.worklist_folder / file.name)
        self.listed_at = began_at, now()

    def store(self) -> None:
        """Let the images come, to one archive and the other."""
        for study in NEW:
            (self.house.pacs if study.number % 2 else self.house.archive).store(study)
            self.stored_at.append(now())


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with house() as running:
        (running.ris.folder / "new").mkdir()
        told = Story(running)
        running.golive.start()
        wait_for("both archives were listed", lambda: min(count() for count in running.polls.values()) >= 2, 15)
        acts = [told.order, told.store, told.list_orders]
        ends_s, waited_s = time.monotonic() + MEASURED_S, cpu_waited_s()
        while (began_s := time.monotonic()) < ends_s:
            told.measure()
            if acts and len(told.took[NEAR]) % 3 == 0:
                acts.pop(0)()
            threading.Event().wait(max(0.0, began_s + ROUND_S - time.monotonic()))
        told.waited_share = (cpu_waited_s() - waited_s) / MEASURED_S
        yield told


def test_n_is_exactly_the_number_of_times_that_each_peer_was_asked(story: Story) -> None:
    home, left = story.house, {s: line.asked for line in story.house.lines for s in line.others or [FAR]}
    seen: dict[str, Any] = {}

    def agree() -> bool:
        for series, asked in list(left.items()):
            before, found = asked(), home.standing(series)
            seen[series] = (found["n"], found["failed"], asked())
            assert found["n"] <= asked(), f"{series}: more samples than its peer was asked for"
            most_under_way = 2 if story.slack_s else 0
            if before - most_under_way <= found["n"] and before == asked():
                assert found["failed"] == 0
                del left[series]
        return not left

    try:
        wait_for("each n is what its peer counted", agree, 12)
    except AssertionError as error:
        raise AssertionError(f"n, failed, asked: { {s: seen[s] for s in left} }") from error


def test_each_p50_is_what_an_independent_client_measures(story: Story) -> None:
    """Where others keep the processors busy, both clients measure queues: then only what is far off counts."""
    wrong: list[str] = []
    for series, seen in story.took.items():
        truth_s, found = statistics.median(seen), story.house.standing(series)
        image = series.startswith("image.")
        allowed_s = story.slack_s + (max(0.005, 0.25 * truth_s) if image else max(0.003, 0.1 * truth_s))
        said = f"{series}: {found['p50'] * 1e3:.2f} ms (n {found['n']}), {truth_s * 1e3:.2f} ms by the other client"
        if abs(found["p50"] - truth_s) > allowed_s:
            wrong.append(said)
    assert not wrong, f"processors were waited for {story.waited_share:.0%} of the time: {', '.join(wrong)}"


def test_what_a_proxy_adds_to_the_answers_shows_in_p50_and_not_in_connect_or_associate(story: Story) -> None:
    near, far = story.house.standing(NEAR), story.house.standing(FAR)
    assert far["p50"] - near["p50"] == pytest.approx(DELAY_S, abs=0.02 + story.slack_s)
    database = sqlite3.connect(f"file:{story.house.golive.folder}/golive.db?mode=ro", uri=True)
    rows = database.execute("select connect_s, associate_s, total_s from sample where system = 'far'").fetchall()
    database.close()
    assert statistics.median(r[0] for r in rows) < 0.2
    assert statistics.median(r[1] for r in rows) < 0.2
    assert min(r[2] for r in rows) > DELAY_S


def test_images_that_came_give_time_to_pacs_and_matched_exams(story: Story) -> None:
    home = story.house
    wait_for("all studies are seen", lambda: home.standing("exam.end_to_available")["n"] == len(NEW), 10)
    found, matched = home.standing("exam.end_to_available"), home.standing("exam.matched")
    waits = [(at - story.ended_at).total_seconds() for at in story.stored_at]
    assert (found["n"], found["open"]) == (len(NEW), len(ENDED) - len(NEW))
    assert min(waits) - 1 <= found["p50"] <= max(waits) + 2.5
    assert (matched["n"], matched["last"]) == (len(ENDED), len(NEW) / len(ENDED))


def test_orders_that_appear_in_the_worklist_give_order_to_worklist(story: Story) -> None:
    home = story.house
    wait_for("all orders are seen", lambda: home.standing("order.to_worklist")["n"] == len(ORDERED), 10)
    found = home.standing("order.to_worklist")
    assert story.ordered_at
    assert story.listed_at
    soonest, latest = story.listed_at[0] - story.ordered_at[1], story.listed_at[1] - story.ordered_at[0]
    assert soonest.total_seconds() <= found["p50"] <= latest.total_seconds() + 2.5


def test_each_feed_gave_exactly_the_events_that_its_sender_has(story: Story) -> None:
    home = story.house
    sent = {"hl7": len(ORDERED) + 2 * len(ENDED), "studies-qido": 2 + len(NEW) // 2, "studies-find": 1 + len(NEW) // 2}

    def seen() -> dict[str, int]:
        return {r["segment"]["feed"]: r["n"] for r in home.golive.get("/api/standings?measure=feed.rate")}

    wait_for(f"each feed has given {sent}", lambda: seen() == sent, 10)
    ages = {r["segment"]["feed"]: r["state"] for r in home.golive.get("/api/standings?measure=feed.age")}
    assert ages == dict.fromkeys(sent, "ok")
    assert min(count() for count in home.polls.values()) > MEASURED_S / 2
