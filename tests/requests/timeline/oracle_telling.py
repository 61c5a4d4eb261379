"""A clock as a person would copy it from the wall, whether the fold or the oracle says it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.requests.timeline.explanation import ClockExplanation
from services.requests.timeline.vocabulary import INSTANT, ClockName
from tests.requests.timeline.oracle_at_once import Decided
from tests.requests.timeline.oracle_clocks import Told
from tests.requests.timeline.oracle_stopwatch import Measured
from tests.requests.timeline.weeks import TICK, instant


@dataclass(frozen=True)
class Copied:
    """Instants in UTC, working time in hours; `fires`: every share and its instant if known; `passed`: by a ruling."""

    state: str
    round: int
    start: datetime
    end: datetime | None
    due: datetime | None = None
    breached: datetime | None = None
    target: float | None = None
    elapsed: float | None = None
    left: float | None = None
    fires: tuple[tuple[int, datetime | None], ...] = ()
    passed: frozenset[int] = frozenset()
    is_best_effort: bool = False
    promised: float | None = None
    observed: Any = None
    shortfall: float | None = None
    version: int = 0
    moved: tuple[tuple[datetime, datetime | None, datetime | None, str], ...] = ()


Clocks = dict[tuple[str, int], Copied]


def watched_in(clocks: Clocks) -> set[tuple[str, int, int]]:
    """Every threshold that is told of, by clock, cycle and percent."""
    return {(*key, percent) for key, copied in clocks.items() for percent, _ in copied.fires}


def passed_between(before: Clocks, after: Clocks) -> set[tuple[str, int, int]]:
    """The thresholds of the clocks before that rulings passed since, the whole one too."""
    passed = {(*key, percent) for key, copied in before.items() for percent in after[key].passed - copied.passed}
    return passed | {(*key, 100) for key, copied in before.items() if not copied.breached and after[key].breached}


def _at(tick: float | None) -> datetime | None:
    return None if tick is None else instant(tick)


def _hours(quarters: float | None) -> float | None:
    return None if quarters is None else quarters * (TICK.total_seconds() / 3600)


def _exactly(duration: timedelta | None) -> float | None:
    return None if duration is None else duration / timedelta(hours=1)


def from_fold(explained: ClockExplanation) -> Copied:
    """Any clock, by the code under test. (It tells no `passed`; a share that was is one that a ruling reached.)"""
    told = explained.reading
    in_hours = told.clock is ClockName.NOTICE
    runs = told.clock not in INSTANT
    return Copied(
        state=told.state.value,
        round=told.round,
        start=told.started_at,
        end=told.ended_at,
        due=told.due_at,
        breached=told.breached_at,
        target=_exactly(told.target),
        elapsed=_exactly(told.elapsed) if runs else None,
        left=_exactly(told.remaining) if runs else None,
        fires=tuple((each.percent, each.fires_at) for each in told.thresholds) if runs else (),
        is_best_effort=told.is_best_effort,
        promised=told.promised / 3600 if in_hours and told.promised is not None else told.promised,
        observed=told.observed / 3600 if in_hours and isinstance(told.observed, float) else told.observed,
        shortfall=_exactly(told.shortfall),
        moved=tuple((each.at, each.old_due_at, each.new_due_at, str(each.why)) for each in explained.recalculations),
        version=told.calendar_version,
    )


def copied_from(told: Told) -> Clocks:
    """Every clock, by the oracle."""
    running = {(each.cycle.clock, each.cycle.number): _from_measured(each) for each in told.running}
    return running | {(each.clock, 1): _from_decided(each) for each in told.decided}


def _from_measured(told: Measured) -> Copied:
    """A clock that runs, by the oracle."""
    return Copied(
        state=told.state,
        round=told.cycle.round,
        start=instant(told.cycle.start),
        end=_at(told.cycle.end),
        due=_at(told.due),
        breached=_at(told.breached),
        target=_hours(told.target),
        elapsed=_hours(told.elapsed),
        left=_hours(told.remaining),
        fires=tuple((percent, _at(tick)) for percent, tick in sorted(told.fires.items())),
        passed=frozenset(told.passed),
        is_best_effort=told.is_best_effort,
        version=told.version,
        moved=tuple((instant(at), _at(old), _at(new), why) for at, old, new, why in told.recalculated),
    )


def _from_decided(told: Decided) -> Copied:
    """An obligation that is decided at once, by the oracle."""
    in_hours = told.clock == "notice"
    return Copied(
        state="met" if told.is_met else "missed",
        round=1,
        start=instant(told.tick),
        end=instant(told.tick),
        breached=_at(told.missed_at),
        promised=_hours(told.promised) if in_hours else told.promised,
        observed=_hours(told.observed) if in_hours else told.observed,
        shortfall=_hours(told.shortfall),
        version=told.version,
    )
