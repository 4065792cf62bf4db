"""What the configuration tells the judge to expect: probes, feeds, areas and measures as plain values."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from app.domain.floor.floor_plans import FloorPlan
from app.domain.floor.support_plans import SupportPlan
from app.domain.measuring.samples import Kind
from app.domain.rollback.planned_work import PlannedWork
from app.domain.rollback.triggers import Allowance
from app.domain.telling.notice_plans import NoticePlan


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the week in local time: weekday (Monday 0) → spans."""

    spans: tuple[tuple[int, time, time], ...]
    zone: tzinfo

    def hold(self, now: datetime) -> bool:
        """Say whether `now` lies within them."""
        local = now.astimezone(self.zone)
        return any(day == local.weekday() and start <= local.time() < end for day, start, end in self.spans)


@dataclass(frozen=True, slots=True)
class ProbePlan:
    """A probe as the judge needs it; durations in seconds."""

    id: str
    kind: Kind
    system: str
    area: str | None
    every_s: float
    timeout_s: float
    vantages: tuple[str, ...]
    hours: Hours | None = None
    required: bool = True
    control: bool = False
    depth: str = "study"
    turn_s: float = 0.0  # the longest that others of its system can keep it waiting
    kept_s: float = 0.0  # the cadence that it keeps when every answer takes its timeout, or every try backs off


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """A feed as the judge needs it; `gives` are the milestones it can tell, `order` its place in golive.toml."""

    id: str
    kind: str
    system: str | None
    gives: frozenset[str]
    order: int
    heartbeat_s: float = 10.0
    quiet_after_s: float = 3600.0
    required: bool = True
    vantage: str = "main"
    legacy: bool = False
    name: str = ""

    @property
    def hl7(self) -> bool:
        """Say whether a system sends this on its own, so that silence means something."""
        return self.kind.startswith("hl7")


@dataclass(frozen=True, slots=True)
class MeasurePlan:
    """What the site set for one measure."""

    expected_below: float | None = None
    window_s: float | None = None


@dataclass(frozen=True, slots=True)
class CostLimit:
    """What a roll-back may cost: so many `studies` or `reports` that the new system alone holds."""

    what: str
    n: int


@dataclass(frozen=True, slots=True)
class GoLivePlan:
    """The plan of the go-live; durations in seconds from T0. The point of no return is a time, a cost, or not set."""

    at: datetime
    by_clock: bool
    decision_window_s: float
    no_return_s: float | None
    command_center_s: float
    stabilisation_s: float
    proposal_lasts_s: float = 1800.0
    no_return_cost: CostLimit | None = None
    huddles: tuple[time, ...] = ()


@dataclass(frozen=True, slots=True)
class Authority:
    """Who may confirm a decision, in the order of the file; `deputy_for` names whom this one stands in for.

    `channel` is the way by which this one is told of a proposal, None where only the telephone leads there.
    """

    name: str
    telephone: str
    deputy_for: str | None = None
    channel: str | None = None


class Armed(StrEnum):
    """When a rule counts."""

    AT_GO_LIVE = "at go-live"
    ALWAYS = "always"
    SHADOW = "shadow"


class Counts(StrEnum):
    """What a rule counts: its kind."""

    SHARE = "share"  # of attempts or exams beyond a limit
    BACKLOG = "backlog"  # exams that wait for their report for too long
    AVAILABILITY = "availability"  # seconds without an answer
    SILENCE = "silence"  # of a feed
    COUNT = "count"  # of issues, unreadable messages, strays or stuck reports
    ALL = "all"  # other rules, each of them beyond
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of golive.toml; durations in seconds, shares from 0 to 1. `version` is the hash of what it says.

    Each kind reads its own limits: a share `slower_than_s`, `share`, `recover_below` and `at_least`; a backlog
    `older_than_s`, `limit` and `recover_limit`; availability `down_for_s` and `at_least`; silence `feed`, `milestone`,
    `sender`, `quiet_for_s` and `unlikely_below`; a count `what`, `limit` and `recover_limit`, of stuck reports
    `older_than_s` too; all and any the rules they are made `of`. `depends_on` is the rule that explains this one while
    it is beyond itself: its notice is then held back.
    """

    id: str
    title: str
    measure: str = ""
    where: tuple[tuple[str, str], ...] = ()
    slower_than_s: float = 0.0
    share: float = 0.0
    recover_below: float = 0.0
    window_s: float = 300.0
    at_least: int = 1
    breach_after_s: float = 120.0
    blind_after_s: float = 300.0
    longest_step_s: float = 5.0
    armed: Armed = Armed.AT_GO_LIVE
    per_area: bool = False
    required: bool = True
    version: str = ""
    kind: Counts = Counts.SHARE
    limit: int = 0
    recover_limit: int = 0
    older_than_s: float = 0.0
    down_for_s: float = 0.0
    quiet_for_s: float = 0.0
    unlikely_below: float | None = None
    feed: str = ""
    milestone: str = ""
    sender: str = ""
    what: str = ""
    severity: int | None = None
    of: tuple[str, ...] = ()
    depends_on: str = ""

    @property
    def allowance(self) -> Allowance:
        """Give how long it may be beyond or unseen before that is said."""
        steps = (self.breach_after_s, self.blind_after_s, self.longest_step_s)
        return Allowance(*(timedelta(seconds=s) for s in steps))


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """All that the judge expects; `version` is the configuration's hash, and one plan equals itself only."""

    site: str
    site_name: str
    zone: tzinfo
    go_live: GoLivePlan
    main_vantage: str
    vantages: tuple[str, ...]
    areas: dict[str, str]
    systems: dict[str, str]
    probes: dict[str, ProbePlan]
    feeds: dict[str, FeedPlan]
    measures: dict[str, MeasurePlan] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    authorities: tuple[Authority, ...] = ()
    notices: NoticePlan = field(default_factory=NoticePlan)
    floor: FloorPlan = field(default_factory=FloorPlan)
    support: SupportPlan | None = None  # None where the site has not set it up
    peaks: dict[str, Hours] = field(default_factory=dict)  # of areas in which somebody is needed at those hours
    maintenance: tuple[PlannedWork, ...] = ()  # planned work that golive.toml names
    legacy: tuple[str, ...] = ()  # systems that a roll-back would go back to
    replaced: tuple[str, ...] = ()  # systems that it would put aside
    lost_after_s: float = 604800.0  # a report awaited for longer was perhaps told and never reached us
    version: str = ""
    simulation: bool = False
    speed: float = 1.0

    @property
    def feed_order(self) -> dict[str, int]:
        """Give each feed's place in golive.toml, as folding exams needs it: negative for feeds of the old system."""
        return {f.id: -1 - f.order if f.legacy else f.order for f in self.feeds.values()}

    @property
    def names(self) -> frozenset[str]:
        """Give every id that the configuration itself uses: repeating one tells nothing that was sent."""
        return frozenset().union(self.probes, self.feeds, self.systems, self.areas, self.vantages)

    def vantage_of(self, source: str) -> str:
        """Give the vantage that a source's samples count in: an unknown one's are the first collector's."""
        return source if source in self.vantages else self.main_vantage
