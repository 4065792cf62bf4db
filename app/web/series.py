"""The evidence behind one series: its standing, its last samples with phases and outcomes, the last hour as a chart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse

from app.domain.exams.segments import segment_words
from app.domain.measuring.measures import CATALOGUE, Measure, Source
from app.domain.measuring.samples import Sample
from app.domain.measuring.series import measures_of
from app.domain.measuring.standings import Series, Standing
from app.domain.plans import Plan, ProbePlan
from app.domain.words import window_words
from app.errors import Missing
from app.push import words
from app.push.figures import DASH, Figure, figure, percent
from app.push.fragments import page, part
from app.push.scene import Scene, place, shape_of, since, state_words, title, unix_ms
from app.push.values import value_of
from app.push.wall.feed_rows import feed_name
from app.store import samples as samples_store
from app.web.house import House, house_of
from app.web.security import Actor, evidence

router = APIRouter(tags=["screens"], include_in_schema=False)
Looker = Annotated[Actor, Depends(evidence)]
NEWEST = 50
PHASES = (
    ("connect", "connect_s"),
    ("TLS", "tls_s"),
    ("associate", "associate_s"),
    ("metadata", "metadata_s"),
    ("first", "first_s"),
    ("total", "total_s"),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sample as the table shows it."""

    at: str
    probe: str
    outcome: str
    ok: bool
    phases: tuple[str, ...]
    counts: str
    detail: str


@router.get("/series/{key:path}/points")
async def points(request: Request, _: Looker, key: str) -> JSONResponse:
    """Give the last hour, minute by minute: unix seconds, the value or null, and the range."""
    scene = house_of(request).follow.scene()
    standing = _found(scene, key)[0]
    known = [(at, value) for at, value in standing.judged.spark]
    return JSONResponse(
        {
            "at": [at for at, _ in known],
            "values": [value for _, value in known],
            "unit": standing.judged.unit,
            "lower": standing.lower,
            "upper": standing.upper,
            "zone": str(scene.plan.zone),
        }
    )


@router.get("/series/{key:path}/standing")
async def standing_now(request: Request, _: Looker, key: str) -> HTMLResponse:
    """Give what a series is now and its newest samples, for a page that stays open."""
    house = house_of(request)
    scene = house.follow.scene()
    found = _found(scene, key)
    samples = await _samples(house, scene, found[0].series)
    return HTMLResponse(f'<div id="standing">{_standing(scene, found)}</div><div id="attempts">{samples}</div>')


@router.get("/series/{key:path}")
async def series(request: Request, _: Looker, key: str) -> HTMLResponse:
    """Give everything that is known of one series."""
    house = house_of(request)
    scene = house.follow.scene()
    found = _found(scene, key)
    standing = found[0]
    measure = CATALOGUE.get(standing.series.measure)
    html = page(
        "series",
        key=key,
        title=title(standing.series.measure),
        place=place(scene.plan, standing.series, codes=True),
        means=measure.means if measure else "",
        of_exams=_of_exams(measure),
        site_name=scene.plan.site_name,
        simulation=scene.plan.simulation,
        standing=_standing(scene, found),
        chart_means=words.EXAM_CHART_MEANS if _of_exams(measure) else words.CHART_MEANS,
        samples=await _samples(house, scene, standing.series),
        linked=[(s.series.key, _name(scene, s.series), s.state.value) for s in _linked(scene, standing)],
    )
    return HTMLResponse(html)


def _standing(scene: Scene, found: Sequence[Standing]) -> str:
    clock = scene.local(scene.now).strftime("%H:%M:%S")
    return part("standing", at_ms=unix_ms(scene.now), clock=clock, views=[_view(scene, s) for s in found])


async def _samples(house: House, scene: Scene, of: Series) -> str:
    """Give the newest attempts wherever there are any; where none can be, nothing."""
    attempts, measure = await _attempts(house, scene, of), CATALOGUE.get(of.measure)
    asked = bool(attempts) or (measure is not None and measure.source is Source.PROBE)
    return part("attempts", attempts=attempts, phases=[name for name, _ in PHASES], asked=asked)


def _found(scene: Scene, key: str) -> list[Standing]:
    found = sorted((s for s in scene.standings if s.series.key == key), key=lambda s: s.judged.window, reverse=True)
    if not found:
        raise Missing("there is no such series; GET /api/standings lists them")
    return found


