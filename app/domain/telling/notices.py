"""Who is told what outside, and when: the record and the plan give notices, each with an id that never changes.

Shadow and what is not armed tell nobody. No notice holds a patient, a person or a word that somebody typed.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.domain.floor import issue_notices
from app.domain.floor.issues import Issue, Status
from app.domain.floor.tickets import CHANNEL as TICKETS
from app.domain.floor.tickets import payload
from app.domain.journal import Entry
from app.domain.plans import Plan
from app.domain.rollback.decisions import Decision, Stage, stage_of
from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_alarms import Alarm, alarm
from app.domain.rollback.triggers import ASIDE, Cause, State
from app.domain.telling.notice_plans import Occasion, Route
from app.domain.telling.notice_words import INFO, Said, of_decision, of_go_live, of_proposal, of_trigger

REMINDED = {
    Occasion.BREACH: Alarm.BREACH,
    Occasion.UNDECIDED: Alarm.BREACH,
    Occasion.UNSEEN: Alarm.UNSEEN,
}
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 300.0
EXPIRED_FOR = timedelta(days=1)  # how long after its end an expired proposal is still told of
Triggers = Mapping[tuple[str, str], Trigger]
Phases = frozenset[str]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one channel: `subject` is a trigger, a decision or the site, `number` tells its events apart.

    The id is made of these alone, so that the same notice made twice, or sent twice, is known as one.
    """

    id: str
    channel: str
    occasion: Occasion
    subject: str
    rule: str
    number: int
    reminder: int
    happened_at: datetime
    severity: str
    title: str
    text: str


class NoticeStage(StrEnum):
    """Where a notice is in its life."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"  # what it called for was done before it went
    GIVEN_UP = "given_up"  # no attempt succeeded in the time that it had


class Fate(StrEnum):
    """What is to become of a notice whose turn it is."""

    SEND = "send"
    DROP = "drop"  # what it calls for was done meanwhile
    HOLD = "hold"  # a dependency holds it back


def noticed(entry: Entry, plan: Plan, triggers: Triggers, phases: Phases) -> list[Notice]:
    """Give what an entry of the journal is to tell, once to each channel."""
    return list({notice.id: notice for notice in _of_entry(entry, plan, triggers, phases)}.values())


def _of_entry(entry: Entry, plan: Plan, triggers: Triggers, phases: Phases) -> Iterator[Notice]:
    kind, _, what = entry.act.partition(".")
    body = entry.body
    if kind == "trigger":
        trigger = triggers.get((entry.subject, str(body.get("rule"))))
        occasion = _occasion(what.replace("_", " "), str(body.get("before")), str(body.get("after")))
        if trigger is not None and occasion is not None:
            said = of_trigger(plan, trigger, occasion, what, entry.at, body)
            for route in _routes(plan, occasion, phases, trigger.rule_id):
                yield _made(plan, route.channel, occasion, said, entry.at, trigger.id, trigger.rule, body["number"])
    elif kind == "decision" and what == "propose":
        yield from _proposed(entry, plan, phases)
    elif kind == "decision":
        said = of_decision(plan, str(body["kind"]), body["trigger"], what, entry.at)
        for route in _routes(plan, Occasion.DECISION, phases):
            yield _made(plan, route.channel, Occasion.DECISION, said, entry.at, entry.subject)
    elif kind == "issue":
        if plan.notices.ticket_answer is not None and (json := payload(entry, plan)):
            said = Said(INFO, str(body["event"]), json)
            yield _made(plan, TICKETS, Occasion.TICKET, said, entry.at, entry.subject, "", body["sequence"])
        for occasion, said, channels in issue_notices.told(entry, plan, phases):
            for channel in [*(route.channel for route in _routes(plan, occasion, phases)), *channels]:
                yield _made(plan, channel, occasion, said, entry.at, entry.subject, "", body["sequence"])
    elif kind == "go_live":
        said = of_go_live(plan, what, entry.at, body)
        for route in _routes(plan, Occasion.GO_LIVE, phases):
            yield _made(plan, route.channel, Occasion.GO_LIVE, said, entry.at, entry.subject, "", entry.seq)


def _occasion(cause: str, before: str, after: str) -> Occasion | None:
    """Give what a transition is for those outside; whatever ends in a breach is one, an override's end too."""
    if before in ASIDE or after in ASIDE:
        return None
    if after == State.BREACHED and before != State.BREACHED:
        return Occasion.BREACH
    if cause == Cause.UNDECIDED:
        return Occasion.UNDECIDED
    if after in (State.OVERRIDDEN, State.DECIDED):
        return None
    if cause in (Cause.UNSEEN, Cause.SEEN_AGAIN):
        return Occasion.UNSEEN
    return Occasion.RECOVERY if cause == Cause.RECOVERY else None


