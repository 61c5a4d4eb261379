"""A calendar version as JSON, the shape that the API takes and a database keeps, to and from a definition."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.requests.worktime.definition import (
    CalendarDefinition,
    Override,
    OwnDate,
    PublicHoliday,
    Shift,
    Weekday,
    minute_of_day,
    time_of_day,
)


def definition_from(
    document: Mapping[str, Any], public_holidays: Iterable[PublicHoliday] | None = None
) -> CalendarDefinition:
    """The definition that a document of the right schema spells:

    `{time_zone, shifts: [{weekday, start, end}], dates?: [{date | yearly, name}],
    overrides?: [{from, to, name, shifts, keep_holidays?}], public_holidays?: [{date, name}]}`

    `holidays` (country and subdivision) is left to `expand_public_holidays`, whose result is passed in, or was stored
    under `public_holidays`. Raises `CalendarRuleBroken`; a wrong schema raises `KeyError` or `ValueError`.
    """
    if public_holidays is None:
        kept = document.get("public_holidays") or ()
        public_holidays = (PublicHoliday(date.fromisoformat(h["date"]), h["name"]) for h in kept)
    return CalendarDefinition(
        time_zone=document["time_zone"],
        shifts=_shifts_from(document["shifts"]),
        public_holidays=tuple(public_holidays),
        dates=tuple(_own_date_from(own) for own in document.get("dates") or ()),
        overrides=tuple(_override_from(override) for override in document.get("overrides") or ()),
    )


def document_of(definition: CalendarDefinition) -> dict[str, Any]:
    """The document of a definition, public holidays included; `definition_from` reads it back equal.

    >>> document_of(CalendarDefinition("UTC", (Shift(Weekday.MON, 540, 1440),)))["shifts"]
    [{'weekday': 'mon', 'start': '09:00', 'end': '24:00'}]
    """
    return {
        "time_zone": definition.time_zone,
        "shifts": _shift_documents(definition.shifts),
        "public_holidays": [{"date": h.date.isoformat(), "name": h.name} for h in definition.public_holidays],
        "dates": [_own_date_document(own) for own in definition.dates],
        "overrides": [
            {
                "from": override.first.isoformat(),
                "to": override.last.isoformat(),
                "name": override.name,
                "shifts": _shift_documents(override.shifts),
                "keep_holidays": override.keep_holidays,
            }
            for override in definition.overrides
        ],
    }


def _shifts_from(documents: Iterable[Mapping[str, str]]) -> tuple[Shift, ...]:
    return tuple(Shift(Weekday(d["weekday"]), minute_of_day(d["start"]), minute_of_day(d["end"])) for d in documents)


def _shift_documents(shifts: Iterable[Shift]) -> list[dict[str, str]]:
    return [{"weekday": s.weekday.value, "start": time_of_day(s.start), "end": time_of_day(s.end)} for s in shifts]


def _own_date_from(document: Mapping[str, str]) -> OwnDate:
    if yearly := document.get("yearly"):
        month, day = yearly.split("-")
        return OwnDate(document["name"], yearly=(int(month), int(day)))
    return OwnDate(document["name"], on=date.fromisoformat(document["date"]))


def _own_date_document(own: OwnDate) -> dict[str, str]:
    if own.on is not None:
        return {"date": own.on.isoformat(), "name": own.name}
    month, day = own.yearly or (0, 0)
    return {"yearly": f"{month:02}-{day:02}", "name": own.name}


def _override_from(document: Mapping[str, Any]) -> Override:
    return Override(
        first=date.fromisoformat(document["from"]),
        last=date.fromisoformat(document["to"]),
        name=document["name"],
        shifts=_shifts_from(document["shifts"]),
        keep_holidays=bool(document.get("keep_holidays")),
    )
