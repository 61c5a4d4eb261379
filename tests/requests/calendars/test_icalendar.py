"""Days off from and to other calendars: what is taken, what is left out and why, and what a file may not do."""

import sys
from calendar import isleap
from datetime import UTC, date, datetime
from subprocess import run
from typing import Any
from uuid import uuid4

import httpx
import icalendar
import pytest

from services.requests.calendars.ics import child
from services.requests.calendars.ics.child import LARGEST
from tests.requests.people import People

WEEK = [{"weekday": day, "start": "09:00", "end": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
OFFICE = {"name": "Office", "time_zone": "Europe/Madrid", "shifts": WEEK}


def event(start: str, *more: str, name: str = "Day off") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uuid4()}", f"DTSTART{start}", f"SUMMARY:{name}", *more, "END:VEVENT"])


def day(text: str) -> str:
    return f";VALUE=DATE:{text}"


def calendar(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", *events, "END:VCALENDAR", ""]).encode()


async def made(client: httpx.AsyncClient, people: People, **changes: Any) -> str:
    answer = await client.post("/v1/calendars", json=OFFICE | changes, headers=people.admin())
    assert answer.status_code == 201, answer.text
    return f"/v1/calendars/{answer.json()['id']}"


async def brought(client: httpx.AsyncClient, path: str, content: bytes, headers: Any, **form: Any) -> httpx.Response:
    return await client.post(f"{path}/imports", files={"file": ("days.ics", content)}, data=form, headers=headers)


async def test_all_day_events_become_own_dates_of_a_next_version(client: httpx.AsyncClient, people: People) -> None:
    path = await made(client, people, dates=[{"date": "2026-12-24", "name": "Ours"}])
    content = calendar(
        event(day("20261207"), name="Bridge\\, of December"),
        event(day("20261224"), "DTEND;VALUE=DATE:20261226", name="Christmas"),
        event(day("20260501"), "RRULE:FREQ=YEARLY", name="First of May"),
        event(day("20260815"), "RRULE:FREQ=YEARLY;COUNT=2", "DURATION:P2D", name="Ferragosto"),
        event(day("20240229"), "RRULE:FREQ=YEARLY;UNTIL=20300101", name="Leap"),
    )
    answer = await brought(client, path, content, people.admin())
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["added"], told["already_there"], told["left_out"], told["items_left_out"]) == (9, 1, 0, [])
    expected = [
        {"date": "2026-12-24", "name": "Ours"},
        {"date": "2026-12-07", "name": "Bridge, of December"},
        {"date": "2026-12-25", "name": "Christmas"},
        {"yearly": "05-01", "name": "First of May"},
        *({"date": f"{year}-08-{each}", "name": "Ferragosto"} for year in (2026, 2027) for each in (15, 16)),
        {"date": "2024-02-29", "name": "Leap"},
        {"date": "2028-02-29", "name": "Leap"},
    ]
    assert told["definition"]["dates"] == expected
    assert told["version"]["dates"] == expected
    saved = (await client.get(path, headers=people.admin())).json()["current_version"]
    assert (saved["number"], saved["dates"], saved["shifts"]) == (2, expected, WEEK)
    again = (await brought(client, path, content, people.admin())).json()
    assert (again["added"], again["already_there"], again["version"]) == (0, 10, None)
    assert (await client.get(path, headers=people.admin())).json()["current_version_number"] == 2


async def test_a_dry_run_saves_nothing_and_gives_what_to_save(client: httpx.AsyncClient, people: People) -> None:
    path = await made(client, people)
    told = (await brought(client, path, calendar(event(day("20261207"))), people.admin(), dry_run="true")).json()
    assert (told["added"], told["version"]) == (1, None)
    assert (await client.get(path, headers=people.admin())).json()["current_version_number"] == 1
    saved = await client.post(f"{path}/versions", json=told["definition"], headers=people.admin())
    assert (saved.status_code, saved.json()["dates"]) == (201, [{"date": "2026-12-07", "name": "Day off"}])


LEFT_OUT = {
    "not_all_day": event(":20261207T090000Z"),
    "cancelled": event(day("20261207"), "STATUS:CANCELLED"),
    "worked": event(day("20261207"), "X-ACUERDO-KIND:override"),
    "recurrence": event(day("20261207"), "RRULE:FREQ=WEEKLY"),
    "too_long": event(day("20261207"), "DTEND;VALUE=DATE:20281207"),
    "outside": event(day("19691231")),
    "unreadable": event(day("2026120")),
}
ALSO = [
    ("recurrence", event(day("20261207"), "RRULE:FREQ=YEARLY;INTERVAL=2")),
    ("recurrence", event(day("20261207"), "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH")),
    ("recurrence", event(day("20261207"), "RRULE:FREQ=YEARLY;BYDAY=MO")),
    ("recurrence", event(day("20261207"), "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20271207")),
    ("recurrence", event(day("20261207"), "RDATE;VALUE=DATE:20271207")),
    ("recurrence", event(day("20261207"), "RRULE:nonsense")),
    ("unreadable", event(day("20261207"), "DTEND;VALUE=DATE:20261201")),
    ("unreadable", event(day("20261207"), "DURATION:PT5H")),
    ("unreadable", event(day("20261207"), "DURATION:-P5D")),
    ("outside", event(day("22010101"))),
    ("unreadable", "BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT"),
    ("too_long", event(day("20261207"), "DURATION:P9999999D")),
]


@pytest.mark.parametrize(("reason", "left_out"), [*LEFT_OUT.items(), *ALSO])
async def test_what_is_no_day_off_is_left_out_by_name(
    client: httpx.AsyncClient, people: People, reason: str, left_out: str
) -> None:
    path = await made(client, people)
    content = calendar(left_out, event(day("20261208"), name="Good"))
    answer = await brought(client, path, content, people.admin(), dry_run="true")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [each["reason"] for each in told["items_left_out"]] == [reason]
    assert told["definition"]["dates"] == [{"date": "2026-12-08", "name": "Good"}]


async def test_more_days_than_a_calendar_holds_are_left_out(client: httpx.AsyncClient, people: People) -> None:
    path = await made(client, people)
    years = [event(day(f"{year}0101"), f"DTEND;VALUE=DATE:{year + 1}0101") for year in range(2001, 2005)]
    told = (await brought(client, path, calendar(*years), people.admin())).json()
    assert (told["added"], [each["reason"] for each in told["items_left_out"]]) == (730, ["too_many", "too_many"])
    more = await brought(client, path, calendar(*years[2:]), people.admin())
    assert (more.status_code, more.json()["code"]) == (409, "too_many_dates")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_icalendar"),
        (b"hello", "not_icalendar"),
        (b"\xff\xfe\x00", "not_icalendar"),
        (b"BEGIN:VCALENDAR\r\n", "not_icalendar"),
        (event(day("20261207")).encode(), "not_icalendar"),
        (b"BEGIN:VCALENDAR\r\n" * 3000 + b"END:VCALENDAR\r\n" * 3000, "icalendar_too_large"),
        (b"x" * (LARGEST + 1), "icalendar_too_large"),
        (calendar(*["BEGIN:VEVENT\r\nEND:VEVENT"] * 5001), "icalendar_too_large"),
    ],
)
async def test_a_hostile_file_is_refused(client: httpx.AsyncClient, people: People, content: bytes, code: str) -> None:
    answer = await brought(client, await made(client, people), content, people.admin())
    assert (answer.status_code, answer.json()["code"]) == (409, code), answer.text
    assert answer.json()["errors"][0]["pointer"] == "/file"


