"""On which days a deputy serves, and which dates do not go together."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def local_day(zone: str, now: datetime) -> date:
    """The date that it is in that zone.

    >>> local_day("Asia/Tokyo", datetime.fromisoformat("2026-03-01T20:00Z"))
    datetime.date(2026, 3, 2)
    """
    return now.astimezone(ZoneInfo(zone)).date()


def serves_on(day: date, first_day: date, last_day: date | None) -> bool:
    """Whether a deputy from one day to another, both included, serves on that day; no last day is until ended.

    >>> monday, tuesday, friday = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)
    >>> serves_on(friday, monday, friday), serves_on(friday, monday, tuesday), serves_on(friday, monday, None)
    (True, False, True)
    >>> serves_on(monday, tuesday, None)
    False
    """
    return first_day <= day and (last_day is None or day <= last_day)
