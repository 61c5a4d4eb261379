"""What requests reads of identity: its events, departments and people, held against what identity says."""

from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from services.identity.departments.schemas import DepartmentPublic
from services.identity.events import (
    AbsenceEnded,
    AbsenceRecorded,
    DepartmentChanged,
    DepartmentCreated,
    PersonChanged,
    PersonCreated,
)
from services.identity.people.rules import CustomerType, Relation
from services.identity.people.schemas import PersonPublic
from services.requests import inbound
from services.requests.departments.rules import Department
from services.requests.departments.service import Identity
from services.requests.people.service import PERSON_FIELDS
from services.requests.review.service.named import names_of_departments, names_of_people
from services.shared.inbox import InboundEvent
from services.shared.outbox import PublishedEvent
from services.shared.schemas import Page


@pytest.mark.parametrize(
    ("published", "read"),
    [
        (DepartmentCreated, inbound.DepartmentCreated),
        (DepartmentChanged, inbound.DepartmentChanged),
        (PersonCreated, inbound.PersonCreated),
        (PersonChanged, inbound.PersonChanged),
        (AbsenceRecorded, inbound.AbsenceRecorded),
        (AbsenceEnded, inbound.AbsenceEnded),
    ],
)
def test_events_are_read_as_identity_tells_them(published: type[PublishedEvent], read: type[InboundEvent]) -> None:
    assert read.subject == published.subject
    told = published.example().model_dump(mode="json")
    taken = read.model_validate(told).model_dump(mode="json")
    assert taken == {name: told[name] for name in taken}


async def test_departments_are_read_as_identity_answers_them() -> None:
    public = DepartmentPublic(
        id=uuid4(),
        code="IT",
        name="Information technology",
        parent_id=uuid4(),
        time_zone="Europe/Madrid",
        is_open=False,
        version=7,
        created_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    )

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=public.model_dump_json())

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://identity") as client:
        read = await Identity(client, "a token").department(public.id)
    assert read == Department(public.id, "IT", public.parent_id, "Europe/Madrid", False, 7)


def test_people_are_read_as_identity_answers_them() -> None:
    assert set(PersonPublic.model_fields) >= PERSON_FIELDS


async def test_names_are_read_as_identity_answers_them() -> None:
    department_id, person_id = uuid4(), uuid4()
    department = DepartmentPublic(
        id=department_id,
        code="IT",
        name="Information technology",
        parent_id=None,
        time_zone="Europe/Madrid",
        is_open=True,
        version=1,
        created_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    )
    person = PersonPublic(
        id=person_id,
        email="inaki@example.org",
        display_name="Iñaki Sáez",
        relation=Relation.EMPLOYEE,
        customer_type=CustomerType.OPERATIVE,
        locale="es",
        memberships=[],
        roles=[],
        is_active=True,
        version=1,
        created_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    )
    page = Page[PersonPublic](items=[person])

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/people":
            assert request.url.params.multi_items() == [("id", str(person_id)), ("limit", "100")]
            return httpx.Response(200, content=page.model_dump_json())
        return httpx.Response(200, content=department.model_dump_json())

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://identity") as client:
        identity = Identity(client, "a token")
        assert await names_of_departments(identity, [department_id]) == {department_id: "Information technology"}
        assert await names_of_people(identity, [person_id]) == {person_id: "Iñaki Sáez"}
