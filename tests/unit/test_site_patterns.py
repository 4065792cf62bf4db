"""The site's own numbers are given as patterns; one that could hang a tablet is refused when the file is read."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.privacy.phi import found
from app.errors import ConfigInvalid
from app.settings import load
from app.settings.patterns import site_pattern


@pytest.mark.parametrize(
    ("written", "read", "finds"),
    [
        ("^MRN[0-9]{8}$", "MRN[0-9]{8}", "MRN12345678"),
        (r"ACC\-\d{4,6}", "ACC-[0-9]{4,6}", "acc-12345"),
        ("(NC|SC)?[0-9]{7}", "(?:NC|SC)?[0-9]{7}", "NC1234567"),
        (r"[A-Z\d]{4}/[0-9]{2}", "[A-Z0-9]{4}/[0-9]{2}", "A1B2/26"),
        (r"(?:20)[0-9]{2}\.[0-9]{5}", r"(?:20)[0-9]{2}\.[0-9]{5}", "2026.12345"),
    ],
)
def test_a_pattern_is_read_and_found_as_a_whole_word(written: str, read: str, finds: str) -> None:
    assert site_pattern(written) == read
    assert [(f.kind, f.start, f.end) for f in found(f"see {finds}, please", [read], 2026)] == [
        ("site-number", 4, 4 + len(finds))
    ]
    assert [f for f in found(f"see X{finds}9", [read], 2026) if f.kind == "site-number"] == []


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("[0-9]+", "repeats without an end"),
        ("MRN.*", "repeats without an end"),
        ("(a{1,30}){1,30}bcde", "too many ways"),
        ("a{1,30}a{1,30}a{1,30}bcde", "too many ways"),
        ("(a|a|a|a){8}b", "too many ways"),
        ("[0-9]{1,3}", "fewer than 4 characters"),
        (r"\w{8}", "read differently"),
        (r"(MRN)\1", "read differently"),
        ("(?=MRN)MRN1", "read differently"),
        ("MRN(12", "never closed"),
        ("MRN)12", "nothing opened"),
        ("[9-0]{8}", "no regular expression"),
        ("a{1,200}", "40 times at most"),
        ("a{2}{3}", "repeats a repeat"),
        ("(" * 20 + "MRN1" + ")" * 20, "nested too deeply"),
        ("^$", "no pattern"),
    ],
)
def test_a_pattern_that_could_hang_or_means_something_else_on_a_tablet_is_refused(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        site_pattern(written)


def test_the_mistake_names_the_field_and_its_line(tmp_path: Path) -> None:
    file = tmp_path / "golive.toml"
    file.write_text(
        '[site]\nid = "north"\nname = "North"\n[go_live]\nat = 2026-11-21T06:00:00+01:00\n[server]\n'
        '[floor]\npatterns = ["^MRN[0-9]{8}$", "([0-9]+)+"]\n'
    )
    with pytest.raises(ConfigInvalid) as refused:
        load(file, {})
    (mistake,) = refused.value.mistakes
    assert (mistake.line, mistake.field) == (8, "floor.patterns[1]")
    assert "without an end" in mistake.problem


@given(st.text("a0[]{}()|?,1-8^$.\\d", max_size=40))
def test_whatever_is_accepted_is_quick_on_the_longest_text(written: str) -> None:
    try:
        pattern = site_pattern(written)
    except ValueError:
        return
    expression = re.compile(pattern, re.IGNORECASE)
    began = time.perf_counter()
    for text in ("a" * 400, "0" * 400, "a0" * 200):
        expression.search(text + "!")
    assert time.perf_counter() - began < 1.0
