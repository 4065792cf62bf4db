"""What rollback rules would see in the store, now and in its past: nothing is written and nobody is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.commands.habits import learn
from app.domain.exams.exam_board import ExamBoard
from app.domain.exams.exam_measures import linked
from app.domain.measuring.board import Board
from app.domain.measuring.series import WINDOW_S
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Pulse
from app.domain.plans import Plan
from app.domain.rollback.backtest import FACTORS, Backtest, Past, pieces
from app.domain.rollback.golive import effective_t0
from app.domain.rollback.planned_work import by_system
from app.domain.rollback.trigger_board import TriggerBoard
from app.domain.rollback.trigger_rules import Instance, instances
from app.domain.rollback.trigger_sights import Around, Share, by_series
from app.store import exams, golives, issues, planned_work, quarantine, samples, standings, triggers
from app.store.db import Session

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tried:
    """One trigger as it was tried: what it would see, None where there was no store to look into."""

    instance: Instance
    share: Share | None


def untried(plan: Plan) -> list[Tried]:
    """Give the triggers of a plan without a look at any store."""
    return [Tried(instance, None) for instance in instances(plan.rules, plan)]


def would_see(session: Session, plan: Plan, now: datetime) -> list[Tried]:
    """Give what every trigger would see now.

    Heartbeats are not stored: a feed counts as heard when the newest sample or event of any came to be known.
    """
    site, every = plan.site, instances(plan.rules, plan)
    board, rules = Board(plan), TriggerBoard(every, plan.go_live.decision_window_s)
    newest = None
    back = timedelta(seconds=max(WINDOW_S, rules.longest_window_s))
    for sample in samples.since(session, site, now - back):
        for series, attempt in board.take(sample):
            rules.hear(series, attempt, sample.id)
        newest = max(newest or now - back, sample.known_at or sample.at)
    for event in exams.received_since(session, site, now - _DAY):
        rules.hear_events([event], now)
        newest = max(newest or event.received_at, event.received_at)
    stored = standings.all(session, site)
    board.restore(stored)
    rules.take_over(triggers.all(session, site))
    learn(session, plan, rules, now)
    rules.see_exams(linked(exams.current(session, site, now - ExamBoard(plan, now).look_back)))
    rows = {(row.series.key, row.window): row for row in (*stored, *board.judged(now))}
    names = (*plan.feeds, *plan.probes) if newest is not None else ()
    pulses = {(plan.main_vantage, name): Pulse("listening", "", newest or now) for name in names}
    t0 = effective_t0(plan.go_live, golives.current(session, site), now)
    back_s = rules.quarantine_back_s
    unreadable = quarantine.moments(session, site, now - timedelta(seconds=back_s)) if back_s else None
    works = planned_work.since(session, plan, now - timedelta(seconds=rules.work_back_s))
    standing = by_series(standings_now(rows.values(), plan, pulses, now, works=works))
    begun, planned = t0 if t0 is not None and t0 <= now else None, by_system(works, plan.zone, now)
    open_ = issues.open_now(session, site) if rules.counts_issues else None
    seen = rules.looked(Around(now, begun, standing, unreadable, planned, works, open_))
    return [Tried(instance, seen[instance.id]) for instance in every]


def backtested(
    session: Session,
    plan: Plan,
    from_: datetime,
    to: datetime,
    told: Callable[[datetime], None],
    factors: Sequence[float] = FACTORS,
) -> list[Past]:
    """Give what every trigger would have done from a moment up to another one; `told` hears how far that has come.

    `factors` are the other limits that it is tried with. Exams that began up to two days before are known to it from
    the start.
    """
    site, works = plan.site, planned_work.since(session, plan, from_)
    past = Backtest(plan, from_, factors=tuple(factors), works=works)
    learn(session, plan, past.rules, from_)
    t0 = effective_t0(plan.go_live, golives.current(session, site), to)
    past.before(exams.received_between(session, site, from_ - 2 * _DAY, from_))
    unreadable = quarantine.moments(session, site, from_ - _DAY, 1_000_000)
    for begin, end in pieces(from_, to):
        taken = samples.between(session, site, list(plan.probes), begin, end)
        past.live(end, taken, exams.received_between(session, site, begin, end), t0, unreadable)
        told(end)
    return past.pasts()
