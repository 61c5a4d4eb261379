"""Budgets worked out by hand, and what bounds the search."""

from datetime import UTC, datetime, timedelta

import pytest

from services.requests.agreements.rules.feasibility import Feasibility, feasibility
from services.requests.agreements.rules.stages import BudgetTooFine, Leg, Stage
from services.requests.worktime import CalendarExhausted, DueRule, WorkingTime, parse_duration
from tests.requests.worktime.samples import ROUND_THE_CLOCK, a_calendar, at, hours

OFFICE = a_calendar()
EARLY = a_calendar(shifts=hours("06:00-14:00"))
NEVER_CLOSED = a_calendar(shifts=ROUND_THE_CLOCK)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def leg(calendar: WorkingTime, duration: str) -> Leg:
    return Leg(calendar, parse_duration(duration))


def found(promised: Leg, *stages: Stage, days: int = 28) -> Feasibility:
    return feasibility(promised, stages, MONDAY, MONDAY + timedelta(days=days))


def test_the_worst_start_of_one_stage_is_where_the_other_office_has_just_closed() -> None:
    answer = found(leg(OFFICE, "PT4H"), [[leg(EARLY, "PT1H")]])
    # At 13:00:00 the early office is done at 14:00; a second later it is done the next morning, a second past six.
    assert answer.worst.start == at("2026-03-02T13:00:01")
    assert answer.worst.done == at("2026-03-03T06:00:01")
    assert answer.worst.due == at("2026-03-02T17:00") + timedelta(hours=16, seconds=1)
    assert (answer.worst.slack, answer.is_feasible) == (timedelta(seconds=1), True)


def test_the_worst_start_may_lie_where_nobody_opens_or_closes() -> None:
    early, late = a_calendar(shifts=hours("06:00-12:00")), a_calendar(shifts=hours("13:00-18:00"))
    answer = found(leg(NEVER_CLOSED, "PT28H"), [[leg(early, "PT2H")]], [[leg(late, "PT3H")]], days=3)
    assert answer.worst.start == at("2026-03-02T10:00:01")
    assert answer.worst.done == at("2026-03-03T16:00")
    assert (answer.worst.slack, answer.is_feasible) == (timedelta(hours=-2, seconds=1), False)
    assert answer.first_broken is not None
    assert answer.first_broken.start == answer.worst.start


def test_the_worst_start_of_a_promise_that_never_rests_is_the_one_just_too_late_for_today() -> None:
    answer = found(leg(NEVER_CLOSED, "PT90H"), [[leg(EARLY, "PT2H")]], days=3)
    assert answer.worst.start == at("2026-03-02T12:00:01")
    assert answer.worst.done == at("2026-03-03T06:00:01")


def test_the_first_start_that_breaks_the_promise_may_lie_between_two_breaks() -> None:
    saturday = at("2026-03-07T00:00")
    answer = feasibility(leg(OFFICE, "PT1H"), [[[leg(NEVER_CLOSED, "PT30H")]]], saturday, saturday + timedelta(days=2))
    # Due is Monday at ten, whenever it is asked for over the weekend.
    assert answer.first_broken is not None
    assert answer.first_broken.start == at("2026-03-08T04:00:01")
    assert answer.first_broken.done == at("2026-03-09T10:00:01")


def test_late_is_late_also_where_no_working_time_lies_between() -> None:
    answer = found(leg(OFFICE, "PT8H"), [[leg(NEVER_CLOSED, "PT8H1S")]], days=1)
    assert (answer.worst.slack, answer.is_feasible) == (timedelta(0), False)
    assert answer.worst.start == at("2026-03-02T09:00")
    assert answer.worst.done - answer.worst.due == timedelta(seconds=1)


def test_of_stages_that_run_together_the_slowest_counts() -> None:
    quick, slow = [leg(OFFICE, "PT1H")], [leg(OFFICE, "PT1H"), leg(OFFICE, "PT4H")]
    together = found(leg(OFFICE, "PT8H"), [quick, slow], [[leg(OFFICE, "PT1H")]])
    assert (together.worst.slack, together.is_feasible) == (timedelta(hours=2), True)
    behind = found(leg(OFFICE, "PT8H"), [quick], [slow], [[leg(OFFICE, "PT1H")]])
    assert behind.worst.slack == timedelta(hours=1)
    start = together.worst.start
    hours_of_ends = [[[end - start for end in lane] for lane in stage] for stage in together.ends]
    opening = OFFICE.next_opening(start) - start
    assert hours_of_ends[0] == [
        [opening + timedelta(hours=1)],
        [opening + timedelta(hours=1), opening + timedelta(hours=5)],
    ]


def test_working_days_are_not_24_hours() -> None:
    assert found(leg(OFFICE, "P1D"), [[leg(OFFICE, "P1D")]]).worst.slack == timedelta(0)
    assert found(leg(OFFICE, "P1D"), [[leg(OFFICE, "PT8H")]]).is_feasible
    friday = a_calendar(shifts=[*hours("09:00-17:00", days=("mon", "tue", "wed", "thu")), *hours("09:00-12:00")[-1:]])
    assert not found(leg(friday, "P1D"), [[leg(friday, "PT8H")]]).is_feasible


def test_the_worst_start_may_be_the_last_second_of_a_day() -> None:
    tomorrow = Leg(OFFICE, parse_duration("P1D"), DueRule.END_OF_DAY)
    answer = found(tomorrow, [[leg(NEVER_CLOSED, "PT40H")]], days=2)
    assert answer.worst.start == at("2026-03-02T23:59:59")
    assert (answer.worst.done, answer.worst.due) == (at("2026-03-04T15:59:59"), at("2026-03-03T17:00"))
    assert answer.worst.slack == -timedelta(hours=6, minutes=59, seconds=59)


def test_equal_starts_are_told_by_the_first() -> None:
    answer = found(leg(NEVER_CLOSED, "PT3H"), [[leg(NEVER_CLOSED, "PT1H")]])
    assert (answer.worst.start, answer.worst.slack) == (MONDAY, timedelta(hours=2))


def test_a_year_of_five_links_takes_some_thousand_looks() -> None:
    offices = [a_calendar(zone) for zone in ("Europe/Madrid", "Asia/Kolkata", "America/New_York", "UTC", "Asia/Tehran")]
    stages = [[[leg(each, "PT1H"), leg(each, f"PT{hour}H7M")]] for hour, each in enumerate(offices)]
    answer = found(leg(OFFICE, "P9D"), *stages, days=365)
    assert 2_000 < answer.starts < 20_000


def test_what_is_cut_too_fine_is_refused() -> None:
    minutes = hours(
        *(f"{hour:02}:{minute:02}-{hour:02}:{minute + 1:02}" for hour in range(24) for minute in (0, 20, 40))
    )
    fine = [a_calendar(zone, shifts=minutes) for zone in ("UTC", "Asia/Kathmandu", "Europe/Berlin")]
    with pytest.raises(BudgetTooFine):
        found(leg(OFFICE, "P90D"), *([[leg(each, "PT1H7S")]] for each in fine * 3), days=365)


def test_what_no_calendar_reaches_is_refused() -> None:
    with pytest.raises(CalendarExhausted):
        found(leg(OFFICE, "PT8H"), [[leg(OFFICE, "PT630720000S")]])
