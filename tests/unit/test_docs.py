"""What the documents name exists, and what exists is documented."""

import re
import tomllib
from pathlib import Path

import pytest

from app.cli import cli
from app.domain.measuring.measures import CATALOGUE
from app.domain.telling.notice_plans import Occasion
from app.settings import Settings
from app.settings.floor import Category, Contact, Escalation, Floor, Team, shipped_categories
from app.settings.notices import Channel, DeadMan, Notices, Route, Tickets
from app.settings.support import Breakout, Support
from app.web.metrics import Metrics, families, of_feeds

ROOT = Path(__file__).parents[2]
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("measure", CATALOGUE)
def test_each_measure_is_documented(measure: str) -> None:
    assert f"`{measure}`" in (ROOT / "docs/measures.md").read_text()


def test_measures_md_names_no_measure_that_does_not_exist() -> None:
    named = re.findall(r"^\| `([a-z_]+\.[a-z0-9_]+|[a-z]+)` \|", (ROOT / "docs/measures.md").read_text(), re.M)
    assert set(named) == set(CATALOGUE)


@pytest.mark.parametrize("document", DOCS, ids=lambda d: d.name)
def test_paths_that_a_document_names_exist(document: Path) -> None:
    text = document.read_text()
    named = set(re.findall(r"`((?:app|collectors|docs|static|templates|migrations|tests)/[A-Za-z0-9_./-]*)`", text))
    named |= {link for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)}
    missing = [n for n in sorted(named) if not (ROOT / n).exists() and not (document.parent / n).exists()]
    assert not missing


def test_make_targets_that_a_document_names_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {t for d in DOCS for t in re.findall(r"`make ([a-z]+)`", d.read_text())}
    assert named <= targets


def test_every_setting_is_explained_where_it_is_defined() -> None:
    silent = []
    for table in Settings.model_fields.values():
        model = getattr(table.annotation, "model_fields", None) or getattr(
            getattr(table.annotation, "__args__", [None])[-1], "model_fields", {}
        )
        silent += [name for name, field in model.items() if not field.description]
    assert not silent


def test_toml_examples_of_the_documents_parse() -> None:
    for document in DOCS:
        for block in re.findall(r"```toml\n(.*?)```", document.read_text(), re.S):
            tomllib.loads(block)


@pytest.mark.parametrize("document", DOCS, ids=lambda d: d.name)
def test_metrics_that_a_document_names_exist(document: Path) -> None:
    made = Metrics().page([], "main").decode() + "".join(metrics_of_standings())
    named = set(re.findall(r"`(golive_[a-z_]+?)(?:\{[^`]*)?`", document.read_text()))
    assert not [name for name in sorted(named) if name not in made and name.removesuffix("_total") not in made]


def metrics_of_standings() -> list[str]:
    return [family.name for family in (*families([], "main"), *of_feeds([]))]


def test_every_table_and_key_of_notices_is_documented_and_every_documented_one_exists() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/notices.md").read_text(), re.S)
    written = tomllib.loads(block)
    tables = {"channels": Channel, "routes": Route, "notices": Notices, "dead_man": DeadMan, "tickets": Tickets}
    for name, model in tables.items():
        rows = written[name] if isinstance(written[name], list) else [written[name]]
        keys = {key for row in rows for key in row}
        assert keys - {"timeout"} == set(model.model_fields) - {"timeout"}
    assert all(f"| `{occasion}` |" in (ROOT / "docs/notices.md").read_text() for occasion in Occasion)


def test_every_table_and_key_of_the_floor_is_documented_and_every_documented_one_exists() -> None:
    text = (ROOT / "docs/floor.md").read_text()
    written = tomllib.loads(re.findall(r"```toml\n(.*?)```", text, re.S)[0])
    for name, model in {"categories": Category, "teams": Team, "contacts": Contact, "floor": Floor}.items():
        rows = written[name] if isinstance(written[name], list) else [written[name]]
        assert {key for row in rows for key in row} == set(model.model_fields), name
    assert all(name in text for name in Escalation.model_fields)
    assert all(f"`{category.id}`" in text for category in shipped_categories())


def test_every_key_of_support_is_documented_and_every_documented_one_exists() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/support.md").read_text(), re.S)
    written = tomllib.loads(block)["support"]
    assert set(written) == set(Support.model_fields)
    assert {key for room in written["breakouts"] for key in room} == set(Breakout.model_fields)
    assert all(field.description for model in (Support, Breakout) for field in model.model_fields.values())


def test_commands_that_a_document_names_exist() -> None:
    known = {c.name or c.callback.__name__ for c in cli.registered_commands if c.callback is not None}
    known |= {g.name for g in cli.registered_groups if g.name}
    for document in DOCS:
        named = set(re.findall(r"`golive ([a-z]+)", document.read_text()))
        assert named <= known, document.name
