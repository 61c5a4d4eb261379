"""Budgets held against every second of some days: calendars of several zones around the days whose clocks are odd."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from services.requests.agreements.rules.feasibility import feasibility
from services.requests.agreements.rules.stages import Leg
from services.requests.worktime import DueRule, WorkingDays, WorkingSeconds, WorkingTime, definition_from
from tests.requests.agreements.every_second import EverySecond, OutOfSight, SlowLeg, by_every_second, starts_of
from tests.requests.worktime.calendars import ODD_DAYS, OddDay, documents, fixed
from tests.requests.worktime.oracle import watch
from tests.requests.worktime.samples import ROUND_THE_CLOCK, a_document

NEVER_CLOSED = a_document(shifts=ROUND_THE_CLOCK, dates=[], overrides=[], public_holidays=[])
DAY = 24 * 60 * 60
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class BothCalendars:
    """A calendar as it is computed, and as it is watched."""

    quick: WorkingTime
    slow: EverySecond


def both(document: dict[str, Any], odd: OddDay) -> BothCalendars:
    begin = odd.watched().begin
    step = OddDay(document["time_zone"], odd.day, "").step
    seen = watch(document["time_zone"], begin, 17, step)
    return BothCalendars(WorkingTime(definition_from(document)), EverySecond(document, seen))


def a_calendar_of(odd: OddDay) -> st.SearchStrategy[dict[str, Any]]:
    """In the zone whose clock is odd, or in another one; some are offices as we know them."""
    zones = st.sampled_from([odd.zone, odd.zone, "Asia/Kolkata", "America/New_York", "Europe/Berlin"])
    offices = st.builds(a_document, zones, dates=st.just([]), overrides=st.just([]), public_holidays=st.just([]))
    return st.one_of(zones.flatmap(lambda zone: documents(OddDay(zone, odd.day, ""))), offices)


def legs(calendars: list[BothCalendars], seconds: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[Leg, SlowLeg]]:
    """Working time, oftener than working days, in one of the calendars."""
    calendar = st.sampled_from(calendars)

    def of_seconds(made: BothCalendars, wanted: int) -> tuple[Leg, SlowLeg]:
        return Leg(made.quick, WorkingSeconds(wanted)), SlowLeg(made.slow, wanted)

    def of_days(made: BothCalendars, days: int, due: DueRule) -> tuple[Leg, SlowLeg]:
        slow = SlowLeg(made.slow, None, days, due is DueRule.END_OF_DAY)
        return Leg(made.quick, WorkingDays(days), due), slow

    return st.one_of(
        st.builds(of_seconds, calendar, seconds),
        st.builds(of_seconds, calendar, seconds),
        st.builds(of_days, calendar, st.integers(1, 2), st.sampled_from(DueRule)),
    )


def budget_is_as_watched(odd: OddDay, data: st.DataObject, *, whole_minutes: bool) -> None:
    calendars = [both(each, odd) for each in data.draw(st.lists(a_calendar_of(odd), min_size=1, max_size=3))]
    minutes = st.integers(0, 600).map(lambda n: 60 * n)
    leg = legs(calendars, minutes if whole_minutes else st.integers(0, 36_000))
    lanes = st.lists(leg, min_size=1, max_size=2)
    stages = data.draw(st.lists(st.lists(lanes, min_size=1, max_size=2), min_size=1, max_size=3))
    promised = data.draw(st.one_of(leg, legs([both(NEVER_CLOSED, odd)], st.integers(0, 80).map(lambda n: 3600 * n))))
    sight, days = odd.watched().begin, 7 if whole_minutes else 3
    first = data.draw(st.integers(1, 4)) * DAY
    starts = starts_of(first, first + days * DAY, whole_minutes=whole_minutes, step=odd.step // SECOND)
    try:
        expected = by_every_second(
            promised[1], [[[slow for _, slow in lane] for lane in stage] for stage in stages], starts
        )
    except OutOfSight:
        reject()
    begin = sight + first * SECOND
    quick_stages = [[[quick for quick, _ in lane] for lane in stage] for stage in stages]
    found = feasibility(promised[0], quick_stages, begin, begin + timedelta(days=days))

    def second(at: datetime) -> int:
        return (at - sight) // SECOND

    worst, broken = found.worst, found.first_broken
    told = second(worst.start), second(worst.done), second(worst.due), worst.slack / SECOND
    assert told == (expected.worst, expected.done, expected.due, expected.slack)
    assert found.is_feasible == (expected.first_late is None)
    if broken is None or not whole_minutes:
        assert (broken and second(broken.start)) == expected.first_late
    else:
        # The first late start may lie between two minutes, of which the slow answer knows the first after it.
        assert expected.first_late is not None
        assert expected.first_late - odd.step // SECOND < second(broken.start) <= expected.first_late
        assert not broken.is_kept


def of_minutes(odd: OddDay, data: st.DataObject) -> None:
    budget_is_as_watched(odd, data, whole_minutes=True)


def of_seconds(odd: OddDay, data: st.DataObject) -> None:
    budget_is_as_watched(odd, data, whole_minutes=False)


def each(odd_days: list[OddDay]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("odd", odd_days, ids=lambda odd: f"{odd.zone} {odd.day}")


@each(ODD_DAYS[1:3])
@fixed(20)
@given(data=st.data())
def test_the_worst_start_is_that_of_every_minute(odd: OddDay, data: st.DataObject) -> None:
    of_minutes(odd, data)


@fixed(4)
@given(data=st.data())
def test_the_worst_start_is_that_of_every_second(data: st.DataObject) -> None:
    of_seconds(ODD_DAYS[1], data)


@pytest.mark.slow
@each(ODD_DAYS)
@fixed(8)
@given(data=st.data())
def test_the_worst_start_is_that_of_every_minute_in_many_budgets(odd: OddDay, data: st.DataObject) -> None:
    of_minutes(odd, data)


@pytest.mark.slow
@each(ODD_DAYS)
@fixed(3)
@given(data=st.data())
def test_the_worst_start_is_that_of_every_second_in_many_budgets(odd: OddDay, data: st.DataObject) -> None:
    of_seconds(odd, data)
