"""How the places at a system are shared, and how long a probe can have to wait for one: pure arithmetic."""

import math
from collections.abc import Sequence

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
