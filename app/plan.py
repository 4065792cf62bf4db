"""What the configuration tells the judge to expect: settings in, the domain's plan out."""

from zoneinfo import ZoneInfo

from app.domain.exams import Milestone
from app.domain.plans import FeedPlan, GoLivePlan, Hours, MeasurePlan, Plan, ProbePlan
from app.domain.samples import Kind
from app.domain.turns import LIST_TIMEOUT_S, longest_turn_s, share
from app.settings import Config, Feed, Probe, Settings, parse_hours
from app.settings.asking import asking, collectors_of, feeds_of

_GIVES = {
    "hl7-mllp": frozenset({"ordered", "scheduled", "begun", "ended", "preliminary", "final", "addendum", "cancelled"}),
    "pacs-studies": frozenset({"available"}),
}


def plan_of(config: Config, *, simulation: bool = False, speed: float = 1.0) -> Plan:
    """Give the plan of an effective configuration."""
    settings = config.settings
    zone, vantages = ZoneInfo(settings.site.timezone), tuple(c.id for c in settings.collectors)
    return Plan(
        site=settings.site.id,
        site_name=settings.site.name,
        zone=zone,
        go_live=_go_live(settings),
        main_vantage=vantages[0],
        vantages=vantages,
        areas={a.id: a.name for a in settings.areas},
        systems={s.id: s.name for s in settings.systems},
        probes={p.id: _probe(p, settings, vantages[0], zone, speed) for p in settings.probes},
        feeds={f.id: _feed(f, i, settings, vantages[0], speed) for i, f in enumerate(settings.feeds)},
        measures={k: MeasurePlan(m.expected_below, m.window) for k, m in settings.measures.items()},
        lost_after_s=settings.exams.lost_after,
        version=config.version,
        simulation=simulation,
        speed=speed,
    )


def _go_live(settings: Settings) -> GoLivePlan:
    g = settings.go_live
    return GoLivePlan(g.at, g.start == "by-clock", g.decision_window, g.no_return, g.command_center, g.stabilisation)


def _probe(p: Probe, settings: Settings, main: str, zone: ZoneInfo, speed: float) -> ProbePlan:
    every_s = p.every * speed  # in a simulation probes keep their real cadence while the hospital's clock runs faster
    hours = Hours(tuple((day, a, b) for day, a, b in parse_hours(p.hours)), zone) if p.hours else None
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
    )


def _turn_s(p: Probe, settings: Settings) -> float:
    system, mine = next(s for s in settings.systems if s.id == p.system), set(collectors_of(p, settings))
    beside = [q for q in settings.probes if q.system == p.system and mine & set(collectors_of(q, settings))]
    lists = [f for f in feeds_of(settings, p.system) if mine & set(collectors_of(f, settings))]
    loads = sum(q.kind == "image-load" for q in beside) if p.kind == "image-load" else 1
    timeouts = [q.timeout for q in beside] + [LIST_TIMEOUT_S for _ in lists]
    return longest_turn_s(timeouts, share(system.in_flight, len(asking(settings, p.system))), loads)


def _feed(f: Feed, order: int, settings: Settings, main: str, speed: float) -> FeedPlan:
    kinds = {s.id: s.kind for s in settings.systems}
    gives = (
        _GIVES.get(f.kind, frozenset())
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
