"""[support] in golive.toml: each mistake named by its place, and no link's secret in what is stored."""

from pathlib import Path

import pytest

from app.errors import ConfigInvalid
from app.plan import plan_of
from app.settings import load
from tests.unit.test_settings import HEAD

AREA = '[[areas]]\nid = "ct"\nname = "CT"\n'
SUPPORT = '[support]\nlobby = "https://meet.example/l?pwd=S1"\n'


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "golive.toml"
    file.write_text(HEAD + AREA + text)
    return file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[support]\n", "support.lobby"),
        ('[support]\nlobby = "meet me"\n', "is no link (such as"),
        ('[support]\nlobby = "javascript:alert(1)"\n', "is no link (such as"),
        (SUPPORT + "users = 0\n", "support.users"),
        (SUPPORT + 'aim = "soon"\n', 'support.aim: "soon" is no duration'),
        (SUPPORT + 'workstations = { "CT-*" = "narnia" }\n', '"narnia" is no id of [[areas]]'),
        (SUPPORT + 'supporters = ["Ann", "Ann"]\n', '"Ann" stands there twice'),
        (SUPPORT + 'breakouts = [{ name = "R" }, { name = "R" }]\n', '"R" stands there twice'),
        (SUPPORT + 'breakouts = [{ name = "R", link = "x" }]\n', "support.breakouts[0].link"),
        (SUPPORT + 'mood = "good"\n', "support.mood"),
    ],
)
def test_each_mistake_is_named_by_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load(written(tmp_path, text), {})
    assert any(said in str(mistake) for mistake in caught.value.mistakes), caught.value.mistakes


def test_it_is_planned_and_its_links_are_stored_without_their_secrets(tmp_path: Path) -> None:
    text = SUPPORT + 'breakouts = [{ name = "R", link = "https://u:S2@meet.example/r" }, { name = "Q" }]\nusers = 312\n'
    config = load(written(tmp_path, text), {})
    rules = plan_of(config, speed=60.0).support
    assert rules is not None
    assert (rules.breakouts, rules.users, rules.aim_s, rules.lapses_s) == (("R", "Q"), 312, 300 * 60.0, 14_400 * 60.0)
    assert config.settings.support is not None
    assert config.settings.support.lobby.endswith("pwd=S1")
    assert "S1" not in config.canonical
    assert "S2" not in config.canonical


def test_without_it_nothing_is_planned(tmp_path: Path) -> None:
    assert plan_of(load(written(tmp_path, ""), {})).support is None
