"""The tablet's words: one catalogue a language, all with the same keys, every word used and none outside of it."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CATALOGUES = {f.stem.split(".")[1]: json.loads(f.read_text()) for f in (ROOT / "static/words").glob("floor.*.json")}
MODULES = sorted((ROOT / "static/js/floor").glob("*.js"))
CODE = "\n".join(re.sub(r"(?<!:)//.*", "", module.read_text()) for module in MODULES)
PAGE = (ROOT / "templates/pages/floor.html").read_text()
OF_DATA = re.compile(
    r"^(sev|status_|did_|nav_|field_|answer_|note_|lacks_)"
)  # keys made from a value: each is checked below
# what a person would read: a text between quotes or backticks that begins with a capital or holds a blank
_SENTENCE = re.compile(r"""(["'`])(?:[A-Z][a-z]+[^"'`$]*|[A-Za-z]+ [a-z]+ [^"'`$]*)\1""")
_NO_WORDS = re.compile(
    r"^(Content-Type|Accept|If-None-Match|AbortError|TimeoutError|SHA-256|take over"
    r"|BroadcastChannel|BarcodeDetector)$"
)


def test_every_language_has_the_same_words_with_the_same_values_in_them() -> None:
    assert set(CATALOGUES) == {"en", "de"}
    keys = {language: list(words) for language, words in CATALOGUES.items()}
    assert keys["de"] == keys["en"]
    for key, said in CATALOGUES["en"].items():
        assert said
        wanted = sorted(re.findall(r"\{(\w+)\}", said))
        assert {language: sorted(re.findall(r"\{(\w+)\}", words[key])) for language, words in CATALOGUES.items()} == {
            language: wanted for language in CATALOGUES
        }, key


def test_each_word_is_said_somewhere_and_each_that_is_said_exists() -> None:
    said = set(re.findall(r'"([a-z][a-z0-9_]*)"', CODE)) | set(re.findall(r"words\.([a-z_]+)", PAGE)) | {"app_about"}
    counted = {f"{key}_{n}" for key in re.findall(r'count\("(\w+)"', CODE) for n in ("one", "many")}
    assert [k for k in CATALOGUES["en"] if k not in said | counted and not OF_DATA.match(k)] == []
    asked = set(re.findall(r'\bsay\("(\w+)"', CODE)) | counted
    assert sorted(asked - set(CATALOGUES["en"])) == []


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("status_", "new triaged in_progress fixed verified closed duplicate known training not_an_issue"),
        ("sev", "1 2 3 4"),
        ("did_", "verify reopen me_too phoned comment photo duty duty_end handover answer support"),
        ("answer_", "working slow stopped"),
        ("nav_", "log known mine info"),
        ("field_", "text workaround room function area category severity conditions actions needs to until_at"),
        ("note_", "conditions conditions_hint actions actions_hint needs needs_hint means"),
        ("lacks_", "to until conditions actions needs"),
    ],
)
def test_each_value_that_a_word_is_made_from_has_one(prefix: str, values: str) -> None:
    assert [v for v in values.split() if prefix + v not in CATALOGUES["en"]] == []


def test_no_module_and_no_template_says_a_word_of_its_own() -> None:
    shown = re.sub(r"new Error\([^)]*\)", "", CODE)  # read by who looks into the console
    found = [m[0] for m in _SENTENCE.finditer(shown) if not _NO_WORDS.match(m[0][1:-1])]
    assert found == []
    page = re.sub(r"\{[{%].*?[%}]\}|<[^>]*>", "", PAGE)
    assert re.findall(r"[A-Za-z]{2,}", page.replace("golive", "")) == []
