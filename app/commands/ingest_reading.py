"""A batch's raw items read one by one into the domain's values; what cannot be so is named, and loses no good one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from app.commands.ingest_quarantine import Sent, put_aside, without_values
from app.domain.exams.exams import ExamEvent, Milestone
from app.domain.measuring.feed_messages import FeedMessage
from app.domain.measuring.samples import Sample
from app.domain.measuring.standings import Pulse
from app.domain.plans import Plan
from app.domain.privacy.identity import exam_token, normalised
from app.domain.quarantine import Unreadable
from app.settings import Settings
from app.settings.accessions import rule_of
from app.wire import Envelope, ExamEventIn, FeedMessageIn, HeartbeatIn, Refusal, SampleIn, UnreadableIn

AHEAD = timedelta(minutes=10)
KEPT = timedelta(days=7)  # as long as samples are kept raw
EVENTS_FROM = timedelta(days=3650)
SCHEDULED_AHEAD = timedelta(days=730)
TOLD_AHEAD = timedelta(days=2)  # a source whose clock or zone is wrong shows in clock.offset; its exams still count

In = TypeVar("In", bound=BaseModel)
Out = TypeVar("Out")

_SAMPLES = TypeAdapter(list[SampleIn])
_EVENTS = TypeAdapter(list[ExamEventIn])
_HEARTBEATS = TypeAdapter(list[HeartbeatIn])
_UNREADABLE = TypeAdapter(list[UnreadableIn])
_MESSAGES = TypeAdapter(list[FeedMessageIn])


class Refuse(Exception):  # a refusal is said, it is no error of ours
    """An item that cannot be taken: which field, and why."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Known:
    """What the reader needs to know of this site; `normalised` gives an outsider's accession by its teller's rule."""

    plan: Plan
    site_key: str
    issuers: bool
    normalised: Callable[[str, str], str]
    keep: timedelta | None = KEPT


def known_of(settings: Settings, plan: Plan, site_key: str, keep: timedelta | None = KEPT) -> Known:
    """Give what the reader needs, from the settings of a site."""

    def by_rule(teller: str, accession: str) -> str:
        rule = rule_of(settings, teller)
        return normalised(accession, strip=rule.strip, drop_prefix=rule.drop_prefix, upper=rule.upper)

    return Known(plan, site_key, settings.site.accession_issuers, by_rule, keep)


