"""Rules of every kind over a real store: the judge sees what was committed, also after a restart; a check does too."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.clock import SteadyClock
from app.commands.triggers import backtested, would_see
from app.domain.exams.exams import ExamEvent, Milestone
from app.domain.measuring.samples import Kind, Outcome, Sample
from app.domain.measuring.standings import Pulse
from app.domain.plans import Armed, Counts, Rule
from app.domain.quarantine import Unreadable
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.triggers import State
from app.judge import Judge
from app.store import exams, quarantine, samples, triggers
from app.store.db import Database
from app.store.heartbeats import Heartbeats
from tests.unit.made import FEEDS, plan, probe

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ECHO = probe("echo", Kind.ECHO, "pacs", area=None)
QUICK: dict[str, Any] = {"breach_after_s": 0.0, "version": "v1", "armed": Armed.ALWAYS}
RULES = (
    Rule(
        "late",
        "Late",
        "report.turnaround",
        slower_than_s=1800.0,
        share=0.2,
        recover_below=0.1,
        window_s=14400.0,
        **QUICK,
    ),
    Rule("jam", "Jam", kind=Counts.BACKLOG, older_than_s=3600.0, limit=2, recover_limit=1, **QUICK),
    Rule("down", "Down", kind=Counts.AVAILABILITY, where=(("system", "pacs"),), down_for_s=60.0, at_least=3, **QUICK),
    Rule("bad", "Unreadable", kind=Counts.COUNT, what="quarantine", limit=1, window_s=3600.0, **QUICK),
    Rule("quiet", "Quiet", kind=Counts.SILENCE, feed="ris-hl7", milestone="final", quiet_for_s=7200.0, **QUICK),
    Rule("both", "Both", kind=Counts.ALL, of=("late", "down"), **QUICK),
)
PLAN = replace(plan(ECHO, feeds=FEEDS), rules=RULES)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    found = Database("sqlite:///golive.db", "north", tmp_path)
    found.open()
    yield found
    found.close()


def told(token: str, milestone: str, minutes_ago: float) -> ExamEvent:
    at = NOW - timedelta(minutes=minutes_ago)
    return ExamEvent(f"{token}-{milestone}", "ris-hl7", token, Milestone(milestone), at, "OBR-22", at, at, "CT", "E")


def store(db: Database) -> None:
    """Store four exams unread for two hours, a PACS that answers nobody, and two messages that nobody can read."""
    ended = [told(f"k1.{i}", "ended", 120 + i) for i in range(4)]
    ordered = [told(f"k1.{i}", "ordered", 200) for i in range(4)]
    read = [told("k1.9", "ordered", 200), told("k1.9", "ended", 100), told("k1.9", "final", 30)]
    failed = [
        Sample(f"s{i}", "echo", Kind.ECHO, "pacs", None, "main", at, Outcome.REFUSED, known_at=at)
        for i in range(9)
        for at in [NOW - timedelta(seconds=10 * i + 1)]
    ]
    bad = [Unreadable(f"q{i}", "ris-hl7", NOW - timedelta(minutes=5 + i), "no MSH") for i in range(2)]
    db.write_now(lambda s: exams.append(s, "north", [*ordered, *ended, *read], PLAN.feed_order))
    db.write_now(lambda s: samples.append(s, "north", failed))
    db.write_now(lambda s: quarantine.append(s, "north", bad))


async def judged(db: Database) -> dict[str, Trigger]:
    """Give the triggers that a judge, started anew, comes to."""
    clock, told, heartbeats = SteadyClock(NOW), asyncio.Event(), Heartbeats()
    for feed in PLAN.feeds:
        heartbeats.take("main", feed, Pulse("listening", "", NOW))
    judge = Judge(PLAN, db, heartbeats, clock, told.set)
    await judge.load()
    task = asyncio.create_task(judge.run())
    try:
        async with asyncio.timeout(20):
            while True:
                told.clear()
                found = {t.id: t for t in await db.read(lambda s: triggers.all(s, "north"))}
                if len(found) == len(RULES) and found["late"].latch.state is State.BREACHED:
                    return found
                await told.wait()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_the_judge_sees_exams_failures_and_unreadable_messages_of_the_store_and_latches(db: Database) -> None:
    store(db)
    found = asyncio.run(judged(db))
    assert {name: t.latch.state for name, t in found.items()} == {
        "late": State.BREACHED,
        "jam": State.BREACHED,
        "down": State.BREACHED,
        "bad": State.BREACHED,
        "quiet": State.WATCHING,
        "both": State.BREACHED,
    }
    evidence = found["jam"].evidence or {}
    assert evidence["exams"] == ["k1.3", "k1.2", "k1.1", "k1.0"]
    assert (found["jam"].kind, found["jam"].limit, found["jam"].limit_share) == ("backlog", 2, None)
    again = asyncio.run(judged(db))
    assert {name: t.latch.number for name, t in again.items()} == {name: t.latch.number for name, t in found.items()}


def test_a_check_sees_the_same_in_the_store_and_leaves_no_trace(db: Database) -> None:
    store(db)
    seen = {t.instance.id: t.share for t in db.read_now(lambda s: would_see(s, PLAN, NOW))}
    assert {name: share.over for name, share in seen.items() if share} == {
        "late": True,
        "jam": True,
        "down": True,
        "bad": True,
        "quiet": False,
        "both": True,
    }
    assert db.read_now(lambda s: triggers.all(s, "north")) == []


def test_a_check_of_an_empty_store_sees_nothing(db: Database) -> None:
    seen = {t.instance.id: t.share for t in db.read_now(lambda s: would_see(s, PLAN, NOW))}
    assert {name: share.sight.value for name, share in seen.items() if share} == {
        "late": "blind",
        "jam": "blind",
        "down": "blind",
        "bad": "blind",
        "quiet": "blind",
        "both": "blind",
    }


def test_a_stored_past_is_lived_again_and_leaves_no_trace(db: Database) -> None:
    store(db)
    told: list[datetime] = []
    lived = db.read_now(lambda s: backtested(s, PLAN, NOW - timedelta(hours=3), NOW, told.append))
    pasts = {past.id: past for past in lived}
    assert told == [NOW - timedelta(hours=2), NOW - timedelta(hours=1), NOW]
    assert [b.at for b in pasts["bad"].breaches] == [NOW - timedelta(minutes=5)]
    assert pasts["bad"].otherwise == {0.5: 1, 2.0: 0}
    down = pasts["down"]
    assert (len(down.breaches), down.otherwise) == (1, {0.5: 1, 2.0: 0})
    assert db.read_now(lambda s: triggers.all(s, "north")) == []


def test_a_silence_is_measured_by_the_weeks_that_the_store_holds(db: Database) -> None:
    habit = Rule("rare", "Rare", kind=Counts.SILENCE, feed="ris-hl7", quiet_for_s=60.0, unlikely_below=0.001, **QUICK)
    knowing = replace(PLAN, rules=(habit,))

    def said() -> str:
        (found,) = db.read_now(lambda s: would_see(s, knowing, NOW))
        return found.share.reason if found.share else ""

    store(db)
    assert said().endswith("; 60 s allowed")
    # a message each half hour for three weeks: 6.9 of them are three and a half hours
    steps = range(1, 3 * 7 * 48 + 2)
    history = [told(f"k1.w{i}", "ordered", 30 * i) for i in steps]
    db.write_now(lambda s: exams.append(s, "north", history, PLAN.feed_order))
    assert said().endswith("called when its chance by the same hours of 3 weeks is below 0.1 %")

    async def judged_once() -> Trigger:
        heartbeats, clock = Heartbeats(), SteadyClock(NOW)
        heartbeats.take("main", "ris-hl7", Pulse("listening", "", NOW))
        changed = asyncio.Event()
        judge = Judge(knowing, db, heartbeats, clock, changed.set)
        await judge.load()
        task = asyncio.create_task(judge.run())
        try:
            async with asyncio.timeout(20):
                while not (found := await db.read(lambda s: triggers.all(s, "north"))):
                    await changed.wait()
                    changed.clear()
                return found[0]
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    assert asyncio.run(judged_once()).share.reason.endswith("of 3 weeks is below 0.1 %")


TOML = """[site]
id = "north"
name = "North"
[go_live]
at = 2026-11-21T06:00:00+01:00
[server]
database = "sqlite:///golive.db"
[[triggers]]
id = "bad"
title = "Messages cannot be read"
kind = "count"
what = "quarantine"
limit = 1
window = "1h"
breach_after = "0s"
"""


def test_the_command_prints_what_a_file_of_rules_would_have_done(db: Database, tmp_path, monkeypatch, capsys) -> None:
    store(db)
    (tmp_path / "golive.toml").write_text(TOML)

    def said(*more: str) -> str:
        span = ("--from", "2026-11-21T10:00:00+00:00", "--to", "2026-11-21T12:00:00+00:00")
        file = str(tmp_path / "golive.toml")
        monkeypatch.setattr("sys.argv", ["golive", "triggers", "backtest", "-c", file, *span, *more])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code in (0, None)
        return capsys.readouterr().out

    text = said()
    assert text.startswith("2026-11-21 10:00 to 2026-11-21 12:00 UTC, 2 h")
    assert "2026-11-21 11:55:00 UTC  2 messages in 1 h could not be read; 1 allowed" in text
    (told,) = json.loads(said("--json"))["triggers"]
    assert (told["id"], told["per_week"], told["by_other_limits"]) == ("bad", 84.0, {"0.5": 1, "2": 0})
    assert told["breaches"] == [
        {"at": "2026-11-21T11:55:00Z", "reason": "2 messages in 1 h could not be read; 1 allowed"}
    ]


PROBED = """
[site]
id = "north"
name = "North"
[go_live]
at = 2026-11-21T06:00:00+00:00
[[systems]]
id = "ris"
name = "RIS"
kind = "ris"
dicom = { host = "127.0.0.1", port = 4242, ae_title = "RIS" }
[[probes]]
id = "worklist"
kind = "worklist"
system = "ris"
every = "10s"
timeout = "8s"
[[triggers]]
id = "slow"
title = "Slow"
measure = "worklist.response"
slower_than = "1s"
share = 0.2
"""


def test_the_command_lives_a_past_of_a_file_without_any_store(tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "golive.toml").write_text(PROBED)
    lines = [
        {"id": f"s{i}", "probe": "worklist", "kind": "worklist", "system": "ris", "outcome": "ok", "total_s": 2.0}
        | {"at": (NOW + timedelta(seconds=10 * i)).isoformat()}
        for i in range(120)
    ]
    past = tmp_path / "past.jsonl"
    past.write_text("\n".join(map(json.dumps, [*lines, lines[0] | {"id": "x", "probe": "other"}])))
    asked = ["golive", "triggers", "backtest", "-c", str(tmp_path / "golive.toml"), "--samples", str(past)]
    for more, code in ((("--factor", "1.5", "--factor", "3"), 1), (("--json", "--factor", "3"), 1)):
        monkeypatch.setattr("sys.argv", [*asked, *more])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == code
    said = capsys.readouterr()
    assert f'not taken: {past}: x: probe: unknown probe "other"' in said.err
    text, _, told = said.out.partition("{")
    assert "limit ×1.5" in text
    assert "limit ×3" in text
    (slow,) = json.loads("{" + told)["triggers"]
    assert (len(slow["breaches"]), slow["by_other_limits"]) == (1, {"3": 0})
    assert not (tmp_path / "golive.db").exists()
