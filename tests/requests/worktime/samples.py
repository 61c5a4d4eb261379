"""Calendars that people would recognise, for cases worked out by hand."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.requests.worktime import WorkingTime, definition_from

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hours(*spans: str, days: tuple[str, ...] = WEEKDAYS[:5]) -> list[dict[str, str]]:
    """Shifts `09:00-17:00` on each of `days` (Monday to Friday)."""
    cut = [span.split("-") for span in spans]
    return [{"weekday": day, "start": start, "end": end} for day in days for start, end in cut]


ROUND_THE_CLOCK = hours("00:00-24:00", days=WEEKDAYS)


def a_document(time_zone: str = "UTC", **changes: Any) -> dict[str, Any]:
    """An office, Monday to Friday from 9 to 17."""
    return {"time_zone": time_zone, "shifts": hours("09:00-17:00"), **changes}


def a_calendar(time_zone: str = "UTC", **changes: Any) -> WorkingTime:
    return WorkingTime(definition_from(a_document(time_zone, **changes)))


def at(text: str, zone: str = "UTC") -> datetime:
    """An instant by its local time in `zone`; of an ambiguous one the earlier."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
