"""What an order or a report message tells of an exam: its milestone and when, or why it is ignored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from app.domain.exams.exams import Milestone
from app.domain.measuring.feed_messages import wrong_time
from collectors.feeds.hl7_message import Group, Message, Segment
from collectors.feeds.hl7_times import Hl7Time, hl7_time

ORDERS = frozenset({"ORM^O01", "OMI^O23", "OMG^O19", "ORM", "OMI", "OMG"})
REPORTS = frozenset({"ORU^R01", "ORU"})

_AHEAD = timedelta(days=2) - timedelta(minutes=10)  # a wrong clock or zone is shown as offset, not lost
_SCHEDULED_AHEAD = timedelta(days=700)
_BEHIND = timedelta(days=3600)

_REPORT_TIMES = ("OBR-22", "OBX-14", "ORC-9", "MSH-7")
_ORDER_TIMES = ("ORC-9", "MSH-7")
_TIMES: dict[Milestone, tuple[str, ...]] = {
    Milestone.SCHEDULED: ("ORC-7.4", "TQ1-7", "OBR-36", *_ORDER_TIMES),
    Milestone.BEGUN: ("OBR-7", *_ORDER_TIMES),
    Milestone.ENDED: ("OBR-8", *_ORDER_TIMES),
    Milestone.PRELIMINARY: ("OBR-22", *_ORDER_TIMES),
    Milestone.FINAL: ("OBR-22", *_ORDER_TIMES),
    Milestone.ADDENDUM: ("OBR-22", *_ORDER_TIMES),
    Milestone.DELIVERED: ("MSH-7",),
}
_CANCELLING = frozenset({"CA", "OC", "CR", "DC", "OD"})
_MEANS = {
    ("NW", ""): Milestone.ORDERED,
    ("NW", "SC"): Milestone.SCHEDULED,
    ("XO", "SC"): Milestone.SCHEDULED,
    ("SC", "SC"): Milestone.SCHEDULED,
    ("SC", "IP"): Milestone.BEGUN,
    ("SC", "CM"): Milestone.ENDED,
}
_RESULTS = {
    "P": Milestone.PRELIMINARY,
    "F": Milestone.FINAL,
    "C": Milestone.ADDENDUM,
    "A": Milestone.ADDENDUM,
    "X": Milestone.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class When:
    """A telling's moment, the field that gave it, and the fields before it that could not ("OBR-22 is no time")."""

    at: datetime
    field: str
    notes: tuple[str, ...] = ()


def control_of(group: Group) -> tuple[str, str]:
    """Give ORC-1 and ORC-5."""
    return (group.orc.value(1).upper(), group.orc.value(5).upper()) if group.orc else ("", "")


def order_tells(group: Group, statuses: Mapping[str, str]) -> Milestone | str:
    """Give the milestone of ORC-1/ORC-5, or why there is none; the site's own statuses come first."""
    control, status = control_of(group)
    for key in (f"{control}/{status}", f"{control}/*", f"*/{status}"):
        if key in statuses:
            return Milestone(statuses[key])
    if control in _CANCELLING or status in ("CA", "DC"):
        return Milestone.CANCELLED
    return _MEANS.get((control, status)) or f"ignored, because {_code(control)}/{_code(status)} is no milestone here"


def report_tells(group: Group) -> Milestone | str:
    """Give the milestone of OBR-25, of OBX-11 where that is empty, or why there is none."""
    if group.mpps_status:
        return "ignored, because it is an MPPS status and no report"
    status = group.obr.value(25).upper() if group.obr else ""
    if status:
        if status == "R":
            return "ignored, because OBR-25 R is no report"
        return _RESULTS.get(status) or f"ignored, because OBR-25 {_code(status)} is no milestone"
    return _by_observations(group.obx_states)


def _by_observations(states: set[str]) -> Milestone | str:
    """The least finished part of a report decides; U says final without sending the text again."""
    if not states:
        return "ignored, because OBR-25 and OBX-11 are empty"
    if "P" in states:
        return Milestone.PRELIMINARY
    if states & {"C", "A", "B"}:
        return Milestone.ADDENDUM
    if states & {"F", "U"}:
        return Milestone.FINAL
    return Milestone.CANCELLED if states == {"X"} else "ignored, because OBX-11 is no report's"


def _code(text: str) -> str:
    """Give a code as it is, but nothing that could be a name."""
    return text if text.isascii() and text.isalnum() and len(text) <= 3 else "-" if not text else "?"


def codes(*texts: str) -> list[str]:
    """Give codes fit to be told: empty ones as -, what is no short code as ?."""
    return [_code(t) for t in texts]


def field_of(message: Message, group: Group, ipc: Segment | None, name: str) -> str:
    """Give the value of a field named such as OBR-24 or PV1-3.1 in this message and order."""
    segment, _, place = name.partition("-")
    n, _, component = place.partition(".")
    holders: dict[str, Segment | None] = {
        "MSH": message.msh, "PID": message.pid, "PV1": message.pv1, "ORC": group.orc, "OBR": group.obr,
        "TQ1": group.tq1, "ZDS": group.zds, "IPC": ipc,
    }  # fmt: skip
    holder = holders.get(segment)
    return holder.value(int(n), int(component or 1)) if holder else ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads times of one message: its zone, and when it was received."""

    zone: tzinfo
    received_at: datetime

    def message_at(self, message: Message) -> datetime | None:
        """Give MSH-7 where it is a time that can be right: the newest message rules, so a wild one would for good."""
        told_at = self.told_at(message)
        return told_at if told_at and not wrong_time(self.received_at - told_at) else None

    def told_at(self, message: Message) -> datetime | None:
        """Give MSH-7 as it was told, however wrong."""
        found = hl7_time(message.msh.value(7), self.zone, self.received_at)
        return found.at if found else None

    def clock_note(self, message: Message) -> str:
        """Say what is wrong with MSH-7, nothing where it is empty or can be right."""
        told_at = self.told_at(message)
        why = wrong_time(self.received_at - told_at) if told_at else "is no time" if message.msh.value(7) else ""
        return f"MSH-7 {why}" if why else ""

    def when(self, milestone: Milestone, message: Message, group: Group, ipc: Segment | None) -> When:
        """Give the moment of a milestone by its chain of fields, the receive time at the end of it."""
        report = message.type in REPORTS and milestone is not Milestone.DELIVERED
        chain = _REPORT_TIMES if report else _TIMES.get(milestone, _ORDER_TIMES)
        notes: list[str] = []
        for name in chain:
            if name == "MSH-7":  # what is wrong with it is said once of the whole message
                if message_at := self.message_at(message):
                    return When(message_at, name, tuple(notes))
                continue
            texts = group.obx_times if name == "OBX-14" else [field_of(message, group, ipc, name)]
            for text in (t for t in texts if t):
                found = hl7_time(text, self.zone, self.received_at)
                if found and self._possible(found, milestone):
                    return When(found.at, name, tuple(notes))
                note = f"{name} is no time" if found is None else f"{name} cannot be right"
                notes.extend([note] if note not in notes else [])
        return When(self.received_at, "received", tuple(notes))

    def _possible(self, time: Hl7Time, milestone: Milestone) -> bool:
        ahead = _SCHEDULED_AHEAD if milestone is Milestone.SCHEDULED else _AHEAD
        return self.received_at - _BEHIND <= time.at <= self.received_at + ahead