def _routes(plan: Plan, occasion: Occasion, phases: Phases, rule: str = "") -> list[Route]:
    return [
        route
        for route in plan.notices.routes
        if occasion in route.on
        and (not route.phases or route.phases & phases)
        and (not rule or not route.triggers or rule in route.triggers)
    ]


def _proposed(entry: Entry, plan: Plan, phases: Phases) -> Iterator[Notice]:
    """Tell the routes and the first authority that has a channel; the next ones come when their time has."""
    told = [route.channel for route in _routes(plan, Occasion.PROPOSAL, phases)] + _authorities(plan)[:1]
    expires_at = datetime.fromisoformat(str(entry.body["expires_at"]))
    said = of_proposal(plan, str(entry.body["kind"]), entry.body["trigger"], entry.at, expires_at)
    for channel in told:
        yield _made(plan, channel, Occasion.PROPOSAL, said, entry.at, entry.subject)


def _authorities(plan: Plan) -> list[str]:
    return [a.channel for a in plan.authorities if a.channel is not None]


def owed(
    plan: Plan,
    told: Iterable[Notice],
    triggers: Iterable[Trigger],
    decisions: Sequence[Decision],
    phases: Phases,
    now: datetime,
) -> list[Notice]:
    """Give what time alone makes due: reminders of what was `told`, the next authority, proposals that expired."""
    known = {(t.id, t.rule): t for t in triggers}
    found = [reminder for first in _newest(told) if (reminder := _reminder(first, plan, known, phases, now))]
    for decision in decisions:
        found += _of_proposal(decision, plan, phases, now)
    return list({notice.id: notice for notice in found}.values())


def _newest(told: Iterable[Notice]) -> Iterable[Notice]:
    """Give of each channel, trigger and alarm the newest first telling: what came before it is over."""
    found: dict[tuple[str, ...], Notice] = {}
    for notice in told:
        if notice.occasion in REMINDED and not notice.reminder:
            key = (notice.channel, notice.subject, notice.rule, REMINDED[notice.occasion])
            found[key] = max(found.get(key, notice), notice, key=lambda n: n.number)
    return found.values()


def _reminder(first: Notice, plan: Plan, triggers: Triggers, phases: Phases, now: datetime) -> Notice | None:
    trigger = triggers.get((first.subject, first.rule))
    if trigger is None or alarm(trigger.latch) is not REMINDED[first.occasion]:
        return None
    routes = _routes(plan, first.occasion, phases, trigger.rule_id)
    count = _reminders(routes, first.channel, first.happened_at, now)
    if not count:
        return None
    said = of_trigger(plan, trigger, first.occasion, "reminder", first.happened_at, {}, reminder=count, now=now)
    made = (first.happened_at, trigger.id, trigger.rule, first.number, count)
    return _made(plan, first.channel, first.occasion, said, *made)


