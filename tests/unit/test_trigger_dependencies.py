"""What explains a trigger holds back its notice: its own state, its record and its line on the wall stay."""

from dataclasses import replace

import pytest

from app.domain.rollback.stored_triggers import Trigger
from app.domain.rollback.trigger_dependencies import by_id, held_back
from app.domain.rollback.trigger_sights import Share, unseen, valued
from app.domain.rollback.triggers import Latch, Sight, State
from app.push.desk.triggers import row
from app.push.wall.triggers import triggers
from tests.unit.made import at
from tests.unit.walls import named as wall

WITHIN, BEYOND = valued(0, False, True, "answers", 20), valued(300, True, False, "no answer for 5 min", 20)
BLIND = unseen(Sight.BLIND, "not seen: golive has not looked for 60 s")


def trigger(name: str, state: State, share: Share, on: str = "", area: str | None = None) -> Trigger:
    latch = Latch(state, at(0), sight=share.sight, told_unseen=share.sight is not Sight.OK)
    id_ = name if area is None else f"{name}:{area}"
    rule = Trigger(id_, name, "v1", name.title(), area, "echo.response", 0.2, 60.0, True, latch, share)
    return replace(rule, depends_on=on)


def holder(*every: Trigger) -> str:
    return held_back(every[0], by_id(every))


WORKLIST = trigger("worklist", State.BREACHED, BEYOND, "network")


@pytest.mark.parametrize(
    ("state", "share", "held"),
    [
        (State.WATCHING, WITHIN, False),
        (State.PENDING, BEYOND, True),
        (State.BREACHED, BEYOND, True),
        (State.BREACHED, BLIND, True),  # latched, and nobody has seen it end
        (State.RECOVERING, WITHIN, False),  # the network is back: what goes on is a fault of its own
        (State.SHADOW, BEYOND, True),
        (State.OVERRIDDEN, BEYOND, True),
        (State.DECIDED, WITHIN, False),
        (State.WATCHING, BLIND, False),
    ],
)
def test_a_breach_is_explained_by_what_is_beyond_and_never_by_what_is_blind(
    state: State, share: Share, held: bool
) -> None:
    assert holder(WORKLIST, trigger("network", state, share)) == ("network" if held else "")


def test_lost_sight_is_explained_by_what_is_blind_too() -> None:
    unseen_worklist = trigger("worklist", State.WATCHING, BLIND, "network")
    assert holder(unseen_worklist, trigger("network", State.WATCHING, BLIND)) == "network"
    assert holder(unseen_worklist, trigger("network", State.WATCHING, WITHIN)) == ""


def test_without_a_dependency_or_without_its_trigger_nothing_is_held_back() -> None:
    network = trigger("network", State.BREACHED, BEYOND)
    assert holder(replace(WORKLIST, depends_on=""), network) == ""
    assert holder(WORKLIST) == ""


def test_what_explains_the_explanation_explains() -> None:
    network = trigger("network", State.WATCHING, WITHIN, "power")
    assert holder(WORKLIST, network, trigger("power", State.BREACHED, BEYOND)) == "power"
    around = [replace(WORKLIST, depends_on="b"), trigger("b", State.WATCHING, WITHIN, "worklist")]
    assert holder(*around) == ""


def test_by_area_the_same_area_explains_and_the_whole_is_explained_by_all_of_them() -> None:
    ct, mr = (trigger("network", State.BREACHED, BEYOND, area=a) for a in ("ct", "mr"))
    fine = trigger("network", State.WATCHING, WITHIN, area="mr")
    of_mr = trigger("worklist", State.BREACHED, BEYOND, "network", "mr")
    assert holder(of_mr, ct, mr) == "network:mr"
    assert holder(of_mr, ct, fine) == ""
    assert holder(WORKLIST, ct, mr) == "network:ct"
    assert holder(WORKLIST, ct, fine) == ""


def test_the_wall_shows_the_breach_all_the_same_and_names_what_holds_its_notice_back() -> None:
    scene = wall("calm", triggers=(trigger("network", State.BREACHED, BEYOND), WORKLIST))
    (line,) = triggers(scene).lines
    assert (line.state, line.name) == ("breached", "Worklist")
    assert line.said.startswith("notice held back by Network · to be decided")


def test_the_desk_names_it_beside_the_reason() -> None:
    scene = wall("calm", triggers=(trigger("network", State.BREACHED, BEYOND), WORKLIST))
    shown = row(scene, WORKLIST)
    assert (shown.state, shown.reason) == ("breached", "no answer for 5 min · notice held back by Network")
