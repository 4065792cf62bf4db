"""After a roll-back: the old system leads, what was rolled back is named and raises nothing."""

from dataclasses import replace

import pytest

from app.domain.measuring.board import Board
from app.domain.measuring.overall import Overall, overall
from app.domain.measuring.samples import Kind
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Pulse, Series, Standing
from app.domain.plans import Plan
from app.domain.rollback.golive import GoLive
from app.domain.rollback.rolled_back import is_aside, is_rolled_back
from app.push.scene import Scene
from app.push.wall.faults import faults
from app.push.wall.rows import systems
from app.push.wall.tiles import tile
from tests.unit.made import FEEDS, IMAGE, WORKLIST, at, feed, plan, probe, sample
from tests.unit.walls import named

OLD = probe("image-old", Kind.IMAGE_LOAD, "old", every_s=30.0, timeout_s=20.0)
OLD_LIST = feed("old-list", "pacs-studies", frozenset({"available"}), 2, system="old", legacy=True)
PLAN = replace(plan(WORKLIST, IMAGE, OLD, feeds=(*FEEDS, OLD_LIST)), legacy=("old",), replaced=("pacs",))
ANSWERS = {"total_s": 0.2, "first_s": 0.1, "metadata_s": 0.1, "bytes": 10**6}


def standings(of: Plan = PLAN, old: str = "ok", new: str = "refused") -> list[Standing]:
    board = Board(of)
    for second in range(0, 60, 10):
        board.take(sample(WORKLIST, second))
        for one, outcome in ((OLD, old), (IMAGE, new)):
            if outcome:
                board.take(sample(one, second, outcome, **(ANSWERS if outcome == "ok" else {"detail": ""})))
    pulses = {("main", name): Pulse("listening", "", at(60)) for name in (*of.feeds, *of.probes)}
    return standings_now(board.judged(at(60)), of, pulses, at(60))


def whole(of: Plan = PLAN, rolled_back: bool = True, feeds_heard: bool = True, **outcomes: str) -> Overall:
    heard = (*of.feeds,) if feeds_heard else ("ris-hl7", "old-list")
    pulses = {("main", name): Pulse("listening", "", at(60)) for name in heard}
    return overall(standings(of, **outcomes), of, pulses, at(60), rolled_back=rolled_back)


def test_the_phase_ends_with_the_next_t0() -> None:
    back = GoLive(rolled_back_at=at(0))
    assert is_rolled_back(PLAN, back, at(60))
    assert not is_rolled_back(PLAN, replace(back, at=at(30)), at(60))
    assert not is_rolled_back(PLAN, None, at(60))


@pytest.mark.parametrize(
    ("series", "aside"),
    [
        (Series("image.first", "pacs", "ct"), True),
        (Series("availability", "pacs"), True),
        (Series("feed.age", "pacs", None, (("feed", "pacs-list"),)), True),
        (Series("exam.end_to_available"), True),  # the new list alone tells when images came
        (Series("legacy.stray", "old"), True),  # there they belong again
        (Series("image.first", "old", "ct"), False),
        (Series("worklist.response", "ris", "ct"), False),
        (Series("feed.age", "old", None, (("feed", "old-list"),)), False),
        (Series("report.turnaround"), False),
    ],
)
def test_what_was_rolled_back_is_its_systems_their_feeds_and_what_these_alone_tell(series: Series, aside: bool) -> None:
    assert is_aside(series, PLAN) is aside


def test_the_new_system_is_named_and_raises_nothing_and_the_old_one_comes_first() -> None:
    assert whole(rolled_back=False).state == "watch"
    found = whole(feeds_heard=False)
    assert found.state == "ok"
    assert [g.overall for g in found.grounds if "New PACS" in g.subject] == ["named"] * 4
    assert {g.overall for g in found.grounds if g.subject == "feed pacs-list"} == {"named"}
    both = whole(old="refused")
    assert (both.state, "Old PACS" in both.grounds[0].subject) == ("watch", True)


def test_without_a_sight_of_the_old_system_nobody_knows_how_it_does() -> None:
    assert whole(old="").reasons[0].startswith("North Campus: rolled back, and nothing of Old PACS is seen")
    alone = replace(PLAN, legacy=(), feeds={f.id: f for f in FEEDS})
    assert whole(alone, old="").grounds[0].text == "rolled back, and no system of the kind legacy is set up"
    assert whole(old="").state == "blind"


def scene(phase: str, of: Plan = PLAN, **outcomes: str) -> Scene:
    made = replace(named("calm"), standings=tuple(standings(of, **outcomes)), now=at(60))
    return replace(made, plan=of, moment=replace(made.moment, phase=phase))


def test_the_tiles_show_the_old_system_and_the_list_of_faults_passes_over_the_new_one() -> None:
    live, back = scene("decision"), scene("rolled_back")
    assert (tile(live, "image.first").series, tile(live, "image.first").state) == ("image.first/pacs/ct", "down")
    assert (tile(back, "image.first").series, tile(back, "image.first").state) == ("image.first/old/ct", "ok")
    assert (len(faults(live)), len(faults(back))) == (1, 0)
    assert [r.state for r in systems(back).rows if r.name == "New PACS"] == ["down"]  # named all the same


def test_a_tile_without_any_of_the_old_system_shows_what_is_still_used() -> None:
    assert tile(scene("rolled_back"), "worklist.response").series == "worklist.response/ris/ct"
