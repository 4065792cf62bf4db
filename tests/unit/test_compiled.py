"""Templates are compiled once, and anew when anything that they are made of is another."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader

from app.push.compiled import Compiled

AS_IT_IS = {"autoescape": True}


def said(folder: Path, kept: Path, options: dict[str, Any], **values: str) -> str:
    made = Environment(loader=FileSystemLoader(folder), bytecode_cache=Compiled(options, kept), **options)
    return made.get_template("hello.html").render(**values)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "hello.html").write_text("Hello {{ name }}")
    (tmp_path / "kept").mkdir()
    return tmp_path


def test_what_was_compiled_is_used_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(folder, folder / "kept", AS_IT_IS, name="Ann") == "Hello Ann"
    assert len(list((folder / "kept").iterdir())) == 1

    def compiled_again(*_: object) -> str:
        raise AssertionError("compiled a second time")

    monkeypatch.setattr(Environment, "compile", compiled_again)
    assert said(folder, folder / "kept", AS_IT_IS, name="Ben") == "Hello Ben"


def test_another_text_is_compiled_anew(folder: Path) -> None:
    said(folder, folder / "kept", AS_IT_IS, name="Ann")
    (folder / "hello.html").write_text("Good morning {{ name }}")
    assert said(folder, folder / "kept", AS_IT_IS, name="Ann") == "Good morning Ann"


def test_other_options_do_not_take_each_other_s(folder: Path) -> None:
    assert said(folder, folder / "kept", {"autoescape": False}, name="<b>") == "Hello <b>"
    assert said(folder, folder / "kept", AS_IT_IS, name="<b>") == "Hello &lt;b&gt;"


def test_what_is_torn_is_compiled_anew(folder: Path) -> None:
    said(folder, folder / "kept", AS_IT_IS, name="Ann")
    (kept,) = (folder / "kept").iterdir()
    for size in (0, 10, len(kept.read_bytes()) - 20):
        kept.write_bytes(kept.read_bytes()[:size])
        assert said(folder, folder / "kept", AS_IT_IS, name="Ann") == "Hello Ann"


def test_where_nothing_can_be_kept_each_start_compiles(folder: Path) -> None:
    for _ in range(2):
        assert said(folder, folder / "missing", AS_IT_IS, name="Ann") == "Hello Ann"


def test_who_lets_python_keep_nothing_is_kept_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert said(folder, folder / "kept", AS_IT_IS, name="Ann") == "Hello Ann"
    assert not list((folder / "kept").iterdir())


def test_what_one_user_compiled_every_other_can_read(folder: Path) -> None:
    said(folder, folder / "kept", AS_IT_IS, name="Ann")
    (kept,) = (folder / "kept").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o644  # an image is made by root and run by nobody


def test_the_image_compiles_those_that_it_installs() -> None:
    lines = (Path(__file__).parents[2] / "Dockerfile").read_text().splitlines()
    (line,) = (one for one in lines if "environment()" in one)
    # without -P Python takes `app` from the folder that it is called in, and only /venv goes into the image
    assert re.search(r"/venv/bin/python -P -c", line)
