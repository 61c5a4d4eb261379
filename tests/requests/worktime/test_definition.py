"""What a calendar version may say, and which field is named when it may not."""

from datetime import date
from typing import Any

import pytest

from services.requests.worktime import (
    CalendarDefinition,
    CalendarRuleBroken,
    EmptyShift,
    ImpossibleYearlyDate,
    OverrideEndsBeforeItBegins,
    OwnDate,
    PublicHoliday,
    Shift,
    UnknownTimeZone,
    Weekday,
    WorkingTimeRefused,
    definition_from,
    document_of,
    minute_of_day,
)
from tests.requests.worktime.samples import a_document, hours


@pytest.mark.parametrize(
    "zone",
    [
        "Mars/Olympus",
        "",
        "europe/berlin",
        "../../etc/passwd",
        "America",
        "localtime",
        "Factory",
        "right/UTC",
        "UTC\0",
        "+02:00",
    ],
)
def test_a_zone_that_iana_does_not_know_is_refused(zone: str) -> None:
    with pytest.raises(UnknownTimeZone) as refused:
        definition_from(a_document(zone))
    assert (refused.value.pointer, refused.value.code) == ("/time_zone", "unknown_time_zone")


def an_override(**changes: Any) -> dict[str, Any]:
    return {"from": "2024-08-01", "to": "2024-08-31", "name": "summer", "shifts": hours("09:00-13:00"), **changes}


@pytest.mark.parametrize(
    ("changes", "pointer", "refusal"),
    [
        ({"shifts": hours("09:00-17:00", "23:00-00:00", days=("mon",))}, "/shifts/1/end", EmptyShift),
        ({"shifts": hours("09:00-09:00", days=("mon",))}, "/shifts/0/end", EmptyShift),
        ({"shifts": hours("24:00-24:00", days=("mon",))}, "/shifts/0/end", EmptyShift),
        (
            {"overrides": [an_override(), an_override(shifts=hours("09:00-17:00", "17:00-09:00", days=("fri",)))]},
            "/overrides/1/shifts/1/end",
            EmptyShift,
        ),
        ({"overrides": [an_override(to="2024-07-31")]}, "/overrides/0/to", OverrideEndsBeforeItBegins),
        (
            {"dates": [{"date": "2024-05-01", "name": "x"}, {"yearly": "02-30", "name": "y"}]},
            "/dates/1/yearly",
            ImpossibleYearlyDate,
        ),
        ({"dates": [{"yearly": "13-01", "name": "y"}]}, "/dates/0/yearly", ImpossibleYearlyDate),
    ],
)
def test_a_broken_rule_names_its_field(
    changes: dict[str, Any], pointer: str, refusal: type[CalendarRuleBroken]
) -> None:
    with pytest.raises(refusal) as refused:
        definition_from(a_document(**changes))
    assert refused.value.pointer == pointer


def test_refusals_speak_english_and_spanish() -> None:
    with pytest.raises(EmptyShift) as refused:
        CalendarDefinition("UTC", (Shift(Weekday.MON, 23 * 60, 0),))
    assert refused.value.detail.startswith("The shift from 23:00 to 00:00 is empty")
    assert refused.value.detail_in("es").startswith("El turno de 23:00 a 00:00 está vacío")


def every(kind: type[WorkingTimeRefused]) -> list[type[WorkingTimeRefused]]:
    return [leaf for sub in kind.__subclasses__() for leaf in every(sub)] or [kind]


def test_every_refusal_has_its_own_code_and_both_languages() -> None:
    refusals = every(WorkingTimeRefused)
    assert len({refusal.code for refusal in refusals}) == len(refusals) == 11
    assert all(set(refusal.sentences) == {"en", "es"} for refusal in refusals)


@pytest.mark.parametrize(
    "text", ["25:00", "24:01", "09:60", "9:00", "09:00:00", "0900", "", "-1:00", "+9:00", "٠٩:٠٠", " 9:00"]
)
def test_a_bad_time_is_a_matter_of_the_schema(text: str) -> None:
    with pytest.raises(ValueError, match="no time of day"):
        minute_of_day(text)


def test_a_shift_lies_within_its_day() -> None:
    with pytest.raises(ValueError, match="between 00:00 and 24:00"):
        Shift(Weekday.MON, 0, 1441)


def test_an_own_date_is_either_one_day_or_yearly() -> None:
    with pytest.raises(ValueError, match="either a date or a yearly day"):
        OwnDate("outing")
    with pytest.raises(ValueError, match="either a date or a yearly day"):
        OwnDate("outing", on=date(2024, 5, 1), yearly=(5, 1))


def test_a_document_comes_back_as_it_was() -> None:
    document = {
        "time_zone": "Europe/Madrid",
        "shifts": [{"weekday": "mon", "start": "09:00", "end": "24:00"}],
        "public_holidays": [{"date": "2024-05-01", "name": "Fiesta del Trabajo"}],
        "dates": [{"date": "2024-05-02", "name": "outing"}, {"yearly": "02-29", "name": "leap day"}],
        "overrides": [an_override(keep_holidays=True), an_override(shifts=[], keep_holidays=False)],
    }
    assert document_of(definition_from(document)) == document


def test_public_holidays_may_come_beside_the_document() -> None:
    holiday = PublicHoliday(date(2024, 5, 1), "May Day")
    document = a_document(holidays={"country": "DE"}, dates=None, overrides=None)
    assert definition_from(document, [holiday]).public_holidays == (holiday,)
    assert definition_from(document).public_holidays == ()
