"""Offerings that ask for approval, and the people who give it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.requests.departments.rules import Department
from services.requests.people.queries import store_people
from services.shared.db import hot_transaction
from tests.requests.people import a_person
from tests.requests.tickets.desk import Desk, Headers

FORM = {"schema": {"type": "object", "properties": {"cost": {"type": "number"}}}, "expected": []}
BY_CUSTOMER = {"side": "customer"}
BY_PROVIDER = {"side": "provider"}


@dataclass
class Approver:
    """Somebody who may be asked."""

    id: UUID
    headers: Headers


async def a_manager(desk: Desk, department: Department, **person: Any) -> Approver:
    """A manager of that department, whom the service knows."""
    return await known(desk, {department.id: "manager"}, **person)


async def known(desk: Desk, departments: dict[UUID, str], **person: Any) -> Approver:
    """Somebody with these roles, known to this service and to identity."""
    made = a_person(departments=departments, **person)
    desk.identity.people[made.id] = made
    async with hot_transaction(desk.app.state.engine) as connection:
        await store_people(connection.fetch, [made])
    ((department_id, role), *_) = [*departments.items(), (uuid4(), "member")]
    return Approver(made.id, desk.people.one_of(department_id, role, made.id))


def a_deputy(desk: Desk, department: Department) -> Approver:
    """Somebody elsewhere, who stands in for a manager of that department today."""
    person_id = uuid4()
    headers = desk.people.headers(
        scope="tickets:read tickets:write", subject=person_id, departments={}, deputy_of=[str(department.id)]
    )
    return Approver(person_id, headers)


async def ask_approval(desk: Desk, *levels: dict[str, Any], **changes: Any) -> httpx.Response:
    """The offering asks for these levels from now on."""
    path = f"/v1/offerings/{desk.offering_id}"
    admin = desk.people.admin()
    body = {"approvals": list(levels)} | changes
    return await desk.client.patch(path, json=body, headers=admin | {"If-Match": "*"})


async def under_approval(desk: Desk, *levels: dict[str, Any], **ticket: Any) -> dict[str, Any]:
    """A ticket of an offering that asks for these levels."""
    answer = await ask_approval(desk, *levels, form=FORM)
    assert answer.status_code == 200, answer.text
    return await desk.submit(**ticket)


async def answer(
    desk: Desk, ticket: dict[str, Any], headers: Headers, decision: str = "approve", **more: Any
) -> httpx.Response:
    """An approver's answer."""
    path = f"/v1/tickets/{ticket['id']}/approvals"
    return await desk.client.post(path, json={"decision": decision, **more}, headers=headers)


async def told(desk: Desk, person: Approver) -> list[str]:
    """The kinds of messages that somebody got."""
    sql = """
    SELECT i.kind FROM message m JOIN message_item i ON i.message_id = m.id WHERE m.person_id = $1
    ORDER BY i.created_at, i.kind
    """
    async with hot_transaction(desk.app.state.engine) as connection:
        return [row["kind"] for row in await connection.fetch(sql, person.id)]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
