"""The figures against other people's implementations of the same formulas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from services.feedback.statistics.rules import satisfaction, wilson


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_statsmodels(counted: tuple[int, int]) -> None:
    successes, n = counted
    read = wilson(successes, n)
    assert (read.low, read.high) == pytest.approx(proportion_confint(successes, n, method="wilson"), abs=1e-12)
    assert read.share == successes / n
    assert read.low is not None
    assert read.high is not None
    assert 0 <= read.low <= read.share <= read.high <= 1


@given(st.lists(st.integers(1, 5), min_size=1, max_size=50))
def test_scores_are_summed_up(scores: list[int]) -> None:
    satisfied = [score for score in scores if score >= 4]
    read = satisfaction(len(scores), sum(scores), len(satisfied))
    assert read.n == len(scores)
    assert read.mean == pytest.approx(sum(scores) / len(scores))
    assert (read.low, read.high) == pytest.approx(
        proportion_confint(len(satisfied), len(scores), method="wilson"), abs=1e-12
    )