async def test_rules_without_end_end(client: httpx.AsyncClient, people: People) -> None:
    path = await made(client, people)
    rules = ("FREQ=YEARLY;COUNT=99999999999999999999", "FREQ=YEARLY;UNTIL=99991231", "FREQ=SECONDLY;COUNT=999999999")
    content = calendar(*(event(day("20261207"), f"RRULE:{rule}") for rule in rules))
    told = (await brought(client, path, content, people.admin(), dry_run="true")).json()
    assert {each["date"][:4] for each in told["definition"]["dates"]} == {str(year) for year in range(2026, 2201)}
    assert [each["reason"] for each in told["items_left_out"]] == ["recurrence", "recurrence"]


async def test_what_begins_in_a_later_year_is_no_day_off_before(client: httpx.AsyncClient, people: People) -> None:
    year = datetime.now(UTC).year
    leap = next(each for each in range(year, year + 8) if isleap(each))
    content = calendar(
        event(day(f"{year}0501"), "RRULE:FREQ=YEARLY", name="Always"),
        event(day(f"{year + 3}0815"), "RRULE:FREQ=YEARLY", name="Later"),
        event(day(f"{leap}0229"), "RRULE:FREQ=YEARLY", name="Leap"),
    )
    told = (await brought(client, await made(client, people), content, people.admin(), dry_run="true")).json()
    dates = told["definition"]["dates"]
    assert [each["yearly"] for each in dates if "yearly" in each] == ["05-01", "02-29"]
    assert [each["date"] for each in dates if "date" in each] == [f"{each}-08-15" for each in range(year + 3, 2201)]


