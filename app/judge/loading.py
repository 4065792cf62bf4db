"""Where the last run ended: numbers judged then, the samples of the windows, triggers, exams and feeds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.commands.habits import learn
from app.domain.exams.exam_board import ExamBoard
from app.domain.measuring.board import Board
from app.domain.measuring.samples import Sample, not_ahead
from app.domain.measuring.series import WINDOW_S
from app.domain.measuring.standings import Judged, known_by
from app.domain.plans import Plan
from app.domain.rollback.trigger_board import TriggerBoard, trigger_board
from app.store import exams, feed_messages, samples, standings, triggers
from app.store.db import Database, Session

PICTURE_S = 3600.0


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that judging needs in memory, and the numbers as they were judged last."""

    board: Board
    exam_board: ExamBoard
    triggers: TriggerBoard
    rows: list[Judged]


async def loaded(plan: Plan, db: Database, now: datetime) -> Loaded:
    """Take up where the last run ended; nothing is changed where reading fails."""
    board, exam_board, rules = Board(plan), ExamBoard(plan, now), trigger_board(plan)
    rows = [known_by(row, now) for row in await db.read(lambda s: standings.all(s, plan.site))]
    back_s = WINDOW_S if rows else PICTURE_S  # what was judged before holds its picture already
    back_s = max(back_s, rules.longest_window_s)
    for sample in await db.read(lambda s: _window_samples(s, board, now, back_s)):
        hear(board, rules, sample)
    board.restore(rows)
    rules.take_over(await db.read(lambda s: triggers.all(s, plan.site)))
    exam_board.restore(rows)
    since, day = now - exam_board.look_back, now - timedelta(days=1)
    exam_board.replace(await db.read(lambda s: exams.current(s, plan.site, since)))
    for event in await db.read(lambda s: exams.received_since(s, plan.site, day)):
        exam_board.heard_before(event, now)
        rules.hear_events([event], now)
    rules.see_exams(exam_board.exams())
    await db.read(lambda s: learn(s, plan, rules, now))
    for feed in plan.feeds:
        exam_board.messages_before(feed, await _offsets(db, plan.site, feed))
    return Loaded(board, exam_board, rules, rows)


async def _offsets(db: Database, site: str, feed: str) -> list[float]:
    return await db.read(lambda s: feed_messages.newest_offsets(s, site, feed))


def hear(board: Board, rules: TriggerBoard, sample: Sample) -> None:
    """Let the windows and the rules hear a sample."""
    for series, attempt in board.take(sample):
        rules.hear(series, attempt, sample.id)


def _window_samples(session: Session, board: Board, now: datetime, back_s: float) -> list[Sample]:
    """Give what the windows hold, oldest first: `back_s` of all probes, more of those that look back farther."""
    plan = board.plan
    found = {s.id: s for s in samples.since(session, plan.site, now - timedelta(seconds=back_s))}
    for probe in plan.probes.values():
        window_s = board.longest_window_s(probe)
        if window_s > back_s:
            most = round(1.5 * window_s / probe.every_s * len(probe.vantages)) + 10
            oldest = now - timedelta(seconds=window_s)
            newest = samples.newest(session, plan.site, [probe.id], most)
            found |= {s.id: s for s in newest if (s.known_at or s.at) > oldest}
    return not_ahead(sorted(found.values(), key=lambda s: (s.known_at or s.at, s.id)), now)
