"""The sheets of rooms as a PDF, one page of A4 each."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from fpdf import FPDF

from app.errors import Invalid
from app.push.floor.qr_sheets import Sheet

CODE_MM = 130.0
MARGIN_MM = 15.0


def pdf(sheets: Sequence[Sheet], site: str, words: Mapping[str, str], now: datetime) -> bytes:
    """Give the file; a name with letters that PDF's own fonts lack is refused, since a wrong name helps nobody."""
    made = FPDF(format="A4")
    made.set_title(f"{words['title']}, {site}")
    made.set_creation_date(now)
    made.set_auto_page_break(False)
    made.set_margin(MARGIN_MM)
    for sheet in sheets:
        made.add_page()
        _line(made, f"{site} · {sheet.area}", 20, 18)
        _line(made, sheet.room, 32, 44, bold=True)
        _line(made, words["calls"], 54, 20)
        module_mm, left_mm, top_mm = CODE_MM / sheet.size, (made.w - CODE_MM) / 2, 66.0
        for x, y, length in sheet.runs:
            made.rect(left_mm + x * module_mm, top_mm + y * module_mm, length * module_mm, module_mm, style="F")
        _line(made, sheet.code, 203, 72, bold=True)
        _line(made, words["how"], 236, 16)
        _line(made, sheet.link, 270, 10)
    return bytes(made.output())


def _line(made: FPDF, text: str, at_mm: float, points: int, *, bold: bool = False) -> None:
    """Write one line in the middle, smaller where it would not fit."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise Invalid(
            "rooms", f'"{text}" has letters that a PDF of golive cannot show: print the page /desk/qr instead'
        ) from error
    made.set_font("Helvetica", "B" if bold else "", points)
    room_mm = made.w - 2 * MARGIN_MM
    if (width_mm := made.get_string_width(text)) > room_mm:
        made.set_font_size(points * room_mm / width_mm * 0.98)
    made.set_xy(MARGIN_MM, at_mm)
    made.cell(room_mm, text=text, align="C")
