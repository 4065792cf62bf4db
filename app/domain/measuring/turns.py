"""How the places at a system are shared, and how long a probe can have to wait for one: pure arithmetic."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

JITTER = 0.1  # of a cadence, at most, lies between its tick and a run's start
BACK_OFF_MOST_S = 5.0
LIST_TIMEOUT_S = 20.0  # of one question for a study list
CLOSING_S = 0.5  # an attempt's place is free again this long after its end


def share(places: int, collectors: int) -> int:
    """Give the places of each of several collectors that ask one system, one at least."""
    return max(1, places // max(1, collectors))


def longest_turn_s(timeouts_s: Sequence[float], places: int, in_line: int = 1) -> float:
    """Give the longest that a due probe can wait for one of `places` while all probes of its system run into timeouts.

    `in_line` counts the probes that go one after the other whatever the places, as image loads do.
    """
    round_s = max(timeouts_s, default=0.0) + CLOSING_S
    return in_line * math.ceil(len(timeouts_s) / places) * round_s


def next_tick(anchor_s: float, every_s: float, ended_s: float) -> float:
    """Give the first tick after a run's end."""
    return anchor_s + (math.floor((ended_s - anchor_s) / every_s + 1e-9) + 1) * every_s


@dataclass(frozen=True, slots=True)
class Asker:
    """A probe or a polled list, as far as it takes a place at a system; of image loads one goes at a time."""

    id: str
    every_s: float
    timeout_s: float
    is_load: bool = False
    is_list: bool = False


_NEARLY = 1 - 1e-6  # the longest jitter is never quite reached


def alone_s(asker: Asker) -> float:
    """Give the first tick after a run that starts with the longest jitter and takes its timeout."""
    return next_tick(0.0, asker.every_s, JITTER * asker.every_s * _NEARLY + asker.timeout_s)


def round_s(askers: Sequence[Asker], places: int) -> float:
    """Give how long it takes until each of those that always wait had its turn, 0 when nobody has to wait.

    Askers whose cadence is longer than such a round come on time and take only their part of the places.
    """
    waiting, whole_s = list(askers), 0.0
    if sum(a.timeout_s / alone_s(a) for a in askers) <= places:
        return 0.0
    while waiting:
        on_time = [a for a in askers if a not in waiting]
        left = places - sum(a.timeout_s / alone_s(a) for a in on_time)
        whole_s = sum(a.timeout_s for a in waiting) / left
        late = [a for a in waiting if alone_s(a) < whole_s]
        if len(late) == len(waiting):
            return whole_s
        waiting = late
    return whole_s


def slowest_s(asker: Asker, beside: Sequence[Asker], places: int) -> float:
    """Give the cadence that a probe keeps, itself among those `beside` it, at the worst.

    That is when every answer takes its timeout, or when every try is refused and backs off.
    """
    loads = [a for a in beside if a.is_load] if asker.is_load else []
    backed_off_s = max(asker.every_s, BACK_OFF_MOST_S)
    return max(alone_s(asker), backed_off_s, round_s(beside, places), round_s(loads, 1))
