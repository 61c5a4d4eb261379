"""A calendar version as an iCalendar file: public holidays, own dates and overrides as all-day events."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event

_DAY = timedelta(days=1)


def write_calendar(told: Mapping[str, Any]) -> bytes:
    """The file of a version: `id`, `name`, `number`, `created_at`, `definition`, `public_holidays`, `first`, `last`."""
    calendar = Calendar()
    calendar.add("PRODID", "-//Acuerdo//calendars//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", told["name"])
    calendar.add("X-WR-TIMEZONE", told["definition"]["time_zone"])
    for number, event in enumerate(_events(told), 1):
        event.add("UID", f"{told['id']}-{told['number']}-{number}@acuerdo")
        event.add("DTSTAMP", datetime.fromisoformat(told["created_at"]))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(told: Mapping[str, Any]) -> Iterator[Event]:
    first, last = date(told["first"], 1, 1), date(told["last"], 12, 31)
    definition = told["definition"]
    for each in told["public_holidays"]:
        if first <= (day := date.fromisoformat(each["date"])) <= last:
            yield _event("holiday", each["name"], day)
    for each in definition.get("dates", ()):
        if "yearly" in each:
            yield from _yearly(each["name"], each["yearly"], first.year, last.year)
        elif first <= (day := date.fromisoformat(each["date"])) <= last:
            yield _event("own_date", each["name"], day)
    for each in definition.get("overrides", ()):
        since, until = date.fromisoformat(each["from"]), date.fromisoformat(each["to"])
        if since <= last and until >= first:
            yield _override(each, since, until)


def _event(kind: str, name: str, first: date, last: date | None = None) -> Event:
    event = Event()
    event.add("SUMMARY", name)
    event.add("DTSTART", first)
    event.add("DTEND", (last or first) + _DAY)
    event.add("X-ACUERDO-KIND", kind)
    return event


def _yearly(name: str, month_and_day: str, first: int, last: int) -> Iterator[Event]:
    """One event that comes again every year, from the first year on that has the day; none where none has."""
    for year in range(first, last + 1):
        try:
            day = date.fromisoformat(f"{year:04}-{month_and_day}")
        except ValueError:
            continue
        event = _event("own_date", name, day)
        event.add("RRULE", {"FREQ": "YEARLY"})
        yield event
        return


def _override(override: Mapping[str, Any], since: date, until: date) -> Event:
    """A closure is days off; one with shifts is told as free time with its shifts, which an event cannot hold."""
    shifts = override["shifts"]
    event = _event("override" if shifts else "closure", override["name"], since, until)
    if shifts:
        event.add("TRANSP", "TRANSPARENT")
        event.add("DESCRIPTION", "\n".join(f"{each['weekday']} {each['start']}-{each['end']}" for each in shifts))
    return event
