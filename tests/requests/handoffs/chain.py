"""Hand-offs through the API: IT serves People operations and hands parts on to NET, LAW and OPS."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson

from services.requests.departments.rules import Department
from services.requests.people.queries import store_people
from services.shared.db import hot_connection, hot_transaction
from tests.requests.people import a_person
from tests.requests.tickets.desk import Desk, Headers

Told = dict[str, Any]


@dataclass
class Chain:
    """A desk with two more departments; people act for a department by its code."""

    desk: Desk
    departments: dict[str, Department] = field(default_factory=dict)
    agents: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        desk = self.desk
        self.departments = {"IT": desk.it, "HR": desk.hr, "NET": desk.network}
        for code in ("LAW", "OPS"):
            self.departments[code] = desk.identity.add(code=code)
        self.agents = {code: uuid4() for code in self.departments} | {"IT": desk.agent_id}

    def agent(self, code: str) -> Headers:
        return self.desk.people.one_of(self.departments[code].id, "agent", self.agents[code])

    async def offer(self, ticket: Told, to: str, *, by: str = "IT", **more: Any) -> httpx.Response:
        body = {"department_id": str(self.departments[to].id), **more}
        path = f"/v1/tickets/{ticket['id']}/hand-offs"
        return await self.desk.client.post(path, json=body, headers=self.agent(by))

    async def offered(self, ticket: Told, to: str, *, by: str = "IT", **more: Any) -> Told:
        answer = await self.offer(ticket, to, by=by, **more)
        assert answer.status_code == 201, answer.text
        link: Told = answer.json()
        return link

    async def act(self, ticket: Told, link: Told, what: str, *, by: str, **body: Any) -> httpx.Response:
        """One of acceptances, bounces, withdrawals, returns."""
        path = f"/v1/tickets/{ticket['id']}/hand-offs/{link['id']}/{what}"
        return await self.desk.client.post(path, json=body, headers=self.agent(by))

    async def accepted(self, ticket: Told, to: str, *, by: str = "IT", **more: Any) -> Told:
        link = await self.offered(ticket, to, by=by, **more)
        answer = await self.act(ticket, link, "acceptances", by=to)
        assert answer.status_code == 201, answer.text
        return link

    async def charged(self, ticket: Told) -> tuple[str, str, list[str]]:
        """Whom the ticket's ledger charges now, why, and who is named beside."""
        line = (await self.desk.get(ticket, "/ledger"))["items"][-1]
        return line["party"], line["reason"], line["also"]

    async def staff(self, code: str, role: str = "agent") -> UUID:
        """Somebody who serves that department, known here."""
        person = a_person(departments={self.departments[code].id: role})
        async with hot_transaction(self.desk.app.state.engine) as connection:
            await store_people(connection.fetch, [person])
        return person.id

    async def told(self, kind: str) -> dict[UUID, Told]:
        """Who was told something of that kind, and the latest of it."""
        sql = (
            "SELECT m.person_id, i.about::text FROM message m JOIN message_item i ON i.message_id = m.id"
            " WHERE i.kind = $1 ORDER BY i.position"
        )
        async with hot_connection(self.desk.app.state.engine) as connection:
            return {UUID(str(row[0])): orjson.loads(row[1]) for row in await connection.fetch(sql, kind)}
