"""When a standing order is due, by the customer's wall clock; and what was missed."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.requests.standing_orders.rules import (
    MOST_MISSED,
    CatchUp,
    Every,
    Schedule,
    due_instants,
    first_instant,
    is_carried_out,
    next_instant,
)
from services.requests.worktime import CalendarDefinition, OwnDate, Shift, Weekday, WorkingTime

WEEKDAYS = list(Weekday)
MADRID = WorkingTime(
    CalendarDefinition(
        "Europe/Madrid",
        tuple(Shift(day, 540, 1020) for day in WEEKDAYS[:5]),
        dates=(OwnDate("Local holiday", on=date(2026, 3, 19)),),
    )
)
START = date(2026, 3, 1)


def instants(schedule: Schedule, count: int, now: str = "2026-02-01T00:00Z") -> list[str]:
    """The first so many, as `MM-DDTHH:MM` in UTC."""
    found: list[str] = []
    at = first_instant(schedule, MADRID, datetime.fromisoformat(now))
    while at is not None and len(found) < count:
        found.append(f"{at:%m-%dT%H:%M}")
        at = next_instant(schedule, MADRID, at)
    return found


def test_a_week_goes_by_its_days_and_by_the_wall_clock_through_a_change_of_offset() -> None:
    mondays = Schedule(Every.WEEK, 480, START, weekdays=(Weekday.MON, Weekday.THU))
    assert instants(mondays, 4, "2026-03-22T12:00Z") == ["03-23T07:00", "03-26T07:00", "03-30T06:00", "04-02T06:00"]
    # 02:30 does not exist on the night of the change: the first instant that does.
    sundays = Schedule(Every.WEEK, 150, START, weekdays=(Weekday.SUN,))
    assert instants(sundays, 2, "2026-03-28T12:00Z") == ["03-29T01:00", "04-05T00:30"]


def test_a_month_without_that_day_has_its_last() -> None:
    assert instants(Schedule(Every.MONTH, 480, START, day=31), 3) == ["03-31T06:00", "04-30T06:00", "05-31T06:00"]


def test_working_days_leave_out_what_the_calendar_does() -> None:
    every_third = Schedule(Every.WORKING_DAYS, 540, START, n=3)  # the 1st is a Sunday, the 19th a holiday
    assert instants(every_third, 6) == [f"03-{day}T08:00" for day in ("02", "05", "10", "13", "18", "24")]


def test_it_ends_with_its_last_date() -> None:
    schedule = Schedule(Every.WEEK, 480, START, date(2026, 3, 16), (Weekday.MON,))
    assert instants(schedule, 9) == ["03-02T07:00", "03-09T07:00", "03-16T07:00"]
    assert first_instant(schedule, MADRID, datetime(2026, 3, 16, 7, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("hours", "instants_over", "carried"),
    [(0, 1, [True, True]), (0.05, 1, [True, True]), (1, 1, [False, True]), (24 * 15, 3, [False, True])],
)
def test_what_is_late_was_missed_and_the_last_may_be_made_up_for(
    hours: float, instants_over: int, carried: list[bool]
) -> None:
    schedule = Schedule(Every.WEEK, 480, START, weekdays=(Weekday.MON,))
    first = datetime(2026, 3, 2, 7, tzinfo=UTC)
    now = first + timedelta(hours=hours)
    due = due_instants(schedule, MADRID, first, now)
    assert (len(due.instants), due.following is not None and due.following > now) == (instants_over, True)
    assert [is_carried_out(due, each, now) for each in CatchUp] == carried


def test_years_that_were_missed_are_looked_at_in_turns() -> None:
    schedule = Schedule(Every.WORKING_DAYS, 540, START)
    first, now = datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2031, 3, 3, 8, tzinfo=UTC)
    due = due_instants(schedule, MADRID, first, now)
    assert len(due.instants) == MOST_MISSED
    assert due.following is not None
    assert not is_carried_out(due, CatchUp.LAST, now)


SCHEDULES = st.one_of(
    st.builds(
        Schedule,
        st.just(Every.WEEK),
        st.integers(0, 1439),
        st.just(START),
        weekdays=st.sets(st.sampled_from(WEEKDAYS), min_size=1).map(tuple),
    ),
    st.builds(Schedule, st.just(Every.MONTH), st.integers(0, 1439), st.just(START), day=st.integers(1, 31)),
    st.builds(Schedule, st.just(Every.WORKING_DAYS), st.integers(0, 1439), st.just(START), n=st.integers(1, 30)),
)


@given(SCHEDULES, st.integers(0, 365 * 24 * 60))
def test_instants_only_go_on(schedule: Schedule, minutes: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    at = first_instant(schedule, MADRID, now)
    assert at is not None
    assert at >= now
    found = [at]
    for _ in range(5):
        following = next_instant(schedule, MADRID, found[-1])
        assert following is not None
        found.append(following)
    assert all(before < after for before, after in pairwise(found))
    if schedule.every is not Every.WORKING_DAYS:  # from anywhere in between the next one is the same
        assert first_instant(schedule, MADRID, found[2] + timedelta(seconds=1)) == found[3]
