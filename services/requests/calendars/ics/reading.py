"""What an iCalendar file says of days off: its all-day events, and which others were left out and why.

An event without an end lasts one day; DTEND is exclusive. A yearly rule without an end is a yearly day, one with an
end, or that begins in a later year, its dates; any other rule is left out, and so are exceptions: nobody gets days off
that the file does not say.
"""

from calendar import isleap
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from icalendar import Calendar, Event
from icalendar.prop import vDDDTypes, vDuration, vRecur

from services.requests.calendars.ics.reasons import LeftOut

MOST_EVENTS = 5_000
MOST_DAYS = 1_000
LONGEST = 366
DEEPEST = 4
FIRST, LAST = date(1970, 1, 1), date(2200, 12, 31)
NAMELESS = "(no name)"
_DAY = timedelta(days=1)
_RULE_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "WKST"}


class NotICalendar(ValueError):
    """The file is none."""


class TooLarge(ValueError):
    """It holds more events, or deeper ones, than we read."""


class _Refused(ValueError):
    def __init__(self, reason: LeftOut) -> None:
        super().__init__(reason)
        self.reason = reason


class Read(NamedTuple):
    """`dates` are own dates as a calendar version has them; `left_out` tells the name, the start and the reason."""

    dates: list[dict[str, str]]
    left_out: list[dict[str, str | None]]


def read_days(content: bytes, this_year: int) -> Read:
    """The days off of an iCalendar file, as it is read in that year. NotICalendar, TooLarge."""
    _check_depth(content)
    try:
        found = Calendar.from_ical(content)
        events = [event for event in found.walk("VEVENT") if isinstance(event, Event)]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotICalendar from error
    if found.name != "VCALENDAR":
        raise NotICalendar
    if len(events) > MOST_EVENTS:
        raise TooLarge
    read = Read([], [])
    for event in events:
        try:
            days = list(_days_of(event, this_year))
            if len(read.dates) + len(days) > MOST_DAYS:
                raise _Refused(LeftOut.TOO_MANY)
            read.dates.extend(days)
        except _Refused as refused:
            read.left_out.append({"name": _name_of(event), "starts": _start_of(event), "reason": refused.reason.value})
    return read


def _check_depth(content: bytes) -> None:
    """Raises TooLarge, before a line is parsed, for components in components in components."""
    depth = 0
    for line in content.splitlines():
        start = line[:6].upper()
        depth += 1 if start == b"BEGIN:" else -1 if start[:4] == b"END:" else 0
        if depth > DEEPEST:
            raise TooLarge


def _days_of(event: Event, this_year: int) -> Iterator[dict[str, str]]:
    """Each day off that an event says. _Refused."""
    name = _name_of(event)
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        raise _Refused(LeftOut.CANCELLED)
    if str(event.get("X-ACUERDO-KIND", "")) == "override":
        raise _Refused(LeftOut.WORKED)
    first, after = _span_of(event)
    rule = event.get("RRULE")
    if rule is None and not any(part in event for part in ("RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")):
        for day in _each(first, after):
            yield {"date": day.isoformat(), "name": name}
        return
    if not isinstance(rule, vRecur) or any(part in event for part in ("RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")):
        raise _Refused(LeftOut.RECURRENCE)
    _check_yearly(rule, first)
    if not rule.keys() & {"COUNT", "UNTIL"} and not _comes_before(first, this_year):
        for day in _each(first, after):
            yield {"yearly": day.strftime("%m-%d"), "name": name}
        return
    for begun in _yearly(rule, first):
        for day in _each(begun, begun + (after - first)):
            yield {"date": day.isoformat(), "name": name}


def _span_of(event: Event) -> tuple[date, date]:
    """The half-open dates of an all-day event. _Refused."""
    start, end, duration = (event.get(name) for name in ("DTSTART", "DTEND", "DURATION"))
    first = _moment(start)
    if isinstance(first, datetime):
        raise _Refused(LeftOut.NOT_ALL_DAY)
    if end is not None:
        after = _moment(end)
        if isinstance(after, datetime):
            raise _Refused(LeftOut.UNREADABLE)
    else:
        length = duration.dt if isinstance(duration, vDuration | vDDDTypes) else _DAY
        if not isinstance(length, timedelta) or length % _DAY:
            raise _Refused(LeftOut.UNREADABLE)
        after = first + length if abs(length.days) <= LONGEST else date.max
    after = max(after, first + _DAY) if after >= first else first
    if after == first:
        raise _Refused(LeftOut.UNREADABLE)
    if not FIRST <= first <= LAST:
        raise _Refused(LeftOut.OUTSIDE)
    if (after - first).days > LONGEST:
        raise _Refused(LeftOut.TOO_LONG)
    return first, after


def _moment(value: Any) -> date:
    """The date, or the instant, that a property holds. _Refused."""
    if not isinstance(value, vDDDTypes) or not isinstance(value.dt, date):
        raise _Refused(LeftOut.UNREADABLE)
    return value.dt


def _check_yearly(rule: vRecur, first: date) -> None:
    """Raises _Refused for a rule that is not the same day of every year."""
    is_yearly = [str(each).upper() for each in rule.get("FREQ", [])] == ["YEARLY"] and rule.keys() <= _RULE_PARTS
    is_each = rule.get("INTERVAL", [1]) == [1]
    day_named = (rule.get("BYMONTH", [first.month]), rule.get("BYMONTHDAY", [first.day]))
    if not (is_yearly and is_each and day_named == ([first.month], [first.day])):
        raise _Refused(LeftOut.RECURRENCE)


def _yearly(rule: vRecur, first: date) -> Iterator[date]:
    """The beginnings of a yearly event with an end, within the years that calendars cover."""
    until = rule.get("UNTIL", [LAST])[0]
    last = until.date() if isinstance(until, datetime) else until
    left = rule.get("COUNT", [LAST.year])[0]
    for year in range(first.year, LAST.year + 1):
        try:
            begun = first.replace(year=year)
        except ValueError:
            continue  # 29 February
        if begun > last or left <= 0:
            return
        left -= 1
        yield begun


def _comes_before(first: date, this_year: int) -> bool:
    """Whether the day comes in a year from this one on that is before its first."""
    is_leap_day = (first.month, first.day) == (2, 29)
    return any(isleap(year) or not is_leap_day for year in range(this_year, first.year))


def _each(first: date, after: date) -> Iterator[date]:
    return (first + place * _DAY for place in range((after - first).days))


def _name_of(event: Event) -> str:
    text = "".join(each if each.isprintable() else " " for each in str(event.get("SUMMARY", "")))
    return " ".join(text.split())[:200] or NAMELESS


def _start_of(event: Event) -> str | None:
    value = event.get("DTSTART")
    return value.dt.isoformat() if isinstance(value, vDDDTypes) and isinstance(value.dt, date) else None
