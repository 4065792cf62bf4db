"""One accession's life as milestones, recomputed from its set of events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.measuring.feed_messages import wrong_time


class Milestone(StrEnum):
    """The moments of an exam's life."""

    ORDERED = "ordered"
    LISTED = "listed"  # first seen in a worklist answer
    SCHEDULED = "scheduled"
    ARRIVED = "arrived"
    BEGUN = "begun"
    ENDED = "ended"
    AVAILABLE = "available"
    PRELIMINARY = "preliminary"
    FINAL = "final"
    ADDENDUM = "addendum"  # corrected or amended after the final report; never moves it
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


@dataclass(frozen=True, slots=True)
class ExamEvent:
    """One feed's telling of one milestone.

    `exam` and `study` are keyed hashes ("k1." + hex). `at` is None never: a telling without a usable time carries its
    message's or receive time and says so in `at_field`. `left_out` names the rule by which the exam stays out of every
    number; "" says that none does, None that this telling does not know. `sender` is the application that the message
    names, "VOICE" or with its facility "VOICE@NORTH".
    """

    id: str
    feed: str
    exam: str
    milestone: Milestone
    at: datetime
    at_field: str
    received_at: datetime
    message_at: datetime | None = None
    modality: str | None = None
    patient_class: str | None = None
    priority: str | None = None
    area: str | None = None
    study: str | None = None
    instances: int | None = None
    station: str | None = None
    left_out: str | None = None
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Exam:
    """One accession's life, folded from its events; `<milestone>_at` is the time that counts of each milestone.

    `final_at` is the first final report and never moves by an addendum; `stray_at` is when the old system listed it.
    `order_received_at` is when the ordered telling reached us, `newest_received_at` when the newest event did.
    `arrived_unseen`: golive was not looking when the images came; `available_at` is the look that found them there, and
    likewise `listed_unseen` of its order in a worklist.
    """

    exam: str
    modality: str | None = None
    patient_class: str | None = None
    priority: str | None = None
    area: str | None = None
    station: str | None = None
    studies: tuple[str, ...] = ()
    instances: int | None = None
    ordered_at: datetime | None = None
    order_received_at: datetime | None = None
    listed_at: datetime | None = None
    scheduled_at: datetime | None = None
    arrived_at: datetime | None = None
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    available_at: datetime | None = None
    arrived_unseen: bool = False
    listed_unseen: bool = False
    preliminary_at: datetime | None = None
    final_at: datetime | None = None
    last_final_at: datetime | None = None
    delivered_at: datetime | None = None
    stray_at: datetime | None = None
    newest_received_at: datetime | None = None
    addenda: int = 0
    cancelled: bool = False
    no_show: bool = False
    without_order: bool = False
    left_out: str | None = None

    @property
    def counted(self) -> bool:
        """Say whether it belongs into any number at all."""
        return not (self.cancelled or self.no_show or self.without_order or self.left_out)

    @property
    def orphan(self) -> bool:
        """Say whether it is a result without an order; what only a worklist or a list of studies holds is none."""
        results = (self.preliminary_at, self.final_at, self.delivered_at)
        return self.without_order and any(at is not None for at in results)

    @property
    def open(self) -> bool:
        """Say whether something is still to come that a number waits for."""
        return self.counted and self.final_at is None

    def at(self, milestone: str) -> datetime | None:
        """Give the time that counts of a milestone, None where nobody told it."""
        moment: datetime | None = getattr(self, f"{milestone}_at", None)
        return moment


ORDER_SIDE = frozenset({Milestone.ORDERED, Milestone.SCHEDULED, Milestone.ARRIVED, Milestone.BEGUN, Milestone.ENDED})
_EARLIEST = (Milestone.ORDERED, Milestone.LISTED, Milestone.PRELIMINARY, Milestone.FINAL, Milestone.DELIVERED)
_NEWEST = (Milestone.SCHEDULED, Milestone.ARRIVED, Milestone.BEGUN, Milestone.ENDED, Milestone.AVAILABLE)
LISTED_BEFORE = "worklist, first look"  # the time field of an order that stood in a worklist before golive looked
FIRST_LOOKS = frozenset({"StudyTime", "first look"})  # the time fields of what was there before golive looked
AFTER_GAP = "look after a gap"  # the time field of what came while a list of studies was not to be had for long
_GONE = (Milestone.CANCELLED, Milestone.NO_SHOW)
# Lists that we poll are no messages: a study or worklist entry still standing there takes no cancellation back.
_LISTS = (Milestone.LISTED, Milestone.AVAILABLE)
_ATTRIBUTES = ("modality", "patient_class", "priority", "area", "station", "instances", "left_out")
_LAST = 1 << 30


def said_at(event: ExamEvent) -> datetime:
    """Give the message's own time where it can be right, else the time of its receipt: what orders tellings."""
    own = event.message_at
    return event.received_at if own is None or wrong_time(event.received_at - own) else own


def _newness(event: ExamEvent) -> tuple[datetime, str]:
    return said_at(event), event.id


