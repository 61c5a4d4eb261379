"""Promises in working days, sentence by sentence. 2024-05-01 is a Wednesday."""

import pytest

from services.requests.worktime import DueRule, WorkingDays, WorkingSeconds, promise
from tests.requests.worktime.samples import ROUND_THE_CLOCK, a_calendar, at, hours


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2024-05-01T11:00", 1, "2024-05-02T11:00"),
        ("2024-05-01T11:00:00.000001", 1, "2024-05-02T11:00:00.000001"),
        ("2024-05-03T11:00", 1, "2024-05-06T11:00"),
        ("2024-05-01T11:00", 10, "2024-05-15T11:00"),
        # outside working time: first moved to the next opening, whose date is day 0
        ("2024-05-01T07:00", 1, "2024-05-02T09:00"),
        ("2024-05-01T17:00", 1, "2024-05-03T09:00"),
        ("2024-05-04T12:00", 1, "2024-05-07T09:00"),
        ("2024-05-01T16:59:59.999999", 1, "2024-05-02T16:59:59.999999"),
    ],
)
def test_same_time_is_the_same_local_time_on_the_nth_working_day(start: str, days: int, due: str) -> None:
    assert a_calendar().add_days(at(start), days) == at(due)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2024-05-01T11:00", 1, "2024-05-02T17:00"),
        ("2024-05-01T23:00", 1, "2024-05-02T17:00"),
        ("2024-05-03T18:00", 1, "2024-05-06T17:00"),
        ("2024-05-04T12:00", 1, "2024-05-06T17:00"),
        ("2024-05-04T12:00", 2, "2024-05-07T17:00"),
    ],
)
def test_end_of_day_moves_no_start_and_ends_with_the_last_shift(start: str, days: int, due: str) -> None:
    assert a_calendar().add_days(at(start), days, DueRule.END_OF_DAY) == at(due)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2024-05-02T16:00", "2024-05-03T12:00"),  # after a short Friday's only shift: its end
        ("2024-05-02T12:00", "2024-05-03T12:00"),  # exactly at its end, which is no working time: the same
        ("2024-05-02T09:30", "2024-05-03T10:00"),  # before its first opening: that opening
        ("2024-05-02T11:30", "2024-05-03T11:30"),
    ],
)
def test_a_time_that_is_not_worked_that_day_falls_back(start: str, due: str) -> None:
    shifts = [*hours("09:00-17:00", days=("mon", "tue", "wed", "thu")), *hours("10:00-12:00", days=("fri",))]
    assert a_calendar(shifts=shifts).add_days(at(start), 1) == at(due)


def test_a_time_in_the_lunch_break_is_the_end_of_the_shift_before_it() -> None:
    shifts = [*hours("09:00-17:00", days=("mon",)), *hours("09:00-12:00", "13:00-17:00", days=("tue",))]
    calendar = a_calendar(shifts=shifts)
    assert calendar.add_days(at("2024-05-06T12:30"), 1) == at("2024-05-07T12:00")
    assert calendar.add_days(at("2024-05-06T13:00"), 1) == at("2024-05-07T13:00")


def test_a_holiday_is_no_working_day() -> None:
    calendar = a_calendar(dates=[{"date": "2024-05-02", "name": "outing"}])
    assert calendar.add_days(at("2024-05-01T11:00"), 1) == at("2024-05-03T11:00")


def test_a_working_day_is_a_local_date_however_short() -> None:
    overrides = [
        {"from": "2024-05-04", "to": "2024-05-04", "name": "fair", "shifts": hours("10:00-10:01", days=("sat",))}
    ]
    calendar = a_calendar(overrides=overrides)
    assert calendar.add_days(at("2024-05-03T11:00"), 1) == at("2024-05-04T10:01")
    assert calendar.add_days(at("2024-05-03T11:00"), 2) == at("2024-05-06T11:00")


def test_the_date_is_the_calendar_s_own() -> None:
    calendar = a_calendar("Pacific/Auckland", shifts=ROUND_THE_CLOCK)
    assert calendar.add_days(at("2024-05-01T13:00"), 1, DueRule.END_OF_DAY) == at(
        "2024-05-04T00:00", "Pacific/Auckland"
    )


def test_local_time_is_kept_through_a_change_of_offset() -> None:
    calendar = a_calendar("Europe/Berlin", shifts=ROUND_THE_CLOCK)
    berlin = "Europe/Berlin"
    assert calendar.add_days(at("2024-03-30T12:00", berlin), 1) == at("2024-03-31T12:00", berlin)
    assert calendar.add_days(at("2024-03-30T02:30", berlin), 1) == at("2024-03-31T01:00")  # in the gap
    assert calendar.add_days(at("2024-10-26T02:30", berlin), 1) == at("2024-10-27T00:30")  # the earlier


def test_a_day_skipped_by_its_zone_is_no_working_day() -> None:
    calendar = a_calendar("Pacific/Apia", shifts=ROUND_THE_CLOCK)
    assert calendar.add_days(at("2011-12-29T15:00", "Pacific/Apia"), 1) == at("2011-12-31T15:00", "Pacific/Apia")


def test_a_start_in_the_second_pass_of_an_hour_is_due_as_its_end_would_be() -> None:
    calendar = a_calendar("Europe/Berlin", shifts=ROUND_THE_CLOCK)
    first_pass, second_pass = at("2024-10-27T00:45"), at("2024-10-27T01:15")
    assert calendar.add_days(first_pass, 1) == at("2024-10-28T02:45", "Europe/Berlin")
    assert calendar.add_days(second_pass, 1) == at("2024-10-28T03:00", "Europe/Berlin")


def test_a_repeated_hour_before_midnight_belongs_to_the_day_it_repeats() -> None:
    calendar = a_calendar("America/Sao_Paulo", shifts=ROUND_THE_CLOCK)
    second_pass = at("2018-02-18T02:30")  # 23:30 on Saturday once more
    assert calendar.add_days(second_pass, 1) == at("2018-02-19T00:00", "America/Sao_Paulo")
    assert calendar.add_days(second_pass, 1, DueRule.END_OF_DAY) == at("2018-02-19T00:00", "America/Sao_Paulo")


def test_once_a_new_date_has_begun_the_old_one_does_not_come_back() -> None:
    calendar = a_calendar("America/St_Johns", shifts=ROUND_THE_CLOCK)
    sunday_begun, saturday_again = at("2006-10-29T02:30:30"), at("2006-10-29T03:00")
    for rule in DueRule:
        assert calendar.add_days(saturday_again, 1, rule) >= calendar.add_days(sunday_begun, 1, rule)


def test_a_working_day_is_never_24_hours() -> None:
    calendar, friday = a_calendar(), at("2024-05-03T11:00")
    assert promise(calendar, friday, WorkingDays(1)) == at("2024-05-06T11:00")
    assert promise(calendar, friday, WorkingDays(1), DueRule.END_OF_DAY) == at("2024-05-06T17:00")
    assert promise(calendar, friday, WorkingSeconds(24 * 3600)) == at("2024-05-08T11:00")


def test_working_days_are_one_or_more() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        a_calendar().add_days(at("2024-05-01T11:00"), 0)