@dataclass(slots=True)
class Batch:
    """A batch as read; `unreadable` are its feeds' own reports, `bad` what quarantine keeps of its bad items.

    `missed` names by probe ("" for one that nobody knows) why samples were refused, without a word of what was sent.
    """

    samples: list[Sample] = field(default_factory=list)
    events: list[ExamEvent] = field(default_factory=list)
    messages: list[FeedMessage] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    bad: list[Unreadable] = field(default_factory=list)
    heartbeats: list[tuple[str, Pulse]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    missed: list[tuple[str, str]] = field(default_factory=list)


def read(envelope: Envelope, known: Known, steady: datetime, wall: datetime) -> Batch:
    """Read all items; `steady` is the moment of receipt for ages, `wall` the same one as people's clocks say it."""
    reader = _Reader(envelope, known, steady, max(steady, wall), min(steady, wall))
    batch = reader.batch
    batch.samples = reader.each("samples", envelope.samples, _SAMPLES, reader.sample)
    batch.events = reader.each("exam_events", envelope.exam_events, _EVENTS, reader.event)
    batch.messages = reader.each("messages", envelope.messages, _MESSAGES, reader.message)
    batch.unreadable = reader.each("unreadable", envelope.unreadable, _UNREADABLE, reader.unreadable)
    batch.heartbeats = reader.each("heartbeats", envelope.heartbeats, _HEARTBEATS, reader.heartbeat)
    return batch


@dataclass(slots=True)
class _Reader:
    """One batch under way; `latest` and `earliest` are the two readings of now, far apart only when a clock was set."""

    envelope: Envelope
    known: Known
    steady: datetime
    latest: datetime
    earliest: datetime
    batch: Batch = field(default_factory=Batch)

    def each(self, name: str, raw: list[Any], many: TypeAdapter[list[In]], turn: Callable[[In], Out]) -> list[Out]:
        """Validate all at once, or one by one when one is bad, and keep what can be taken."""
        try:
            items: list[In | None] = list(many.validate_python(raw))
        except ValidationError:
            items = [self._one(name, i, one, many) for i, one in enumerate(raw)]
        taken = []
        for index, item in enumerate(items):
            if item is None:
                continue
            try:
                taken.append(turn(item))
            except Refuse as no:
                self._refuse(name, index, raw[index], no.field, no.problem)
        return taken

    def _one(self, name: str, index: int, raw: Any, many: TypeAdapter[list[In]]) -> In | None:
        try:
            return many.validate_python([raw])[0]
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"][1:]) or f"{name}[{index}]"
            self._refuse(name, index, raw, where[:100], first["msg"])
            return None

    def _refuse(self, name: str, index: int, raw: Any, where: str, problem: str) -> None:
        known_id = raw.get("id") if isinstance(raw, dict) else None
        said = known_id[:64] if isinstance(known_id, str) and _can_be_said(known_id) else f"{name}[{index}]"
        named = where if _can_be_said(where) else f"{name}[{index}]"
        self.batch.refused.append(Refusal(id=said, field=named, problem=problem))
        feed = raw.get("feed") if isinstance(raw, dict) else None
        of = feed if isinstance(feed, str) and feed in self.known.plan.feeds else self.envelope.source
        reason = without_values(where, problem, self.known.plan.names)
        sent = Sent(of, self.envelope.batch, name, raw)
        self.batch.bad.append(put_aside(sent, reason, self.known.site_key, self.steady))
        if name == "samples":
            probe = raw.get("probe") if isinstance(raw, dict) else None
            known = isinstance(probe, str) and probe in self.known.plan.probes
            self.batch.missed.append((str(probe) if known else "", reason))

    def sample(self, s: SampleIn) -> Sample:
        """Give the sample, or refuse what does not fit its probe."""
        probe = self.known.plan.probes.get(s.probe)
        if probe is None:
            raise Refuse("probe", f'unknown probe "{s.probe}"')
        if s.kind is not probe.kind:
            raise Refuse("kind", f'the probe "{s.probe}" is of kind {probe.kind.value}, not {s.kind.value}')
        if s.system != probe.system:
            raise Refuse("system", f'the probe "{s.probe}" asks "{probe.system}", not "{s.system}"')
        if s.area is not None and s.area != probe.area:
            raise Refuse("area", f'the probe "{s.probe}" stands for {_named(probe.area)}, not "{s.area}"')
        self._in_time("at", s.at, self.known.keep)
        told = {**s.__dict__, "area": probe.area, "source": self.envelope.source, "known_at": self._known_at(s.at)}
        return Sample(**told)

    def event(self, e: ExamEventIn) -> ExamEvent:
        """Give the exam event under its keyed hash, or refuse it."""
        plan = self.known.plan
        if e.feed not in plan.feeds and not (e.feed in plan.probes and e.milestone is Milestone.LISTED):
            raise Refuse("feed", f'unknown feed "{e.feed}"')
        if e.area is not None and e.area not in plan.areas:
            raise Refuse("area", f'unknown area "{e.area}"')
        if e.milestone is Milestone.SCHEDULED:
            if e.at > self.latest + SCHEDULED_AHEAD:
                raise Refuse("at", "lies more than two years ahead")
        else:
            self._in_time("at", e.at, EVENTS_FROM, TOLD_AHEAD)
        self._in_time("received_at", e.received_at, EVENTS_FROM)
        if e.message_at is not None:
            self._in_time("message_at", e.message_at, None, TOLD_AHEAD)
        told = {k: v for k, v in e.__dict__.items() if k not in ("accession", "issuer")}
        return ExamEvent(**{**told, "exam": self._exam(e)})

    def _exam(self, e: ExamEventIn) -> str:
        if e.exam is not None and e.accession is not None:
            raise Refuse("accession", "either exam or accession, not both")
        if e.exam is not None:
            return e.exam
        accession = self.known.normalised(e.feed, e.accession or "")
        if not accession:
            raise Refuse("exam" if e.accession is None else "accession", "neither exam nor a usable accession is given")
        return exam_token(self.known.site_key, accession, e.issuer if self.known.issuers else "")

    def message(self, m: FeedMessageIn) -> FeedMessage:
        """Give what a feed received, or refuse an unknown feed."""
        self._feed(m.feed)
        self._in_time("at", m.at, EVENTS_FROM)
        return FeedMessage(**m.__dict__)

    def unreadable(self, u: UnreadableIn) -> Unreadable:
        """Give what a feed could not read, or refuse an unknown feed."""
        self._feed(u.feed)
        self._in_time("at", u.at, EVENTS_FROM)
        return Unreadable(**u.__dict__)

    def heartbeat(self, h: HeartbeatIn) -> tuple[str, Pulse]:
        """Give the sign of life by its probe's or feed's name, or refuse an unknown one."""
        name = h.probe_or_feed
        if name not in self.known.plan.probes and name not in self.known.plan.feeds:
            raise Refuse("probe_or_feed", f'unknown probe or feed "{name}"')
        self._in_time("at", h.at, KEPT)
        since = None
        if h.since is not None:
            self._in_time("since", h.since, EVENTS_FROM)
            since = self._known_at(h.since)
        return name, Pulse(h.state, h.detail, self._known_at(h.at), since, told=h.since or h.at)

    def _feed(self, name: str) -> None:
        if name not in self.known.plan.feeds:
            raise Refuse("feed", f'unknown feed "{name}"')

    def _in_time(self, name: str, at: datetime, keep: timedelta | None, most: timedelta = AHEAD) -> None:
        ahead = max(at - self.envelope.sent_at, at - self.latest)
        # a collector whose own clock is wrong is still heard: ages are differences by its clock
        if at - self.envelope.sent_at > most or at - self.latest > max(most, TOLD_AHEAD):
            raise Refuse(
                name, f"lies {ahead // timedelta(minutes=1)} min in the future; is the sender's clock or zone right?"
            )
        if keep is not None and (self.envelope.sent_at - at > keep or self.earliest - at > keep):
            raise Refuse(name, f"is older than the {keep.days} days that golive looks back")

    def _known_at(self, at: datetime) -> datetime:
        return min(self.steady, self.steady - (self.envelope.sent_at - at))


def _can_be_said(text: str) -> bool:
    """Say whether a text can be sent back: half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _named(area: str | None) -> str:
    return f'"{area}"' if area else "no area"
