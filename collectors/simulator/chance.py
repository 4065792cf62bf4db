"""Seeded chance: every draw belongs to a named stream, so that no draw depends on how many others were made."""

import math
from random import Random


def stream(seed: int, *names: object) -> Random:
    """Give the random numbers of one stream of a seed; the same names always give the same numbers."""
    return Random("/".join(map(str, (seed, *names))))


def around(chance: Random, median: float, sigma: float) -> float:
    """Give a lognormal value: as often above the median as below, sometimes far above."""
    return median * math.exp(sigma * chance.gauss(0.0, 1.0))


def poisson(chance: Random, mean: float) -> int:
    """Give how many of something happen that happen `mean` times on average (small means: Knuth's product)."""
    limit, count, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count
