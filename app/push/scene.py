"""What a screen is made from at one moment, and the words for series and moments in it; values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.domain.exams.exam_sights import STRAYS
from app.domain.exams.segments import segment_words
from app.domain.floor.floor_sight import UNSET, FloorSight
from app.domain.floor.issue_board import UNREAD, IssueBoard
from app.domain.floor.shift import NO_SHIFT, Shift
from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.measuring.overall import Ground
from app.domain.measuring.standings import Series, Standing, State
from app.domain.plans import Plan
from app.domain.rollback.decisions import Decision
from app.domain.rollback.golive import Moment
from app.domain.rollback.rolled_back import is_aside
from app.domain.rollback.stored_triggers import Trigger
from app.domain.words import counted
from app.push import words

# gravest first: what is known to be broken, then what nobody sees, then the rest
GRAVITY = (
    State.DOWN,
    State.BLIND,
    State.STALE,
    State.DEGRADED,
    State.INSUFFICIENT,
    State.MAINTENANCE,
    State.OK,
    State.NOT_EXPECTED,
)
QUIET = frozenset({State.OK, State.NOT_EXPECTED, State.MAINTENANCE, State.INSUFFICIENT})


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a screen shows at one moment.

    `now` is steady and ages are counted by it; `shown_at` is what the clock on the wall says, in the site's zone.
    `trouble` says why golive itself cannot judge now, or ""; `own` what else golive wants of its own keepers, such as a
    golive.toml that cannot be used; `outside` whom golive wants to tell and does not reach; `desks` how many
    people look at the desk.
    """

    now: datetime
    shown_at: datetime
    plan: Plan
    moment: Moment
    standings: tuple[Standing, ...]
    overall: str = "blind"
    reasons: tuple[str, ...] = ()
    unreadable: int = 0
    trouble: str = ""
    build: str = ""
    own: tuple[str, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    decisions: tuple[Decision, ...] = ()
    outside: tuple[Ground, ...] = ()
    issues: IssueBoard = UNREAD
    shift: Shift = NO_SHIFT
    floor: FloorSight = UNSET
    desks: int = 0

    @property
    def leading(self) -> tuple[Standing, ...]:
        """Give the standings that screens judge by: once rolled back, those of what is used again."""
        if self.moment.phase != "rolled_back":
            return self.standings
        return tuple(s for s in self.standings if not is_aside(s.series, self.plan))

    def led(self, found: list[Standing]) -> list[Standing]:
        """Give of several series those that lead: once rolled back the old system's own, where there are any."""
        if self.moment.phase != "rolled_back":
            return found
        return [s for s in found if s.series.system in self.plan.legacy] or found

    def local(self, moment: datetime) -> datetime:
        """Give a steady moment as the site's clock tells it."""
        # whole tenths: the two clocks are read microseconds apart, which must not make a tile look new each second
        shift_s = round((self.shown_at - self.now).total_seconds(), 1)
        return (moment + timedelta(seconds=shift_s)).astimezone(self.plan.zone)


@dataclass(frozen=True, slots=True)
class Since:
    """A moment whose age runs on screen: `at_ms` by the steady clock, `clock` the time of day without scripts."""

    at_ms: int
    clock: str


def since(scene: Scene, moment: datetime | None) -> Since | None:
    """Give a moment for display, or None."""
    return None if moment is None else Since(unix_ms(moment), scene.local(moment).strftime("%H:%M:%S"))


def feed_of(standing: Standing) -> str:
    """Give the feed that a series tells of, or ""."""
    return dict(standing.series.segment).get("feed", "")


def last_event_at(scene: Scene, age: Standing) -> datetime | None:
    """Give when the newest event of a feed came, from the feed's age."""
    age_s = age.judged.value
    # whole tenths: the same moment must not make a row look new each second
    return None if age_s is None else scene.now - timedelta(seconds=round(age_s, 1))


def unix_ms(moment: datetime) -> int:
    """Give a moment as whole milliseconds of the Unix epoch."""
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)


def gravity(standing: Standing) -> tuple[int, float, str]:
    """Give a sort key, gravest first: by state, then by judged value ÷ upper limit, then by name."""
    judged = standing.judged
    if judged.beyond_s is not None and judged.value is None:
        ratio = float("inf")
    else:
        ratio = (judged.value or 0.0) / standing.upper if standing.upper else 0.0
    return GRAVITY.index(standing.state), -ratio, judged.series.key


def place(plan: Plan, series: Series, *, codes: bool = False) -> str:
    """Name where a series is taken: "RIS · CT · from reading-room"; `codes` are of modalities."""
    parts = []
    if series.system:
        parts.append(plan.systems.get(series.system) or series.system)
    if series.area:
        parts.append(plan.areas.get(series.area) or series.area)
    feed = plan.feeds.get(dict(series.segment).get("feed", ""))
    parts.extend(filter(None, [feed.name or feed.id if feed else "", segment_words(series, codes=codes)]))
    if series.vantage:
        parts.append(f"from {series.vantage}")
    return " · ".join(parts)


def title(measure: str) -> str:
    """Give a measure's name."""
    known = CATALOGUE.get(measure)
    return known.title if known else measure


def of_measure(standings: Iterable[Standing], measure: str) -> list[Standing]:
    """Give a measure's series; of an exam measure those of the window "now", which is the wall's."""
    exam = measure in CATALOGUE and CATALOGUE[measure].source is Source.EXAM
    return [s for s in standings if s.series.measure == measure and (not exam or s.judged.window in ("now", ""))]


def measured_by_probe(measure: str) -> bool:
    """Say whether a measure is a number of each attempt of a probe."""
    return measure in CATALOGUE and CATALOGUE[measure].source is Source.PROBE


def lean(standing: Standing) -> str:
    """Say how a degraded series lies: above or below its range, or failing inside it."""
    judged = standing.judged
    if judged.series.measure == STRAYS:  # not one is expected
        return words.TAGS[State.DEGRADED]
    if judged.value is None:
        return words.TAGS[State.DEGRADED] if judged.beyond_s is not None else words.FAILING
    if standing.upper is not None and judged.value > standing.upper:
        return words.TAGS[State.DEGRADED]
    return words.BELOW if standing.lower is not None and judged.value < standing.lower else words.FAILING


def absent(standing: Standing) -> bool:
    """Say whether nothing in golive.toml could measure this: said where it stands, and no trouble."""
    return standing.state is State.BLIND and standing.reason.startswith(words.NO_SOURCE)


def grave(standing: Standing) -> bool:
    """Say whether a series is out of order."""
    return standing.state not in QUIET and not absent(standing)


def shape_of(standing: Standing) -> str:
    """Give a state's shape: of one outside its range that of its side."""
    return words.LEANS[lean(standing)] if standing.state is State.DEGRADED else words.SHAPES[standing.state]


def state_words(standing: Standing) -> str:
    """Name a state in one or two words: how an attempt fails, on which side of the range a value lies."""
    if standing.state is State.DOWN:
        return words.OUTCOMES.get(standing.judged.last_outcome, words.OUTCOMES["timeout"])
    if absent(standing):
        return words.UNMEASURED
    if standing.state is State.DEGRADED and standing.series.measure == STRAYS:
        return counted(int(standing.judged.value or 0), "study", "studies")
    return lean(standing) if standing.state is State.DEGRADED else words.TAGS[standing.state]
