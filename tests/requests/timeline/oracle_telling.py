"""A clock as a person would copy it from the wall, whether the fold or the oracle says it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.requests.timeline.oracle_at_once import Decided
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
    moved: tuple[tuple[datetime, datetime | None, datetime | None, str], ...] = ()


def _at(tick: float | None) -> datetime | None:
    return None if tick is None else instant(tick)


def _hours(quarters: float | None) -> float | None:
    return None if quarters is None else quarters * (TICK.total_seconds() / 3600)


def from_measured(told: Measured) -> Copied:
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
        moved=tuple((instant(at), _at(old), _at(new), why) for at, old, new, why in told.recalculated),
    )


def from_decided(told: Decided) -> Copied:
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
    )
