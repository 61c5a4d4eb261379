"""Pure: a share with its interval, and what the scores of a question of one to five come to."""

import math
from typing import NamedTuple

Z95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution: intervals hold 95 %."""
SATISFIED_FROM = 4
"""Of 1 to 5, the scores that count as satisfied: 4 and 5 ("top two boxes", the usual reading of CSAT)."""


class Share(NamedTuple):
    """A share of n with the ends of its 95 % interval; all None where nothing was counted."""

    share: float | None
    low: float | None
    high: float | None


class Satisfaction(NamedTuple):
    """Scores of 1 to 5: how many, their mean, the share of satisfied ones and its interval (None where n is 0)."""

    n: int
    mean: float | None
    satisfied: float | None
    low: float | None
    high: float | None


def wilson(successes: int, n: int) -> Share:
    """The score interval of a binomial share, at 95 %.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209–212.

    >>> read = wilson(8, 10)
    >>> read.share, round(read.low, 4), round(read.high, 4)
    (0.8, 0.4902, 0.9433)
    >>> wilson(0, 0)
    Share(share=None, low=None, high=None)
    """
    if n == 0:
        return Share(None, None, None)
    share, spread = successes / n, Z95 * Z95 / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z95 * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    # at the ends the exact bounds are 0 and 1, which the arithmetic misses by a rounding
    low = 0.0 if successes == 0 else middle - half
    high = 1.0 if successes == n else middle + half
    return Share(share, low, high)


def is_satisfied(score: int) -> bool:
    """Whether a score of 1 to 5 counts as satisfied.

    >>> [score for score in range(1, 6) if is_satisfied(score)]
    [4, 5]
    """
    return score >= SATISFIED_FROM


def satisfaction(n: int, total: int, satisfied: int) -> Satisfaction:
    """What n scores that add up to `total`, `satisfied` of them 4 or 5, come to.

    >>> satisfaction(4, 16, 3)[:3]
    (4, 4.0, 0.75)
    >>> satisfaction(0, 0, 0)
    Satisfaction(n=0, mean=None, satisfied=None, low=None, high=None)
    """
    return Satisfaction(n, total / n if n else None, *wilson(satisfied, n))
