"""What the configuration tells the judge to expect: settings in, the domain's plan out."""

import hashlib
import json
import uuid
from datetime import time
from typing import get_args
from zoneinfo import ZoneInfo

from app.domain.exams.exams import Milestone
from app.domain.floor.floor_plans import FloorPlan, TeamPlan
from app.domain.floor.support_plans import SupportPlan
from app.domain.floor.tickets import CHANNEL as TICKETS
from app.domain.measuring.samples import Kind
from app.domain.measuring.turns import LIST_TIMEOUT_S, Asker, longest_turn_s, share, slowest_s
from app.domain.plans import (
    Armed,
    Authority,
    CostLimit,
    Counts,
    FeedPlan,
    GoLivePlan,
    Hours,
    MeasurePlan,
    Plan,
    ProbePlan,
    Rule,
)
from app.domain.rollback.planned_work import PlannedWork
from app.domain.telling.notice_plans import Channel, NoticePlan, Occasion, Route
from app.settings import Config, Feed, Maintenance, Probe, Settings, TriggerRule, parse_hours
from app.settings.asking import asking, collectors_of, feeds_of
from app.settings.names import EXAM_MEASURES, GIVEN_BY_KIND
from app.settings.notices import Phase
from app.settings.values import cost_of

ROLLED_BACK_KINDS = ("pacs", "vna")  # a RIS or portal goes on serving the old PACS
LONGEST_STEP_S = 5.0  # between two looks at a trigger; what lies longer apart was not watched all the while


def plan_of(config: Config, *, simulation: bool = False, speed: float = 1.0) -> Plan:
    """Give the plan of an effective configuration."""
    settings = config.settings
    zone, vantages = ZoneInfo(settings.site.timezone), tuple(c.id for c in settings.collectors)
    return Plan(
        site=settings.site.id,
        site_name=settings.site.name,
        zone=zone,
        go_live=go_live_of(config),
        main_vantage=vantages[0],
        vantages=vantages,
        areas={a.id: a.name for a in settings.areas},
        systems={s.id: s.name for s in settings.systems},
        probes={p.id: _probe(p, settings, vantages[0], zone, speed) for p in settings.probes},
        feeds={f.id: _feed(f, i, settings, vantages[0], speed) for i, f in enumerate(settings.feeds)},
        rules=tuple(_rule(r, speed) for r in settings.triggers),
        legacy=tuple(s.id for s in settings.systems if s.kind == "legacy"),
        replaced=tuple(s.id for s in settings.systems if s.kind in ROLLED_BACK_KINDS),
        authorities=tuple(Authority(a.name, a.telephone, a.deputy_for, a.channel) for a in settings.authorities),
        maintenance=tuple(_maintenance(m, settings.site.id) for m in settings.maintenance),
        notices=_notices(settings, speed),
        floor=_floor(settings, speed),
        support=_support(settings, speed),
        peaks=_peaks(settings, zone),
        measures={k: MeasurePlan(m.expected_below, m.window) for k, m in settings.measures.items()},
        lost_after_s=settings.exams.lost_after,
        version=config.version,
        simulation=simulation,
        speed=speed,
    )


def _notices(settings: Settings, speed: float) -> NoticePlan:
    said = settings.notices
    return NoticePlan(
        channels=(
            *(Channel(c.id, c.timeout) for c in settings.channels),
            *((Channel(TICKETS, settings.tickets.timeout, webhook=True),) if settings.tickets else ()),
        ),
        ticket_answer=settings.tickets.answer if settings.tickets else None,
        routes=tuple(
            Route(
                r.channel,
                frozenset(Occasion(o) for o in r.on),
                frozenset() if "*" in r.triggers else frozenset(r.triggers),
                frozenset(r.phases),
                r.remind_every * speed if r.remind_every else None,
            )
            for r in settings.routes
        ),
        next_authority_after_s=said.next_authority_after * speed,
        give_up_after_s=said.give_up_after * speed,
        pace=speed,
    )


def _floor(settings: Settings, speed: float) -> FloorPlan:
    said, desk = settings.escalation, settings.floor.service_desk
    return FloorPlan(
        categories={c.id: c.name for c in settings.categories},
        teams={t.id: TeamPlan(t.id, t.name, t.tier, t.channel, frozenset(t.categories)) for t in settings.teams},
        deadlines={
            phase: {n: tuple(d * speed for d in said.deadlines_s(n, phase)) for n in (1, 2, 3, 4)}
            for phase in get_args(Phase)
        },
        service_desk=desk.channel if desk else None,
        patterns=tuple(settings.floor.patterns),
        ask_every_s=settings.floor.ask_every or None,
        rooms=frozenset((area.id, room) for area in settings.areas for room in area.rooms),
    )


def _support(settings: Settings, speed: float) -> SupportPlan | None:
    said = settings.support
    if said is None:
        return None
    return SupportPlan(
        supporters=tuple(said.supporters),
        breakouts=tuple(b.name for b in said.breakouts),
        users=said.users,
        aim_s=said.aim * speed,
        lapses_s=said.lapses_after * speed,
        workstations=said.workstations,
    )


def _peaks(settings: Settings, zone: ZoneInfo) -> dict[str, Hours]:
    said = {a.id: a.peak_hours or settings.floor.peak_hours for a in settings.areas}
    return {area: _hours(text, zone) for area, text in said.items() if text}


def _hours(text: str, zone: ZoneInfo) -> Hours:
    return Hours(tuple((day, a, b) for day, a, b in parse_hours(text)), zone)