async def test_a_file_that_takes_too_long_is_refused(
    client: httpx.AsyncClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await made(client, people)
    monkeypatch.setattr(child, "SECONDS", 0.01)
    answer = await brought(client, path, calendar(event(day("20261207"))), people.admin())
    assert (answer.status_code, answer.json()["code"]) == (409, "icalendar_too_large")
    assert (await client.get(f"{path}/export.ics", headers=people.admin())).status_code == 503


async def test_who_may_change_the_calendar_imports_into_it(client: httpx.AsyncClient, people: People) -> None:
    path, content = await made(client, people), calendar(event(day("20261207")))
    for headers, status in ((people.one_of(uuid4(), "manager"), 403), (people.one_of(uuid4()), 403), ({}, 401)):
        assert (await brought(client, path, content, headers)).status_code == status
    missing = await brought(client, f"/v1/calendars/{uuid4()}", content, people.admin())
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_calendar")
    assert (await client.post(f"{path}/imports", headers=people.admin())).status_code == 422


OVERRIDES = [
    {"from": "2026-08-01", "to": "2026-08-31", "name": "Summer", "shifts": WEEK[:1]},
    {"from": "2026-12-28", "to": "2026-12-30", "name": "Shut", "shifts": []},
]


async def test_what_is_exported_reads_back(client: httpx.AsyncClient, people: People) -> None:
    dates = [
        {"date": "2026-12-07", "name": 'Bridge; of "December", 7'},
        {"yearly": "02-29", "name": "Leap"},
        {"yearly": "05-01", "name": "Primero de mayo ñ"},
        {"date": "2190-01-01", "name": "Far away"},
    ]
    given = {"dates": dates, "overrides": OVERRIDES, "holidays": {"country": "ES"}}
    path = await made(client, people, **given)
    query = "first_year=2026&last_year=2027"
    answer = await client.get(f"{path}/export.ics?{query}", headers=people.one_of(uuid4()))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    read: Any = icalendar.Calendar.from_ical(answer.content)
    assert read["X-WR-TIMEZONE"] == "Europe/Madrid"
    events = {(str(each["SUMMARY"]), each["DTSTART"].dt): each for each in read.walk("VEVENT")}
    assert ("Leap", date(2028, 2, 29)) not in events  # no leap day within the years asked
    assert events["Summer", date(2026, 8, 1)]["DTEND"].dt == date(2026, 9, 1)
    assert len({str(each["UID"]) for each in events.values()}) == len(events)
    holidays = (await client.get(path, headers=people.admin())).json()["current_version"]["public_holidays"]
    wanted = {date.fromisoformat(each["date"]) for each in holidays if each["date"][:4] in ("2026", "2027")}
    assert len(wanted) > 15
    assert wanted <= {start for _, start in events}
    other = await made(client, people)
    told = (await brought(client, other, answer.content, people.admin())).json()
    assert [each["reason"] for each in told["items_left_out"]] == ["worked"]
    imported = told["version"]["dates"]
    assert [each for each in dates if each in imported] == [dates[0], dates[2]]
    days = {each["date"] for each in imported if "date" in each}
    assert days == {each.isoformat() for each in wanted} | {"2026-12-07", "2026-12-28", "2026-12-29", "2026-12-30"}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("first_year=2027&last_year=2026", 409, "empty_period"),
        ("first_year=1970&last_year=2200", 409, "too_many_years"),
        ("first_year=1969", 422, "invalid_input"),
        ("years=2", 422, "unknown_parameter"),
    ],
)
async def test_years_that_are_none(
    client: httpx.AsyncClient, people: People, query: str, status: int, code: str
) -> None:
    answer = await client.get(f"{await made(client, people)}/export.ics?{query}", headers=people.admin())
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_nobody_exports_without_a_token(client: httpx.AsyncClient, people: People) -> None:
    path = await made(client, people)
    assert (await client.get(f"{path}/export.ics")).status_code == 401
    missing = await client.get(f"/v1/calendars/{uuid4()}/export.ics", headers=people.admin())
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_calendar")


def test_the_service_does_not_import_the_library() -> None:
    looked = "import sys, services.requests.app; print('icalendar' in sys.modules)"
    told = run([sys.executable, "-c", looked], capture_output=True, check=True, text=True)
    assert told.stdout.strip() == "False"
