"""What holds for every calendar and every instant, to the microsecond."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.requests.worktime import (
    CalendarDefinition,
    Shift,
    Weekday,
    WorkingTime,
    definition_from,
    explain,
)
from services.requests.worktime.zones import LocalClock, instant_at, known_zones, microseconds_of, midnight_of
from tests.requests.worktime.calendars import ODD_DAYS, OddDay, documents, fixed

ROUND_THE_CLOCK = tuple(Shift(weekday, 0, 24 * 60) for weekday in Weekday)
BEGINNING, END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2201, 1, 1, tzinfo=UTC)
zones = st.sampled_from(sorted(known_zones()))
odd_days = st.sampled_from(ODD_DAYS)
amounts = st.timedeltas(timedelta(0), timedelta(hours=90))


def instants(first: datetime = BEGINNING, last: datetime = END) -> st.SearchStrategy[datetime]:
    """Any microsecond of the span."""
    return st.integers(0, (last - first) // timedelta(microseconds=1)).map(lambda n: first + timedelta(microseconds=n))


@st.composite
def calendars_and_instants(draw: st.DrawFn, count: int) -> tuple[WorkingTime, list[datetime]]:
    """An odd zone's calendar and `count` instants in order, within two weeks of the odd change."""
    odd: OddDay = draw(odd_days)
    begin = odd.watched().begin
    span = instants(begin, begin + timedelta(days=14))
    return WorkingTime(definition_from(draw(documents(odd)))), sorted(draw(span) for _ in range(count))


@fixed(80)
@given(calendars_and_instants(1), amounts)
def test_between_gives_back_what_add_took(case: tuple[WorkingTime, list[datetime]], amount: timedelta) -> None:
    calendar, (start,) = case
    assert calendar.between(start, calendar.add(start, amount)) == amount


@fixed(50)
@given(calendars_and_instants(2), amounts, amounts)
def test_later_starts_and_larger_amounts_end_no_earlier(
    case: tuple[WorkingTime, list[datetime]], amount: timedelta, more: timedelta
) -> None:
    calendar, (start, later) = case
    assert calendar.add(start, amount) <= calendar.add(later, amount)
    assert calendar.add(start, amount) <= calendar.add(start, amount + more)


@fixed(50)
@given(calendars_and_instants(1), amounts, amounts.filter(bool))
def test_adding_in_two_parts_is_adding_at_once(
    case: tuple[WorkingTime, list[datetime]], first: timedelta, second: timedelta
) -> None:
    calendar, (start,) = case
    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


@fixed(50)
@given(calendars_and_instants(3))
def test_between_adds_up_over_neighbours(case: tuple[WorkingTime, list[datetime]]) -> None:
    calendar, (a, b, c) = case
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)
    assert calendar.between(c, a) == timedelta(0)


@fixed(50)
@given(calendars_and_instants(2))
def test_an_explanation_partitions_and_its_counted_spans_are_between(case: tuple[WorkingTime, list[datetime]]) -> None:
    calendar, (a, b) = case
    spans = explain(calendar, a, b)
    edges = [span.from_ for span in spans] + [b]
    assert edges == [a] + [span.to for span in spans] if a < b else spans == []
    assert all(span.from_ < span.to for span in spans)
    assert sum((s.to - s.from_ for s in spans if s.counted), timedelta(0)) == calendar.between(a, b)
    for one, next_one in pairwise(spans):
        assert (one.counted, one.reason, one.name) != (next_one.counted, next_one.reason, next_one.name)


@fixed(40)
@given(calendars_and_instants(2), st.lists(instants(), min_size=1, max_size=3), amounts)
def test_answers_do_not_depend_on_what_was_asked_before(
    case: tuple[WorkingTime, list[datetime]], others: list[datetime], amount: timedelta
) -> None:
    calendar, (a, b) = case
    fresh = WorkingTime(calendar.definition)
    for other in others:
        # Keep the years few: what matters is that the window grew, to either side, in some order.
        near = a + (other - a) / 40
        calendar.is_open(max(near, BEGINNING))
    assert calendar.between(a, b) == fresh.between(a, b)
    assert calendar.add(a, amount) == WorkingTime(calendar.definition).add(a, amount)
    assert calendar.add_days(a, 3) == WorkingTime(calendar.definition).add_days(a, 3)


@fixed(40)
@given(zones, instants(last=datetime(2195, 1, 1, tzinfo=UTC)), st.timedeltas(timedelta(0), timedelta(days=800)))
def test_round_the_clock_is_wall_time_in_every_zone(zone: str, start: datetime, amount: timedelta) -> None:
    calendar = WorkingTime(CalendarDefinition(zone, ROUND_THE_CLOCK))
    assert calendar.add(start, amount) == start + amount
    assert calendar.between(start, start + amount) == amount


@fixed(200)
@given(zones, instants())
def test_the_local_clock_shows_what_zoneinfo_shows(zone: str, instant: datetime) -> None:
    clock = LocalClock(zone, instant.year, instant.year)
    shown = instant.astimezone(ZoneInfo(zone))
    day, time = clock.day_and_time_of(microseconds_of(instant))
    reached = midnight_of(day) + time
    if shown.fold == 0:
        assert reached == microseconds_of(shown.replace(tzinfo=UTC))
        assert clock.instant_of(reached) == microseconds_of(instant)
    else:
        assert reached > microseconds_of(shown.replace(tzinfo=UTC))
        assert instant_at(clock.instant_of(reached)) >= instant
