"""How much of a quota one ticket uses, and over which local days uses are added up."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from services.requests.agreements.rules.content import QuotaPeriod
from services.requests.worktime.zones import LocalClock, instant_at, microseconds_of, midnight_of

MOST = 1_000_000_000
"""Beyond this a quantity is a slip; sums of such stay exact."""


def local_period(at: datetime, period: QuotaPeriod, zone: str) -> tuple[datetime, datetime]:
    """The half-open span (UTC) of the local days around `at` over which a quota counts. Weeks begin on Monday.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)  # Monday already, half an hour past midnight in Madrid's summer
    >>> [end.isoformat()[:16] for end in local_period(at, QuotaPeriod.WEEK, "Europe/Madrid")]
    ['2026-03-29T22:00', '2026-04-05T22:00']
    >>> [end.isoformat()[:16] for end in local_period(at, QuotaPeriod.QUARTER, "Europe/Madrid")]
    ['2025-12-31T23:00', '2026-03-31T22:00']
    """
    clock = LocalClock(zone, at.year - 1, at.year + 1)
    day, _ = clock.day_and_time_of(microseconds_of(at))
    first, last = _days(date.fromordinal(day), period)
    start, end = (instant_at(clock.instant_of(midnight_of(each.toordinal()))) for each in (first, last))
    return start, end


def _days(day: date, period: QuotaPeriod) -> tuple[date, date]:
    match period:
        case QuotaPeriod.DAY:
            return day, day + timedelta(days=1)
        case QuotaPeriod.WEEK:
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=7)
        case QuotaPeriod.MONTH:
            return _months(day.year, day.month, 1)
        case QuotaPeriod.QUARTER:
            return _months(day.year, day.month - (day.month - 1) % 3, 3)
        case QuotaPeriod.YEAR:
            return date(day.year, 1, 1), date(day.year + 1, 1, 1)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    return date(year, month, 1), date(year + (month + count > 12), (month + count - 1) % 12 + 1, 1)


def pointed_steps(pointer: str) -> list[str]:
    """The steps of a JSON pointer (RFC 6901).

    >>> pointed_steps("/order/sets~1week")
    ['order', 'sets/week']
    """
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def quantity_of(fields: Mapping[str, Any], pointer: str | None) -> int | float | None:
    """What a ticket with these fields uses of a quota: 1, or the number at `pointer`; None where none is told.

    >>> quantity_of({"sets": 3}, "/sets"), quantity_of({}, None), quantity_of({"sets": "3"}, "/sets")
    (3, 1, None)
    """
    if pointer is None:
        return 1
    value: Any = fields
    for step in pointed_steps(pointer):
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, Mapping) and step in value:
            value = value[step]
        else:
            return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and 0 < value <= MOST else None
