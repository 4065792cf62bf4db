"""JSON read so that one odd value spoils its own item and no other: it comes out as what no field can be."""

import json
from typing import Any

MOST_DEEP = 50  # nothing that golive takes is more than three deep
MOST_DIGITS = 400  # of an integer; Python itself stops at 4300, and no count of ours comes near


class Unusable:
    """A value that stands for one that no field takes."""

    def __init__(self, why: str) -> None:
        self._why = why

    def __repr__(self) -> str:
        return self._why


def patiently_read(body: bytes) -> Any:
    """Give the values of a JSON text; bytes that are not UTF-8 become half surrogates, which no text field takes.

    What is no JSON at all raises ValueError, what nests beyond all measure RecursionError.
    """
    found = json.loads(body.decode("utf-8", "surrogateescape"), parse_int=_integer)
    if not isinstance(found, dict):
        return found
    return {name: [_shallow(item) for item in part] if isinstance(part, list) else part for name, part in found.items()}


def _integer(digits: str) -> Any:
    return int(digits) if len(digits) <= MOST_DIGITS else Unusable("a number of too many digits")


def _shallow(item: Any) -> Any:
    if not isinstance(item, dict):
        return item if _depth(item) <= MOST_DEEP else Unusable("too deep")
    return {name: value if _depth(value) <= MOST_DEEP else Unusable("too deep") for name, value in item.items()}


def _depth(value: Any) -> int:
    deep, level = 0, [value]
    while level and deep <= MOST_DEEP:
        inner = [v for v in level if isinstance(v, dict | list)]
        level = [each for v in inner for each in (v.values() if isinstance(v, dict) else v)]
        deep += bool(inner)
    return deep
