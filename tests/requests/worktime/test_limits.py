"""Where calendars end: 1970, 2200, 20 years after a start, and 400 days without work."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.requests.worktime import (
    CalendarExhausted,
    CalendarWithoutWorkingTime,
    DueRule,
    OutsideCalendar,
    WorkingDays,
    WorkingSeconds,
    check_working_time,
    definition_from,
    explain,
    promise,
)
from tests.requests.worktime.samples import ROUND_THE_CLOCK, a_calendar, a_document, at, hours

TWENTY_YEARS = timedelta(days=7_305)
ONE_DAY = [{"from": "2024-05-01", "to": "2024-05-01", "name": "the one day", "shifts": hours("09:00-17:00")}]


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Niue", "Africa/Monrovia"])
def test_a_calendar_covers_1970_to_2200(zone: str) -> None:
    calendar, late = a_calendar(zone, shifts=ROUND_THE_CLOCK), a_calendar(zone, shifts=ROUND_THE_CLOCK)
    first, last = at("1970-01-01T00:00"), at("2201-01-01T00:00")
    assert calendar.between(first, first + timedelta(days=3)) == timedelta(days=3)
    assert late.between(last - timedelta(days=3), last) == timedelta(days=3)
    assert late.add(last - timedelta(days=3), timedelta(days=3)) == last
    for outside in (first - timedelta(microseconds=1), last + timedelta(microseconds=1)):
        with pytest.raises(OutsideCalendar):
            calendar.between(outside, outside)
        with pytest.raises(OutsideCalendar):
            calendar.add(outside, timedelta(hours=1))
        with pytest.raises(OutsideCalendar):
            calendar.add(outside, timedelta(0))
        with pytest.raises(OutsideCalendar):
            calendar.add_days(outside, 1)
        with pytest.raises(OutsideCalendar):
            calendar.is_open(outside)
        with pytest.raises(OutsideCalendar):
            explain(calendar, first, outside)


def test_the_ends_of_time_itself_are_refused_with_a_sentence() -> None:
    for instant in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        with pytest.raises(OutsideCalendar, match="1970 to 2200"):
            a_calendar().between(instant, at("2024-05-01T00:00"))


def test_add_gives_up_20_years_after_its_start() -> None:
    calendar, start = a_calendar(shifts=ROUND_THE_CLOCK), at("2024-05-01T12:00")
    assert calendar.add(start, TWENTY_YEARS) == start + TWENTY_YEARS
    with pytest.raises(CalendarExhausted) as refused:
        calendar.add(start, TWENTY_YEARS + timedelta(microseconds=1))
    assert (refused.value.code, "2024-05-01" in refused.value.detail) == ("calendar_exhausted", True)


def test_add_gives_up_although_the_window_already_reaches_further() -> None:
    calendar, start = a_calendar(shifts=ROUND_THE_CLOCK), at("2024-05-01T12:00")
    calendar.between(at("1971-01-01T00:00"), at("2100-01-01T00:00"))
    with pytest.raises(CalendarExhausted):
        calendar.add(start, TWENTY_YEARS + timedelta(microseconds=1))


@pytest.mark.parametrize("text", ["PT0S", "PT1S"])
def test_nothing_left_is_exhausted_and_not_a_loop(text: str) -> None:
    calendar = a_calendar(shifts=[], overrides=ONE_DAY)
    amount = timedelta(seconds=int(text[2]))
    assert calendar.add(at("2024-05-01T10:00"), amount) == at("2024-05-01T10:00") + amount
    with pytest.raises(CalendarExhausted):
        calendar.add(at("2024-05-01T17:00"), amount)
    with pytest.raises(CalendarExhausted):
        calendar.add(at("2004-05-01T00:00"), amount)
    assert calendar.add(at("2004-05-02T00:00"), timedelta(0)) == at("2024-05-01T09:00")


def test_working_days_give_up_too() -> None:
    calendar = a_calendar(shifts=[], overrides=ONE_DAY)
    for rule in DueRule:
        with pytest.raises(CalendarExhausted):
            calendar.add_days(at("2024-05-01T10:00"), 1, rule)
        with pytest.raises(CalendarExhausted):
            a_calendar().add_days(at("2024-05-01T10:00"), 6_000, rule)
        with pytest.raises(CalendarExhausted):
            calendar.add_days(at("2003-05-01T10:00"), 1, rule)


def test_time_runs_out_with_the_year_2200() -> None:
    with pytest.raises(CalendarExhausted):
        a_calendar().add(at("2200-12-31T10:00"), timedelta(hours=8))
    with pytest.raises(CalendarExhausted):
        a_calendar().add_days(at("2200-12-31T10:00"), 1)


def test_nothing_left_before_the_end_of_2200_is_no_loop_either() -> None:
    calendar = a_calendar(shifts=[], overrides=ONE_DAY)
    for start in (at("2190-01-01T00:00"), at("2201-01-01T00:00")):
        with pytest.raises(CalendarExhausted):
            calendar.add(start, timedelta(seconds=1))
        with pytest.raises(CalendarExhausted):
            calendar.next_opening(start)
        with pytest.raises(CalendarExhausted):
            calendar.add_days(start, 1, DueRule.END_OF_DAY)


def test_nothing_left_is_no_loop_where_the_local_year_ends_before_the_20_years_do() -> None:
    calendar = a_calendar("Pacific/Kiritimati", shifts=[], overrides=ONE_DAY)
    with pytest.raises(CalendarExhausted):
        calendar.add(at("2024-12-31T12:00"), timedelta(seconds=1))


def test_durations_beyond_all_measure_are_exhausted() -> None:
    calendar, start = a_calendar(), at("2024-05-01T10:00")
    for duration in (WorkingSeconds(10**18), WorkingSeconds(10**300), WorkingDays(10**300)):
        with pytest.raises(CalendarExhausted):
            promise(calendar, start, duration)


def test_a_calendar_without_any_working_time_is_refused() -> None:
    with pytest.raises(CalendarWithoutWorkingTime) as refused:
        check_working_time(definition_from(a_document(shifts=[])), date(2024, 5, 1))
    assert (refused.value.pointer, refused.value.code) == ("/shifts", "calendar_without_working_time")
    assert "2024-05-01" in refused.value.detail


def closure(first: date, days: int) -> dict[str, object]:
    last = first + timedelta(days=days - 1)
    return {"from": first.isoformat(), "to": last.isoformat(), "name": "closed", "shifts": []}


@pytest.mark.parametrize("starts_after", [0, 1, 400, 3_000, 3_253])
def test_399_days_without_work_pass_and_400_do_not(starts_after: int) -> None:
    today = date(2024, 5, 1)
    first = today + timedelta(days=starts_after)
    every_day = a_document(shifts=ROUND_THE_CLOCK)
    check_working_time(definition_from({**every_day, "overrides": [closure(first, 399)]}), today)
    with pytest.raises(CalendarWithoutWorkingTime, match=first.isoformat()):
        check_working_time(definition_from({**every_day, "overrides": [closure(first, 400)]}), today)


def test_what_lies_behind_or_beyond_ten_years_may_be_empty() -> None:
    today = date(2024, 5, 1)
    shut = [closure(date(1990, 1, 1), 12_539), closure(date(2034, 5, 2), 2_000)]
    check_working_time(definition_from(a_document(shifts=ROUND_THE_CLOCK, overrides=shut)), today)


def test_a_shift_that_exists_only_in_gaps_is_no_working_time() -> None:
    gone = [{"from": "2011-12-30", "to": "2011-12-30", "name": "never was", "shifts": hours("09:00-17:00")}]
    calendar = a_calendar("Pacific/Apia", shifts=[], overrides=gone)
    with pytest.raises(CalendarExhausted):
        calendar.next_opening(at("2011-12-01T00:00"))
