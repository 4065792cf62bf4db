"""How sure a share is: the Wilson score interval (Wilson 1927), 95 % two-sided."""

import math

Z = 1.959963984540054  # the 97.5 % point of the normal distribution


def wilson(beyond: int, n: int) -> tuple[float, float]:
    """Give the interval of a share of which `beyond` of `n` were seen; (0, 1) of nothing.

    Its ends are 0 and 1 exactly where none or all are beyond.
    """
    if n == 0:
        return 0.0, 1.0
    share, z2 = beyond / n, Z * Z
    middle = share + z2 / (2 * n)
    half = Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low = 0.0 if beyond == 0 else (middle - half) / (1 + z2 / n)
    high = 1.0 if beyond == n else (middle + half) / (1 + z2 / n)
    return low, high
