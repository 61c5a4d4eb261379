"""Two departments after some weeks: an agreement in two versions, a breach, a contest, an exclusion and a freeze."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.requests.breaches.test_contests import contest, missed
from tests.requests.breaches.test_contests import decide as decide_contest
from tests.requests.breaches.test_dossiers import WHY, breached, say
from tests.requests.breaches.test_exclusions import ask, take_to_tickets
from tests.requests.breaches.test_exclusions import decide as decide_exclusion
from tests.requests.freezes.freezing import agreed
from tests.requests.tickets.desk import Desk, Headers

PATH = "/v1/reports/review-pack"
HOSTILE = '<script>alert(1)</script> \u202egnp.exe #import "x" ñandú á € *b* $x$ \\ @y'
"""What people may write anywhere: mark-up of two kinds, a mark that turns what follows it round, accents."""
SHOWN = HOSTILE.replace("\u202e", "")


@dataclass
class Reviewed:
    """The desk with its two managers, whose names identity knows, and what was settled."""

    desk: Desk
    asker_id: UUID
    asker: Headers
    provider_id: UUID
    provider: Headers
    overdue: dict[str, Any]
    breach: dict[str, Any]
    agreement_id: str

    @property
    def pair(self) -> dict[str, str]:
        return {"customer_department_id": str(self.desk.hr.id), "provider_department_id": str(self.desk.it.id)}

    async def ask(self, headers: Headers | None = None, **query: Any) -> httpx.Response:
        """The pack, for the customer's manager or another."""
        language = {"Accept-Language": query.pop("language", "en")}
        given = self.pair | query
        return await self.desk.client.get(PATH, params=given, headers=(headers or self.asker) | language)

    async def pack(self, headers: Headers | None = None, **query: Any) -> dict[str, Any]:
        answer = await self.ask(headers, **query)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


async def reviewed(desk: Desk) -> Reviewed:
    asker_id, provider_id = uuid4(), uuid4()
    asker = desk.people.one_of(desk.hr.id, "manager", asker_id)
    provider = desk.people.one_of(desk.it.id, "manager", provider_id)
    names = {
        asker_id: f"Ana Núñez {HOSTILE}",
        provider_id: "Iñaki Sáez",
        desk.it.id: "Sistemas & Cía",
        desk.hr.id: "People",
    }
    desk.identity.names.update(names)
    overdue, breach = await breached(desk)
    assert (await say(desk, breach, "explanations", desk.agent, **{**WHY, "note": HOSTILE})).status_code == 201
    ticket, body = await missed(desk)
    opened = await contest(desk, ticket, desk.agent, **body | {"reason": HOSTILE})
    assert (await decide_contest(desk, ticket, opened.json()["id"], asker)).status_code == 201
    asked = await ask(desk, provider, reason="The flood")
    assert (await decide_exclusion(desk, asked.json(), asker)).status_code == 201
    await take_to_tickets(desk)
    await agreed(desk)
    agreement_id = await _agree(desk, asker, provider)
    return Reviewed(desk, asker_id, asker, provider_id, provider, overdue, breach, agreement_id)


async def _agree(desk: Desk, asker: Headers, provider: Headers) -> str:
    today = datetime.now(UTC).date()
    calendar = (await desk.client.get(f"/v1/calendars/assignments/{desk.it.id}", headers=desk.people.admin())).json()
    terms = {
        "name": HOSTILE,
        "customer_calendar_id": calendar["calendar_id"],
        "provider_calendar_id": calendar["calendar_id"],
        "offering_ids": [str(desk.offering_id)],
        "targets": [{"clock": "resolution", "duration": "P5D", "objective": 0.95}],
        "obligations": [{"clock": "notice", "duration": "P10D", "effect": "extend"}],
        "escalations": [{"clock": "resolution", "percent": 75, "notify": ["provider:manager"]}],
        "effective_from": today.isoformat(),
        "review_on": (today + timedelta(days=90)).isoformat(),
        "texts": {"en": f"IT helps. {HOSTILE}", "es": "IT ayuda."},
    }
    pair = {"customer_department_id": str(desk.hr.id), "provider_department_id": str(desk.it.id)}
    made = await desk.client.post("/v1/agreements", json=pair | terms, headers=asker)
    assert made.status_code == 201, made.text
    path = f"/v1/agreements/{made.json()['id']}"
    for number, target in ((1, None), (2, {"clock": "resolution", "duration": "P3D", "objective": 0.9})):
        if target:
            countered = await desk.client.post(f"{path}/versions", json=terms | {"targets": [target]}, headers=provider)
            assert countered.status_code == 201, countered.text
        for headers in (asker, provider):
            signed = await desk.client.post(f"{path}/signatures", json={"version": number}, headers=headers)
            assert signed.status_code == 201, signed.text
    agreement: str = made.json()["id"]
    return agreement
