"""How promises are counted: breached is missed, best effort and void are neither, rounds of `update` count once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.requests.tickets.rules.measured import counts_of
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.vocabulary import ClockName, ClockState, Side

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def a_clock(clock: ClockName, state: ClockState, **changes: Any) -> ClockReading:
    usual: dict[str, Any] = {
        "clock": clock,
        "side": Side.PROVIDER,
        "cycle": 1,
        "round": 1,
        "state": state,
        "started_at": AT,
        "ended_at": None,
        "target": timedelta(hours=1),
        "elapsed": timedelta(),
        "remaining": None,
        "due_at": None,
        "breached_at": AT if state is ClockState.MISSED else None,
        "no_due_reason": None,
        "thresholds": (),
        "calendar_id": None,
        "calendar_version": 1,
        "objective": None,
    }
    return ClockReading(**(usual | changes))


def counted(*clocks: ClockReading) -> tuple[int, int]:
    met, missed = counts_of(clocks)[Side.PROVIDER]
    return met, missed


def test_a_breached_clock_is_missed_even_while_it_runs() -> None:
    running = a_clock(ClockName.RESOLUTION, ClockState.RUNNING)
    assert counted(running) == (0, 0)
    assert counted(running._replace(breached_at=AT)) == (0, 1)


def test_void_and_best_effort_are_neither() -> None:
    met = a_clock(ClockName.RESOLUTION, ClockState.MET)
    missed = a_clock(ClockName.RESOLUTION, ClockState.MISSED)
    assert counted(a_clock(ClockName.ACKNOWLEDGE, ClockState.VOID)) == (0, 0)
    assert counted(met._replace(is_best_effort=True), missed._replace(is_best_effort=True)) == (0, 0)
    assert counted(met, missed._replace(cycle=2)) == (1, 1)


def test_updates_count_once_a_round() -> None:
    met = [a_clock(ClockName.UPDATE, ClockState.MET, cycle=cycle) for cycle in (1, 2)]
    open_one = a_clock(ClockName.UPDATE, ClockState.RUNNING, cycle=3)
    missed = a_clock(ClockName.UPDATE, ClockState.MISSED, cycle=4)
    assert counted(*met) == (1, 0)
    assert counted(*met, open_one) == (0, 0)
    assert counted(*met, open_one, missed) == (0, 1)
    assert counted(*met, missed._replace(round=2)) == (1, 1)
    assert counted(*met, a_clock(ClockName.UPDATE, ClockState.VOID, cycle=3)) == (1, 0)


def test_sides_are_counted_apart() -> None:
    reply = a_clock(ClockName.REPLY, ClockState.MISSED, side=Side.CUSTOMER)
    counts = counts_of([reply, a_clock(ClockName.RESOLUTION, ClockState.MET)])
    assert (counts[Side.PROVIDER], counts[Side.CUSTOMER]) == ((1, 0), (0, 1))
