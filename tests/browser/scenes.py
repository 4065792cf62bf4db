"""Scenes to be shown on a stage: a made-up hospital at chosen moments, as plain values."""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.measuring.samples import Kind
from app.domain.measuring.standings import Judged, Series, Standing, State
from app.domain.plans import FeedPlan, GoLivePlan, MeasurePlan, Plan, ProbePlan
from tests.browser.issue_scenes import FLOOR

T0 = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
NOON = T0 + timedelta(hours=1, minutes=23, seconds=41)
UPPER = {
    "worklist.response": 2.0,
    "image.first": 2.1,
    "image.study": 9.0,
    "report.turnaround": 3480.0,
    "query.response": 1.0,
}
TYPICAL = {
    "worklist.response": 0.74,
    "image.first": 1.31,
    "image.study": 6.8,
    "report.turnaround": 2820.0,
    "echo.response": 0.0042,
    "query.response": 0.31,
}
AREAS = {
    "ct": "CT",
    "mr": "MR",
    "xray": "X-ray",
    "us": "Ultrasound",
    "mammo": "Mammography",
    "ed": "ED reading",
    "main": "Main reading",
    "cardio": "Cardiology",
}
SYSTEMS = {"pacs": "New PACS", "ris": "RIS", "old": "Legacy PACS", "portal": "Referrer portal"}


def plan(simulation: bool = False, at: datetime = T0) -> Plan:
    """Give a hospital of eight areas."""
    probes = {}
    for area in AREAS:
        probes[f"worklist-{area}"] = ProbePlan(f"worklist-{area}", Kind.WORKLIST, "ris", area, 10.0, 8.0, ("main",))
    for area in ("ct", "mr", "ed", "main"):
        probes[f"image-{area}"] = ProbePlan(f"image-{area}", Kind.IMAGE_LOAD, "pacs", area, 30.0, 20.0, ("main",))
    feeds = {
        "ris-hl7": FeedPlan(
            "ris-hl7", "hl7-mllp", "ris", frozenset({"ordered", "begun", "ended", "final"}), 0, name="HL7 from RIS"
        ),
        "pacs-list": FeedPlan("pacs-list", "pacs-studies", "pacs", frozenset({"available"}), 1),
    }
    return Plan(
        site="north",
        site_name="North Campus",
        zone=ZoneInfo("Europe/Berlin"),
        go_live=GoLivePlan(at, True, 7200.0, 43200.0, 259200.0, 7776000.0),
        main_vantage="main",
        vantages=("main",),
        areas=AREAS,
        systems=SYSTEMS,
        probes=probes,
        feeds=feeds,
        measures={m: MeasurePlan(u) for m, u in UPPER.items()},
        floor=FLOOR,
        simulation=simulation,
    )


def minutes(now: datetime, at: Callable[[int], float | None]) -> tuple[tuple[int, float | None], ...]:
    """Give the points of the last hour; `at` gives the value so many minutes ago."""
    last = int(now.timestamp()) // 60 * 60
    return tuple((last - ago * 60, at(ago)) for ago in range(59, -1, -1))


def rough(value: float, phase: float = 0.0) -> Callable[[int], float | None]:
    """Give a line that wavers about a value."""
    return lambda ago: value * (0.86 + 0.07 * math.sin(ago * 0.9 + phase) + 0.05 * math.sin(ago * 2.3 + 2 * phase))


def probe(
    now: datetime, measure: str, system: str, area: str | None, state: State = State.OK, **more: object
) -> Standing:
    """Give a probe's standing; `more` are fields of what was judged."""
    value = TYPICAL[measure] * (1 + 0.11 * math.sin(len(area or "") * 3.1))
    judged = Judged(
        Series(measure, system, area),
        "s",
        900.0,
        n=91,
        p50=value * 0.81,
        p90=value,
        p95=value * 1.12,
        last=value * 0.9,
        value=value,
        headline="p90",
        as_of=now - timedelta(seconds=3),
        known_at=now - timedelta(seconds=3),
        newest_ok=(True, True, True),
        spark=minutes(now, rough(value, len(area or ""))),
    )
    reason = str(more.pop("reason", f"{more.get('n', 91)} answers in 15 min, all as expected"))
    judged = replace(judged, **more)  # type: ignore[arg-type]  # fields by name
    age_s = None if judged.known_at is None else (now - judged.known_at).total_seconds()
    return Standing(judged, state, reason, age_s, UPPER.get(measure))


