"""What heartbeats say, which orders are told, and which probes a collector runs."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.domain.measuring.standings import BYTE_BUDGET
from app.settings import Feed, Probe
from app.settings.accessions import rule_of_orders
from app.wire import ExamEventIn
from collectors.dicom.identifiers import Listed
from collectors.identity import exam_token
from collectors.items import FeedItems
from collectors.places import OTHERS
from collectors.probes import ProbeContext
from collectors.probes.http import HttpClients
from collectors.runner import probes_of
from collectors.sightings import Sightings
from collectors.turn import UNDER_WAY, WAITING, Turn

NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


def test_a_probe_between_two_ticks_is_idle() -> None:
    turn = Turn("p", tick_s=10.0, due_s=10.4)
    assert turn.heartbeat(NOW, 9.9).state == "idle"


def test_a_probe_held_back_beyond_its_tick_is_waiting_since_then_and_says_why() -> None:
    turn = Turn("p", tick_s=10.0, due_s=86.4)
    turn.held_by = "byte budget"
    first = turn.heartbeat(NOW, 10.2)
    later = turn.heartbeat(NOW + timedelta(seconds=5), 15.2)
    assert (first.state, first.detail, first.since) == ("waiting", "byte budget", NOW)
    assert (later.state, later.since) == ("waiting", NOW)


def test_an_attempt_under_way_says_since_when() -> None:
    turn = Turn("p", tick_s=10.0, due_s=10.0)
    turn.go(UNDER_WAY, NOW)
    beat = turn.heartbeat(NOW + timedelta(seconds=6), 16.0)
    assert (beat.state, beat.since) == ("under way", NOW)


def test_today_is_the_wall_clocks_also_when_that_was_set_right_since_the_start() -> None:
    right = NOW + timedelta(days=400)
    context = ProbeContext(ZoneInfo("Europe/Berlin"), lambda: NOW, 1, Path(), HttpClients(Path()), wall=lambda: right)
    assert context.today == right.date()


class Kept:
    """A sender that remembers; `taken` is set when something came."""

    def __init__(self) -> None:
        self.events: list[ExamEventIn] = []
        self.taken = asyncio.Event()

    async def durable(self, items: FeedItems) -> None:
        self.events += items.events
        self.taken.set()


def test_an_order_is_told_once_however_often_and_wherever_it_is_seen() -> None:
    async def scene() -> list[ExamEventIn]:
        kept = Kept()
        sightings = Sightings("key", kept)
        task = asyncio.create_task(sightings.run())
        sightings.saw("ct", [Listed("A1"), Listed("A2")], NOW)
        sightings.saw("mr", [Listed("A1")], NOW)
        await kept.taken.wait()
        kept.taken.clear()
        sightings.saw("ct", [Listed("A1"), Listed("A3"), Listed("")], NOW + timedelta(seconds=10))
        await kept.taken.wait()
        task.cancel()
        return kept.events

    events = asyncio.run(scene())
    assert [e.exam for e in events] == [exam_token("key", a) for a in ("A1", "A2", "A3")]
    assert [e.at_field for e in events] == ["worklist, first look", "worklist, first look", "worklist"]
    assert {e.milestone for e in events} == {"listed"}
    assert {e.feed for e in events} == {"ct"}
    assert events[2].at == NOW + timedelta(seconds=10)


def test_what_comes_after_questions_without_an_answer_is_no_first_look() -> None:
    async def scene() -> list[ExamEventIn]:
        kept = Kept()
        sightings = Sightings("key", kept)
        task = asyncio.create_task(sightings.run())
        sightings.looked("ct")
        sightings.saw("ct", [Listed("A1")], NOW)
        await kept.taken.wait()
        task.cancel()
        return kept.events

    assert [e.at_field for e in asyncio.run(scene())] == ["worklist"]


def test_sightings_name_orders_by_the_rule_of_the_first_hl7_feed_that_has_one() -> None:
    def feed(id: str, kind: str = "hl7-mllp", **rule: object) -> Feed:
        own = {"listen": "127.0.0.1:2575"} if kind == "hl7-mllp" else {"system": "pacs", "every": "30s"}
        return Feed.model_validate({"id": id, "kind": kind, "accession": rule, **own}, by_alias=True)

    async def scene(feeds: list[Feed]) -> list[str | None]:
        kept = Kept()
        sightings = Sightings("key", kept, rule=rule_of_orders(feeds))
        task = asyncio.create_task(sightings.run())
        sightings.saw("ct", [Listed("000a1"), Listed("000"), Listed("a1")], NOW)
        await kept.taken.wait()
        task.cancel()
        return [e.exam for e in kept.events]

    others = [feed("list", "pacs-studies", drop_prefix=["000"]), feed("plain", field="OBR-18")]
    stripping = feed("ris", strip="^0+", upper=True)
    assert asyncio.run(scene([*others, stripping, feed("last", upper=True)])) == [exam_token("key", "A1")]
    assert asyncio.run(scene([])) == [exam_token("key", a) for a in ("000a1", "000", "a1")]


def test_a_collector_runs_the_probes_that_name_it_and_the_first_those_that_name_none() -> None:
    def probe(id: str, **more: list[str]) -> Probe:
        fields = {"id": id, "kind": "echo", "system": "s", "every": "10s", "timeout": "5s", **more}
        return Probe.model_validate(fields, by_alias=True)

    probes = [probe("a"), probe("b", **{"from": ["room"]}), probe("c", **{"from": ["main", "room"]})]
    assert [p.id for p in probes_of(probes, "main", "main")] == ["a", "c"]
    assert [p.id for p in probes_of(probes, "room", "main")] == ["b", "c"]


def test_a_wait_for_a_place_after_the_jitter_is_one_wait_and_after_a_stretched_cadence_a_new_one() -> None:
    turn = Turn("ct", tick_s=10.0, due_s=10.2)
    tick = turn.heartbeat(NOW, 10.1)
    turn.wait(NOW + timedelta(seconds=0.2), OTHERS)
    assert (turn.heartbeat(NOW + timedelta(seconds=1), 11.1).since, tick.since) == (NOW, NOW)
    turn.go(WAITING, NOW, BYTE_BUDGET)
    turn.wait(NOW + timedelta(hours=1), OTHERS)
    assert turn.since == NOW + timedelta(hours=1)
