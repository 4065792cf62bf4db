"""An archive of evidence, written piece by piece: each piece of samples is read apart, and nothing is held but sums."""

import asyncio
import csv
import io
import json
import platform
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain import evidence
from app.domain.evidence import Asked, Gathered
from app.domain.evidence_redaction import issue_told, redacted
from app.domain.evidence_words import utc
from app.domain.floor.issues import Event, Issue
from app.domain.measuring.samples import Sample
from app.domain.measuring.standings import Judged
from app.domain.plans import Plan
from app.domain.rollback.planned_work import PlannedWork
from app.domain.rollback.triggers import Transition
from app.errors import Missing
from app.settings import Config
from app.store import issues, planned_work, samples, standings, triggers
from app.store.db import Session

Question = Callable[[Session], list[Sample]]


@dataclass(frozen=True, slots=True)
class Around:
    """What is told beside the samples."""

    issue: Issue | None
    events: Sequence[Event]
    transitions: Sequence[tuple[str, Transition]]
    works: Sequence[PlannedWork]
    offsets: dict[str, tuple[float, int]]


def asking(
    plan: Plan, number: int | None, from_at: datetime | None, to_at: datetime | None, now: datetime
) -> Callable[[Session], tuple[Asked, Around]]:
    """Give the question for what stands around a stretch of time; an issue that is not there is refused."""

    def ask(s: Session) -> tuple[Asked, Around]:
        issue = issues.numbered(s, plan.site, number) if number is not None else None
        if number is not None and issue is None:
            raise Missing(f"no issue has the number {number}")
        asked = evidence.stretch(issue, from_at, to_at, now)
        events = issues.events(s, plan.site, issue.uuid) if issue is not None else []
        moved = [
            (trigger.id, t)
            for trigger in triggers.all(s, plan.site)
            for t in triggers.transitions(s, plan.site, trigger.id, until=asked.to_at)
            if asked.from_at <= t.at < asked.to_at
        ]
        works = [w for w in planned_work.since(s, plan, asked.from_at) if w.from_at < asked.to_at]
        return asked, Around(issue, events, moved, works, _offsets(standings.all(s, plan.site)))

    return ask


def _offsets(rows: Iterable[Judged]) -> dict[str, tuple[float, int]]:
    return {
        dict(row.series.segment).get("feed", ""): (row.value, row.n)
        for row in rows
        if row.series.measure == "clock.offset" and row.value is not None
    }


class _Sink(io.RawIOBase):
    """Takes what a zip file writes, and gives it away."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Give what came since the last time."""
        held, self._held = b"".join(self._held), []
        return held


class Archive:
    """A zip of evidence in the making: samples go in piece by piece, what is ready comes out."""

    def __init__(self, asked: Asked, around: Around, config: Config, plan: Plan, version: str, now: datetime) -> None:
        self._around, self._config, self._plan, self._version, self._now = around, config, plan, version, now
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)
        self._file = self._zip.open("samples.csv", "w")
        self._gathered = Gathered(asked, plan)
        self._file.write(_lines([evidence.SAMPLE_COLUMNS]))

    @property
    def full(self) -> bool:
        """Say whether no further sample finds room."""
        return self._gathered.cut_at is not None

    def add(self, found: Sequence[Sample]) -> bytes:
        """Put samples in, and give what is ready."""
        self._file.write(_lines(self._gathered.rows(found)))
        return self._sink.take()

    def end(self) -> bytes:
        """Put in all that is told of them, and give the rest."""
        self._file.close()
        told, around, plan = self._gathered, self._around, self._plan
        self._csv("outcomes.csv", evidence.OUTCOME_COLUMNS, told.outcome_rows())
        self._csv("clocks.csv", ("clock", "id", "behind_s", "n"), told.clock_rows(around.offsets))
        self._csv("systems.csv", ("system", "kind", "host", "port", "called_ae", "calling_ae"), self._systems())
        rows = ([utc(t.at), name, t.before.value, t.after.value, t.cause.value] for name, t in around.transitions)
        self._csv("triggers.csv", ("at_utc", "trigger", "before", "after", "cause"), sorted(rows))
        planned = ([w.system, utc(w.from_at), utc(w.until), int(w.withdrawn)] for w in around.works)
        self._csv("planned_work.csv", ("system", "from_utc", "until_utc", "withdrawn"), planned)
        if around.issue is not None:
            self._json("issue.json", issue_told(around.issue, around.events, plan))
        self._json("configuration.json", redacted(json.loads(self._config.canonical)))
        self._json("versions.json", self._versions())
        for probe, drawn in told.charts():
            self._zip.writestr(f"charts/{probe}.svg", drawn)
        self._zip.writestr("README.md", evidence.told(told, self._version, self._config.version, self._now))
        self._zip.close()
        return self._sink.take()

    def _systems(self) -> Iterable[list[Any]]:
        for system in self._config.settings.systems:
            if system.dicom is not None:
                calling = {p.calling_ae_title for p in self._config.settings.probes if p.system == system.id}
                titles = sorted({system.dicom.calling_ae_title, *filter(None, calling)})
                yield [
                    system.id, system.kind, system.dicom.host, system.dicom.port, system.dicom.ae_title,
                    " ".join(titles),
                ]  # fmt: skip

    def _versions(self) -> dict[str, str]:
        return {
            "golive": self._version,
            "configuration": self._config.version,
            "python": platform.python_version(),
            "platform": platform.system(),
        }

    def _csv(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        self._zip.writestr(name, _lines([columns]) + _lines(rows))

    def _json(self, name: str, value: Any) -> None:
        self._zip.writestr(name, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def piece(plan: Plan, from_at: datetime, to_at: datetime) -> Question:
    """Give the question for the samples of a piece of time, of the probes that golive.toml has."""
    return lambda s: samples.between(s, plan.site, list(plan.probes), from_at, to_at)


async def pieces(
    archive: Archive,
    asked: Asked,
    plan: Plan,
    read: Callable[[Question], Awaitable[list[Sample]]],
) -> AsyncIterator[bytes]:
    """Give the archive as it is made; each piece is read apart, and packed off the event loop."""
    for since, until in evidence.slices(asked):
        if archive.full:
            break
        found = await read(piece(plan, since, until))
        if made := await asyncio.to_thread(archive.add, found):
            yield made
    yield await asyncio.to_thread(archive.end)