def other(
    now: datetime, measure: str, value: float | None, unit: str, system: str | None = None, feed: str = ""
) -> Standing:
    """Give a rate or gauge."""
    series = Series(measure, system, None, (("feed", feed),) if feed else ())
    at = now - timedelta(seconds=4)
    return Standing(
        Judged(series, unit, 86400.0, n=40, value=value, last=value, as_of=at, known_at=at), State.OK, "in order", 4.0
    )


def turnaround(now: datetime, state: State = State.OK, **more: object) -> Standing:
    """Give report turnaround of the last four hours."""
    at = now - timedelta(seconds=6)
    judged = Judged(
        Series("report.turnaround"),
        "s",
        14400.0,
        n=97,
        open=31,
        p50=2820.0,
        p90=10680.0,
        value=2820.0,
        headline="p50",
        as_of=at,
        known_at=at,
        window="now",
        spark=minutes(now, rough(2820.0)),
    )
    reason = str(more.pop("reason", "97 read in 4 h, half of them within 47 min"))
    return Standing(replace(judged, **more), state, reason, 6.0, 3480.0, 2460.0)  # type: ignore[arg-type]  # fields by name


def calm(now: datetime) -> list[Standing]:
    """Give a quiet hour."""
    found = [turnaround(now)]
    found += [probe(now, "worklist.response", "ris", area) for area in AREAS]
    for area in ("ct", "mr", "ed", "main"):
        found += [probe(now, "image.first", "pacs", area), probe(now, "image.study", "pacs", area)]
    found += [probe(now, "echo.response", "old", None), probe(now, "query.response", "portal", None)]
    found += [
        other(now, "availability", share, "share", s)
        for s, share in (("pacs", 0.9994), ("ris", 1.0), ("old", 1.0), ("portal", 0.997))
    ]
    found += [other(now, "own.load", 1180.0, "per h", "pacs"), other(now, "own.load", 2880.0, "per h", "ris")]
    found += [
        other(now, "feed.age", 12.0, "s", "ris", "ris-hl7"),
        other(now, "feed.rate", 412.0, "per h", "ris", "ris-hl7"),
    ]
    found += [
        other(now, "feed.age", 95.0, "s", "pacs", "pacs-list"),
        other(now, "feed.rate", 88.0, "per h", "pacs", "pacs-list"),
    ]
    return [*found, other(now, "exam.backlog", 31.0, "exams"), other(now, "exam.oldest_waiting", 11_400.0, "s")]


def instead(standings: Iterable[Standing], *changed: Standing) -> list[Standing]:
    """Put standings in the place of those of the same series."""
    by_key = {(s.series.key, s.judged.window): s for s in changed}
    return [by_key.get((s.series.key, s.judged.window), s) for s in standings]


def slow_worklist(now: datetime) -> list[Standing]:
    """CT and MR get their worklist late, and it grows."""
    outside = now - timedelta(minutes=21)

    def rising(ago: int) -> float:
        return 0.7 + 0.05 * math.sin(ago * 1.7) + max(0.0, (22 - ago) * 0.27)

    slow = [
        probe(
            now,
            "worklist.response",
            "ris",
            area,
            State.DEGRADED,
            value=v,
            p90=v,
            p50=v * 0.4,
            n=88,
            failed=4,
            outside_since=outside,
            spark=minutes(now, rising),
            reason=f"p90 {v:.1f} s, expected below 2.0 s",
        )
        for area, v in (("ct", 6.4), ("mr", 5.1))
    ]
    return instead(calm(now), *slow)


