"""`add`, `between` and openings, worked out by hand. 2024-05-01 is a Wednesday."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.requests.worktime.samples import ROUND_THE_CLOCK, a_calendar, at, hours

HOUR = timedelta(hours=1)


def test_a_sum_used_up_at_the_end_of_an_interval_is_that_end() -> None:
    assert a_calendar().add(at("2024-05-01T16:00"), HOUR) == at("2024-05-01T17:00")


def test_a_microsecond_more_spills_into_the_next_opening() -> None:
    more = HOUR + timedelta(microseconds=1)
    assert a_calendar().add(at("2024-05-01T16:00"), more) == at("2024-05-02T09:00:00.000001")


@pytest.mark.parametrize(
    ("start", "answer"),
    [
        ("2024-05-01T12:00", "2024-05-01T12:00"),
        ("2024-05-01T09:00", "2024-05-01T09:00"),
        ("2024-05-01T17:00", "2024-05-02T09:00"),
        ("2024-05-01T08:59:59.999999", "2024-05-01T09:00"),
        ("2024-05-03T17:00", "2024-05-06T09:00"),
    ],
)
def test_adding_nothing_is_the_start_or_the_next_opening(start: str, answer: str) -> None:
    calendar = a_calendar()
    assert calendar.add(at(start), timedelta(0)) == calendar.next_opening(at(start)) == at(answer)
    assert calendar.is_open(at(start)) == (start == answer)


def test_a_start_outside_working_time_counts_from_the_next_opening() -> None:
    assert a_calendar().add(at("2024-05-04T12:00"), HOUR) == at("2024-05-06T10:00")


def test_between_backwards_or_nowhere_is_nothing() -> None:
    calendar = a_calendar()
    assert calendar.between(at("2024-05-02T12:00"), at("2024-05-01T12:00")) == timedelta(0)
    assert calendar.between(at("2024-05-02T12:00"), at("2024-05-02T12:00")) == timedelta(0)


def test_between_counts_what_both_ends_cut_off() -> None:
    counted = a_calendar().between(at("2024-05-01T10:30"), at("2024-05-03T09:15:00.000001"))
    assert counted == timedelta(hours=6.5 + 8 + 0.25, microseconds=1)


def test_instants_of_any_zone_are_the_same_instants() -> None:
    calendar, zone = a_calendar("Europe/Berlin"), ZoneInfo("America/New_York")
    start = at("2024-05-01T16:00", "Europe/Berlin")
    due = calendar.add(start.astimezone(zone), 2 * HOUR)
    assert due == at("2024-05-02T10:00", "Europe/Berlin")
    assert due.tzinfo is UTC
    assert calendar.between(start.astimezone(zone), due.astimezone(zone)) == 2 * HOUR


def test_the_second_pass_of_a_repeated_hour_is_an_instant_of_its_own() -> None:
    calendar = a_calendar("Europe/Berlin", shifts=ROUND_THE_CLOCK)
    first = datetime(2024, 10, 27, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert calendar.between(first, first.replace(fold=1)) == HOUR


def test_working_time_is_never_taken_away() -> None:
    with pytest.raises(ValueError, match="never taken away"):
        a_calendar().add(at("2024-05-01T12:00"), timedelta(microseconds=-1))


def test_amounts_of_years_are_as_exact_as_those_of_seconds() -> None:
    calendar = a_calendar(shifts=ROUND_THE_CLOCK)
    amount = timedelta(seconds=63_072_000)
    assert calendar.add(at("2015-02-17T12:00"), amount) == at("2015-02-17T12:00") + amount


def test_shifts_stay_local_wall_time_through_a_change() -> None:
    calendar = a_calendar("Europe/Berlin", shifts=hours("09:00-17:00", days=("sat", "sun", "mon")))
    assert calendar.next_opening(at("2024-03-30T20:00")) == at("2024-03-31T07:00")
    assert calendar.next_opening(at("2024-03-29T20:00")) == at("2024-03-30T08:00")


def test_a_boundary_in_a_gap_moves_to_the_first_valid_instant() -> None:
    calendar = a_calendar("Europe/Berlin", shifts=hours("02:30-05:00", days=("sun",)))
    assert calendar.next_opening(at("2024-03-31T00:00")) == at("2024-03-31T01:00")
    assert calendar.between(at("2024-03-31T00:00"), at("2024-03-31T12:00")) == 2 * HOUR


def test_a_shift_that_lies_wholly_in_a_gap_is_not_worked() -> None:
    calendar = a_calendar("Europe/Berlin", shifts=hours("02:15-02:45", days=("sun",)))
    assert calendar.between(at("2024-03-31T00:00"), at("2024-04-01T00:00")) == timedelta(0)
    assert calendar.between(at("2024-04-07T00:00"), at("2024-04-08T00:00")) == HOUR / 2


def test_a_boundary_in_a_repeated_hour_takes_the_earlier_instant() -> None:
    ends_there = a_calendar("Europe/Berlin", shifts=hours("01:00-02:30", days=("sun",)))
    begins_there = a_calendar("Europe/Berlin", shifts=hours("02:30-04:00", days=("sun",)))
    night = at("2024-10-26T20:00"), at("2024-10-27T20:00")
    assert ends_there.between(*night) == 1.5 * HOUR
    assert begins_there.next_opening(night[0]) == at("2024-10-27T00:30")
    assert begins_there.between(*night) == 2.5 * HOUR


@pytest.mark.parametrize(
    ("zone", "begin", "end"),
    [
        ("America/Sao_Paulo", "2018-11-03T00:00", "2018-11-06T00:00"),
        ("Asia/Tehran", "2021-09-20T00:00", "2021-09-24T00:00"),
        ("Pacific/Apia", "2011-12-28T00:00", "2012-01-02T00:00"),
        ("Pacific/Kwajalein", "1993-08-18T00:00", "1993-08-24T00:00"),
        ("Africa/Monrovia", "1972-01-05T00:00", "1972-01-09T00:00"),
        ("Antarctica/Troll", "2024-10-25T00:00", "2024-10-29T00:00"),
    ],
)
def test_round_the_clock_stays_so_through_every_change(zone: str, begin: str, end: str) -> None:
    calendar = a_calendar(zone, shifts=ROUND_THE_CLOCK)
    assert calendar.between(at(begin), at(end)) == at(end) - at(begin)


def test_a_skipped_day_is_not_worked() -> None:
    calendar = a_calendar("Pacific/Apia")
    thursday, monday = at("2011-12-29T17:00", "Pacific/Apia"), at("2012-01-02T09:00", "Pacific/Apia")
    assert calendar.next_opening(thursday) == monday
