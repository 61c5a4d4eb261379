"""Control limits against the exact quantile of what they stand for, and the rules one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.requests.reports.control import Signal, p_chart

COUNTED = st.lists(st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=40)


@given(COUNTED)
def test_limits_hold_the_centre_and_signals_say_what_they_mean(counted: list[tuple[int, int]]) -> None:
    chart = p_chart(counted)
    assert [point.n for point in chart.points] == [n for _, n in counted]
    everything = sum(n for _, n in counted)
    assert (chart.center is None) == (everything == 0)
    shares = [point.share for point in chart.points if point.share is not None]
    for point in chart.points:
        assert (point.share is None) == (point.n == 0)
        if point.share is None or chart.center is None or point.lower is None or point.upper is None:
            assert point[1:] == (None, None, None, ())
            continue
        assert 0 <= point.lower <= chart.center <= point.upper <= 1
        is_outside = point.share < point.lower - 1e-12 or point.share > point.upper + 1e-12
        assert is_outside == (Signal.BEYOND_LIMITS in point.signals)
    assert chart.center is None or min(shares) - 1e-12 <= chart.center <= max(shares) + 1e-12


def test_a_limit_is_three_standard_deviations() -> None:
    (point,) = {point[2:4] for point in p_chart([(80, 100)] * 2 + [(90, 100), (70, 100)]).points}
    assert point == (0.8 - 3 * 0.04, 0.8 + 3 * 0.04)


def test_more_counted_narrows_the_limits() -> None:
    few, many = ((point.upper or 0) - (point.lower or 0) for point in p_chart([(50, 100), (5000, 10_000)]).points)
    assert few == pytest.approx(10 * many)


def test_eight_on_one_side_are_a_run() -> None:
    signals = [point.signals for point in p_chart([(60, 100)] * 8 + [(40, 100)] * 8).points]
    assert signals == [()] * 7 + [(Signal.RUN_OF_EIGHT,)] + [()] * 7 + [(Signal.RUN_OF_EIGHT,)]


def test_a_point_on_the_centre_ends_a_run_and_one_of_nothing_does_not() -> None:
    half = [(60, 100)] * 4
    other = [(40, 100)] * 8
    through_nothing = p_chart([*half, (0, 0), *half, *other]).points
    assert through_nothing[8].signals == (Signal.RUN_OF_EIGHT,)
    assert through_nothing[4] == (0, None, None, None, ())
    assert p_chart([*half, (50, 100), *half, *other]).points[8].signals == ()


def test_all_met_is_no_signal() -> None:
    chart = p_chart([(5, 5)] * 20)
    assert {point.signals for point in chart.points} == {()}
    assert chart.points[0][1:4] == (1.0, 1.0, 1.0)