def _linked(scene: Scene, standing: Standing) -> Iterator[Standing]:
    """Give what else is measured at the same place, once each."""
    here, seen = standing.series, {standing.series.key}
    for other in scene.standings:
        there = other.series
        same = (there.system, there.area, there.vantage) == (here.system, here.area, here.vantage)
        if there.key not in seen and same and (there.segment == here.segment or there.measure == here.measure):
            seen.add(there.key)
            yield other


def _of_exams(measure: Measure | None) -> bool:
    return measure is not None and measure.source is Source.EXAM


def _name(scene: Scene, series: Series) -> str:
    """Name another series so that no two links read alike: its measure, and the feed or segment that it is of."""
    feed = scene.plan.feeds.get(dict(series.segment).get("feed", ""))
    of = feed_name(scene, feed) if feed else segment_words(series, codes=True)
    return f"{title(series.measure)}, {of}" if of else title(series.measure)


def _view(scene: Scene, standing: Standing) -> dict[str, Any]:
    judged, unit = standing.judged, standing.judged.unit
    numbers = [
        (name, figure(value, unit))
        for name, value in (("median", judged.p50), ("p90", judged.p90), ("p95", judged.p95))
    ]
    counted = [("n", Figure(str(judged.n)))]
    counted += (
        [("failed", Figure(percent(judged.failed, judged.n)))]
        if judged.open is None
        else [("open", Figure(str(judged.open)))]
    )
    if judged.straddling:
        counted.append(("begun before go-live", Figure(str(judged.straddling))))
    if judged.perhaps_lost:
        counted.append(("reports perhaps lost", Figure(str(judged.perhaps_lost))))
    since_at = judged.failing_since or judged.outside_since
    return {
        "state": standing.state.value,
        "word": state_words(standing),
        "shape": shape_of(standing),
        "reason": standing.reason,
        "value": value_of(judged),
        "window": window_words(judged.window_s),
        "numbers": numbers,
        "counted": counted,
        "last": figure(judged.last, unit),
        "upper": figure(standing.upper, unit) if standing.upper is not None else None,
        "since": _moment(scene, since_at),
        "as_of": _moment(scene, judged.known_at),
        "age": since(scene, judged.known_at),
    }


def _moment(scene: Scene, moment: datetime | None) -> str:
    return DASH if moment is None else scene.local(moment).strftime("%H:%M:%S")


async def _attempts(house: House, scene: Scene, of: Series) -> list[Attempt]:
    probes = [p.id for p in scene.plan.probes.values() if _speaks_for(scene.plan, p, of)]
    if not probes:
        return []
    wanted = of.vantage or scene.plan.main_vantage
    read = await house.db.read(lambda s: samples_store.newest(s, house.site, probes, 4 * NEWEST))
    seen_there = [s for s in read if scene.plan.vantage_of(s.source) == wanted]
    return [_attempt(scene, s) for s in seen_there[:NEWEST]]


def _speaks_for(plan: Plan, probe: ProbePlan, of: Series) -> bool:
    if probe.system != of.system:
        return False
    return of.measure in ("availability", "own.load") or (probe.area == of.area and of.measure in measures_of(probe))


def _attempt(scene: Scene, sample: Sample) -> Attempt:
    counts = []
    if sample.matches is not None:
        counts.append(f"{sample.matches} matches")
    if sample.instances is not None:
        announced = f" of {sample.instances_announced}" if sample.instances_announced is not None else ""
        counts.append(f"{sample.instances}{announced} instances")
    if sample.bytes is not None:
        counts.append(f"{sample.bytes / 1e6:.1f} MB" if sample.bytes >= 100_000 else f"{sample.bytes / 1e3:.1f} kB")
    values: list[float | None] = [getattr(sample, field) for _, field in PHASES]
    return Attempt(
        at=sample.at.astimezone(scene.plan.zone).strftime("%H:%M:%S"),
        probe=sample.probe,
        outcome=sample.outcome.value,
        ok=sample.outcome.value == "ok",
        phases=tuple(str(figure(v, "s")) for v in values),
        counts=", ".join(counts),
        detail=sample.detail,
    )
