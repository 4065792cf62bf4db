"""The library of rules that docs/triggers.md ships: every example is a rule that loads and that can do its work."""

import re
import tomllib
from pathlib import Path

import pytest

from app.domain.plans import Counts
from app.domain.rollback.trigger_rules import instances
from app.domain.rollback.triggers import Sight, State
from app.plan import plan_of
from app.settings import TriggerRule
from collectors.simulator.rollback import rollback_toml
from tests.faults.calm_week import DOCUMENT, rules, site


def test_the_library_loads_beside_the_simulated_hospital_and_every_rule_can_see_and_recover(tmp_path: Path) -> None:
    plan = plan_of(site(tmp_path))
    assert {rule.kind for rule in plan.rules} == set(Counts) - {Counts.ANY}
    found = instances(plan.rules, plan)
    assert [(i.id, i.never, i.stuck) for i in found if i.never or i.stuck] == []
    assert {i.id for i in found if i.rule.id == "worklist-unusable"} == {
        f"worklist-unusable:{area}" for area in ("ct", "mr", "xr", "us", "mg")
    }


def test_the_simulated_hospital_has_the_rules_of_the_library() -> None:
    assert tomllib.loads(rollback_toml())["triggers"] == tomllib.loads(rules())["triggers"]


@pytest.mark.parametrize("word", [*State, *Sight, *Counts])
def test_each_state_sight_and_kind_is_explained(word: str) -> None:
    assert f"`{word}`" in DOCUMENT.read_text()


def test_each_setting_of_a_rule_is_explained() -> None:
    text = DOCUMENT.read_text()
    silent = [name for name in TriggerRule.model_fields if not re.search(rf"\b{name}\b", text)]
    assert silent == []


def test_each_example_stands_under_the_reason_of_its_numbers() -> None:
    text = DOCUMENT.read_text()
    examples = re.findall(r"\n\n\*\*(.+?)\*\*(.+?)```toml\n(.+?)```", text, re.S)
    assert sum(body.count("[[triggers]]") for _, _, body in examples) == rules().count("[[triggers]]") >= 11
    assert all(len(reason) > 80 for _, reason, _ in examples)
