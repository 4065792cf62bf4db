"""One sheet for each room: its name, its code, and a QR code with the link that opens the form for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from app.domain.floor.rooms import codes
from app.settings import Settings

QUIET = 4  # modules of white around, as the standard asks


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one sheet shows; `runs` are the dark modules, row by row, as column, row and length."""

    area: str
    room: str
    code: str
    link: str
    size: int
    runs: tuple[tuple[int, int, int], ...]

    @property
    def path(self) -> str:
        """Give the dark modules as a path of SVG."""
        return "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in self.runs)


def sheets(settings: Settings, base: str) -> list[Sheet]:
    """Give the sheets of every room of a configuration; `base` is where tablets reach golive."""
    names = {area.id: area.name for area in settings.areas}
    given = codes(settings.site.id, [(area.id, room) for area in settings.areas for room in area.rooms])
    return [_sheet(names[area], room, code, base) for (area, room), code in given.items()]


def _sheet(area: str, room: str, code: str, base: str) -> Sheet:
    link = f"{base.rstrip('/')}/floor?{urlencode({'code': code})}"
    import segno  # loaded with the first sheet: nothing else draws codes

    drawn = segno.make_qr(link, error="q")  # a quarter may be torn or dirty
    return Sheet(area, room, code, link, len(drawn.matrix) + 2 * QUIET, tuple(_runs(drawn.matrix)))


def _runs(matrix: tuple[bytearray, ...]) -> Iterator[tuple[int, int, int]]:
    for y, row in enumerate(matrix, QUIET):
        start = None
        for x, dark in enumerate((*row, 0)):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                yield start + QUIET, y, x - start
                start = None
