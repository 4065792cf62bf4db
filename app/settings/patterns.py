"""How a site's own numbers look: the part of regular expressions that means the same here and in a browser.

A pattern is read in people's texts, on tablets too, so it must be quick on each: every repeat says how often at most,
and the ways in which one text can fit are few.
"""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

MOST_CHARACTERS = 200
MOST_TIMES = 40  # what one repeat may take
MOST_WAYS = 500  # in which a text can be tried
LEAST = 4  # characters of what it finds; less is found in every room's name
_PIECE = re.compile(
    r"\\(?P<escaped>[^A-Za-z0-9])|\\(?P<digit>d)|(?P<class>\[\^?(?:[^\[\]\\]|\\[^A-Za-z0-9]|\\d)+\])|(?P<open>\((?:\?:)?)"
    r"|(?P<close>\))|(?P<or>\|)|(?P<plain>[^\\\[\](){}|?*+^$.])|(?P<any>[.])"
)
_TIMES = re.compile(r"\?|\{(?P<least>\d{1,3})(?P<to>,(?P<most>\d{1,3}))?\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Part:
    """What a part of a pattern takes: `least` characters, in so many `ways`, written so that both languages read it."""

    text: str
    least: int
    ways: int


def site_pattern(text: str) -> str:
    """Give the pattern without its anchors, since it is found as a whole word anywhere, or refuse it with a reason."""
    bare = re.sub(r"^\^|(?<!\\)\$$", "", text)
    if not bare or len(bare) > MOST_CHARACTERS:
        raise ValueError(f'is no pattern (1 to {MOST_CHARACTERS} characters, such as "^MRN[0-9]{{8}}$")')
    part, end = _either(bare, 0, 0)
    if end != len(bare):
        raise ValueError(f"is no pattern: {bare[end]!r} closes what nothing opened")
    if part.ways > MOST_WAYS:
        raise ValueError("could be tried in too many ways: let fewer of its parts vary in length")
    if part.least < LEAST:
        raise ValueError(f"fits texts of fewer than {LEAST} characters, such as a room: say more of the number")
    try:
        re.compile(part.text)
    except re.error as error:
        raise ValueError(f"is no regular expression ({error})") from error
    return part.text


def _either(text: str, at: int, depth: int) -> tuple[_Part, int]:
    if depth > 8:
        raise ValueError("has brackets nested too deeply")
    parts = []
    while True:
        part, at = _in_turn(text, at, depth)
        parts.append(part)
        if at == len(text) or text[at] != "|":
            ways = sum(p.ways for p in parts)
            return _Part("|".join(p.text for p in parts), min(p.least for p in parts), ways), at
        at += 1


def _in_turn(text: str, at: int, depth: int) -> tuple[_Part, int]:
    whole = _Part("", 0, 1)
    while at < len(text) and text[at] not in "|)":
        part, at = _piece(text, at, depth)
        part, at = _repeated(part, text, at)
        whole = _Part(whole.text + part.text, whole.least + part.least, whole.ways * part.ways)
    return whole, at


def _piece(text: str, at: int, depth: int) -> tuple[_Part, int]:
    found = _PIECE.match(text, at)
    if found is None and text[at] == "[":
        raise ValueError("is no regular expression: it has a [ without its ]")
    if found is None:
        raise ValueError(
            f"has {text[at : at + 2]!r}, which tablets and golive may read differently: letters, digits, [0-9], \\d, "
            "(a|b), ? and {2,8} are there"
        )
    if found["open"]:
        inner, end = _either(text, found.end(), depth + 1)
        if end == len(text):
            raise ValueError("has a bracket that is never closed")
        return _Part(f"(?:{inner.text})", inner.least, inner.ways), end + 1
    written = found[0].replace("\\d", "0-9" if found["class"] else "[0-9]")
    if found["escaped"] and found["escaped"] not in r"\^$.*+?()[]{}|/":
        written = found["escaped"]  # such as \- , which browsers take for a mistake in some places
    return _Part(written, 1, 1), found.end()


def _repeated(part: _Part, text: str, at: int) -> tuple[_Part, int]:
    if at < len(text) and text[at] in "*+":
        raise ValueError(f"repeats without an end at {text[at]!r}: say how often at most, such as {{1,12}}")
    found = _TIMES.match(text, at)
    if found is None:
        return part, at
    least, most = (0, 1) if found[0] == "?" else (int(found["least"]), int(found["most"] or found["least"]))
    if most > MOST_TIMES or least > most:
        raise ValueError(f"repeats {found[0]!r}: from fewer to more, and {MOST_TIMES} times at most")
    if found.end() < len(text) and text[found.end()] in "?*+{":
        raise ValueError("repeats a repeat")
    ways = sum(min(part.ways**n, MOST_WAYS + 1) for n in range(least, most + 1))
    return _Part(part.text + found[0], part.least * least, ways), found.end()


SitePattern = Annotated[str, AfterValidator(site_pattern)]
