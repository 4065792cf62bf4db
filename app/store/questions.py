"""Questions to the floor and their answers, never changed once they are there."""

from datetime import datetime

from sqlalchemy import and_, func, select
from sqlmodel import Session

from app.domain.floor.questions import Question, Said
from app.store import codec, journal
from app.store.sets import put, rfc3339, rows_of, run, table

_QUESTION, _ANSWER = table("question"), table("question_answer")


def get(session: Session, site: str, uuid: str) -> Question | None:
    """Give a question, None where there is no such one."""
    its = (_QUESTION.c.site == site) & (_QUESTION.c.uuid == uuid)
    row = run(session, select(_QUESTION.c.body).where(its)).one_or_none()
    return codec.loads(Question, row.body) if row else None


def since(session: Session, site: str, moment: datetime) -> list[Question]:
    """Give the questions of after a moment, the newest last."""
    ask = select(_QUESTION.c.body).where(_QUESTION.c.site == site, _QUESTION.c.at > moment)
    rows = rows_of(session, ask.order_by(_QUESTION.c.at, _QUESTION.c.uuid))
    return [codec.loads(Question, row.body) for row in rows]


def said_since(session: Session, site: str, moment: datetime) -> list[Said]:
    """Give the answers that were tapped after a moment, the newest last."""
    ask = select(_ANSWER.c.body).where(_ANSWER.c.site == site, _ANSWER.c.at > moment)
    return [codec.loads(Said, row.body) for row in rows_of(session, ask.order_by(_ANSWER.c.at, _ANSWER.c.uuid))]


def newest_said(session: Session, site: str, counts_from: datetime, waits_from: datetime) -> list[Said]:
    """Give the newest answer of each area after a moment, and of each area to each question after a later one.

    Hundreds of tablets may answer each hour; a screen reads the newest each second.
    """
    mine = _ANSWER.c.site == site
    newest = func.max(_ANSWER.c.at).label("at")
    by_area = select(_ANSWER.c.area, newest).where(mine, _ANSWER.c.at > counts_from).group_by(_ANSWER.c.area).subquery()
    by_question = (
        select(_ANSWER.c.question, _ANSWER.c.area, newest)
        .where(mine, _ANSWER.c.at > waits_from)
        .group_by(_ANSWER.c.question, _ANSWER.c.area)
        .subquery()
    )
    found: dict[str, str] = {}
    for each, keys in ((by_area, ("area", "at")), (by_question, ("question", "area", "at"))):
        its = and_(mine, *(_ANSWER.c[key] == each.c[key] for key in keys))
        found |= {r.uuid: r.body for r in rows_of(session, select(_ANSWER.c.uuid, _ANSWER.c.body).join(each, its))}
    return sorted((codec.loads(Said, body) for body in found.values()), key=lambda s: (s.at, s.uuid))


def ask(session: Session, site: str, one: Question) -> None:
    """Store a question, and journal to whom it went."""
    row = {"site": site, "uuid": one.uuid, "at": one.at, "body": codec.dumps(one)}
    put(session, _QUESTION, [row], replace=False)
    body = {"areas": list(one.areas), "by_clock": one.by_clock, "role": one.by.role, "token": one.by.token}
    journal.append(session, site, one.at, one.by.called, "question.ask", one.uuid, body)


def answer(session: Session, site: str, one: Said) -> None:
    """Store an answer, and journal it."""
    row = {
        "site": site, "uuid": one.uuid, "question": one.question, "area": one.area, "answer": one.answer.value,
        "at": one.at, "body": codec.dumps(one),
    }  # fmt: skip
    put(session, _ANSWER, [row], replace=False)
    body = {
        "question": one.question, "area": one.area, "answer": one.answer.value, "at": rfc3339(one.at),
        "role": one.by.role, "token": one.by.token,
    }  # fmt: skip
    journal.append(session, site, one.received_at, one.by.called, "question.answer", one.uuid, body)
