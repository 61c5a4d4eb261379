"""Figure 1: adding and measuring working time, against the library businesstimedelta on the same calendar."""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

import businesstimedelta

from services.requests.worktime import CalendarDefinition, Shift, Weekday, WorkingTime
from services.requests.worktime.public_holidays import expand_public_holidays
from tests.bench.measuring import Figure

ROUNDS = 5
SLOWEST = 2.5
"""Microseconds."""
YEAR = timedelta(days=365)
AMOUNT = timedelta(hours=40)
NOTE = (
    "Monday to Friday, 9 to 18 with lunch from 12 to 13, Spain's public holidays, UTC; starts all over a year; both "
    "answer the same. businesstimedelta has no compiled form; ours was compiled before (once for each version)"
)


def calendars() -> tuple[WorkingTime, businesstimedelta.Rules]:
    """The same calendar twice."""
    holidays = expand_public_holidays("ES", None, date(2025, 6, 1))
    week = [Shift(day, *hours) for day in list(Weekday)[:5] for hours in ((540, 720), (780, 1080))]
    rules = businesstimedelta.Rules(
        [
            businesstimedelta.WorkDayRule(start_time=time_of_day(9), end_time=time_of_day(18)),
            businesstimedelta.LunchTimeRule(start_time=time_of_day(12), end_time=time_of_day(13)),
            businesstimedelta.HolidayRule([holiday.date for holiday in holidays]),
        ]
    )
    return WorkingTime(CalendarDefinition("UTC", tuple(week), holidays)), rules


def figures() -> list[Figure]:
    """Figure 1, its two halves. ValueError where the two answer differently."""
    ours, rules = calendars()
    forty = businesstimedelta.BusinessTimeDelta(rules, hours=40)
    dice = random.Random(1)
    starts = [datetime(2025, 1, 1, tzinfo=UTC) + dice.random() * YEAR for _ in range(2_000)]
    return [
        _compared(
            "1  add 40 h of working time",
            lambda start: ours.add(start, AMOUNT),
            lambda start: start + forty,
            starts,
            few=40,
            least=400,
        ),
        _compared(
            "1  working time between, over a year",
            lambda start: ours.between(start, start + YEAR),
            lambda start: rules.difference(start, start + YEAR).timedelta,
            [start.replace(microsecond=0) for start in starts],  # businesstimedelta drops them
            few=2,
            least=20_000,
        ),
    ]


def _compared(
    what: str,
    ours: Callable[[datetime], object],
    baseline: Callable[[datetime], object],
    starts: Sequence[datetime],
    *,
    few: int,
    least: int,
) -> Figure:
    spent: list[float] = []
    least_spent: list[float] = []
    for turn in range(ROUNDS):
        asked = starts[turn * few :][:few]
        mine, theirs = [ours(start) for start in asked], [baseline(start) for start in asked]
        if mine != theirs:
            raise ValueError(f"{what}: {mine} is not {theirs}")
        spent.append(_microseconds(ours, starts))
        least_spent.append(_microseconds(baseline, asked))
    fast, slow = statistics.median(spent), statistics.median(least_spent)
    return Figure(
        what,
        f"{fast:.2f} µs",
        f"{slow:,.0f} µs",
        f"{slow / fast:,.0f}× faster",
        f"≥ {least:,}×, ≤ {SLOWEST} µs",
        slow / fast >= least and fast <= SLOWEST,
        NOTE,
    )


def _microseconds(compute: Callable[[datetime], object], starts: Sequence[datetime]) -> float:
    before = time.process_time()
    for start in starts:
        compute(start)
    return (time.process_time() - before) / len(starts) * 1e6
