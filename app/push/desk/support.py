"""Support now as the desk sees it: who waits and since when, who is helped, and what nobody has ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.floor.issue_measures import Span
from app.domain.floor.support_measure import WAIT
from app.domain.floor.support_plans import SupportPlan
from app.domain.floor.supports import NEVER_ENDED, WAITS, Request, Stage, lapses_at, stage_at, wait_of
from app.domain.measuring.standings import Standing, State
from app.domain.words import local_clock, span
from app.push.desk import support_words as words
from app.push.scene import Scene, Since, since

LATELY = timedelta(days=1)
LISTED, ON_CARD = 8, 4
CLOCKS_APART = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SupportRow:
    """One request; `waits` is the moment that its age counts from, `late` that its wait is beyond the aim."""

    id: str
    number: int
    stage: str
    shape: str
    word: str
    place: str
    about: str
    waits: Since | None
    late: bool
    told: tuple[str, ...]
    act: str
    breakout: str
    said: str


@dataclass(frozen=True, slots=True)
class SupportGroup:
    """Rows under one heading; `more` is how many are not listed, `none` what stands there where there is no row."""

    name: str
    title: str
    rows: tuple[SupportRow, ...]
    more: int = 0
    none: str = ""
    means: str = ""


@dataclass(frozen=True, slots=True)
class SupportQueue:
    """What the page lists; `counted` is told aloud when it changes."""

    waiting: int
    counted: str
    today: str
    wait: str
    aim: str
    groups: tuple[SupportGroup, ...]


@dataclass(frozen=True, slots=True)
class SupportCard:
    """The queue in a few lines, for a corner of another page."""

    waiting: int
    today: str
    wait: str
    aim: str
    rows: tuple[SupportRow, ...]
    more: int


def support_queue(scene: Scene, requests: Iterable[Request]) -> SupportQueue | None:
    """Give what is asked for now and lately, None where support is not set up."""
    rules = scene.plan.support
    if rules is None:
        return None
    every = tuple(requests)
    by_stage = _by_stage(scene, rules, every)
    waiting = _waiting(by_stage)
    helped = sorted(by_stage[Stage.HELPED], key=lambda r: r.helped_at or r.received_at)
    never = [r for stage in NEVER_ENDED for r in by_stage[stage] if not r.reason]
    ended = [r for r in by_stage[Stage.ENDED] if r.ended_at and scene.now - r.ended_at < LATELY]
    never.sort(key=lambda r: -r.number)
    ended.sort(key=lambda r: (bool(r.reason), -r.number))  # those that nobody has given a reason come first
    never_means = words.NEVER_MEANS.format(span=span(rules.lapses_s)) if never else ""
    listed = (
        ("waiting", waiting, words.NOBODY["waiting"], ""),
        ("helped", helped, words.NOBODY["helped"], ""),
        ("open", never, "", never_means),
        ("lately", ended, "", ""),
    )
    groups = [
        SupportGroup(
            name,
            words.GROUPS[name],
            tuple(_row(scene, rules, r, name) for r in (found if name in ("waiting", "helped") else found[:LISTED])),
            0 if name in ("waiting", "helped") else max(0, len(found) - LISTED),
            none,
            means,
        )
        for name, found, none, means in listed
        if found or none
    ]
    return SupportQueue(
        len(waiting),
        f"{len(waiting)} {words.GROUPS['waiting'].lower()}",
        _today(scene, every),
        _wait(scene),
        _aim(rules),
        tuple(groups),
    )


def support_card(scene: Scene, requests: Iterable[Request]) -> SupportCard | None:
    """Give who waits longest, for a corner of another page; None where support is not set up."""
    rules = scene.plan.support
    if rules is None:
        return None
    every = tuple(requests)
    waiting = _waiting(_by_stage(scene, rules, every))
    rows = tuple(_row(scene, rules, r, "waiting") for r in waiting[:ON_CARD])
    more = len(waiting) - len(rows)
    return SupportCard(len(waiting), _today(scene, every), _wait(scene), _aim(rules), rows, more)


def _by_stage(scene: Scene, rules: SupportPlan, every: Iterable[Request]) -> dict[Stage, list[Request]]:
    found: dict[Stage, list[Request]] = {stage: [] for stage in Stage}
    for request in every:
        found[stage_at(request, scene.now, rules.lapses_s)].append(request)
    return found


def _waiting(by_stage: dict[Stage, list[Request]]) -> list[Request]:
    """Give who waits: whom nobody has taken up before those that are assigned, each the longest wait first."""
    return sorted(by_stage[Stage.WAITING], key=_asked) + sorted(by_stage[Stage.ASSIGNED], key=_asked)


def _asked(request: Request) -> tuple[object, int]:
    return request.received_at, request.number


def _row(scene: Scene, rules: SupportPlan, request: Request, group: str) -> SupportRow:
    stage, wait = stage_at(request, scene.now, rules.lapses_s), wait_of(request, scene.now, rules.lapses_s)
    about = request.reason or request.ask.about
    place = place_of(scene, request)
    waits = stage in WAITS
    from_at = request.received_at if waits else request.helped_at if stage is Stage.HELPED else None
    return SupportRow(
        request.uuid,
        request.number,
        stage.value,
        words.SHAPES.get(stage.value, ""),
        words.STAGES[stage.value],
        place,
        scene.plan.floor.categories.get(about, about),
        since(scene, from_at),
        waits and wait.seconds > rules.aim_s,
        tuple(filter(None, _told(scene, rules, request, stage, wait))),
        words.CHANGE if group == "lately" and request.reason else words.ACTS[_act_of(stage, group)],
        request.breakout,
        f"no. {request.number}, {place}",
    )


def _act_of(stage: Stage, group: str) -> str:
    return stage.value if stage is Stage.ASSIGNED else group


def place_of(scene: Scene, request: Request) -> str:
    """Name where somebody asked: the workstation or room, and the area where that does not say it."""
    ask = request.ask
    area = scene.plan.areas.get(ask.area, ask.area)
    name = ask.place or ask.device
    named = [name, "" if name.lower().startswith(area.lower()) else area] if area else [name]
    return " · ".join(filter(None, named)) or words.NO_PLACE


def _told(scene: Scene, rules: SupportPlan, request: Request, stage: Stage, wait: Span) -> Iterable[str]:
    if request.supporter:
        yield words.BY.format(supporter=request.supporter)
    if request.breakout:
        yield words.IN.format(breakout=request.breakout)
    if request.clicks > 1:
        yield words.CLICKED.format(n=request.clicks)
    asked = request.ask.asked_at
    if asked is not None and abs(request.received_at - asked) > CLOCKS_APART:
        yield words.ASKED_AT.format(clock=_clock(scene, asked))
    if wait.over and stage not in WAITS:
        yield words.WAITED.format(span=span(wait.seconds))
    if stage in NEVER_ENDED:
        yield words.LAPSED.format(clock=_clock(scene, lapses_at(request, rules.lapses_s)))
    if request.ended_at is not None:
        yield _clock(scene, request.ended_at)
    if request.training:
        yield words.TRAINING
    if request.text:
        yield f"“{request.text}”"


def _clock(scene: Scene, moment: datetime) -> str:
    return local_clock(scene.local(moment), scene.local(scene.now))


def _today(scene: Scene, every: Iterable[Request]) -> str:
    today = scene.local(scene.now).date()
    return words.TODAY.format(
        n=sum(scene.local(r.received_at).date() == today and r.withdrawn_at is None for r in every)
    )


def _aim(rules: SupportPlan) -> str:
    return words.AIM.format(aim=span(rules.aim_s))


def _wait(scene: Scene) -> str:
    """Give median and p90 of the waits as judged; what is not seen has no number."""
    standing = wait_standing(scene)
    if standing is None or standing.state not in (State.OK, State.DEGRADED):
        return words.NO_WAIT if standing is None else standing.reason
    judged = standing.judged
    parts = [words.WAIT.format(median=span(judged.p50)) if judged.p50 is not None else standing.reason]
    parts += [words.P90.format(p90=span(judged.p90))] if judged.p90 is not None else []
    return ", ".join([*parts, words.OF.format(n=judged.n)])


def wait_standing(scene: Scene) -> Standing | None:
    """Give how the wait for support stands, None where it is not measured at all."""
    return next((s for s in scene.standings if s.series.measure == WAIT), None)
