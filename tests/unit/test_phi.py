"""What may tell of a patient is found in free text, what only looks like it is not, and nothing repeats the text."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.privacy.phi import KINDS, found, guarded
from app.domain.privacy.phi_numbers import CHECKS
from app.domain.privacy.phi_rules import RULES
from app.errors import PatientFound
from app.web.problems import problem_of
from tests.unit import phi_corpus as corpus
from tests.unit.phi_corpus import PATTERNS, YEAR, sentences

DOCS = Path(__file__).parents[2] / "docs/privacy.md"
EACH = 40


def kinds(text: str) -> list[tuple[str, str]]:
    return [(f.kind, text[f.start : f.end]) for f in found(text, PATTERNS, YEAR)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Patient Müller wartet, geb. 12.03.54", ["Müller", "12.03.54"]),
        ("Herr Dr. von der Leyen: Bilder fehlen", ["von der Leyen"]),
        ("Frau Hand, Herr May", ["Hand", "May"]),
        ("mrs smith waits", ["smith"]),
        ('patient "Doe", Hr.Schmidt, Mr.Jones, Fr. Kaya', ["Doe", "Schmidt", "Jones", "Kaya"]),
        ("patient\u00a0Doe and DOE^JOHN^^^", ["Doe", "DOE^JOHN^^^"]),
        ("dob:19540312", ["19540312"]),
        ("born 3 March 2026", ["3 March 2026"]),
        ("943 476 5919", ["943 476 5919"]),
        ("756.9217.0769.85", ["756.9217.0769.85"]),
        ("A123456780", ["A123456780"]),
        ("SSN 123456789", ["123456789"]),
        ("mrn12345678 is blank", ["mrn12345678"]),
        ("😀 patient Doe", ["Doe"]),
    ],
)
def test_it_finds(text: str, words: list[str]) -> None:
    assert [found_words for _, found_words in kinds(text)] == words


@pytest.mark.parametrize(
    "text",
    [
        "CT 2",
        "Patient Verwechslung, Study date 2024-01-05, Fr. 27.11.",
        "Patient table stuck",
        "Mr 3T scanner stuck",
        "call 4711",
        "ADT^A08 refused by 10.0.0.12:2575 at 06:12:44",
        "1.2.840.10008.5.1.4.1.1.2 fails",
        "ticket INC0012345678, firmware 12.03.1954",
        "priors from 2019-03-12 missing, go-live 21.11.2026",
        "Siemens Head^HeadRoutine",
        "943 476 5918, 756.9217.0769.86, A123456781, 000-12-3456, 111222334",  # a wrong check digit each
        "MRN1234567 and MRN123456789",
        "",
    ],
)
def test_it_leaves_alone(text: str) -> None:
    assert kinds(text) == []


# docs/privacy.md says so: each is a limit that somebody must know of
NOT_FOUND = (
    "John Doe waits in CT 2",
    "patient müller wartet",
    "12.03.2026 born child",
    "her number: 555 1234",
    "Miller, 72 y",
)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_the_docs_say_is_not_found_is_not_found(text: str) -> None:
    assert kinds(text) == []
    assert f"`{text}`" in DOCS.read_text()


def test_the_figures_of_the_docs_are_those_of_the_code() -> None:
    positive = sentences(corpus.HELD_OUT, EACH, 5)
    negative = sentences(corpus.HELD_OUT_NEGATIVE, EACH, 6)
    assert min(len(positive), len(negative)) >= 1000
    lines = [
        f"| `{kind}` | {there} | {caught / there:.3f} | {right / told:.3f} |"
        for kind, (there, caught, told, right) in corpus.figures(positive + negative).items()
    ]
    stopped = sum(bool(found(s.text, PATTERNS, YEAR)) for s in negative)
    said = DOCS.read_text()
    assert re.findall(r"^\| `[a-z-]+` \| \d.*$", said, re.M) == lines
    assert f"{len(positive)} sentences that tell of a patient and {len(negative)} that do not" in said
    assert f"{stopped} of the {len(negative)}" in said


def test_every_kind_has_sentences_of_its_own() -> None:
    assert {kind for s in sentences(corpus.HELD_OUT, 1, 1) for kind, _, _ in s.holds} == set(KINDS)


def test_a_text_with_a_finding_is_refused_by_kind_and_never_repeated() -> None:
    texts = {"workaround": "", "text": "Patient Doe, born 12.03.1954"}
    with pytest.raises(PatientFound) as refused:
        guarded(texts, False, PATTERNS, YEAR)
    document = problem_of(refused.value).body().decode()
    assert json.loads(document)["kinds"] == ["person-name", "birth-date"]
    assert json.loads(document)["field"] == "text"
    assert json.loads(document)["status"] == 422
    assert "Doe" not in document
    assert "1954" not in document


def test_a_text_with_a_finding_is_taken_when_confirmed_and_one_without_needs_no_word() -> None:
    guarded({"text": "Patient Doe"}, True, PATTERNS, YEAR)
    guarded({"text": "worklist empty"}, False, PATTERNS, YEAR)
    with pytest.raises(PatientFound):
        guarded({"text": "worklist empty", "room": "Frau Doe"}, False, PATTERNS, YEAR)


@pytest.mark.parametrize(
    "name", ["7400123", "tablet-740012", "MRN12345678", "IPAD-7400123", "1954-03-12", "943.476.5919"]
)
def test_a_tablets_name_that_its_keepers_gave_it_refuses_nothing(name: str) -> None:
    patterns = [*PATTERNS, "[0-9]{6,7}", "MRN[0-9]{8}"]
    guarded({"text": "worklist empty", "device": name}, False, patterns, YEAR)
    with pytest.raises(PatientFound):
        guarded({"text": name.replace("tablet-", "").replace("IPAD-", "")}, False, patterns, YEAR)


@pytest.mark.parametrize(
    "name", ["Frau Doe", "DOE^JOHN", "bed 7400123", "doe@mail.example", "Patient Doe, MRN12345678"]
)
def test_what_is_no_name_that_a_tablet_can_have_is_looked_into(name: str) -> None:
    with pytest.raises(PatientFound) as refused:
        guarded({"device": name}, False, ["[0-9]{7}"], YEAR)
    assert refused.value.field == "device"


HOSTILE = (
    "a",
    "0 ",
    "A^",
    "Patient ",
    "1.",
    "a.b-",
    "Herr A. ",
    "Mr von der ",
    "(",
    "12.03.",
    "Ab ",
    "Patient Ab ",
    "a@",
    "0",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_long(piece: str) -> None:
    def took_s(length: int) -> float:
        text = (piece * length)[:length]
        began = time.perf_counter()
        found(text, PATTERNS, YEAR)
        return time.perf_counter() - began

    took_s(400)  # the patterns are compiled once
    assert min(took_s(4000) for _ in range(3)) < 0.5


def test_the_numbers_of_countries_are_told_from_other_numbers_by_their_check_digits() -> None:
    assert CHECKS["nhs"]("9434765919")
    assert CHECKS["bsn"]("111222333")
    assert CHECKS["svnr"]("1237010180")
    assert not any(CHECKS["kvnr"](f"A12345678{last}") for last in "123456789")


def test_the_browser_reads_the_same_rules(golden: Callable[[str, str], None]) -> None:
    def of_browser(rule: dict[str, object]) -> dict[str, object]:
        pattern = str(rule["pattern"]).replace("(?P<", "(?<")
        return {**rule, "pattern": re.sub(r"\(\?P=([a-z]+)\)", r"\\k<\1>", pattern)}

    rules = RULES | {"steps": [of_browser(rule) for rule in RULES["steps"]]}
    head = "// Written from app/domain/privacy/phi_rules.py by pytest tests/unit/test_phi.py --update-golden.\n"
    golden(
        "../../static/js/phi_rules.js",
        f"{head}export const RULES = {json.dumps(rules, ensure_ascii=False, indent=1)};\n",
    )


def test_the_vectors_that_both_twins_run_are_as_reviewed(golden: Callable[[str, str], None]) -> None:
    made = [
        s.text
        for t in (corpus.TUNED, corpus.TUNED_NEGATIVE, corpus.HELD_OUT, corpus.HELD_OUT_NEGATIVE)
        for s in sentences(t, 2, 9)
    ]
    by_hand = [
        *NOT_FOUND,
        "😀 patient Doe",
        "patient’s name is Ng",
        "Fr. Müller, Fr. 27.11.",
        "line\nPatient Doe\nMr Lee",
    ]
    vectors = [{"text": text, "found": kinds(text)} for text in (*by_hand, *made)]
    golden("phi_vectors.json", json.dumps(vectors, ensure_ascii=False, indent=1) + "\n")
