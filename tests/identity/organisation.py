"""Departments, people and service accounts made through the use cases, and the headers that sign them in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import select
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.identity.absences.models import Absence
from services.identity.accounts.service.accounts import set_password
from services.identity.app import create_app, load_keys
from services.identity.authorization.rules import DEPUTY, scopes_of
from services.identity.clients.models import Client
from services.identity.clients.queries import client_memberships
from services.identity.clients.schemas import NewClient
from services.identity.clients.service import add_client
from services.identity.db import Outbox
from services.identity.departments.models import Department
from services.identity.departments.schemas import NewDepartment
from services.identity.departments.service import add_department
from services.identity.deputies.models import Deputy
from services.identity.deputies.queries import deputy_of
from services.identity.deputies.rules import local_day
from services.identity.first_admin import PLATFORM
from services.identity.people.models import Person
from services.identity.people.queries import find_person, memberships_of
from services.identity.people.schemas import NewPerson
from services.identity.people.service.people import add_person
from services.identity.settings import IdentitySettings
from tests.embedded import Databases

PASSWORD = "tall-otter-sings"


def now() -> datetime:
    return datetime.now(UTC)


class Organisation:
    """What a test starts from."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    async def department(self, **changes: Any) -> Department:
        usual = {"code": f"D{uuid4().hex[:8]}", "name": "A department", "time_zone": "Europe/Madrid"}
        async with self.app.state.sessions() as session, session.begin():
            return await add_department(session, PLATFORM, NewDepartment(**(usual | changes)), now=now())

    async def person(self, *, password: str | None = None, **changes: Any) -> Person:
        """A person; `roles` and `memberships` as in NewPerson."""
        usual = {"email": f"{uuid4().hex[:12]}@example.org", "display_name": "Somebody"}
        async with self.app.state.sessions() as session, session.begin():
            made = await add_person(session, PLATFORM, NewPerson(**(usual | changes)), now=now())
            if password is not None:
                await set_password(session, self.app.state.passwords, made, password, now=now())
            return made

    async def deputy(self, department: Department, person: Person, **changes: Any) -> Deputy:
        """A deputy, of today and until ended where nothing else is said; `first_day` and `last_day` as in the table."""
        usual: dict[str, Any] = {"first_day": local_day(department.time_zone, now())}
        usual |= {"named_at": now(), "named_by": uuid7()}
        async with self.app.state.sessions() as session, session.begin():
            made = Deputy(id=uuid7(), department_id=department.id, person_id=person.id, **(usual | changes))
            session.add(made)
            return made

    async def absence(self, department: Department, person: Person, **changes: Any) -> Absence:
        """An absence of today alone where nothing else is said; fields as in the table."""
        today = local_day(department.time_zone, now())
        usual: dict[str, Any] = {"first_day": today, "last_day": today, "recorded_at": now(), "recorded_by": uuid7()}
        async with self.app.state.sessions() as session, session.begin():
            made = Absence(id=uuid7(), department_id=department.id, person_id=person.id, **(usual | changes))
            session.add(made)
            return made

    async def admin(self, **changes: Any) -> dict[str, str]:
        """The headers of a new administrator."""
        return await self.headers(await self.person(roles=["admin"], **changes))

    async def one_of(self, department: Department, role: str = "member") -> dict[str, str]:
        """The headers of a new person with that role in the department."""
        return await self.headers(await self.person(memberships=[{"department_id": department.id, "role": role}]))

    async def headers(self, person: Person) -> dict[str, str]:
        """What signs the person in, with the roles that they have now."""
        async with self.app.state.sessions() as session:
            fresh = await find_person(session, person.id)
            assert fresh is not None
            memberships = (await memberships_of(session, [person.id])).get(person.id, [])
            deputyships = await deputy_of(session, person.id, now=now())
        as_deputy = [DEPUTY] if deputyships else []
        scopes = scopes_of([*fresh.roles, *(each.role for each in memberships), *as_deputy])
        token = self.app.state.issuer.for_person(
            fresh, memberships, scopes, deputy_of=deputyships, sign_in_id=uuid7(), now=now()
        )
        return {"Authorization": f"Bearer {token}"}

    async def account(self, *scopes: str, **changes: Any) -> tuple[Client, str]:
        """A service account and its secret."""
        usual = {"name": "A program", "scopes": list(scopes) or ["tickets:import"]}
        async with self.app.state.sessions() as session, session.begin():
            return await add_client(session, PLATFORM, NewClient(**(usual | changes)), now=now())

    async def account_headers(self, client: Client) -> dict[str, str]:
        async with self.app.state.sessions() as session:
            memberships = await client_memberships(session, client.id)
        token = self.app.state.issuer.for_client(client, memberships, frozenset(client.scopes), now=now())
        return {"Authorization": f"Bearer {token}"}

    async def events(self, aggregate: UUID | str) -> list[tuple[str, dict[str, Any]]]:
        """What was published about a department or person, in order: (noun.verb, data)."""
        query = select(Outbox).where(col(Outbox.aggregate) == str(aggregate)).order_by(col(Outbox.position))
        async with self.app.state.sessions() as session:
            rows = (await session.scalars(query)).all()
        return [(row.subject.removeprefix("acuerdo.identity.").removesuffix(".v1"), row.body["data"]) for row in rows]


@asynccontextmanager
async def on_its_own(databases: Databases) -> AsyncIterator[tuple[Organisation, httpx.AsyncClient]]:
    """An organisation whose app commits, on a database of its own; the client is signed in as its administrator."""
    urls = await databases.fresh("identity")
    app = create_app(IdentitySettings(database_url=urls.runtime, argon2_time=1, argon2_memory=8))
    await load_keys(app)
    organisation = Organisation(app)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = await organisation.admin()
    async with httpx.AsyncClient(transport=transport, base_url="http://identity", headers=headers) as client:
        yield organisation, client
    app.state.passwords.close()
    await app.state.engine.dispose()


def first_pointer(answer: Any) -> str:
    """Where the first error of a problem document points."""
    return str(answer.json()["errors"][0]["pointer"])
