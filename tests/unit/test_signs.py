"""Names: what nobody can see is no name, and nothing turns or hides the letters of one."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from app.commands.access import creating_a_token
from app.errors import Invalid
from app.settings.signs import seen, written
from app.web.decisions import ByPhoneIn
from app.web.duties import DutyIn, LeadIn
from app.web.handovers import HandoverIn
from app.web.issue_shapes import IssueEventIn, IssueIn
from app.web.support_shapes import SupportEventIn, SupportIn
from app.web.tablets import ManifestIn
from tests.unit.made import at
from tests.unit.test_settings import HEAD, mistakes

AREA = '[[areas]]\nid = "ct"\nname = "CT"\n'

NOTHING = [
    "\u200b",
    "\u202e",
    "\u200b\u202e\u2066",
    "\ufeff",
    "\u00ad",
    " \u200b ",
    "\u200d",
    "\u3164",
    "\u2800",
    "\U000e0041",
]
ISSUE = {"area": "ct", "category": "worklist", "severity": 2}
UNTIL = {"until_at": "2026-11-21T12:00:00Z"}
NAMES: list[tuple[type[BaseModel], str, dict[str, object]]] = [
    (IssueIn, "room", ISSUE),
    (IssueIn, "device", ISSUE),
    (IssueIn, "function", ISSUE),
    (IssueEventIn, "owner", {"action": "assign"}),
    (IssueEventIn, "device", {"action": "me_too"}),
    (DutyIn, "name", {"area": "ct", **UNTIL}),
    (DutyIn, "device", {"area": "ct", **UNTIL}),
    (LeadIn, "name", UNTIL),
    (HandoverIn, "to", UNTIL),
    (HandoverIn, "from", UNTIL),
    (SupportIn, "room", {}),
    (SupportIn, "workstation", {}),
    (SupportEventIn, "supporter", {"action": "assign"}),
    (SupportEventIn, "breakout", {"action": "assign"}),
    (ByPhoneIn, "caller", {}),
    (ManifestIn, "area", {"held": []}),
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_nobody_can_see_is_no_name(text: str) -> None:
    for read in (seen, written):
        with pytest.raises(ValueError, match=r"\(U\+[0-9A-F]{4,6}"):
            read(text)


@pytest.mark.parametrize(
    "text", ["Müller", "Ann-Marie O'Neil", "山田", "דנה", "علی", "نمی\u200cخواهم", "क्\u200dष", "CT 2", "#7", "👩‍⚕️", "-"]
)
def test_a_name_of_any_script_stays_as_it_is(text: str) -> None:
    assert (seen(text), written(text)) == (text, text)


def test_no_name_at_all_and_blanks_are_left_to_whoever_needs_one() -> None:
    assert [seen(text) for text in ("", "  ", "\u00a0")] == ["", "  ", "\u00a0"]


@pytest.mark.parametrize(
    "text", ["A\u202ennB", "\u2066AnnB\u2069", "Ann\u200bB", "\ufeffAnnB", "Ann\u2028B", "Ann\x85B"]
)
def test_what_turns_or_hides_letters_is_taken_out_of_what_is_sent_and_refused_in_what_is_set_up(text: str) -> None:
    assert seen(text) == "AnnB"
    with pytest.raises(ValueError, match=r"U\+[0-9A-F]{4,6}"):
        written(text)


@pytest.mark.parametrize(("shape", "field", "more"), NAMES)
def test_every_name_that_is_sent_is_looked_at(shape: type[BaseModel], field: str, more: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        shape.model_validate({**more, field: "\u200b\u202e"})
    (error,) = caught.value.errors()
    assert (error["loc"][-1], "U+200B, U+202E" in error["msg"]) == (field, True)
    taken = shape.model_validate({**more, field: "A\u202enn"}).model_dump(by_alias=True)
    assert taken[field] == "Ann"


def test_no_token_is_made_in_a_name_that_nobody_can_see_or_that_is_turned() -> None:
    for name in ("\u200b", "A\u202enn"):
        with pytest.raises(Invalid) as caught:
            creating_a_token("north", "floor", name, at(0), "x")
        assert caught.value.field == "name"
        assert "U+20" in caught.value.detail
    creating_a_token("north", "floor", "", at(0), "x")


def test_a_name_in_golive_toml_is_looked_at_too(tmp_path: Path) -> None:
    rooms = 'rooms = ["CT 1", "\\u200b"]'
    (one,) = mistakes(tmp_path, HEAD + AREA + rooms)
    assert "rooms[1]" in one
    assert "U+200B" in one
    assert "\u200b" not in one
    (two,) = mistakes(tmp_path, HEAD + AREA.replace('"CT"', '"C\\u202eT"'))
    assert "areas[0].name" in two
    assert "U+202E" in two
    assert "\u202e" not in two
