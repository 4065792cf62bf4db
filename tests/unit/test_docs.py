"""What the documents name exists, and what exists is documented."""

import re
import tomllib
from pathlib import Path

import pytest

from app.domain.measures import CATALOGUE
from app.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("measure", CATALOGUE)
def test_each_measure_is_documented(measure: str) -> None:
    assert f"`{measure}`" in (ROOT / "docs/measures.md").read_text()


def test_measures_md_names_no_measure_that_does_not_exist() -> None:
    named = re.findall(r"^\| `([a-z_]+\.[a-z_]+|[a-z]+)` \|", (ROOT / "docs/measures.md").read_text(), re.M)
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