def frozen_pacs(now: datetime) -> list[Standing]:
    """The PACS answers nothing for 40 s."""
    since = now - timedelta(seconds=40)
    reason = "no answer for 40 s (3 attempts in a row)"
    down = [
        probe(
            now,
            m,
            "pacs",
            area,
            State.DOWN,
            failed=3,
            down=True,
            failing_since=since,
            newest_ok=(False, False, False),
            last_outcome="timeout",
            last_detail="no answer to the first frame",
            reason=reason,
        )
        for area in ("ct", "mr", "ed", "main")
        for m in ("image.first", "image.study")
    ]
    return instead(calm(now), *down)


def blind_study(now: datetime) -> list[Standing]:
    """Nobody looks at whole studies any more."""
    at = now - timedelta(minutes=4, seconds=12)

    def stopped(ago: int) -> float | None:
        return None if ago < 4 or 30 < ago < 38 else rough(6.8)(ago)

    gone = [
        probe(
            now,
            "image.study",
            "pacs",
            area,
            State.BLIND,
            known_at=at,
            as_of=at,
            n=11,
            last=7.9,
            spark=minutes(now, stopped),
            reason="golive has not looked for 4 min",
        )
        for area in ("ct", "mr", "ed", "main")
    ]
    return instead(calm(now), *gone)


def first_hour(now: datetime) -> list[Standing]:
    """Too few exams since go-live to say how long reports take, too few answers to say how fast they come."""
    few = turnaround(
        now,
        State.INSUFFICIENT,
        n=3,
        open=9,
        straddling=44,
        straddling_oldest_s=21_300.0,
        value=None,
        p50=None,
        p90=None,
        headline="",
        spark=(),
        reason="12 since go-live, 3 read; 44 begun before are still open",
    )
    first = [
        probe(
            now,
            m,
            "pacs",
            area,
            State.INSUFFICIENT,
            n=3,
            value=None,
            p50=None,
            p90=None,
            p95=None,
            headline="",
            spark=minutes(now, lambda ago: 1.4 + 0.1 * ago if ago < 3 else None),
            reason="3 of 5 answers needed",
        )
        for area in ("ct", "mr", "ed", "main")
        for m in ("image.first", "image.study")
    ]
    return instead(calm(now), few, *first)


def everything_wrong(now: datetime) -> list[Standing]:
    """All at once, to see that it fits."""
    late = now - timedelta(minutes=95)
    wrong = [
        probe(
            now,
            "worklist.response",
            "ris",
            area,
            State.DEGRADED,
            value=61.5,
            p90=61.5,
            p50=12.1,
            n=880,
            failed=431,
            outside_since=late,
            reason="p90 62 s, expected below 2.0 s; the newest attempt failed: rejected by the local limit of the peer",
        )
        for area in AREAS
    ]
    down = [
        probe(
            now,
            "image.first",
            "pacs",
            a,
            State.DOWN,
            failed=90,
            n=90,
            down=True,
            failing_since=late,
            last_outcome="wrong_answer",
            reason="failing for 95 min (190 attempts in a row): answers, but not what was asked for: 3 of 412",
        )
        for a in ("ct", "mr", "ed", "main")
    ]
    stale = [
        probe(
            now,
            "image.study",
            "pacs",
            a,
            State.STALE,
            known_at=now - timedelta(seconds=84),
            reason="last looked 84 s ago, due every 30 s",
        )
        for a in ("ct", "mr", "ed", "main")
    ]
    slow = turnaround(
        now,
        State.DEGRADED,
        value=45_720.0,
        p50=45_720.0,
        p90=61_000.0,
        outside_since=late,
        open=1412,
        n=1031,
        reason="p50 12 h 42 min, expected below 58 min",
    )
    return instead(calm(now), slow, *wrong, *down, *stale)


