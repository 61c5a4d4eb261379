"""What a compiled window holds: as few intervals as there are, whatever its years."""

from datetime import UTC, datetime

from services.requests.worktime import definition_from
from services.requests.worktime.days import DayRules
from services.requests.worktime.windows import Window
from services.requests.worktime.zones import microseconds_of
from tests.requests.worktime.samples import ROUND_THE_CLOCK, a_calendar, a_document, at, hours


def a_window(first: int, last: int, zone: str = "Europe/Berlin", **document: object) -> Window:
    definition = definition_from(a_document(zone, **document))
    return Window(DayRules(definition), zone, first, last)


def test_round_the_clock_is_one_interval() -> None:
    window = a_window(1990, 2030, shifts=ROUND_THE_CLOCK)
    assert len(window.starts) == len(window.ends) == len(window.before) == 1
    assert window.total == window.finish - window.begin


def test_shifts_that_meet_at_midnight_are_one_interval() -> None:
    night = [*hours("22:00-24:00", days=("wed",)), *hours("00:00-06:00", days=("thu",))]
    window = a_window(2024, 2024, shifts=night)
    assert len(window.starts) == 52
    assert len(window.days) == 104


def test_intervals_are_sorted_and_apart_with_running_sums() -> None:
    window = a_window(2023, 2025, shifts=hours("09:00-12:00", "13:00-17:00"))
    assert all(end < start for end, start in zip(window.ends, window.starts[1:], strict=False))
    lengths = [end - start for start, end in zip(window.starts, window.ends, strict=True)]
    assert window.before == [sum(lengths[:place]) for place in range(len(lengths))]
    assert window.total == sum(lengths)


def test_a_window_answers_for_its_local_years() -> None:
    window = a_window(2023, 2024)
    assert window.begin == microseconds_of(datetime(2022, 12, 31, 23, tzinfo=UTC))
    assert window.finish == microseconds_of(datetime(2024, 12, 31, 23, tzinfo=UTC))


def test_a_calendar_keeps_the_years_it_has_compiled() -> None:
    calendar = a_calendar()
    for year in (2024, 2030, 2020):
        calendar.is_open(at(f"{year}-05-01T12:00"))
    years = microseconds_of(at("2020-05-01T12:00")), microseconds_of(at("2030-05-01T12:00"))
    window = calendar.window_over(*years)
    assert (window.first, window.last) == (2020, 2030)
    assert calendar.window_over(*years) is window
