"""Each room has a code that stays, that nobody misreads, and that its QR sheet carries."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from app.cli import cli
from app.domain.floor.rooms import ALPHABET, codes, room_of
from app.push.floor.qr_sheets import QUIET, sheets
from app.settings import load

HEAD = """
[site]
id = "north"
name = "North Campus"
[go_live]
at = 2026-11-21T06:00:00+01:00
[server]
"""
ROOMS = '[[areas]]\nid = "ct"\nname = "CT & <MR>"\nrooms = ["CT 1", "Röntgen Süd"]\n'


def config(folder: Path, more: str = ROOMS) -> Path:
    file = folder / "golive.toml"
    file.write_text(HEAD + more)
    return file


def test_codes_of_a_site_are_these_for_good() -> None:
    assert codes("north", [("ct", "CT 1"), ("ct", "CT 2"), ("ed", "CT 1")]) == {
        ("ct", "CT 1"): "PK4W",
        ("ct", "CT 2"): "6HGT",
        ("ed", "CT 1"): "MXHW",
    }


def test_no_letter_of_a_code_is_read_as_another_one() -> None:
    assert not set(ALPHABET) & set("0O1I2Z5S8BAEU")
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_thousands_of_rooms_have_codes_of_their_own_and_more_rooms_change_none() -> None:
    rooms = [(f"area-{i % 7}", f"room {i}") for i in range(4000)]  # so many that some begin with the same code
    given_ = codes("north", rooms)
    assert len(set(given_.values())) == 4000
    assert set(codes("north", rooms[:3000]).items()) <= set(given_.items())
    assert len({codes("north", [room])[room] for room in rooms}) < 4000


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), max_size=30))
def test_a_code_leads_back_to_its_room_however_it_is_typed(rooms: list[tuple[str, str]]) -> None:
    given_ = codes("north", rooms)
    for room, code in given_.items():
        assert room_of(f" {code[:2].lower()}-{code[2:]} ", given_) == room
    assert room_of("00AA", given_) is None


def test_the_qr_code_of_a_sheet_is_the_link_module_by_module(tmp_path: Path) -> None:
    import segno

    made = sheets(load(config(tmp_path), {}).settings, "https://golive.example/")
    for sheet in made:
        assert sheet.link == f"https://golive.example/floor?code={sheet.code}"
        wanted = segno.make_qr(sheet.link, error="q").matrix
        drawn = {(x + i, y) for x, y, length in sheet.runs for i in range(length)}
        assert drawn == {(x + QUIET, y + QUIET) for y, row in enumerate(wanted) for x, dark in enumerate(row) if dark}
        assert sheet.size == len(wanted) + 2 * QUIET


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, ["qr", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_golive_qr_writes_a_page_for_each_room(tmp_path: Path) -> None:
    file, to = config(tmp_path, ROOMS + '[floor]\nurl = "https://golive.example"\n'), tmp_path / "rooms.pdf"
    code, said, trouble = run("-c", str(file), "--pdf", str(to))
    assert (code, trouble) == (0, "")
    assert said.endswith(f"{to}: 2 sheets\n")
    assert to.read_bytes().startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", to.read_bytes())) == 2


def test_golive_qr_tells_programs_the_codes(tmp_path: Path) -> None:
    code, said, _ = run("-c", str(config(tmp_path)), "--json", "--url", "https://other.example")
    assert code == 0
    assert [(row["area"], row["room"]) for row in json.loads(said)] == [
        ("CT & <MR>", "CT 1"),
        ("CT & <MR>", "Röntgen Süd"),
    ]
    assert all(row["link"] == f"https://other.example/floor?code={row['code']}" for row in json.loads(said))


def test_golive_qr_without_an_address_says_that_tablets_cannot_follow_it(tmp_path: Path) -> None:
    code, _, trouble = run("-c", str(config(tmp_path)))
    assert code == 0
    assert "this machine alone" in trouble


def test_golive_qr_without_rooms_says_what_to_do(tmp_path: Path) -> None:
    code, said, trouble = run("-c", str(config(tmp_path, "")), "--pdf", str(tmp_path / "none.pdf"))
    assert (code, said) == (1, "")
    assert "rooms" in trouble
    assert not (tmp_path / "none.pdf").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--url", "golive"], "is no address"), (["--pdf", "/nowhere/rooms.pdf"], "cannot be written")],
)
def test_golive_qr_refuses_in_words(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(cli, ["qr", "-c", str(config(tmp_path)), *arguments])
    assert done.exit_code in (1, 2)
    assert said in done.output + str(done.exception)


def test_a_room_that_a_pdf_cannot_name_is_refused_with_the_other_way(tmp_path: Path) -> None:
    file = config(tmp_path, '[[areas]]\nid = "ct"\nname = "CT"\nrooms = ["Łódź"]\n')
    done = CliRunner().invoke(cli, ["qr", "-c", str(file), "--pdf", str(tmp_path / "rooms.pdf")])
    assert "/desk/qr" in str(done.exception)


def test_an_address_that_is_none_is_named(tmp_path: Path) -> None:
    file = config(tmp_path, '[floor]\nurl = "golive.example"\n')
    code, _, _ = run("-c", str(file))
    assert code != 0