def _reminders(routes: Iterable[Route], channel: str, since: datetime, now: datetime) -> int:
    every = [r.remind_every_s for r in routes if r.channel == channel and r.remind_every_s is not None]
    return max(0, int((now - since).total_seconds() // min(every))) if every else 0


def _of_proposal(decision: Decision, plan: Plan, phases: Phases, now: datetime) -> Iterator[Notice]:
    asked, stage = decision.asked, stage_of(decision, now)
    if stage is Stage.EXPIRED and now - decision.expires_at < EXPIRED_FOR * plan.notices.pace:
        said = of_decision(plan, asked.kind.value, asked.trigger, "expire", decision.expires_at)
        for route in _routes(plan, Occasion.DECISION, phases):
            yield _made(plan, route.channel, Occasion.DECISION, said, decision.expires_at, asked.uuid)
    if stage is not Stage.PROPOSED:
        return
    waited_s = (now - decision.at).total_seconds()
    for place, channel in list(enumerate(_authorities(plan)))[1:]:
        if waited_s >= place * plan.notices.next_authority_after_s:
            yield _asking(decision, plan, channel, place, 0)
    routes = _routes(plan, Occasion.PROPOSAL, phases)
    for channel in dict.fromkeys(route.channel for route in routes):
        if count := _reminders(routes, channel, decision.at, now):
            yield _asking(decision, plan, channel, 0, count)


def _asking(decision: Decision, plan: Plan, channel: str, place: int, reminder: int) -> Notice:
    asked = decision.asked
    said = of_proposal(plan, asked.kind.value, asked.trigger, decision.at, decision.expires_at, reminder, place)
    return _made(plan, channel, Occasion.PROPOSAL, said, decision.at, asked.uuid, "", place, reminder)


def handed_over(
    plan: Plan, issues: Iterable[Issue], closed_at: datetime, until: datetime, phases: Phases
) -> list[Notice]:
    """Give a notice to the service desk of each issue over which the command center closed, once for each close.

    What is called fixed and was verified by nobody is handed over too, and so is what came `until` a moment after the
    close, which counts as of the command center still: later ones are told as they come.
    """
    channels = [route.channel for route in _routes(plan, Occasion.CLOSING, phases)]
    channels += [plan.floor.service_desk] if plan.floor.service_desk else []
    left = [i for i in issues if (i.is_open or i.status is Status.FIXED) and i.received_at < until]
    close = str(int(closed_at.timestamp()))
    return [
        _made(plan, channel, Occasion.CLOSING, issue_notices.closing(i, plan, closed_at), closed_at, i.uuid, close)
        for i in left
        for channel in dict.fromkeys(channels)
    ]


def fate(notice: Notice, trigger: Trigger | None, decision: Decision | None, holder: str, now: datetime) -> Fate:
    """Say whether a notice is still to be sent: a call for what is done already is dropped, what happened is told.

    `trigger` and `decision` are what it is about, as they stand now; `holder` is the trigger that holds it back, or "".
    """
    if notice.occasion is Occasion.PROPOSAL:
        open_ = decision is not None and stage_of(decision, now) is Stage.PROPOSED
        return Fate.SEND if open_ else Fate.DROP
    over = notice.occasion in REMINDED and trigger is not None and alarm(trigger.latch) is not REMINDED[notice.occasion]
    if over and (notice.reminder or holder):
        return Fate.DROP
    return Fate.HOLD if holder else Fate.SEND


def wait_s(attempts: int, chance: float) -> float:
    """Give how long to wait after so many attempts: doubled each time up to a limit, by half at random."""
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempts - 1, 30))
    return longest * (0.5 + chance / 2)


def _made(
    plan: Plan,
    channel: str,
    occasion: Occasion,
    said: Said,
    at: datetime,
    subject: str,
    rule: str = "",
    number: int = 0,
    reminder: int = 0,
) -> Notice:
    parts: tuple[Any, ...] = (plan.site, channel, occasion.value, subject, rule, number, reminder)
    id_ = hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:20]
    if occasion is Occasion.TICKET:
        return Notice(id_, channel, occasion, subject, rule, number, reminder, at, said.severity, said.title, said.text)
    text = f"{said.text}\ngolive notice {id_}; what comes again with this id is the same notice."
    return Notice(id_, channel, occasion, subject, rule, number, reminder, at, said.severity, said.title, text)
