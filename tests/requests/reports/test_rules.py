"""Wilson's interval against statsmodels, and periods as half-open local dates."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from services.requests.reports.rules import Period, period_of, wilson

COUNTS = st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS)
def test_wilson_is_that_of_statsmodels(counted: tuple[int, int]) -> None:
    successes, n = counted
    read = wilson(successes, n)
    low, high = proportion_confint(successes, n, alpha=0.05, method="wilson")
    assert (read.n, read.share) == (n, successes / n)
    assert read.low == pytest.approx(low, rel=1e-9, abs=1e-12)
    assert read.high == pytest.approx(high, rel=1e-9, abs=1e-12)
    assert read.low is not None
    assert read.high is not None
    assert 0 <= read.low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= read.high <= 1


def test_of_nothing_there_is_no_share() -> None:
    assert wilson(0, 0)[1:] == (None, None, None)


def test_a_period_ends_where_its_last_local_day_does() -> None:
    march = period_of(date(2026, 3, 29), date(2026, 3, 30), "Europe/Madrid")
    assert march == Period(datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC))
    assert period_of(None, None, "UTC") == Period(None, None)


def test_a_day_that_begins_in_a_gap_begins_at_its_first_instant() -> None:
    # Santiago went from 24:00 of 6 September 2025 to one o'clock.
    begin = period_of(date(2025, 9, 7), None, "America/Santiago").start
    assert begin == datetime(2025, 9, 7, 4, tzinfo=UTC)


def test_what_a_period_leaves() -> None:
    first, second, third = (datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3))
    assert Period(second, None).clip(first, third) == (second, third)
    assert Period(None, second).clip(first, third) == (first, second)
    assert Period(third, None).clip(first, second) == (third, second)
