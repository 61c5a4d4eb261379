"""An explanation that a person with a calendar in hand can follow. 2024-05-01 is a Wednesday."""

from datetime import timedelta
from typing import Any

import pytest

from services.requests.worktime import ExplanationTooLong, Span, explain
from tests.requests.worktime.samples import ROUND_THE_CLOCK, WEEKDAYS, a_calendar, at, hours


def told(spans: list[Span]) -> list[tuple[str, str, bool, str, str | None]]:
    return [(f"{s.from_:%a %H:%M}", f"{s.to:%a %H:%M}", s.counted, s.reason.value, s.name) for s in spans]


def explained(begin: str, end: str, **document: Any) -> list[tuple[str, str, bool, str, str | None]]:
    return told(explain(a_calendar(**document), at(begin), at(end)))


def test_working_and_closed_time_take_turns() -> None:
    assert explained("2024-05-02T16:00", "2024-05-06T10:00") == [
        ("Thu 16:00", "Thu 17:00", True, "working", None),
        ("Thu 17:00", "Fri 09:00", False, "closed", None),
        ("Fri 09:00", "Fri 17:00", True, "working", None),
        ("Fri 17:00", "Mon 09:00", False, "closed", None),
        ("Mon 09:00", "Mon 10:00", True, "working", None),
    ]


def test_a_public_holiday_an_own_date_and_an_override_are_named() -> None:
    spans = explained(
        "2024-04-30T16:00",
        "2024-05-03T12:00",
        public_holidays=[{"date": "2024-05-01", "name": "May Day"}],
        dates=[{"date": "2024-05-02", "name": "outing"}],
        overrides=[{"from": "2024-05-03", "to": "2024-05-03", "name": "fair", "shifts": hours("08:00-10:00")}],
    )
    assert spans == [
        ("Tue 16:00", "Tue 17:00", True, "working", None),
        ("Tue 17:00", "Wed 00:00", False, "closed", None),
        ("Wed 00:00", "Thu 00:00", False, "holiday", "May Day"),
        ("Thu 00:00", "Fri 00:00", False, "date", "outing"),
        ("Fri 00:00", "Fri 08:00", False, "override", "fair"),
        ("Fri 08:00", "Fri 10:00", True, "override", "fair"),
        ("Fri 10:00", "Fri 12:00", False, "override", "fair"),
    ]


def test_of_two_names_for_a_day_the_first_is_told() -> None:
    both = {"public_holidays": [{"date": "2024-05-01", "name": name} for name in ("May Day", "Labour Day")]}
    assert explained("2024-05-01T08:00", "2024-05-01T12:00", **both)[0][4] == "May Day"


def test_a_closure_of_weeks_is_one_span() -> None:
    closed = [{"from": "2024-05-01", "to": "2024-05-14", "name": "works holidays", "shifts": []}]
    assert explained("2024-05-01T00:00", "2024-05-15T00:00", overrides=closed) == [
        ("Wed 00:00", "Wed 00:00", False, "override", "works holidays")
    ]


def test_round_the_clock_is_one_span_through_both_changes() -> None:
    calendar = a_calendar("Europe/Berlin", shifts=ROUND_THE_CLOCK)
    spans = explain(calendar, at("2024-01-01T00:00"), at("2025-01-01T00:00"))
    assert [(span.counted, span.to - span.from_) for span in spans] == [(True, timedelta(days=366))]


def test_a_skipped_day_leaves_no_trace() -> None:
    calendar = a_calendar("Pacific/Apia", dates=[{"date": "2011-12-30", "name": "never was"}])
    spans = explain(calendar, at("2011-12-29T00:00"), at("2012-01-03T00:00"))
    assert {span.name for span in spans} == {None}


def test_backwards_and_nowhere_need_no_explanation() -> None:
    assert explained("2024-05-02T16:00", "2024-05-02T16:00") == []
    assert explained("2024-05-02T16:00", "2024-05-01T16:00") == []


def test_an_explanation_is_bounded_in_years_and_spans() -> None:
    always, start = a_calendar(shifts=ROUND_THE_CLOCK), at("2000-01-01T00:00")
    assert len(explain(always, start, start + timedelta(days=7_305))) == 1
    with pytest.raises(ExplanationTooLong, match="20 years"):
        explain(always, start, start + timedelta(days=7_305, microseconds=1))
    every_other_minute = [f"{h:02}:{m:02}-{h:02}:{m + 1:02}" for h in range(24) for m in range(0, 58, 2)]
    busy = a_calendar(shifts=hours(*every_other_minute, days=WEEKDAYS))
    with pytest.raises(ExplanationTooLong, match="10000"):
        explain(busy, start, start + timedelta(days=30))
