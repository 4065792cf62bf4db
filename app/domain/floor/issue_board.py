"""What screens show of issues, worked out once for each change: gravest first, by area and severity, late ones."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from app.domain.floor.issue_merging import merged
from app.domain.floor.issues import SEVERITIES, Issue, Status
from app.domain.measuring.overall import Ground
from app.domain.plans import Plan

NOT_READ = "issues were not read yet"
OF_ISSUE = "issue no. "  # how the subject of a ground begins that an issue makes
OF_MORE_ISSUES = "issues beside these"  # the subject of the ground that all others make
NAMED = 5
KEPT = timedelta(days=7)  # the longest that a tablet keeps what it could not send
WATCHED = 2  # from this severity on an open issue is a ground to look


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long an issue may wait yet: when it goes on by itself, and when it last did."""

    due_at: datetime | None = None
    passed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many issues are open, and of those how many nobody has, are late, or are of patient safety."""

    open: int
    by_severity: tuple[int, ...]  # of SEV1 to SEV4
    unassigned: int
    overdue: int
    safety: int
    to_verify: int


@dataclass(frozen=True, eq=False)
class IssueBoard:
    """Every issue of a site by its number, up to one place in the order of events.

    `blind` says why this may be old, "" where it is what the store holds; nothing on it is shown as true then.
    """

    issues: tuple[Issue, ...] = ()
    deadlines: Mapping[str, Deadline] = field(default_factory=dict)
    sequence: int = 0
    blind: str = NOT_READ

    @cached_property
    def open(self) -> tuple[Issue, ...]:
        """Give what somebody still has to do something about, the gravest first."""
        return tuple(sorted((i for i in self.issues if i.is_open), key=gravity))

    @cached_property
    def to_verify(self) -> tuple[Issue, ...]:
        """Give what is called fixed and waits for the floor's word, the longest wait first."""
        waiting = (i for i in self.issues if i.status is Status.FIXED)
        return tuple(sorted(waiting, key=lambda i: (i.fixed_at or i.last_at, i.number)))

    @cached_property
    def overdue(self) -> tuple[Issue, ...]:
        """Give what waited longer than it may without a word from anybody, the gravest first."""
        return tuple(i for i in self.open if self.is_overdue(i))

    @cached_property
    def raised(self) -> tuple[int, int]:
        """Give how many open issues raise the whole to `act`, and how many to `watch`; they stand first in `open`."""
        grave = sum(_is_grave(i) for i in self.open)
        return grave, sum(i.severity <= WATCHED and not _is_grave(i) for i in self.open)

    @cached_property
    def cells(self) -> Mapping[tuple[str, int], int]:
        """Give how many open issues each area has of each severity."""
        return Counter((i.report.area, i.severity) for i in self.open)

    @cached_property
    def counts(self) -> Counts:
        """Give the numbers of the whole site."""
        per = Counter(i.severity for i in self.open)
        return Counts(
            open=len(self.open),
            by_severity=tuple(per[severity] for severity in SEVERITIES),
            unassigned=sum(not (i.owner or i.team) for i in self.open),
            overdue=len(self.overdue),
            safety=sum(i.safety for i in self.open),
            to_verify=len(self.to_verify),
        )

    @cached_property
    def me_too(self) -> Mapping[str, int]:
        """Give by uuid how many besides its reporter have it too, duplicates merged."""
        return {uuid: others for uuid, (others, _) in self.merged.items() if others}

    @cached_property
    def merged(self) -> Mapping[str, tuple[int, tuple[str, ...]]]:
        """Give by uuid how many besides its reporter have it too, and which issues were merged into it."""
        return merged(self.issues)

    def is_overdue(self, issue: Issue) -> bool:
        """Say whether an issue went on by itself and nobody has taken it up since."""
        deadline = self.deadlines.get(issue.uuid)
        waits = issue.is_open and issue.status is not Status.KNOWN and issue.acknowledged_at is None
        return waits and deadline is not None and deadline.passed_at is not None

    def gravest(self, most: int) -> tuple[Issue, ...]:
        """Give the open issues that come first."""
        return self.open[:most]

    def blinded(self, why: str) -> "IssueBoard":
        """Give the same as not seen now."""
        return replace(self, blind=why)


UNREAD = IssueBoard()


def gravity(issue: Issue) -> tuple[int, bool, bool, datetime, int]:
    """Give a sort key, gravest first: patient safety counts as the gravest severity, a known issue comes last in its.

    The longest wait goes first among equals.
    """
    rank = min(SEVERITIES) if issue.safety else issue.severity
    return rank, issue.severity != rank, issue.status is Status.KNOWN, logged_at(issue), issue.number


def logged_at(issue: Issue) -> datetime:
    """Give when an issue was logged, from which its age counts: by the tablet's clock where its error is known.

    A moment after its receipt, or before what a tablet keeps, is no such moment: then its receipt counts.
    """
    told, ahead_s = issue.report.observed_at, issue.report.clock_offset_s
    if told is None or ahead_s is None:
        return issue.received_at
    found = told - timedelta(seconds=ahead_s)
    return found if issue.received_at - KEPT <= found <= issue.received_at else issue.received_at


def of_issues(board: IssueBoard, plan: Plan) -> Iterator[Ground]:
    """Give what open issues add to the whole: SEV1 and patient safety are `act`, SEV2 is `watch`.

    The gravest are named and the others counted: a bad morning has hundreds, and each report keeps what it gives.
    """
    if board.blind:
        return
    raised = board.raised
    for issue in board.open[: min(NAMED, sum(raised))]:
        where = plan.areas.get(issue.report.area, issue.report.area)
        what = plan.floor.categories.get(issue.report.category, issue.report.category)
        word = f"SEV{issue.severity}" + (", patient safety" if issue.safety else "")
        state = issue.status.value.replace("_", " ")
        said = f"{word}: {what}, {where}; {state}"
        yield Ground("act" if _is_grave(issue) else "watch", f"{OF_ISSUE}{issue.number}", said, logged_at(issue))
    act = max(0, raised[0] - NAMED)
    watch = sum(raised) - NAMED - act
    if act + watch > 0:
        parts = [f"{act} of SEV1 or patient safety"] * bool(act) + [f"{watch} of SEV{WATCHED}"] * bool(watch)
        yield Ground("act" if act else "watch", OF_MORE_ISSUES, f"and {act + watch} more: {', '.join(parts)}")


def _is_grave(issue: Issue) -> bool:
    return issue.safety or issue.severity == min(SEVERITIES)
