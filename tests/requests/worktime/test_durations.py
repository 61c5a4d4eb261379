"""`PT…` without days or `PnD`; a day is never 24 hours by accident."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.requests.worktime import InvalidDuration, WorkingDays, WorkingSeconds, parse_duration
from tests.requests.worktime.calendars import fixed


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT8H", 28_800),
        ("PT90M", 5_400),
        ("PT1H30M", 5_400),
        ("PT1H1S", 3_601),
        ("PT1H2M3S", 3_723),
        ("PT0S", 0),
        ("PT63072000S", 63_072_000),
        ("PT100000H", 360_000_000),
        ("PT007M", 420),
    ],
)
def test_working_time_is_hours_minutes_and_seconds_of_any_size(text: str, seconds: int) -> None:
    assert parse_duration(text) == WorkingSeconds(seconds)


@pytest.mark.parametrize(("text", "days"), [("P1D", 1), ("P10D", 10), ("P3650D", 3650)])
def test_working_days_are_a_number_of_days(text: str, days: int) -> None:
    assert parse_duration(text) == WorkingDays(days)


MIXED = ["P1DT2H", "P1DT", "P1Y2D", "PT1D", "P1H", "PT1H1H", "PT1M1H", "P1D1D", "P1W", "P1M", "P1Y", "P0D", "P00D"]
MISSPELT = ["P", "PT", "PTH", "pt1h", "PT1h", "1D", "T1H", "8H", "28800", "P٣D", "PT٣H"]
SIGNED_OR_BROKEN = ["PT1.5H", "PT1,5S", "P1.5D", "PT-1H", "-PT1H", "+PT1H", "P-1D"]
PADDED = ["", " PT1H", "PT1H ", "PT1H\n", "P1D\n", "P 1D", "PT1" + "0" * 1000 + "S"]


@pytest.mark.parametrize("text", [*MIXED, *MISSPELT, *SIGNED_OR_BROKEN, *PADDED])
def test_anything_else_is_invalid(text: str) -> None:
    with pytest.raises(InvalidDuration) as refused:
        parse_duration(text)
    assert refused.value.code == "invalid_duration"
    assert len(refused.value.detail) < 200


@fixed(200)
@given(st.one_of(st.integers(0, 10**12).map(WorkingSeconds), st.integers(1, 10**9).map(WorkingDays)))
def test_a_duration_reads_back_as_it_was_written(duration: WorkingSeconds | WorkingDays) -> None:
    assert parse_duration(str(duration)) == duration


def test_working_time_is_a_timedelta_as_far_as_there_are_such() -> None:
    assert WorkingSeconds(5_400).amount == timedelta(hours=1.5)
    assert WorkingSeconds(10**30).amount == timedelta.max


def test_durations_are_not_negative_and_days_are_at_least_one() -> None:
    with pytest.raises(ValueError, match="0 seconds or more"):
        WorkingSeconds(-1)
    with pytest.raises(ValueError, match="1 or more"):
        WorkingDays(0)
