"""How everything else stood when a trigger breached, in the words of people: what was not well, the gravest first."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.measuring.overall import subject_of
from app.domain.measuring.standings import Series, State
from app.domain.plans import Plan
from app.push.desk import words as desk_words
from app.push.scene import GRAVITY

STOOD_WELL = (State.OK, State.NOT_EXPECTED)
NAMED = 8


@dataclass(frozen=True, slots=True)
class Stood:
    """So many stood well, so many had seen too little to say; `named` are the gravest others, `more` how many besides.

    Each of `named` is how they stood and which they were.
    """

    well: int
    too_few: int
    named: tuple[tuple[str, tuple[str, ...]], ...]
    more: int


def stood_then(stood: Mapping[str, str], plan: Plan) -> Stood:
    """Give how all stood by the states of a moment, which are kept by the keys of their series."""
    counted = (*STOOD_WELL, State.INSUFFICIENT)
    others = sorted((item for item in stood.items() if item[1] not in counted), key=lambda item: _gravity(item[1]))
    named: dict[str, list[str]] = {}
    for key, state in others[:NAMED]:
        named.setdefault(desk_words.STOOD_SO.get(state, state), []).append(subject_of(Series.of_key(key), plan))
    return Stood(
        sum(state in STOOD_WELL for state in stood.values()),
        sum(state == State.INSUFFICIENT for state in stood.values()),
        tuple((state, tuple(subjects)) for state, subjects in named.items()),
        len(others[NAMED:]),
    )


def _gravity(state: str) -> int:
    return next((place for place, known in enumerate(GRAVITY) if known == state), len(GRAVITY))