def fold(events: Iterable[ExamEvent], feed_order: Mapping[str, int]) -> Exam:
    """Give the exam that a set of events of one accession tells, whatever their order and however often each came.

    `feed_order` is each feed's place in golive.toml; a negative one marks a feed of the old system, whose studies are
    strays and no milestone. Feeds it does not know come last, by name.
    """
    known = sorted(_once_each(events), key=_newness)
    if not known:
        raise ValueError("an exam has at least one event")
    told: dict[Milestone, list[ExamEvent]] = {}
    strays: list[datetime] = []
    for event in known:
        if event.milestone is Milestone.AVAILABLE and feed_order.get(event.feed, _LAST) < 0:
            strays.append(event.at)
        else:
            told.setdefault(event.milestone, []).append(event)
    counting = {m: _of_first_feed(tellings, feed_order) for m, tellings in told.items()}
    times: dict[str, Any] = {f"{m}_at": min(e.at for e in counting[m]) for m in _EARLIEST if m in counting}
    times |= {f"{m}_at": counting[m][-1].at for m in _NEWEST if m in counting}
    times |= _arrival(counting.get(Milestone.AVAILABLE, []))
    addenda = counting.get(Milestone.ADDENDUM, [])
    listed = min(counting.get(Milestone.LISTED, []), key=lambda e: e.at, default=None)
    return Exam(
        exam=known[0].exam,
        studies=tuple(sorted({e.study for e in known if e.study})),
        **_attributes(known),
        **(times | _finals(counting.get(Milestone.FINAL, []), addenda)),
        order_received_at=_order_received_at(counting.get(Milestone.ORDERED, [])),
        listed_unseen=listed is not None and listed.at_field == LISTED_BEFORE,
        stray_at=min(strays, default=None),
        newest_received_at=max(e.received_at for e in known),
        addenda=len(addenda) - (Milestone.FINAL not in counting and bool(addenda)),
        without_order=not ORDER_SIDE & told.keys() and not told.keys() & set(_GONE),
        **_gone(known),
    )


def _once_each(events: Iterable[ExamEvent]) -> Iterable[ExamEvent]:
    kept: dict[str, ExamEvent] = {}
    for event in events:
        other = kept.setdefault(event.id, event)
        if other != event:  # one id, two contents: refused at the door, but the order must never decide
            kept[event.id] = min(other, event, key=repr)
    return kept.values()


def _of_first_feed(tellings: list[ExamEvent], feed_order: Mapping[str, int]) -> list[ExamEvent]:
    first = min({e.feed for e in tellings}, key=lambda feed: (feed_order.get(feed, _LAST), feed))
    return [e for e in tellings if e.feed == first]


def _arrival(tellings: list[ExamEvent]) -> dict[str, Any]:
    """Give when the images were there, by the study that came last, and whether golive was looking when it came."""
    if not tellings:
        return {}
    by_study: dict[str | None, list[ExamEvent]] = {}
    for event in tellings:
        by_study.setdefault(event.study, []).append(event)
    last = max(map(_of_study, by_study.values()), key=lambda e: (_arrived(e), e.id))
    return {"available_at": last.at, "arrived_unseen": last.at_field in FIRST_LOOKS or last.at_field == AFTER_GAP}


def _of_study(tellings: list[ExamEvent]) -> ExamEvent:
    """Give a study's newest telling; what stood in a list at each first look came before the first that held it all."""
    seen = [e for e in tellings if e.at_field not in FIRST_LOOKS]
    looks = [e for e in tellings if e.at_field in FIRST_LOOKS]
    if seen:
        known = seen[-1].instances
        looks = [e for e in looks if known is not None and (e.instances or 0) > known and e.at > seen[-1].at]
    return min(looks, key=lambda e: (e.at, e.id)) if looks else seen[-1]


def _arrived(event: ExamEvent) -> datetime:
    """Give what orders arrivals; the message time of a first look is the study's own and says nothing of them."""
    return event.at if event.at_field in FIRST_LOOKS else said_at(event)


def _attributes(known: list[ExamEvent]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for event in known:  # oldest first, so that the newest that carries one stays
        found |= {name: value for name in _ATTRIBUTES if (value := getattr(event, name)) is not None}
    return found | {"left_out": found.get("left_out") or None}  # an empty one took an earlier one back


def _finals(finals: list[ExamEvent], addenda: list[ExamEvent]) -> dict[str, datetime]:
    """Give first and last final; a corrected report implies a final one, so where only it was told it stands for it."""
    tellings = [e.at for e in finals] or [e.at for e in addenda]
    if not tellings:
        return {}
    return {"final_at": min(tellings), "last_final_at": max(tellings + [e.at for e in addenda])}


def _order_received_at(orders: list[ExamEvent]) -> datetime | None:
    first = min(orders, key=lambda e: (e.at, e.received_at), default=None)
    return first.received_at if first else None


def _gone(known: list[ExamEvent]) -> dict[str, Any]:
    """Say whether it was called off or nobody came; a later message revives it, one of the same moment does not."""
    ends = [e for e in known if e.milestone in _GONE]
    if not ends:
        return {}
    newest = ends[-1]
    others = [said_at(e) for e in known if e.milestone not in _GONE and e.milestone not in _LISTS]
    if others and max(others) > said_at(newest):
        return {}
    cancelled = any(e.milestone is Milestone.CANCELLED and said_at(e) == said_at(newest) for e in ends)
    return {"cancelled": cancelled, "no_show": not cancelled}
