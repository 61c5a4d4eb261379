"""People who are away from a department, and those who are there for them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.requests.absences.queries import store_absence
from services.requests.absences.rules import Absence
from services.requests.departments.rules import Department
from services.requests.people.queries import store_people
from services.shared.db import hot_transaction
from tests.requests.people import a_person
from tests.requests.tickets.desk import Desk, Headers

ASSIGNMENTS = "/v1/tickets/{id}/assignments"


@dataclass
class Colleague:
    """Somebody of a department, known to this service."""

    id: UUID
    headers: Headers


def a_day(days: int = 0) -> date:
    """That many days from today, in UTC, the zone of the departments here."""
    return datetime.now(UTC).date() + timedelta(days=days)


def an_absence(**changes: Any) -> Absence:
    """Of today alone, without a deputy, where nothing else is said."""
    usual: dict[str, Any] = {
        "id": uuid4(),
        "person_id": uuid4(),
        "department_id": uuid4(),
        "first_day": a_day(),
        "last_day": a_day(),
        "deputy_id": None,
        "is_ended": False,
        "version": 1,
    }
    return Absence(**(usual | changes))


async def a_colleague(desk: Desk, department: Department | None = None, role: str = "agent") -> Colleague:
    """An agent of IT, where nothing else is said."""
    department = department or desk.it
    made = a_person(departments={department.id: role})
    desk.identity.people[made.id] = made
    async with hot_transaction(desk.app.state.engine) as connection:
        await store_people(connection.fetch, [made])
    return Colleague(made.id, desk.people.one_of(department.id, role, made.id))


async def goes_away(
    desk: Desk, person: Colleague, deputy: Colleague | None = None, department: Department | None = None, **days: Any
) -> Absence:
    """The person is away from IT (or another department)."""
    department = department or desk.it
    made = an_absence(person_id=person.id, department_id=department.id, deputy_id=deputy.id if deputy else None, **days)
    async with hot_transaction(desk.app.state.engine) as connection:
        assert await store_absence(connection.fetch, made)
    return made


async def assign(desk: Desk, ticket: dict[str, Any], person: Colleague, by: Headers | None = None) -> dict[str, Any]:
    """The answer to an assignment."""
    body = {"assignee_id": str(person.id)}
    answer = await desk.client.post(ASSIGNMENTS.format(**ticket), json=body, headers=by or desk.agent)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def queue(desk: Desk, person: Colleague, query: str = "") -> dict[str, str | None]:
    """The person's own queue: for whom they are there, by ticket."""
    answer = await desk.client.get(f"/v1/tickets/queue?{query}", headers=person.headers)
    assert answer.status_code == 200, answer.text
    return {item["id"]: item["deputy_for"] for item in answer.json()["items"]}
