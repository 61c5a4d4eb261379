"""Who asks in the tests of this service: tokens as identity would give them, and identity's departments."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI, Request, Response
from starlette.responses import JSONResponse
from uuid_utils.compat import uuid7

from services.requests.departments.rules import Department
from services.requests.people.rules import Person
from tests.issuer import Issuer

EVERYBODY = (
    "departments:read people:read calendars:read offerings:read agreements:read tickets:read tickets:write reports:read"
)
WRITERS = f"{EVERYBODY} calendars:write offerings:write agreements:write"


@asynccontextmanager
async def running(app: FastAPI, issuer: Issuer, identity: "IdentityDouble") -> AsyncIterator[None]:
    """The app with this issuer's tokens and this identity; without its tasks, which need NATS."""
    app.state.tokens = issuer.verifier
    async with identity.client() as client:
        app.state.identity = client
        yield
    await app.state.engine.dispose()


def calling(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://requests")


class People:
    """Headers that sign a request in."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def headers(self, *, scope: str, subject: UUID | None = None, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._issuer.token(subject=subject, scope=scope, **claims)}"}

    def admin(self) -> dict[str, str]:
        return self.headers(scope=f"{WRITERS} tickets:import", roles=["admin"])

    def account(self, scope: str = WRITERS) -> dict[str, str]:
        """A service account."""
        return self.headers(scope=scope, client=True)

    def one_of(self, department_id: UUID, role: str = "member", subject: UUID | None = None) -> dict[str, str]:
        scope = WRITERS if role == "manager" else EVERYBODY
        return self.headers(scope=scope, subject=subject, departments={str(department_id): role})


class IdentityDouble:
    """As much of identity as this service asks: departments and people by id, for whoever brings a token.

    `asked` lists the ids that were asked for; `is_away` lets it answer 503; `names` are what ids are called.
    """

    def __init__(self) -> None:
        self.departments: dict[UUID, Department] = {}
        self.people: dict[UUID, Person] = {}
        self.asked: list[UUID] = []
        self.is_away = False
        self.names: dict[UUID, str] = {}
        self.app = FastAPI()
        self.app.add_api_route("/v1/departments/{department_id}", self._answer)
        self.app.add_api_route("/v1/people/{person_id}", self._answer_person)
        self.app.add_api_route("/v1/people", self._list_people)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://identity")

    def add(self, **changes: Any) -> Department:
        """One more department there, which this service has not heard of."""
        made = a_department(**changes)
        self.departments[made.id] = made
        return made

    def add_person(self, **changes: Any) -> Person:
        """One more person there, of whom this service has not heard."""
        made = a_person(**changes)
        self.people[made.id] = made
        return made

    async def _answer_person(self, person_id: UUID, request: Request) -> Response:
        self.asked.append(person_id)
        if self.is_away:
            return Response(status_code=503)
        found = self.people.get(person_id)
        if found is None or "authorization" not in request.headers:
            return Response(status_code=404)
        memberships = [{"department_id": str(each), "role": role} for each, role in found.departments.items()]
        return JSONResponse(
            {
                "id": str(found.id),
                "display_name": "never kept",
                "customer_type": found.customer_type,
                "relation": found.relation,
                "is_active": found.is_active,
                "version": found.version,
                "memberships": memberships,
            }
        )

    async def _list_people(self, request: Request) -> Response:
        if self.is_away:
            return Response(status_code=503)
        wanted = [UUID(each) for each in request.query_params.getlist("id")]
        items = [{"id": str(each), "display_name": self.names[each]} for each in wanted if each in self.names]
        return JSONResponse({"items": items, "next": None})

    async def _answer(self, department_id: UUID, request: Request) -> Response:
        self.asked.append(department_id)
        if self.is_away:
            return Response(status_code=503)
        found = self.departments.get(department_id)
        if found is None or "authorization" not in request.headers:
            return Response(status_code=404)
        parent = str(found.parent_id) if found.parent_id else None
        return JSONResponse(
            {
                "id": str(found.id),
                "code": found.code,
                "name": self.names.get(department_id, "never kept"),
                "parent_id": parent,
                "time_zone": found.time_zone,
                "is_open": found.is_open,
                "version": found.version,
            }
        )


def a_department(**changes: Any) -> Department:
    usual: dict[str, Any] = {
        "id": uuid7(),
        "code": f"D{uuid4().hex[:8]}",
        "parent_id": None,
        "time_zone": "UTC",
        "is_open": True,
        "version": 1,
    }
    return Department(**(usual | changes))


def a_person(**changes: Any) -> Person:
    usual: dict[str, Any] = {
        "id": uuid7(),
        "customer_type": "operative",
        "relation": "employee",
        "is_active": True,
        "version": 1,
        "departments": {},
    }
    return Person(**(usual | changes))
