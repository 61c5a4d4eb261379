"""What the demo's departments work by, offer and have agreed on, made through the use cases of requests."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.people.queries import store_person
from services.feedback.people.rules import Person as FeedbackPerson
from services.identity.first_admin import PLATFORM
from services.launcher.demo.house import House
from services.launcher.demo.organisation import AGREEMENTS, CALENDARS, DEPARTMENTS, OFFERINGS, WORKS_BY, DemoAgreement
from services.launcher.demo.people import DemoPerson
from services.requests.agreements.schemas import NewAgreement, NewSignature
from services.requests.agreements.service.propose import propose_agreement
from services.requests.agreements.service.sign import sign_agreement
from services.requests.calendars.schemas import NewCalendar
from services.requests.calendars.service import add_calendar, assign_calendar
from services.requests.catalogue.schemas import NewOffering
from services.requests.catalogue.service import publish_offering
from services.requests.departments.rules import Department
from services.requests.departments.service import take_in_department
from services.requests.people.rules import Person
from services.requests.people.service import take_in_person
from services.shared.auth import Actor

MANAGER_OF = {department.code: department.people[0] for department in DEPARTMENTS}


async def introduce(house: House, departments: Mapping[str, Department], people: Sequence[DemoPerson]) -> None:
    """Requests and feedback know the departments and the people before identity's events have come."""
    fetch = house.connection.fetch
    for department in departments.values():
        await take_in_department(fetch, department)
    async with house.feedback_sessions.begin() as session:
        for person in people:
            roles = dict(person.actor.department_roles)
            copy = Person(person.actor.id, person.actor.customer_type or "operative", "employee", True, 0, roles)
            await take_in_person(fetch, copy)
            await store_person(session, FeedbackPerson(person.actor.id, True, 0, frozenset(roles)))


async def open_for_work(house: House, departments: Mapping[str, Department], *, now: datetime) -> None:
    """The departments' calendars and what they offer."""
    async with house.sessions.begin() as session:
        calendars = {key: await _calendar(session, key, now) for key in CALENDARS}
        await _assign(session, house, None, calendars["office"], now)
        for code, key in WORKS_BY.items():
            await _assign(session, house, departments[code].id, calendars[key], now)
        for offering in OFFERINGS:
            new = NewOffering.model_validate(
                {
                    "code": offering.code,
                    "name": offering.name,
                    "provider_department_id": departments[offering.provider].id,
                    "default_targets": offering.targets(),
                }
            )
            await publish_offering(session, PLATFORM, house.identity, new, now=now)


async def agree(
    house: House, departments: Mapping[str, Department], cast: Mapping[str, Actor], *, now: datetime
) -> None:
    """The demo's agreements, proposed by the provider's manager and signed by both sides."""
    codes = {department.id: code for code, department in departments.items()}
    rows = await house.connection.fetch("SELECT id, code, provider_department_id FROM offering")
    offerings = {(codes[row["provider_department_id"]], row["code"]): row["id"] for row in rows}
    current = await house.terms.current(house.connection.fetch)
    for agreed in AGREEMENTS:
        calendars = [
            (await current.calendar_of(house.connection.fetch, departments[code].id)).calendar_id
            for code in (agreed.customer, agreed.provider)
        ]
        covered = [offerings[agreed.provider, code] for code in agreed.offerings]
        content = _content(agreed, departments, calendars, covered, now.date())
        signing = [cast[MANAGER_OF[code]] for code in (agreed.provider, agreed.customer)]
        async with house.sessions.begin() as session:
            made = await propose_agreement(session, signing[0], house.identity, content, now=now)
            for manager in signing:
                signature = NewSignature(version=made.latest_number)
                await sign_agreement(session, house.calculator, manager, made.id, signature, now=now)


def _content(
    agreed: DemoAgreement,
    departments: Mapping[str, Department],
    calendars: Sequence[UUID],
    offerings: Sequence[UUID],
    begins: date,
) -> NewAgreement:
    return NewAgreement.model_validate(
        {
            "name": f"{agreed.provider} for {agreed.customer}",
            "customer_department_id": departments[agreed.customer].id,
            "provider_department_id": departments[agreed.provider].id,
            "customer_calendar_id": calendars[0],
            "provider_calendar_id": calendars[1],
            "offering_ids": offerings,
            "targets": [
                {"clock": "acknowledge", "duration": "PT2H", "objective": 0.9},
                {"clock": "update", "duration": "PT16H", "objective": 0.8},
                {"clock": "resolution", "duration": agreed.resolution, "objective": agreed.objective},
            ],
            "obligations": [
                {"clock": "reply", "duration": agreed.reply, "effect": agreed.effect},
                {"clock": "acceptance", "duration": "P3D"},
            ],
            "effective_from": begins,
            "texts": {"en": "What we promise each other.", "es": "Lo que nos prometemos."},
        }
    )


async def _calendar(session: AsyncSession, key: str, now: datetime) -> UUID:
    calendar, _ = await add_calendar(session, PLATFORM, NewCalendar.model_validate(CALENDARS[key]), now=now)
    return calendar.id


async def _assign(
    session: AsyncSession, house: House, department_id: UUID | None, calendar_id: UUID, now: datetime
) -> None:
    await assign_calendar(
        session, PLATFORM, house.identity, department_id, calendar_id, check_version=lambda version: None, now=now
    )
