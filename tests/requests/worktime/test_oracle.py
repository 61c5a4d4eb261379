"""The calendar against the slow watcher, over zones with odd changes and calendars of any shape."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.requests.worktime import DueRule, WorkingTime, definition_from, explain
from tests.requests.worktime.calendars import ODD_DAYS, OddDay, documents, fixed, steps_of
from tests.requests.worktime.oracle import Oracle

Check = Callable[[OddDay, st.DataObject], None]


def every_step_counts_as_watched(odd: OddDay, data: st.DataObject) -> None:
    document = data.draw(documents(odd))
    calendar, oracle = WorkingTime(definition_from(document)), Oracle(document, odd.watched())
    last = len(oracle.open) - 1
    counted = [False] * last
    for span in explain(calendar, oracle.watch.at(0), oracle.watch.at(last)):
        begin, end = oracle.watch.index(span.from_), oracle.watch.index(span.to)
        counted[begin:end] = [span.counted] * (end - begin)
    assert counted == oracle.open[:last]


def sums_are_as_watched(odd: OddDay, data: st.DataObject) -> None:
    document = data.draw(documents(odd))
    calendar, oracle = WorkingTime(definition_from(document)), Oracle(document, odd.watched())
    for _ in range(8):
        a, b = data.draw(steps_of(odd)), data.draw(steps_of(odd))
        assert calendar.between(a, b) == oracle.between(a, b)
        assert calendar.is_open(a) == oracle.open[oracle.watch.index(a)]
        left = oracle.worked[-1] - oracle.worked[oracle.watch.index(a)]
        if left:
            amount = data.draw(st.integers(0, left)) * oracle.watch.step
            assert calendar.add(a, amount) == oracle.add(a, amount)
            assert calendar.next_opening(a) == oracle.next_opening(a)


def working_days_are_as_watched(odd: OddDay, data: st.DataObject) -> None:
    document = data.draw(documents(odd))
    calendar, oracle = WorkingTime(definition_from(document)), Oracle(document, odd.watched())
    for _ in range(6):
        start, days = data.draw(steps_of(odd)), data.draw(st.integers(1, 3))
        index = oracle.watch.index(start)
        later = [d for d in oracle.working_days if d > oracle.watch.shown[index].date()]
        # The last dates may be cut off by the end of the watch, and the opening may lie on the first of the later ones.
        assume(len(later) > days + 2)
        opening = oracle.watch.index(oracle.next_opening(start))
        # In a repeated hour "the same local time" and the promise that no later start is due earlier cannot both
        # hold to the letter; there the other check decides.
        if not oracle.watch.repeats(index):
            due = oracle.add_days(start, days, end_of_day=True)
            assert calendar.add_days(start, days, DueRule.END_OF_DAY) == due
        if not oracle.watch.repeats(opening):
            assert calendar.add_days(start, days) == oracle.add_days(start, days, end_of_day=False)


def a_later_start_is_never_due_earlier(odd: OddDay, data: st.DataObject) -> None:
    calendar = WorkingTime(definition_from(data.draw(documents(odd))))
    days, rule = data.draw(st.integers(1, 4)), data.draw(st.sampled_from(DueRule))
    centre = data.draw(steps_of(odd))
    starts = [centre + timedelta(minutes=7 * n) for n in range(-40, 60)]
    due = [calendar.add_days(start, days, rule) for start in starts]
    assert due == sorted(due)
    assert all(end > start for start, end in zip(starts, due, strict=True))


each_odd_day = pytest.mark.parametrize("odd", ODD_DAYS, ids=lambda odd: f"{odd.zone} {odd.day}")
each_check = pytest.mark.parametrize(
    "check",
    [
        every_step_counts_as_watched,
        sums_are_as_watched,
        working_days_are_as_watched,
        a_later_start_is_never_due_earlier,
    ],
    ids=lambda check: check.__name__,
)


@each_odd_day
@each_check
@fixed(3)
@given(data=st.data())
def test_odd_days_are_computed_right(odd: OddDay, check: Check, data: st.DataObject) -> None:
    check(odd, data)


@pytest.mark.slow
@each_odd_day
@each_check
@fixed(40)
@given(data=st.data())
def test_odd_days_are_computed_right_in_many_calendars(odd: OddDay, check: Check, data: st.DataObject) -> None:
    check(odd, data)
