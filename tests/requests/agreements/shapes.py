"""Two departments that come to an agreement, and what they write down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.requests.departments.rules import Department
from tests.requests.calendars.shapes import a_saved_calendar
from tests.requests.catalogue.shapes import a_published_offering
from tests.requests.people import IdentityDouble, People

Headers = dict[str, str]
Answer = dict[str, Any]


def today(days: int = 0) -> date:
    """The date in UTC, where the pair's calendars are, or so many days later."""
    return datetime.now(UTC).date() + timedelta(days=days)


def a_target(**changes: Any) -> Answer:
    return {"clock": "resolution", "priority": None, "duration": "P5D", "objective": 0.95} | changes


def an_obligation(**changes: Any) -> Answer:
    return {"clock": "notice", "duration": "P10D", "effect": "extend"} | changes


@dataclass
class Pair:
    """People operations (`hr`) asks, IT provides; a manager of each, and an offering of IT."""

    client: httpx.AsyncClient
    people: People
    identity: IdentityDouble
    hr: Department
    it: Department
    calendar_id: str
    offering_id: str
    asker_id: UUID
    asker: Headers
    provider_id: UUID
    provider: Headers

    def terms(self, **changes: Any) -> Answer:
        """What a version says, without the departments."""
        usual = {
            "customer_calendar_id": self.calendar_id,
            "provider_calendar_id": self.calendar_id,
            "offering_ids": [self.offering_id],
            "targets": [a_target()],
            "obligations": [an_obligation()],
            "effective_from": today().isoformat(),
        }
        return usual | changes

    def proposal(self, **changes: Any) -> Answer:
        pair = {"customer_department_id": str(self.hr.id), "provider_department_id": str(self.it.id)}
        return pair | self.terms(**changes)

    async def post(self, path: str, body: object, headers: Headers) -> httpx.Response:
        return await self.client.post(f"/v1/agreements{path}", json=body, headers=headers)

    async def propose(self, headers: Headers | None = None, **changes: Any) -> Answer:
        return done(await self.post("", self.proposal(**changes), headers or self.asker))

    async def counter(self, agreement: Answer, headers: Headers | None = None, **changes: Any) -> Answer:
        body = self.terms(**changes)
        return done(await self.post(f"/{agreement['id']}/versions", body, headers or self.provider))

    async def sign(
        self, agreement: Answer, version: int = 1, by: Sequence[Headers] | None = None
    ) -> list[httpx.Response]:
        """Both sides sign, or those named."""
        path = f"/{agreement['id']}/signatures"
        return [await self.post(path, {"version": version}, each) for each in by or (self.asker, self.provider)]

    async def agreed(self, **changes: Any) -> Answer:
        """An agreement that both have signed."""
        agreement = await self.propose(**changes)
        for answer in await self.sign(agreement):
            done(answer)
        return agreement

    async def get(self, agreement: Answer, what: str = "", headers: Headers | None = None, **asked: Any) -> Any:
        path = f"/v1/agreements/{agreement['id']}{what}"
        answer = await self.client.get(path, params=asked, headers=headers or self.asker)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def a_pair(client: httpx.AsyncClient, people: People, identity: IdentityDouble) -> Pair:
    hr, it = identity.add(code="HR"), identity.add(code="IT")
    asker_id, provider_id = uuid4(), uuid4()
    offering = await a_published_offering(client, people.admin(), it.id)
    return Pair(
        client=client,
        people=people,
        identity=identity,
        hr=hr,
        it=it,
        calendar_id=await a_saved_calendar(client, people.admin(), time_zone="UTC"),
        offering_id=offering["id"],
        asker_id=asker_id,
        asker=people.one_of(hr.id, "manager", asker_id),
        provider_id=provider_id,
        provider=people.one_of(it.id, "manager", provider_id),
    )


def done(answer: httpx.Response) -> Answer:
    assert answer.status_code == 201, answer.text
    made: Answer = answer.json()
    return made


def refused(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """The status, the code and the pointers of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    return answer.status_code, body["code"], [error["pointer"] for error in body["errors"]]