def feed_down(standing: Standing, heard_at: datetime) -> Standing:
    """Give a feed's series while the system that it asks gives no answer."""
    judged = replace(standing.judged, known_at=heard_at, as_of=heard_at)
    return replace(standing, judged=judged, state=State.DOWN, reason="New PACS gave no study list: no answer")


def outage(now: datetime) -> list[Standing]:
    """The PACS answers nothing, seen by probes of every kind, from two places, by its feed, and by exams."""
    began = now - timedelta(seconds=62)
    at = now - timedelta(seconds=5)
    echo = probe(
        now,
        "echo.response",
        "pacs",
        None,
        State.DOWN,
        down=True,
        failing_since=began,
        newest_ok=(False, False, False),
        last_outcome="timeout",
        reason="no answer for 62 s (7 attempts in a row)",
    )
    there = probe(now, "image.first", "pacs", "main", State.DEGRADED, newest_ok=(False, True, True))
    there = replace(
        there,
        judged=replace(
            there.judged,
            series=replace(there.series, vantage="reading-room"),
            failing_since=now - timedelta(seconds=28),
            last_outcome="timeout",
        ),
        reason="the newest attempt failed: no answer",
    )
    found = [feed_down(s, at) if ("feed", "pacs-list") in s.series.segment else s for s in frozen_pacs(now)]
    gone = other(now, "exam.end_to_available", None, "s")
    return [*found, echo, there, replace(gone, state=State.DOWN, reason="New PACS gave no study list: no answer")]


def silent_hl7(now: datetime) -> list[Standing]:
    """The interface engine sends no HL7 any more, and says nothing of it."""
    age_s = 9300.0
    quiet = "the feed is quiet: nothing received for 2 h 35 min"
    age = other(now, "feed.age", age_s, "s", "ris", "ris-hl7")
    late = replace(age, state=State.DEGRADED, upper=3600.0, reason="value 2 h 35 min, expected below 60 min")
    gauges = [replace(s, state=State.STALE, reason=quiet) for s in calm(now) if s.series.measure == "exam.backlog"]
    return instead(calm(now), late, turnaround(now, State.STALE, reason=quiet), *gauges)


def silent_collector(now: datetime) -> list[Standing]:
    """The only collector has said nothing for 52 s."""
    at = now - timedelta(seconds=52)

    def unseen(s: Standing) -> Standing:
        judged = replace(s.judged, known_at=at, as_of=at)
        return replace(s, judged=judged, state=State.BLIND, age_s=52.0, reason="golive has not looked for 52 s")

    return [unseen(s) for s in calm(now)]


def planned_work(now: datetime) -> list[Standing]:
    """All four headlines are in planned work: the longest tag of all."""
    return [
        replace(s, state=State.MAINTENANCE, reason="planned work, 42 min left")
        if s.series.measure in UPPER or s.series.measure == "report.turnaround"
        else s
        for s in calm(now)
    ]


def all_areas_wrong(now: datetime) -> list[Standing]:
    """Every area, every system and most feeds are out of order, each in its own way."""
    since = now - timedelta(minutes=3)
    wrong = [
        probe(now, m, system, None, State.DOWN, failing_since=since, down=True, last_outcome="wrong_answer")
        for m, system in (("echo.response", "old"), ("query.response", "portal"))
    ]
    return instead(silent_hl7(now), *(s for s in everything_wrong(now) if s.state is not State.OK), *wrong)


SCENES: dict[str, Callable[[datetime], list[Standing]]] = {
    "calm": calm,
    "slow-worklist": slow_worklist,
    "frozen-pacs": frozen_pacs,
    "blind": blind_study,
    "first-hour": first_hour,
    "everything-wrong": everything_wrong,
    "outage": outage,
    "silent-hl7": silent_hl7,
    "silent-collector": silent_collector,
    "planned-work": planned_work,
    "all-areas-wrong": all_areas_wrong,
    "nothing": lambda now: [],
}
