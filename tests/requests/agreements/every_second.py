"""Budgets the slow way: every second of some days is a start, and each is followed through every stage.

Nothing here is taken from the implementation. The slow watcher of working time says for each minute whether it is
worked and what the wall clock shows; the sentences of the design do the rest, on whole arrays of seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.requests.worktime.oracle import Oracle, Watch

Seconds = NDArray[np.int64]
DAY = 24 * 60 * 60
UNIX = datetime.combine(date(1970, 1, 1), time())


class OutOfSight(Exception):
    """Something lies beyond the days that are watched."""


@dataclass(frozen=True)
class SlowLeg:
    """A duration in a calendar: seconds of working time, or working days."""

    calendar: "EverySecond"
    seconds: int | None
    days: int = 0
    end_of_day: bool = False

    def done(self, starts: Seconds) -> Seconds:
        if self.seconds is None:
            return self.calendar.add_days(starts, self.days, end_of_day=self.end_of_day)
        return self.calendar.add(starts, self.seconds)


class EverySecond:
    """A calendar watched step by step (a minute, or half of one); instants are seconds since the watch began."""

    def __init__(self, document: dict[str, Any], seen: Watch) -> None:
        oracle, self.step = Oracle(document, seen), seen.step // timedelta(seconds=1)
        self.shown: Seconds = np.array([(each - UNIX) // timedelta(seconds=1) for each in seen.shown])
        # How far the clock has ever got when a step begins.
        self.reached = np.concatenate([[self.shown[0]], np.maximum.accumulate(self.shown[:-1] + self.step)])
        self.day: Seconds = np.array([-1 if day is None else _number(day) for day in oracle.day])
        self.worked = np.array(oracle.worked) * self.step
        self.next_open = np.searchsorted(self.worked, self.worked[:-1] + 1) - 1
        self.working_days: Seconds = np.array([_number(day) for day in oracle.working_days])

    def worked_by(self, at: Seconds) -> Seconds:
        place, rest = np.divmod(at, self.step)
        worked: Seconds = self.worked[place] + np.where(self.day[place] >= 0, rest, 0)
        return worked

    def add(self, starts: Seconds, seconds: int) -> Seconds:
        if not seconds:
            return self._opening(starts)
        wanted = self.worked_by(starts) + seconds
        if wanted.max() > self.worked[-1]:
            raise OutOfSight
        place = np.searchsorted(self.worked, wanted) - 1
        ends: Seconds = place * self.step + wanted - self.worked[place]
        return ends

    def add_days(self, starts: Seconds, days: int, *, end_of_day: bool) -> Seconds:
        place, rest = np.divmod(starts if end_of_day else self._opening(starts), self.step)
        wall = self.shown[place] + rest
        # In the second pass of a repeated hour the clock has got as far as that hour's end, and waits there.
        waits = wall < self.reached[place]
        wall = np.where(waits, self.reached[place], wall)
        day = np.where(waits, wall - 1, wall) // DAY
        which = np.searchsorted(self.working_days, day, side="right") + days - 1
        if which.max() >= len(self.working_days) - 1:  # the last day may be cut off by the end of the watch
            raise OutOfSight
        wanted = self.working_days[which]
        return self._end_of(wanted) if end_of_day else self._nearest_work(wanted, wanted * DAY + wall - day * DAY)

    def _opening(self, starts: Seconds) -> Seconds:
        place = starts // self.step
        if self.worked[place].max() >= self.worked[-1]:
            raise OutOfSight
        return np.where(self.day[place] >= 0, starts, self.next_open[place] * self.step)

    def _end_of(self, days: Seconds) -> Seconds:
        ends = {day: (np.flatnonzero(self.day == day)[-1] + 1) * self.step for day in np.unique(days)}
        return np.array([ends[day] for day in days])

    def _nearest_work(self, days: Seconds, walls: Seconds) -> Seconds:
        """When the clock first shows this, if that day is worked then; else when work last ended, or first begins."""
        place = np.searchsorted(self.reached, walls, side="right") - 1
        at = place * self.step + np.maximum(0, walls - self.shown[place])
        found: Seconds = np.zeros(len(at), dtype=np.int64)
        for day in np.unique(days):
            of_day = np.flatnonzero(self.day == day)
            here = days == day
            before = of_day[np.maximum(np.searchsorted(of_day, at[here] // self.step, side="right") - 1, 0)]
            found[here] = np.maximum(np.minimum(at[here], (before + 1) * self.step), of_day[0] * self.step)
        return found


def _number(day: date) -> int:
    return (datetime.combine(day, time()) - UNIX).days


@dataclass(frozen=True)
class SlowAnswer:
    """Seconds since the watch began: the worst start with its slack, and the first that is late, if one is."""

    worst: int
    done: int
    due: int
    slack: int
    first_late: int | None


def starts_of(first: int, after: int, *, whole_minutes: bool, step: int) -> Seconds:
    """Every second; where every duration is of whole minutes, those beside which anything can change."""
    if whole_minutes:
        steps = np.arange(first, after, step)
        return np.unique(np.concatenate([steps, steps + 1, steps + step - 1]))
    return np.arange(first, after)


def by_every_second(promised: SlowLeg, stages: Sequence[Sequence[Sequence[SlowLeg]]], starts: Seconds) -> SlowAnswer:
    """The answer for these starts. OutOfSight."""
    due, done = promised.done(starts), starts
    for stage in stages:
        lanes = []
        for lane in stage:
            at = done
            for leg in lane:
                at = leg.done(at)
            lanes.append(at)
        done = np.max(lanes, axis=0)
    slack = promised.calendar.worked_by(due) - promised.calendar.worked_by(done)
    left = due - done
    worst = int(np.lexsort((starts, left, slack))[0])
    late = np.flatnonzero(left < 0)
    return SlowAnswer(
        worst=int(starts[worst]),
        done=int(done[worst]),
        due=int(due[worst]),
        slack=int(slack[worst]),
        first_late=int(starts[late[0]]) if len(late) else None,
    )
