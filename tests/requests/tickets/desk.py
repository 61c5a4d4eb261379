"""A service desk for tests: IT offers computers to People operations, from nine to five in Madrid."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from services.requests.app import create_app
from services.requests.departments.rules import Department
from services.requests.settings import RequestsSettings
from tests.issuer import Issuer
from tests.requests.people import IdentityDouble, People

Headers = dict[str, str]
TARGETS: list[dict[str, Any]] = [
    {"clock": "acknowledge", "priority": None, "duration": "PT4H"},
    {"clock": "first_response", "priority": None, "duration": "PT8H"},
    {"clock": "first_response", "priority": "urgent", "duration": "PT4H"},
    {"clock": "resolution", "priority": None, "duration": "P5D"},
    {"clock": "resolution", "priority": "urgent", "duration": "PT4H", "third_party_pauses": True},
]


@dataclass
class Desk:
    """The app, a client, the departments, and headers that sign people in."""

    app: FastAPI
    client: httpx.AsyncClient
    people: People
    identity: IdentityDouble
    it: Department
    network: Department
    hr: Department
    offering_id: UUID
    requester_id: UUID
    requester: Headers
    agent: Headers
    agent_id: UUID

    async def submit(self, headers: Headers | None = None, **changes: Any) -> dict[str, Any]:
        """A ticket of the requester (or another), as it was answered."""
        body = {"subject": "A computer for a new colleague", "offering_id": str(self.offering_id)} | changes
        answer = await self.client.post("/v1/tickets", json=body, headers=headers or self.requester)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def step(
        self, ticket: dict[str, Any], to: str, headers: Headers | None = None, **more: Any
    ) -> httpx.Response:
        """A transition by the agent (or another)."""
        path = f"/v1/tickets/{ticket['id']}/transitions"
        return await self.client.post(path, json={"to": to, **more}, headers=headers or self.agent)

    async def get(self, ticket: dict[str, Any], what: str = "", headers: Headers | None = None) -> Any:
        """Something of a ticket as the requester (or another) sees it."""
        path = f"/v1/tickets/{ticket['id']}{what}"
        answer = await self.client.get(path, headers=headers or self.requester)
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def opened_desk(database_url: str, issuer: Issuer) -> AsyncIterator[Desk]:
    with TemporaryDirectory(prefix="acuerdo-files-") as folder:
        async with _desk_with(
            RequestsSettings(database_url=database_url, attachments_folder=Path(folder)), issuer
        ) as made:
            yield made


@asynccontextmanager
async def _desk_with(settings: RequestsSettings, issuer: Issuer) -> AsyncIterator[Desk]:
    app = create_app(settings)
    identity, people = IdentityDouble(), People(issuer)
    app.state.tokens = issuer.verifier
    it, network, hr = (identity.add(code=code) for code in ("IT", "NET", "HR"))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://requests") as client, identity.client() as asked:
        app.state.identity = asked
        calendar = {
            "name": "Madrid",
            "time_zone": "Europe/Madrid",
            "shifts": [
                {"weekday": day, "start": "09:00", "end": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri")
            ],
        }
        made = await client.post("/v1/calendars", json=calendar, headers=people.admin())
        assert made.status_code == 201, made.text
        for department in (it, hr):
            await _assign(client, people, department, made.json()["id"])
        offering = {
            "code": "computer",
            "name": "A computer",
            "provider_department_id": str(it.id),
            "default_targets": TARGETS,
        }
        offered = await client.post("/v1/offerings", json=offering, headers=people.admin())
        assert offered.status_code == 201, offered.text
        requester_id, agent_id = uuid4(), uuid4()
        yield Desk(
            app=app,
            client=client,
            people=people,
            identity=identity,
            it=it,
            network=network,
            hr=hr,
            offering_id=UUID(offered.json()["id"]),
            requester_id=requester_id,
            requester=people.one_of(hr.id, "member", requester_id),
            agent=people.one_of(it.id, "agent", agent_id),
            agent_id=agent_id,
        )
    await app.state.live.close()
    await app.state.engine.dispose()


async def _assign(client: httpx.AsyncClient, people: People, department: Department, calendar_id: str) -> None:
    path = f"/v1/calendars/assignments/{department.id}"
    known = await client.get(path, headers=people.admin())
    headers = people.admin() | {"If-Match": known.headers["etag"]}
    answer = await client.put(path, json={"calendar_id": calendar_id}, headers=headers)
    assert answer.status_code == 200, answer.text
