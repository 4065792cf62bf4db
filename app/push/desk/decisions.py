"""Decisions in the words of the desk and of the record, and as lines of a timeline."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.rollback.decisions import Action, ByPhone, Decision, Stage, stage_of
from app.push.beside import Beside
from app.push.desk import words as desk_words
from app.push.desk.triggers import clock
from app.push.scene import Scene, Since, since


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    clock: str
    shape: str
    said: str
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Told:
    """A decision in the words of the record."""

    uuid: str
    kind: str
    stage: str
    href: str
    reason: str
    risk: str
    again: str
    by: str
    at: str
    until: Since | None
    until_clock: str
    ended: str
    why: str
    phone: str


def decisions_of(scene: Scene, beside: Beside) -> list[Decision]:
    """Give the decisions that are known, each as it was read last."""
    return list({d.asked.uuid: d for d in (*beside.decisions, *scene.decisions)}.values())


def waits(scene: Scene, decision: Decision) -> bool:
    """Say whether a proposal waits for a second person."""
    return stage_of(decision, scene.now) is Stage.PROPOSED


def told_words(scene: Scene, decision: Decision) -> Told:
    """Give a decision in the words of the record."""
    asked, end = decision.asked, decision.end
    stage = stage_of(decision, scene.now)
    ended = phone = ""
    if end is not None:
        who = decision.confirmed_by if end.event.action is Action.CONFIRM else end.by.called
        ended = f"{stage} by {who} at {clock(scene, end.at)}"
        phone = phone_words(end.event.by_phone, end.by.called)
    return Told(
        asked.uuid,
        desk_words.CHOICES[asked.kind.value][0],
        stage.value,
        f"/desk/decisions/{asked.uuid}",
        asked.reason,
        asked.accepted_risk,
        clock(scene, asked.rearm_at) if asked.rearm_at is not None else "",
        decision.by.called,
        clock(scene, decision.at),
        since(scene, decision.expires_at) if stage is Stage.PROPOSED else None,
        clock(scene, decision.expires_at),
        ended,
        end.event.reason if end is not None else "",
        phone,
    )


def phone_words(phone: ByPhone | None, entered_by: str) -> str:
    """Say how an authority confirmed by telephone, or ""."""
    if phone is None:
        return ""
    listed = desk_words.LISTED if phone.listed else desk_words.UNLISTED
    return desk_words.BY_PHONE.format(
        caller=phone.caller, listed=listed, call_back=phone.call_back, witness=phone.witness, entered_by=entered_by
    )


Dated = tuple[datetime, int, Entry]


def entries(scene: Scene, decisions: Iterable[Decision]) -> Iterable[Dated]:
    """Give each proposal and its end as lines of a timeline, with their moments."""
    for decision in decisions:
        told = told_words(scene, decision)
        risk = f" · risk: {told.risk}" if told.risk else ""
        again = f" · watches again at {told.again}" if told.again else ""
        said = f"{told.kind} proposed{risk}{again}"
        yield decision.at, 0, Entry(told.at, "", said, told.by, told.reason)
        if (end := decision.end) is not None:
            phone = f", {told.phone}" if told.phone else ""
            by = decision.confirmed_by or end.by.called
            said = f"{told.kind} {told.stage}{phone}"
            yield end.at, 0, Entry(clock(scene, end.at), "□", said, by, told.why)
        elif told.stage == Stage.EXPIRED:
            yield decision.expires_at, 0, Entry(told.until_clock, "", f"{told.kind} expired unconfirmed", "", "")


def in_order(lines: Iterable[Dated]) -> tuple[Entry, ...]:
    """Give the lines of a timeline, the newest first."""
    return tuple(entry for _, _, entry in sorted(lines, key=lambda line: line[:2], reverse=True))
