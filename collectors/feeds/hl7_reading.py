"""One HL7 frame read: its exam events, the record of each message, and what could not be read."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.exams.exams import Milestone
from app.settings import Feed, Settings
from app.wire import ExamEventIn, FeedMessageIn
from collectors.feeds import hl7_quarantine
from collectors.feeds.hl7_codes import clean_class, clean_code, clean_sender, clean_type
from collectors.feeds.hl7_message import Group, Message, Segment, Unreadable, parse
from collectors.feeds.hl7_milestones import (
    ORDERS,
    REPORTS,
    Reader,
    When,
    codes,
    control_of,
    field_of,
    order_tells,
    report_tells,
)
from collectors.feeds.shapes import shape
from collectors.identity import LONGEST_ACCESSION, event_id, exam_token, message_digest, normalised, study_token
from collectors.items import FeedItems

_ACCESSIONS = ("IPC-1", "OBR-18", "OBR-3", "ORC-3")
_CANDIDATES = (
    "OBR-18", "OBR-3", "OBR-2", "ORC-3", "ORC-2", "IPC-1", "OBR-24", "PV1-3.1", "MSH-4",
    "OBR-7", "OBR-8", "OBR-22", "ORC-9", "MSH-7",
)  # fmt: skip


def read_message(raw: bytes, feed: Feed, settings: Settings, site_key: str, received_at: datetime) -> FeedItems:
    """Give all that one frame tells; whatever cannot be read is told as such, never raised."""
    digest = message_digest(raw)
    about = hl7_quarantine.About(raw, digest, feed.id, site_key, received_at)
    items = FeedItems()
    try:
        for index, message in enumerate(parse(raw)):
            items += _one(about, _Reading(feed, settings, site_key, received_at, digest, index, message))
        return items
    except Unreadable as why:
        return hl7_quarantine.items(about, str(why))
    except Exception as bug:  # a message must never stop the feed, whatever golive does wrong with it
        hl7_quarantine.log_bug(feed.id, bug)
        return items + hl7_quarantine.items(about, f"golive could not read it: {type(bug).__name__}")


def _one(about: hl7_quarantine.About, reading: "_Reading") -> FeedItems:
    """Give what one message of a frame tells; a bad one takes no good one of the same frame with it."""
    try:
        return reading.items()
    except Unreadable as why:
        known = reading.key() if reading.message.type and reading.message.groups else ""
        return hl7_quarantine.items(about, str(why), reading.index, known, reading.shapes())


@dataclass(slots=True)
class _Reading:
    """One message under way."""

    feed: Feed
    settings: Settings
    site_key: str
    received_at: datetime
    digest: bytes
    index: int
    message: Message
    events: dict[str, ExamEventIn] = field(default_factory=dict)
    verdicts: list[str] = field(default_factory=list)
    without_accession: int = 0

    def items(self) -> FeedItems:
        """Give the message's events and its record; raises Unreadable when an exam has no number at all."""
        if not self.message.type:
            raise Unreadable("MSH-9 is empty")
        kind = self.message.type
        if kind not in ORDERS and kind not in REPORTS:
            self._verdict(f"ignored, because {clean_type(kind)} is neither an order nor a report")
        elif not self.message.groups:
            raise Unreadable(f"{clean_type(kind)} without ORC and OBR")
        for group in self.message.groups if not self.verdicts else ():
            for ipc in group.ipc or (None,):
                self._read(group, ipc)
        if self.without_accession and not self.events:
            asked = self.feed.accession.field or ", ".join(_ACCESSIONS)
            raise Unreadable(f"no usable accession number in {asked}")
        return FeedItems(events=tuple(self.events.values()), messages=(self._record(),))

    def _read(self, group: Group, ipc: Segment | None) -> None:
        if because := self._left(group, ipc):
            return self._verdict(because)
        tells = report_tells(group) if self.message.type in REPORTS else order_tells(group, self.feed.statuses)
        if not isinstance(tells, Milestone):
            return self._verdict(tells)
        accession = self._accession(group, ipc)
        if not accession:
            self.without_accession += 1
            return self._verdict("ignored, because this order has no usable accession number")
        issuer = self._issuer(group, ipc) if self.settings.site.accession_issuers else ""
        told = [tells, *self._delivered(tells)]
        for milestone in told:
            self._tell(milestone, accession, issuer, group, ipc)
        return None

    def _delivered(self, tells: Milestone) -> list[Milestone]:
        """A feed of delivered reports says so in its settings: its final reports are there when they are sent."""
        return [Milestone.DELIVERED] if tells is Milestone.FINAL and "delivered" in self.feed.gives else []

    def _tell(self, milestone: Milestone, accession: str, issuer: str, group: Group, ipc: Segment | None) -> None:
        reader = self._reader()
        when = reader.when(milestone, self.message, group, ipc)
        item = event_id(self.site_key, self.feed.id, self.digest, milestone.value, issuer, accession)
        left_out = self._left_out(group)
        if item not in self.events or when.at < self.events[item].at:
            self.events[item] = self._event(item, milestone, (accession, issuer), when, group, ipc, left_out)
        self._verdict("; ".join([milestone.value, *when.notes, *([f"left out: {left_out}"] if left_out else [])]))

    def _event(
        self, item: str, milestone: Milestone, number: tuple[str, str], when: When, group: Group,
        ipc: Segment | None, left_out: str | None,
    ) -> ExamEventIn:  # fmt: skip
        uid = self._value(group, ipc, "IPC-3") or self._value(group, ipc, "ZDS-1")
        return ExamEventIn(
            id=item,
            feed=self.feed.id,
            exam=exam_token(self.site_key, *number),
            milestone=milestone,
            at=when.at,
            at_field=when.field,
            received_at=self.received_at,
            message_at=self._reader().message_at(self.message),
            modality=clean_code(self._first(group, ipc, "IPC-5", "OBR-24")),
            patient_class=clean_class(self._value(group, ipc, "PV1-2")),
            priority=clean_code(self._first(group, ipc, "OBR-27.6", "ORC-7.6", "TQ1-9", "OBR-5")),
            station=clean_code(self._first(group, ipc, "IPC-9", "IPC-7")),
            area=self._area(group, ipc),
            study=study_token(self.site_key, uid) if uid and len(uid) <= 64 else None,
            left_out=left_out,
            sender=clean_sender(*(self._value(group, ipc, name) for name in ("MSH-3", "MSH-4"))),
        )

    def _left(self, group: Group, ipc: Segment | None) -> str:
        """Give why this order is none of ours, or nothing."""
        for name, patterns in self.feed.only.items():
            if not _matches(self._value(group, ipc, name), patterns):
                return f"ignored, because {name} is not among only"
        for name, patterns in self.feed.ignore.items():
            if _matches(self._value(group, ipc, name), patterns):
                return f"ignored, because of ignore {name}"
        for name, sites in self.feed.site_by.items():
            site = _mapped(self._value(group, ipc, name), sites)
            if site is not None and site != self.settings.site.id:
                return f"ignored, because it is of site {site}"
        return ""

    def _left_out(self, group: Group) -> str | None:
        """Give the rule that leaves the exam out, "" where none does, None where too little is named to say so."""
        exams, pid = self.settings.exams, self.message.pid
        patients = [p for p in pid.values(3) if p] if pid else []
        if any(_matches(p, exams.test_patients) for p in patients):
            return "test patient"
        procedures = [p for c in (1, 2) if (p := group.obr.value(4, c).lower())] if group.obr else []
        for pattern in exams.never_reported:
            if any(fnmatch.fnmatchcase(p, pattern.lower()) for p in procedures):
                return f"never reported: {pattern}"[:400]
        return "" if procedures and (patients or not exams.test_patients) else None

    def _accession(self, group: Group, ipc: Segment | None) -> str:
        for name in (self.feed.accession.field,) if self.feed.accession.field else _ACCESSIONS:
            value = "" if name.startswith("ORC") and group.shared_orc else self._value(group, ipc, name)
            if not value or len(value) > LONGEST_ACCESSION:
                continue
            if number := normalised(value, self.feed.accession):
                return number
        return ""

    def _issuer(self, group: Group, ipc: Segment | None) -> str:
        """Give the assigning authority that stands beside the number: its namespace, else its universal id."""
        for name in (self.feed.accession.field,) if self.feed.accession.field else _ACCESSIONS:
            if self._value(group, ipc, name):
                base = name.split(".")[0]
                return self._first(group, ipc, f"{base}.2", f"{base}.3")[:LONGEST_ACCESSION]
        return ""

    def _area(self, group: Group, ipc: Segment | None) -> str | None:
        found = (_mapped(self._value(group, ipc, name), areas) for name, areas in self.feed.area_by.items())
        return next((area for area in found if area is not None), None)

    def _record(self) -> FeedMessageIn:
        reader = self._reader()
        notes = [note for note in (reader.clock_note(self.message),) if note]
        return FeedMessageIn(
            id=hl7_quarantine.receipt_id(self.site_key, self.feed.id, self.digest, self.index, self.received_at),
            feed=self.feed.id,
            at=self.received_at,
            message_at=reader.told_at(self.message),
            key=self.key(),
            verdict="; ".join([", ".join(self.verdicts)[:300], *notes]),
            shapes=self.shapes(),
        )

    def key(self) -> str:
        """Give MSH-9 and each order's ORC-1/ORC-5 and OBR-25."""
        kinds: dict[str, None] = {}
        for group in self.message.groups:
            control, status, result = codes(*control_of(group), group.obr.value(25).upper() if group.obr else "")
            kinds[f"{control}/{status} {result}"] = None
        return " ".join([clean_type(self.message.type), ", ".join(list(kinds)[:5]) or "-/- -"])[:400]

    def shapes(self) -> dict[str, str]:
        """Give the shapes of the candidate fields of the first order: most needed when its number is not found."""
        group = self.message.groups[0] if self.message.groups else Group()
        if group.obr is None and group.orc is None:
            return {}
        ipc = group.ipc[0] if group.ipc else None
        found = {name: shape(self._value(group, ipc, name)) for name in _CANDIDATES}
        return found | {"OBX-14": shape(group.obx_times[0] if group.obx_times else "")}

    def _reader(self) -> Reader:
        return Reader(ZoneInfo(self.feed.timezone or self.settings.site.timezone), self.received_at)

    def _value(self, group: Group, ipc: Segment | None, name: str) -> str:
        return field_of(self.message, group, ipc, name)

    def _first(self, group: Group, ipc: Segment | None, *names: str) -> str:
        return next((v for v in (self._value(group, ipc, n) for n in names) if v), "")

    def _verdict(self, text: str) -> None:
        if text not in self.verdicts and len(self.verdicts) < 10:
            self.verdicts.append(text)


def _matches(value: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(value, p) for p in patterns)


def _mapped(value: str, names: Mapping[str, str]) -> str | None:
    """Give what a value stands for: written out first, then by pattern; nothing for an empty one that is not named."""
    if value in names:
        return names[value]
    return next((name for pattern, name in names.items() if fnmatch.fnmatchcase(value, pattern)), None)
