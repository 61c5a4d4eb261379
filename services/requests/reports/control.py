"""Pure: whether a share that goes up and down has really changed, by a control chart with few rules."""

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

SIGMAS = 3
RUN = 8


class Signal(StrEnum):
    """What says that chance alone does not explain a point."""

    BEYOND_LIMITS = "beyond_limits"
    """It lies beyond three standard deviations."""
    RUN_OF_EIGHT = "run_of_eight"
    """It is the eighth or a later one in a row on the same side of the centre."""


class Point(NamedTuple):
    """A share of `n` with its control limits; all but `n` None where nothing was counted."""

    n: int
    share: float | None = None
    lower: float | None = None
    upper: float | None = None
    signals: tuple[Signal, ...] = ()


class Chart(NamedTuple):
    """Points around their `center`, the share of all that was counted; None where nothing was."""

    center: float | None
    points: tuple[Point, ...]


def p_chart(counted: Sequence[tuple[int, int]]) -> Chart:
    """The p chart of (successes, n) in the order of time.

    The limits of a point are `p ± 3 · sqrt(p · (1 - p) / n)` within 0 and 1, with p the share of all (W. A. Shewhart,
    Economic Control of Quality of Manufactured Product, 1931; D. C. Montgomery, Introduction to Statistical Quality
    Control, section 7.2, for a sample size that varies). Of the Western Electric rules (Statistical Quality Control
    Handbook, 1956) two are used: a point beyond the limits, and eight in a row on one side of the centre. A point on
    the centre ends a run; one without anything counted neither ends nor lengthens it.

    >>> chart = p_chart([(9, 10)] * 9 + [(2, 10)])
    >>> round(chart.center, 2), [round(each, 4) for each in chart.points[0][2:4]]
    (0.83, [0.4736, 1.0])
    >>> [[str(signal) for signal in point.signals] for point in chart.points[6:]]
    [[], ['run_of_eight'], ['run_of_eight'], ['beyond_limits']]
    """
    everything = sum(n for _, n in counted)
    if not everything:
        return Chart(None, tuple(Point(0) for _ in counted))
    center = sum(successes for successes, _ in counted) / everything
    points: list[Point] = []
    side, run = 0, 0
    for successes, n in counted:
        if n == 0:
            points.append(Point(0))
            continue
        above = _side(successes, n, center)
        run = run + 1 if above == side and above else abs(above)
        side = above
        points.append(_point(successes, n, center, is_run=run >= RUN))
    return Chart(center, tuple(points))


def _side(successes: int, n: int, center: float) -> int:
    """1 above the centre, -1 below it, 0 on it."""
    if math.isclose(successes, center * n, rel_tol=1e-12):
        return 0
    return 1 if successes > center * n else -1


def _point(successes: int, n: int, center: float, *, is_run: bool) -> Point:
    share, half = successes / n, SIGMAS * math.sqrt(center * (1 - center) / n)
    lower, upper = max(0.0, center - half), min(1.0, center + half)
    is_beyond = abs(share - center) > half and not math.isclose(share, center, rel_tol=1e-12)
    told = ((Signal.BEYOND_LIMITS, is_beyond), (Signal.RUN_OF_EIGHT, is_run))
    return Point(n, share, lower, upper, tuple(signal for signal, is_given in told if is_given))