def _rule(r: TriggerRule, speed: float) -> Rule:
    said = json.dumps(r.model_dump(mode="json", exclude_none=True), sort_keys=True)
    share, limit, kind = r.share or 0.0, r.limit or 0, Counts(r.kind)
    of_probes = kind is Counts.AVAILABILITY or (kind is Counts.SHARE and r.measure not in EXAM_MEASURES)
    return Rule(
        id=r.id,
        title=r.title,
        measure=r.measure or "",
        where=tuple(sorted(r.where.items())),
        slower_than_s=r.slower_than or 0.0,
        share=share,
        recover_below=r.recover_below if r.recover_below is not None else share / 2,
        window_s=r.window * (speed if of_probes else 1.0),  # exams live by the hospital's clock, attempts by ours
        at_least=r.at_least,
        breach_after_s=r.breach_after * speed,
        blind_after_s=r.blind_after * speed,
        longest_step_s=LONGEST_STEP_S * speed,
        armed=Armed(r.armed),
        per_area=r.per == "area",
        required=r.required,
        version=hashlib.sha256(said.encode()).hexdigest()[:16],
        kind=kind,
        limit=limit,
        recover_limit=r.recover_limit if r.recover_limit is not None else limit // 2,
        older_than_s=r.older_than or 0.0,
        down_for_s=(r.down_for or 0.0) * speed,
        quiet_for_s=r.quiet_for or 0.0,
        unlikely_below=r.unlikely_below,
        feed=r.feed or "",
        milestone=r.milestone or "",
        sender=r.sender or "",
        what=r.what or "",
        severity=r.severity,
        of=tuple(r.of),
        depends_on=r.depends_on or "",
    )


def _maintenance(m: Maintenance, site: str) -> PlannedWork:
    """Give planned work under an id made of what it plans: another span is other work, which nobody has ended yet."""
    said = f"golive:planned-work:{site}:{m.system}:{m.from_.timestamp()}:{m.until.timestamp()}"
    id_ = str(uuid.uuid5(uuid.NAMESPACE_URL, said))
    return PlannedWork(id_, m.system, m.from_, m.until, m.by, m.why, of_file=True)


def go_live_of(config: Config) -> GoLivePlan:
    """Give the plan of the go-live itself."""
    g = config.settings.go_live
    cost = cost_of(g.no_return) if isinstance(g.no_return, str) else None
    return GoLivePlan(
        g.at,
        g.start == "by-clock",
        g.decision_window,
        g.no_return if isinstance(g.no_return, float) else None,
        g.command_center,
        g.stabilisation,
        g.proposal_lasts,
        CostLimit(cost[1], cost[0]) if cost else None,
        tuple(time.fromisoformat(text) for text in g.huddles),
    )


def _probe(p: Probe, settings: Settings, main: str, zone: ZoneInfo, speed: float) -> ProbePlan:
    every_s = p.every * speed  # in a simulation probes keep their real cadence while the hospital's clock runs faster
    hours = _hours(p.hours, zone) if p.hours else None
    return ProbePlan(
        p.id,
        Kind(p.kind),
        p.system,
        p.area,
        every_s,
        p.timeout,
        tuple(p.from_) or (main,),
        hours,
        p.required,
        p.role == "control",
        p.depth,
        _turn_s(p, settings),
        max(_kept_s(p, settings, source) for source in collectors_of(p, settings)) * speed,
    )


def _turn_s(p: Probe, settings: Settings) -> float:
    system, mine = next(s for s in settings.systems if s.id == p.system), set(collectors_of(p, settings))
    beside = [q for q in settings.probes if q.system == p.system and mine & set(collectors_of(q, settings))]
    lists = [f for f in feeds_of(settings, p.system) if mine & set(collectors_of(f, settings))]
    loads = sum(q.kind == "image-load" for q in beside) if p.kind == "image-load" else 1
    timeouts = [q.timeout for q in beside] + [LIST_TIMEOUT_S for _ in lists]
    return longest_turn_s(timeouts, share(system.in_flight, len(asking(settings, p.system))), loads)


def _kept_s(p: Probe, settings: Settings, source: str) -> float:
    system = next(s for s in settings.systems if s.id == p.system)
    probes = [q for q in settings.probes if q.system == p.system and source in collectors_of(q, settings)]
    lists = [f for f in feeds_of(settings, p.system) if f.every and source in collectors_of(f, settings)]
    askers = [Asker(q.id, q.every, q.timeout, is_load=q.kind == "image-load") for q in probes]
    askers += [Asker(f.id, f.every or 0.0, LIST_TIMEOUT_S, is_list=True) for f in lists]
    own = next(a for a in askers if a.id == p.id)
    return slowest_s(own, askers, share(system.in_flight, len(asking(settings, p.system))))


def _feed(f: Feed, order: int, settings: Settings, main: str, speed: float) -> FeedPlan:
    kinds = {s.id: s.kind for s in settings.systems}
    gives = (
        frozenset(GIVEN_BY_KIND.get(f.kind, ()))
        | {Milestone(g).value for g in f.gives}
        | {Milestone(m).value for m in f.statuses.values()}
    )
    vantage = f.from_[0] if f.from_ else main
    return FeedPlan(
        f.id,
        f.kind,
        f.system,
        frozenset(gives),
        order,
        10.0 * speed,
        f.quiet_after,
        f.required,
        vantage,
        kinds.get(f.system or "") == "legacy",
        f.name,
    )
