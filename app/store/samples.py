"""What the probes saw: stored once each, asked for by when the app came to know of it."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import Session

from app.domain.appended import Appended
from app.domain.measuring.rollups import hour_of
from app.domain.measuring.samples import Sample
from app.store.sets import Shape, append_new, put, run, table

SHAPE: Shape[Sample] = Shape(Sample, "sample")
_SAMPLE, _DUE = SHAPE.table, table("rollup_due")


def append(session: Session, site: str, samples: Sequence[Sample]) -> Appended[Sample]:
    """Store samples that are new, and mark their hours as due for roll-up in the same transaction."""
    known = [s if s.known_at else dataclasses.replace(s, known_at=s.at) for s in samples]
    result = append_new(session, site, SHAPE, samples, known)
    due = {(hour_of(sample.at), sample.probe) for sample in result.stored}
    put(session, _DUE, [{"site": site, "hour": h, "probe": p} for h, p in sorted(due)], replace=False)
    return result


def since(session: Session, site: str, known_after: datetime) -> list[Sample]:
    """Give what the app came to know of after that moment, oldest first."""
    newer = (_SAMPLE.c.site == site) & (_SAMPLE.c.known_at > known_after)
    return SHAPE.items(session, select(*SHAPE.columns).where(newer).order_by(_SAMPLE.c.known_at))


def newest(session: Session, site: str, probes: Sequence[str], limit: int) -> list[Sample]:
    """Give the newest samples of these probes together, newest first, `limit` of them at most."""
    found: list[Sample] = []
    for probe in dict.fromkeys(probes):  # one probe at a time: each is a short walk along its index
        its = (_SAMPLE.c.site == site) & (_SAMPLE.c.probe == probe)
        found += SHAPE.items(session, select(*SHAPE.columns).where(its).order_by(_SAMPLE.c.at.desc()).limit(limit))
    found.sort(key=lambda sample: (sample.at, sample.id), reverse=True)
    return found[:limit]


def of_hour(session: Session, site: str, hour: datetime, probe: str) -> list[Sample]:
    """Give the samples that a probe took in one hour, oldest first."""
    its = (_SAMPLE.c.site == site) & (_SAMPLE.c.probe == probe)
    within = (_SAMPLE.c.at >= hour) & (_SAMPLE.c.at < hour + timedelta(hours=1))
    ask = select(*SHAPE.columns).where(its, within).order_by(_SAMPLE.c.at, _SAMPLE.c.id)
    return SHAPE.items(session, ask)


def between(session: Session, site: str, probes: Sequence[str], from_: datetime, to: datetime) -> list[Sample]:
    """Give the samples that these probes took from a moment up to another one, oldest first."""
    its = (_SAMPLE.c.site == site) & _SAMPLE.c.probe.in_(list(probes))
    within = (_SAMPLE.c.at >= from_) & (_SAMPLE.c.at < to)
    ask = select(*SHAPE.columns).where(its, within).order_by(_SAMPLE.c.at, _SAMPLE.c.id)
    return SHAPE.items(session, ask)


def forget_hour(session: Session, site: str, hour: datetime, probe: str) -> None:
    """Drop what a probe took in one hour."""
    its = (_SAMPLE.c.site == site) & (_SAMPLE.c.probe == probe)
    within = (_SAMPLE.c.at >= hour) & (_SAMPLE.c.at < hour + timedelta(hours=1))
    run(session, delete(_SAMPLE).where(its, within))


def newest_at(session: Session, site: str) -> datetime | None:
    """Give when the newest sample was taken, None where there is none."""
    ask = select(_SAMPLE.c.at).where(_SAMPLE.c.site == site).order_by(_SAMPLE.c.at.desc()).limit(1)
    found: datetime | None = run(session, ask).scalar_one_or_none()
    return found
