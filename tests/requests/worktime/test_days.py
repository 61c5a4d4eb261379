"""Which rule holds on a day, and how shifts of a day merge. 2024-05-01 is a Wednesday."""

from datetime import timedelta
from typing import Any

import pytest

from tests.requests.worktime.samples import ROUND_THE_CLOCK, a_calendar, at, hours

MAY_DAY = {"date": "2024-05-01", "name": "May Day"}
OUTING = {"date": "2024-05-01", "name": "outing"}


def worked_on(day: str, **document: Any) -> float:
    """Hours worked on a date."""
    begin = at(f"{day}T00:00")
    return a_calendar(**document).between(begin, begin + timedelta(days=1)) / timedelta(hours=1)


def an_override(first: str = "2024-05-01", last: str = "2024-05-01", **changes: Any) -> dict[str, Any]:
    return {"from": first, "to": last, "name": "stocktaking", "shifts": hours("08:00-10:00"), **changes}


def test_a_public_holiday_is_not_worked() -> None:
    assert worked_on("2024-05-01", public_holidays=[MAY_DAY]) == 0
    assert worked_on("2024-05-02", public_holidays=[MAY_DAY]) == 8


def test_an_override_beats_a_public_holiday_unless_it_keeps_them() -> None:
    assert worked_on("2024-05-01", public_holidays=[MAY_DAY], overrides=[an_override()]) == 2
    assert worked_on("2024-05-01", public_holidays=[MAY_DAY], overrides=[an_override(keep_holidays=True)]) == 0
    assert worked_on("2024-05-01", overrides=[an_override(keep_holidays=True)]) == 2


def test_an_own_date_beats_them_all() -> None:
    assert worked_on("2024-05-01", dates=[OUTING], overrides=[an_override()], public_holidays=[MAY_DAY]) == 0


def test_an_override_s_first_and_last_dates_belong_to_it() -> None:
    override = an_override("2024-05-02", "2024-05-03")
    worked = [worked_on(f"2024-05-0{n}", overrides=[override]) for n in (1, 2, 3, 6)]
    assert worked == [8, 2, 2, 8]


def test_an_override_s_shifts_replace_the_whole_week() -> None:
    short_fridays = an_override("2024-05-01", "2024-05-31", shifts=hours("09:00-13:00", days=("fri",)))
    assert [worked_on(f"2024-05-0{n}", overrides=[short_fridays]) for n in (1, 2, 3)] == [0, 0, 4]


def test_a_saturday_may_be_worked_and_a_week_closed() -> None:
    saturday = an_override("2024-05-04", "2024-05-04", shifts=hours("10:00-14:00", days=("sat",)))
    closed = an_override("2024-05-06", "2024-05-10", shifts=[])
    both = [saturday, closed]
    assert [worked_on(f"2024-05-{n:02}", overrides=both) for n in (3, 4, 5, 6, 10, 13)] == [8, 4, 0, 0, 0, 8]


def test_where_overrides_overlap_the_one_given_last_holds() -> None:
    long = an_override("2024-04-29", "2024-05-03", shifts=hours("08:00-09:00"))
    short = an_override("2024-05-01", "2024-05-01", shifts=hours("08:00-11:00"))
    assert [worked_on(f"2024-05-0{n}", overrides=[long, short]) for n in (1, 2)] == [3, 1]
    assert [worked_on(f"2024-05-0{n}", overrides=[short, long]) for n in (1, 2)] == [1, 1]
    assert [worked_on(f"2024-05-0{n}", overrides=[long, long, short, short]) for n in (1, 2)] == [3, 1]


def test_a_yearly_date_comes_back_every_year() -> None:
    yearly = [{"yearly": "05-01", "name": "founder's day"}]
    assert [worked_on(f"{year}-05-01", dates=yearly, shifts=ROUND_THE_CLOCK) for year in (1970, 2024, 2200)] == [
        0,
        0,
        0,
    ]


def test_the_29th_of_february_is_no_day_off_in_other_years() -> None:
    leap = {"dates": [{"yearly": "02-29", "name": "leap day"}], "shifts": ROUND_THE_CLOCK}
    days = ["2024-02-28", "2024-02-29", "2024-03-01", "2023-02-28", "2023-03-01", "2100-02-28", "2100-03-01"]
    assert [worked_on(day, **leap) for day in days] == [24, 0, 24, 24, 24, 24, 24]


@pytest.mark.parametrize(
    ("spans", "worked"),
    [
        (["09:00-12:00", "13:00-17:00"], 7),
        (["09:00-12:00", "12:00-17:00"], 8),
        (["09:00-13:00", "11:00-17:00"], 8),
        (["09:00-17:00", "10:00-11:00"], 8),
        (["09:00-17:00", "09:00-17:00"], 8),
        (["13:00-17:00", "09:00-12:00"], 7),
        (["00:00-24:00"], 24),
        (["23:59-24:00", "00:00-00:01"], 2 / 60),
    ],
)
def test_shifts_of_a_day_may_come_in_any_order_touch_overlap_and_repeat(spans: list[str], worked: float) -> None:
    assert worked_on("2024-05-02", shifts=hours(*spans)) == pytest.approx(worked)


def test_touching_shifts_are_one_so_that_nothing_ends_between_them() -> None:
    calendar = a_calendar(shifts=hours("09:00-12:00", "12:00-17:00"))
    assert calendar.add(at("2024-05-01T09:00"), timedelta(hours=3)) == at("2024-05-01T12:00")
    assert calendar.is_open(at("2024-05-01T12:00"))


def test_days_given_twice_are_allowed() -> None:
    twice = {"dates": [OUTING, OUTING], "public_holidays": [MAY_DAY, MAY_DAY], "overrides": [an_override()] * 2}
    assert worked_on("2024-05-01", **twice) == 0


def test_a_shift_over_midnight_is_two_shifts() -> None:
    night = [*hours("22:00-24:00", days=("wed",)), *hours("00:00-06:00", days=("thu",))]
    calendar = a_calendar(shifts=night)
    assert calendar.add(at("2024-05-01T22:00"), timedelta(hours=8)) == at("2024-05-02T06:00")
