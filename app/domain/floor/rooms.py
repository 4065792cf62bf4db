"""The short code of each room, printed beside its QR code and typed where no camera reads it."""

import hashlib
from collections.abc import Iterable

ALPHABET = "CDFGHJKLMNPQRTVWXY34679"  # neither look-alikes (0 O, 1 I, 2 Z, 5 S, 8 B) nor vowels, which would make words
LENGTH = 4

Room = tuple[str, str]  # id of the area, name of the room


def codes(site: str, rooms: Iterable[Room]) -> dict[Room, str]:
    """Give each room its code, in the order of golive.toml.

    It follows from site, area and name; of two that would have the same the later one takes its next, so a room that
    is added at the end never changes what hangs on a wall.
    """
    given: dict[Room, str] = {}
    taken: set[str] = set()
    for room in rooms:
        turn = 0
        while (code := _code(site, room, turn)) in taken:
            turn += 1
        if room not in given:
            given[room] = code
            taken.add(code)
    return given


def room_of(typed: str, given: dict[Room, str]) -> Room | None:
    """Give the room whose code somebody typed, in small letters or with blanks too."""
    wanted = "".join(typed.split()).replace("-", "").upper()
    return next((room for room, code in given.items() if code == wanted), None)


def _code(site: str, room: Room, turn: int) -> str:
    said = "\0".join((site, *room, str(turn))).encode()
    number = int.from_bytes(hashlib.sha256(said).digest(), "big")
    letters = ""
    for _ in range(LENGTH):
        number, letter = divmod(number, len(ALPHABET))
        letters += ALPHABET[letter]
    return letters
