"""The stage for a story on a platform that runs, over its gateway alone: in seconds, around the clock.

It needs nothing but the address and an administrator's token, so it plays on one machine and on containers alike.
"""

import asyncio
import html
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx

from services.launcher.chapters.stage import Agreed, Moment, Promise

Told = dict[str, Any]
PASSWORD = "tall-otter-sings-at-dawn"
ALWAYS = [
    {"weekday": day, "start": "00:00", "end": "24:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
]
ROLES = ("manager", "agent", "agent", "member", "member")
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class LiveStage:
    """Departments and people of their own on the platform at `base_url`; the beginning is when it was set."""

    base_url: str
    stack: AsyncExitStack
    departments: dict[str, UUID] = field(default_factory=dict)
    calendars: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    standing: dict[UUID, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    @classmethod
    async def set(
        cls, base_url: str, admin_token: str, cast: Mapping[str, Sequence[str]], stack: AsyncExitStack
    ) -> "LiveStage":
        """A stage for `cast`: department code → manager, two agents, two members, by name."""
        stage = cls(base_url, stack)
        admin = await stage._client(admin_token)
        mark = uuid4().hex[:6]
        always = {"name": f"Around the clock {mark}", "time_zone": "UTC", "shifts": ALWAYS}
        calendar_id = UUID((await _made(admin, "/v1/calendars", always))["id"])
        for code, names in cast.items():
            new = {"code": f"{code}-{mark}", "name": code.title(), "time_zone": "UTC"}
            stage.departments[code] = UUID((await _made(admin, "/v1/departments", new))["id"])
            await _assign(admin, stage.departments[code], calendar_id)
            stage.calendars[code] = calendar_id
            for name, role in zip(names, ROLES, strict=True):
                stage.people[name] = await stage._person(admin, name, stage.departments[code], role)
        stage.began = time.monotonic()
        return stage

    def begins_anew(self) -> None:
        """The next chapter's moments count from now."""
        self.began = time.monotonic()

    async def at(self, moment: Moment) -> None:
        await asyncio.sleep(max(0.0, self.began + moment.live - time.monotonic()))

    def day(self, moment: Moment) -> str:
        return self._when(moment).date().isoformat()

    def instant(self, moment: Moment) -> str:
        return self._when(moment).isoformat().replace("+00:00", "Z")

    def amount(self, promise: Promise) -> str:
        return promise.live

    def _when(self, moment: Moment) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.began + moment.live - time.monotonic())

    async def department(self, code: str) -> UUID:
        return self.departments[code]

    async def calendar(self, code: str) -> UUID:
        return self.calendars[code]

    async def publish(self, manager: str, offering: Mapping[str, Any]) -> UUID:
        return UUID((await _made(self.people[manager], "/v1/offerings", offering))["id"])

    async def propose(self, person: str, content: Mapping[str, Any], counters: Agreed | None = None) -> Agreed:
        client = self.people[person]
        if counters is None:
            told = await _made(client, "/v1/agreements", content)
            return Agreed(UUID(told["id"]), 1)
        told = await _made(client, f"/v1/agreements/{counters.id}/versions", content)
        return Agreed(counters.id, told["number"])

    async def sign(self, person: str, agreed: Agreed) -> None:
        await _made(self.people[person], f"/v1/agreements/{agreed.id}/signatures", {"version": agreed.version})

    async def submit(self, person: str, ticket: Mapping[str, Any]) -> UUID:
        return UUID((await _made(self.people[person], "/v1/tickets", ticket))["id"])

    async def stand(self, person: str, order: Mapping[str, Any]) -> UUID:
        """Remembered here alone: a schedule counts in days and minutes, and this story is over within one."""
        standing = uuid4()
        self.standing[standing] = person, order["request"]
        return standing

    async def ordered(self, standing: UUID) -> UUID:
        """Posted in the name of whoever ordered it, as the platform would have done after a week."""
        person, request = self.standing[standing]
        return await self.submit(person, request)

    async def move(self, person: str, ticket_id: UUID, to: str, **said: Any) -> None:
        await _made(self.people[person], f"/v1/tickets/{ticket_id}/transitions", {"to": to, **said})

    async def comment(self, person: str, ticket_id: UUID, body: str) -> None:
        await _made(self.people[person], f"/v1/tickets/{ticket_id}/comments", {"body": body})

    async def rate(self, person: str, ticket_id: UUID, score: int, comment: str | None = None) -> None:
        """As a person does it: open the link (which writes nothing), choose, confirm."""
        link = await self._link(person, ticket_id)
        client = await self._client(None)
        page = await client.get(link, params={**dict(httpx.URL(link).params), "score": score})
        assert page.status_code == httpx.codes.OK, page.text
        form = {name: html.unescape(value) for name, value in _HIDDEN.findall(page.text)}
        filled = form | {"score": str(score), "comment": comment or "", "confirm": "yes"}
        answer = await client.post(link, data=filled)
        assert answer.status_code in (httpx.codes.OK, httpx.codes.SEE_OTHER), answer.text

    async def _link(self, person: str, ticket_id: UUID) -> str:
        """The link in the person's invitation for that ticket, which comes a moment after the fulfilment."""
        for _ in range(100):
            told = await self.read(person, "/v1/invitations")
            for invitation in told["items"]:
                if invitation["ticket_id"] == str(ticket_id):
                    one = await self.read(person, f"/v1/invitations/{invitation['id']}")
                    parts = urlsplit(one["link"])
                    return f"{parts.path}?{parts.query}" if parts.query else parts.path
            await asyncio.sleep(0.05)
        raise AssertionError(f"{person} was not asked about {ticket_id}")

    async def read(self, person: str, path: str, **asked: str) -> Told:
        answer = await self.people[person].get(path, params=asked)
        assert answer.status_code == httpx.codes.OK, f"{path}: {answer.text}"
        return dict(answer.json())

    async def _client(self, token: str | None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = httpx.AsyncClient(base_url=self.base_url, headers=headers, trust_env=False, timeout=20)
        return await self.stack.enter_async_context(client)

    async def _person(self, admin: httpx.AsyncClient, name: str, department_id: UUID, role: str) -> httpx.AsyncClient:
        """Somebody who has set a password by a one-time link and signed in."""
        email = f"{uuid4().hex[:12]}@story.example"
        membership = {"department_id": str(department_id), "role": role}
        person = await _made(admin, "/v1/people", {"email": email, "display_name": name, "memberships": [membership]})
        link = await _made(admin, f"/v1/people/{person['id']}/password-links")
        (token,) = parse_qs(urlsplit(link["link"]).query)["token"]
        nobody = await self._client(None)
        answer = await nobody.post("/v1/sessions/passwords", json={"token": token, "password": PASSWORD})
        assert answer.status_code == httpx.codes.NO_CONTENT, answer.text
        signed_in = await _made(nobody, "/v1/sessions", {"email": email, "password": PASSWORD})
        return await self._client(signed_in["access_token"])


async def _made(client: httpx.AsyncClient, path: str, body: Mapping[str, Any] | None = None) -> Told:
    """The body of a 201."""
    answer = await client.post(path, json=dict(body)) if body is not None else await client.post(path)
    assert answer.status_code == httpx.codes.CREATED, f"{path}: {answer.status_code} {answer.text}"
    return dict(answer.json())


async def _assign(admin: httpx.AsyncClient, department_id: UUID, calendar_id: UUID) -> None:
    path = f"/v1/calendars/assignments/{department_id}"
    known = await admin.get(path)
    answer = await admin.put(path, json={"calendar_id": str(calendar_id)}, headers={"If-Match": known.headers["etag"]})
    assert answer.status_code == httpx.codes.OK, answer.text
