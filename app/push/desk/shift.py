"""The shift as the desk shows it: lead and huddle, coverage, what the floor says, announcements, the last hand-over."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.floor.announcements import Announcement
from app.domain.floor.coverage import AHEAD, STAFFED, Cover, coverage
from app.domain.floor.duties import Duty
from app.domain.floor.handovers import Handover, same
from app.domain.floor.huddles import next_huddle
from app.domain.floor.questions import Answer, Question, latest, unanswered
from app.domain.words import local_clock
from app.push.desk import shift_words as sh
from app.push.scene import Scene, Since, since

_GRAVEST = (Answer.STOPPED, Answer.SLOW, Answer.WORKING)


@dataclass(frozen=True, slots=True)
class Decider:
    """One of those who may decide: how to reach them, and whether they have a duty or the lead now."""

    name: str
    telephone: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class DutyCard:
    """Who leads until when, who may decide, and the next huddle; `unknown` says that golive cannot read who leads."""

    unknown: bool
    leads: str
    until: str
    deciders: tuple[Decider, ...]
    huddle: str
    huddle_in: Since | None


@dataclass(frozen=True, slots=True)
class There:
    """Somebody who is on duty."""

    uuid: str
    who: str
    until: str
    end: str


@dataclass(frozen=True, slots=True)
class CoverRow:
    """One area: who is there, and when nobody will be."""

    area: str
    state: str
    shape: str
    word: str
    there: tuple[There, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """All areas, and in words how many have somebody."""

    counted: str
    rows: tuple[CoverRow, ...]


@dataclass(frozen=True, slots=True)
class SaidRow:
    """What one area last answered, or that it was asked and has not."""

    area: str
    state: str
    shape: str
    word: str
    since: Since | None
    by: str
    about: str
    asked: Since | None


@dataclass(frozen=True, slots=True)
class AnnouncedRow:
    """One announcement that tablets show."""

    uuid: str
    text: str
    areas: str
    until: str
    by: str
    since: Since | None


@dataclass(frozen=True, slots=True)
class Handed:
    """The last hand-over: its note and what went over."""

    said: str
    note: tuple[tuple[str, str], ...]
    went: str


def duty_card(scene: Scene) -> DutyCard:
    """Give who leads, who may decide and when the next huddle is."""
    unknown = bool(scene.trouble)
    lead = scene.shift.lead(scene.now) if not unknown else None
    there = [d.called for d in scene.shift.duties if d.is_on(scene.now)] if not unknown else []
    at = next_huddle(scene.plan.go_live.huddles, scene.plan.zone, scene.now)
    return DutyCard(
        unknown,
        lead.called if lead is not None else "",
        sh.UNTIL.format(clock=clock(scene, lead.over_at)) if lead is not None else "",
        tuple(
            Decider(a.name, a.telephone, "tel:" + a.telephone.replace(" ", ""), any(same(a.name, who) for who in there))
            for a in scene.plan.authorities
        ),
        clock(scene, at) if at is not None else "",
        since(scene, at),
    )


def covers(scene: Scene) -> list[Cover]:
    """Give the cover of every area."""
    return coverage(scene.plan.areas, scene.shift.of_areas, scene.plan.peaks, scene.now, AHEAD)


def coverage_of(scene: Scene) -> Coverage:
    """Give who is on duty in each area; before T0 and after the command center closed no gap is one."""
    if scene.trouble:  # what was so when it was last read may not be so now
        unknown = ("unknown", *sh.STATES["unknown"], (), ())
        return Coverage(sh.NOT_READ, tuple(CoverRow(name, *unknown) for name in scene.plan.areas.values()))
    rows = tuple(_cover_row(scene, cover) for cover in covers(scene))
    there = sum(bool(row.there) for row in rows)
    return Coverage(sh.COVERED.format(n=there, of=len(rows)), rows)


def _cover_row(scene: Scene, cover: Cover) -> CoverRow:
    watched = scene.moment.phase in STAFFED
    state = "covered" if cover.there else "missing" if cover.missing and watched else "quiet"
    shape, word = sh.STATES[state]
    area = scene.plan.areas[cover.area]
    there = tuple(_there(scene, d, area) for d in cover.there)
    gaps = tuple(_gap(scene, *gap) for gap in cover.gaps) if watched else ()
    return CoverRow(area, state, shape, word, there, gaps)


def _there(scene: Scene, duty: Duty, area: str) -> There:
    until = sh.UNTIL.format(clock=clock(scene, duty.over_at))
    return There(duty.uuid, duty.called, until, sh.END_DUTY_OF.format(who=duty.called, area=area))


def _gap(scene: Scene, start: datetime, end: datetime) -> str:
    """Name a gap without the moment of now, so that a row is not new each second."""
    starts, ends = start > scene.now, end < scene.now + AHEAD
    if starts and ends:
        return sh.GAP_BETWEEN.format(start=clock(scene, start), end=clock(scene, end))
    if starts:
        return sh.GAP_FROM.format(start=clock(scene, start))
    return sh.GAP_NOW.format(end=clock(scene, end)) if ends else sh.GAP_OPEN


def floor_says(scene: Scene) -> tuple[SaidRow, ...]:
    """Give the newest answer of each area, the gravest first, then who was asked and has not answered."""
    shift, now = scene.shift, scene.now
    said = latest(shift.said, now)
    rows = []
    for area, name in scene.plan.areas.items():
        asked = unanswered(shift.questions, shift.said, area, now)
        newest = max(asked, key=lambda q: q.at, default=None)
        one = said.get(area)
        if one is None and newest is None:
            continue
        rank = _GRAVEST.index(one.answer) if one is not None else len(_GRAVEST)
        rows.append((rank, _said_row(scene, area, name, newest)))
    return tuple(row for _, row in sorted(rows, key=lambda r: r[0]))


def _said_row(scene: Scene, area: str, name: str, asked: Question | None) -> SaidRow:
    one = latest(scene.shift.said, scene.now).get(area)
    shape, word = sh.ANSWERS[one.answer.value] if one is not None else ("", sh.NO_ANSWER)
    return SaidRow(
        name,
        one.answer.value if one is not None else "unanswered",
        shape,
        word,
        since(scene, one.at if one is not None else None),
        one.by.called if one is not None else "",
        one.about if one is not None else asked.about if asked is not None else "",
        since(scene, asked.at if asked is not None else None),
    )


def announced(scene: Scene) -> tuple[AnnouncedRow, ...]:
    """Give what tablets show, the newest first."""
    live = [a for a in scene.shift.announcements if a.is_live(scene.now)]
    return tuple(_announced_row(scene, a) for a in reversed(live))


def _announced_row(scene: Scene, one: Announcement) -> AnnouncedRow:
    until = sh.UNTIL.format(clock=clock(scene, one.until_at)) if one.until_at is not None else sh.UNTIL_WITHDRAWN
    return AnnouncedRow(one.uuid, one.text, areas(scene, one.areas), until, one.by.called, since(scene, one.at))


def handed(scene: Scene) -> tuple[Handed, ...]:
    """Give the last hand-overs, the newest first: of the command center, and of each area of the floor."""
    return tuple(_handed(scene, made) for made in scene.shift.handovers)


def _handed(scene: Scene, made: Handover) -> Handed:
    went = [sh.LEAD] * made.lead + [areas(scene, made.areas)] * bool(made.areas)
    if made.issues:
        said = sh.ISSUE if len(made.issues) == 1 else sh.ISSUES
        went.append(said.format(n=", ".join(f"#{n}" for n in made.issues)))
    said = sh.HANDED_SAID.format(leaves=made.leaves, takes_over=made.takes_over, at=clock(scene, made.at))
    where = f" · {areas(scene, (made.asked.area,))}" if made.asked.area else ""
    return Handed(
        said + where,
        tuple((title, getattr(made.asked, field)) for field, title in sh.NOTE.items()),
        ", ".join(went) or sh.NO_THINGS,
    )


def said_aloud(scene: Scene) -> str:
    """Give what is told aloud when it changes: who leads, and where nobody is."""
    card = duty_card(scene)
    missing = [row.area for row in coverage_of(scene).rows if row.state == "missing"]
    words = [f"{sh.LEADS}: {card.leads or sh.NOBODY_LEADS}"]
    return ". ".join(words + [f"{sh.STATES['missing'][1]}: {', '.join(missing)}"] * bool(missing))


def areas(scene: Scene, ids: tuple[str, ...]) -> str:
    """Name areas; none mean all."""
    return ", ".join(scene.plan.areas.get(a, a) for a in ids) or sh.ALL_AREAS


def clock(scene: Scene, moment: datetime) -> str:
    """Give a moment that people said as they said it, by the site's time."""
    return local_clock(moment.astimezone(scene.plan.zone), scene.now.astimezone(scene.plan.zone))
