"""What a calendar version becomes when it is saved: its rules checked, its public holidays expanded for good."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.requests.worktime import CalendarDefinition, PublicHoliday, definition_from
from services.requests.worktime.public_holidays import expand_public_holidays
from services.requests.worktime.windows import BEGINNING_US, END_US
from services.requests.worktime.zones import instant_at

ROUND_THE_CLOCK = UUID("01900000-0000-7000-8000-000000000001")
"""The calendar that a fresh organisation starts with: UTC, 24 hours a day, every day. Its version has the same id."""


@lru_cache(maxsize=256)
def _holidays(country: str, subdivision: str | None, year: int) -> tuple[PublicHoliday, ...]:
    return expand_public_holidays(country, subdivision, date(year, 1, 1))


def expanded(document: Mapping[str, Any], today: date) -> CalendarDefinition:
    """The definition that a version's document spells, with the public holidays that it asks for by country.

    Raises `CalendarRuleBroken`. Whether it holds enough working time is a question of its own.

    >>> document = {"time_zone": "Europe/Berlin", "shifts": [], "holidays": {"country": "DE"}}
    >>> expanded(document, date(2026, 5, 1)).public_holidays[0]
    PublicHoliday(date=datetime.date(2025, 1, 1), name='Neujahr')
    """
    place = document.get("holidays")
    holidays = _holidays(place["country"], place.get("subdivision"), today.year) if place else ()
    return definition_from(document, holidays)


def local_date(now: datetime, time_zone: str) -> date:
    """The date on the wall of that zone.

    >>> from datetime import UTC
    >>> local_date(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "Europe/Madrid")
    datetime.date(2026, 3, 2)
    """
    return now.astimezone(ZoneInfo(time_zone)).date()


def first_and_last_instant() -> tuple[datetime, datetime]:
    """Between which instants (UTC, both included) calendars answer.

    >>> [instant.isoformat() for instant in first_and_last_instant()]
    ['1970-01-01T00:00:00+00:00', '2201-01-01T00:00:00+00:00']
    """
    return instant_at(BEGINNING_US), instant_at(END_US)
