"""A past that comes in files: batches as POST /api/ingest takes them, or one sample or exam event a line."""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.commands.ingest_reading import Known, read
from app.domain.exams.exams import ExamEvent
from app.domain.measuring.samples import Sample
from app.domain.plans import Plan
from app.domain.rollback.backtest import Backtest, Past, pieces
from app.errors import Invalid, Unavailable
from app.wire import Envelope

_AT_ONCE = 2000  # single lines that are read as one batch
_LISTS = ("samples", "exam_events", "unreadable")
_JUST_AFTER = timedelta(microseconds=1)


@dataclass(slots=True)
class FiledPast:
    """What files told, in the order of time, each id once; `refused` names the place of what could not be taken."""

    samples: list[Sample] = field(default_factory=list)
    events: list[ExamEvent] = field(default_factory=list)
    unreadable: list[datetime] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """Give its first moment, and just after its last; None where it holds nothing."""
        ends = [s.known_at or s.at for s in (*self.samples[:1], *self.samples[-1:])]
        ends += [e.received_at for e in (*self.events[:1], *self.events[-1:])]
        return (min(ends), max(ends) + _JUST_AFTER) if ends else None


def read_files(files: Iterable[Path], known: Known) -> FiledPast:
    """Read what files tell by the rules of the door; what is wrong is named, and loses nothing of what is right."""
    found, samples, events = FiledPast(), dict[str, Sample](), dict[str, ExamEvent]()
    for file in files:
        for place, envelope in _batches(file, found.refused.append):
            batch = read(envelope, replace(known, keep=None), envelope.sent_at, envelope.sent_at)
            samples |= {s.id: s for s in batch.samples if s.id not in samples}
            events |= {e.id: e for e in batch.events if e.id not in events}
            found.unreadable += [u.at for u in batch.unreadable]
            found.refused += [f"{place}: {r.id}: {r.field}: {r.problem}" for r in batch.refused]
    found.samples = sorted(samples.values(), key=lambda s: (s.known_at or s.at, s.id))
    found.events = sorted(events.values(), key=lambda e: (e.received_at, e.id))
    found.unreadable.sort()
    return found


def lived(
    filed: FiledPast,
    plan: Plan,
    from_: datetime,
    to: datetime,
    factors: Iterable[float],
    told: Callable[[datetime], None],
) -> list[Past]:
    """Give what every trigger would have done with it; T0 is the planned moment, where that has passed by the end."""
    t0 = plan.go_live.at if plan.go_live.at <= to else None
    past = Backtest(plan, from_, factors=tuple(factors), works=plan.maintenance)
    known_at, received_at = [s.known_at or s.at for s in filed.samples], [e.received_at for e in filed.events]
    past.before(filed.events[: bisect_left(received_at, from_)])
    for begin, end in pieces(from_, to):
        taken = filed.samples[bisect_left(known_at, begin) : bisect_left(known_at, end)]
        events = filed.events[bisect_left(received_at, begin) : bisect_left(received_at, end)]
        past.live(end, taken, events, t0, filed.unreadable)
        told(end)
    return past.pasts()


def _batches(file: Path, refused: Callable[[str], None]) -> Iterator[tuple[str, Envelope]]:
    """Give the batches of a file, each with its place; single lines are put together by their source."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}") from error
    singles: list[dict[str, Any]] = []
    for line, raw in _documents(file, text):
        place = f"{file}:{line}" if line else str(file)
        if isinstance(raw, dict) and any(name in raw for name in _LISTS):
            if (batch := _envelope(place, raw, refused)) is not None:
                yield place, batch
        elif isinstance(raw, dict) and ("milestone" in raw or "outcome" in raw):
            singles.append(raw)
            if len(singles) >= _AT_ONCE:
                yield str(file), _of_lines(singles)
                singles = []
        else:
            refused(f"{place}: is no batch, no sample (it has no outcome) and no exam event (it has no milestone)")
    if singles:
        yield str(file), _of_lines(singles)


def _documents(file: Path, text: str) -> Iterator[tuple[int, Any]]:
    """Give the one document of a file, or those of its lines with their numbers."""
    try:
        yield 0, json.loads(text)
        return
    except ValueError:
        pass  # several documents, one a line
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError:
                raise Invalid("--samples", f"{file}:{number} is no JSON") from None


def _envelope(place: str, raw: dict[str, Any], refused: Callable[[str], None]) -> Envelope | None:
    try:
        return Envelope.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        refused(f"{place}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
        return None


def _of_lines(raw: list[dict[str, Any]]) -> Envelope:
    """Give single items as a batch that was sent when its newest one was known."""
    newest = max((at for item in raw if (at := _moment(item)) is not None), default=datetime(1970, 1, 1, tzinfo=UTC))
    samples, events = [i for i in raw if "outcome" in i], [i for i in raw if "outcome" not in i]
    return Envelope(batch="file", source="file", sent_at=newest, samples=samples, exam_events=events)


def _moment(item: dict[str, Any]) -> datetime | None:
    said = item.get("received_at") or item.get("at")
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
