"""The copy of absences: what events bring in whatever order, whom it tells, and what is forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI
from sqlalchemy import func, select

from services.requests.absences.models import AbsenceCopy
from services.requests.absences.queries import forget_past_absences
from services.requests.absences.rules import Absence
from services.requests.absences.service import absent_among, take_in_absence, who_is_away
from services.requests.departments.queries import store_departments
from services.requests.people.queries import store_people
from services.shared.idempotency import Fetch
from tests.requests.absences.away import a_day, an_absence
from tests.requests.people import a_department, a_person

NOW = datetime.now(UTC)
TOLD = "SELECT i.kind, i.link FROM message m JOIN message_item i ON i.message_id = m.id WHERE m.person_id = $1"


async def _someone(fetch: Fetch, absence: Absence, role: str = "agent") -> None:
    """The absence's department, and its deputy with that role there."""
    await store_departments(fetch, [a_department(id=absence.department_id)])
    if absence.deputy_id is not None:
        await store_people(fetch, [a_person(id=absence.deputy_id, departments={absence.department_id: role})])


async def test_the_highest_version_stays_and_the_deputy_is_told_once(fetch: Fetch) -> None:
    first = an_absence(deputy_id=a_person().id)
    assert first.deputy_id is not None
    await _someone(fetch, first)
    ended = replace(first, is_ended=True, version=2)
    for heard in (first, first):
        await take_in_absence(fetch, heard, now=NOW)
    assert [each.deputy_id for each in await who_is_away(fetch, [first.department_id], NOW)] == [first.deputy_id]
    link = f"/v1/departments/{first.department_id}/absences/{first.id}"
    assert [tuple(row) for row in await fetch(TOLD, first.deputy_id)] == [("deputy_named", link)]
    for heard in (ended, first):
        await take_in_absence(fetch, heard, now=NOW)
    assert await who_is_away(fetch, [first.department_id], NOW) == []
    assert len(await fetch(TOLD, first.deputy_id)) == 1


async def test_an_end_that_is_heard_first_stays_the_end(fetch: Fetch) -> None:
    ended = an_absence(deputy_id=a_person().id, is_ended=True, version=2)
    await _someone(fetch, ended)
    for heard in (ended, replace(ended, is_ended=False, version=1)):
        await take_in_absence(fetch, heard, now=NOW)
    assert await who_is_away(fetch, [ended.department_id], NOW) == []
    assert await fetch(TOLD, ended.deputy_id) == []


async def test_days_are_the_departments_own(fetch: Fetch) -> None:
    """At ten in the morning in London it is already tomorrow on Kiritimati, and eleven at night on Niue."""
    now = datetime(2026, 3, 2, 10, tzinfo=UTC)
    day = now.date()
    for zone, offset in (("Pacific/Kiritimati", 1), ("Pacific/Niue", -1), ("Europe/London", 0)):
        for days in (-1, 0, 1):
            there = day + timedelta(days=days)
            absence = an_absence(first_day=there, last_day=there)
            await store_departments(fetch, [a_department(id=absence.department_id, time_zone=zone)])
            await take_in_absence(fetch, absence, now=now)
            assert len(await who_is_away(fetch, [absence.department_id], now)) == (days == offset), (zone, days)


async def test_a_deputy_who_no_longer_serves_there_is_none(fetch: Fetch) -> None:
    absence = an_absence(deputy_id=a_person().id)
    await _someone(fetch, absence, "member")
    await take_in_absence(fetch, absence, now=NOW)
    (away,) = await who_is_away(fetch, [absence.department_id], NOW)
    assert (away.person_id, away.until, away.deputy_id) == (absence.person_id, a_day(), None)


async def test_a_chain_of_deputies_ends_with_who_is_there(fetch: Fetch) -> None:
    people = [a_person().id for _ in range(4)]
    department = a_department()
    await store_departments(fetch, [department])
    await store_people(fetch, [a_person(id=each, departments={department.id: "agent"}) for each in people])

    async def deputies() -> dict[int, int | None]:
        found = await absent_among(fetch, people, NOW)
        return {
            people.index(each.person_id): people.index(each.deputy_id) if each.deputy_id else None for each in found
        }

    async def leaves(place: int, deputy: int | None) -> None:
        named = None if deputy is None else people[deputy]
        absence = an_absence(person_id=people[place], department_id=department.id, deputy_id=named)
        await take_in_absence(fetch, absence, now=NOW)

    await leaves(0, 1)
    assert await deputies() == {0: 1}
    await leaves(1, 2)
    assert await deputies() == {0: 2, 1: 2}
    await leaves(2, 0)
    assert await deputies() == {0: None, 1: None, 2: None}, "a circle, which identity refuses, is nobody's work to do"
    assert await absent_among(fetch, [people[3]], NOW) == []
    assert await absent_among(fetch, [], NOW) == []


async def test_what_is_over_for_a_month_is_forgotten(app: FastAPI, fetch: Fetch) -> None:
    for last in (-40, -30, 5):
        await take_in_absence(fetch, an_absence(first_day=a_day(-50), last_day=a_day(last)), now=NOW)
    async with app.state.sessions() as session, session.begin():
        await forget_past_absences(session, NOW)
        assert await session.scalar(select(func.count()).select_from(AbsenceCopy)) == 2
