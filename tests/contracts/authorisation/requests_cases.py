"""The matrix's requests to requests, on things made for each of them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from services.requests.calendars.rules import ROUND_THE_CLOCK
from services.requests.departments.rules import Department
from tests.contracts.authorisation.asking import (
    ANY_VERSION,
    DEPUTIES,
    ROLES,
    Asked,
    Headers,
    Prepare,
    scopes_of_caller,
)
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.tickets.desk import Desk, opened_desk

SHIFTS = [{"weekday": "mon", "start": "09:00", "end": "17:00"}]
VERSION = {"time_zone": "Europe/Madrid", "shifts": SHIFTS}


class RequestsWorld:
    """The desk, where IT serves HR, with everybody's id and token."""

    def __init__(self, desk: Desk, issuer: Issuer) -> None:
        self.desk = desk
        self.client = desk.client
        self._issuer = issuer
        self.ids: dict[str, UUID] = {caller: uuid4() for caller in ROLES}
        self.departments: dict[str, Department] = {"IT": desk.it, "HR": desk.hr, "SUPPORT": desk.network}
        self.admin: Headers = desk.people.admin()
        desk.identity.add_person(id=self.ids["agent"], departments={desk.it.id: "agent"})
        for caller in ("beneficiary", "participant"):
            desk.identity.add_person(id=self.ids[caller], departments={desk.network.id: "member"})

    def token(self, caller: str, scopes: frozenset[str] = frozenset()) -> Headers:
        """What signs the caller in, as identity would write it."""
        scope = " ".join(sorted(scopes_of_caller(caller, scopes)))
        if caller not in ROLES:
            return self.desk.people.headers(scope=scope, client=True)
        code, role = ROLES[caller]
        departments = {str(self.departments[code].id): role} if code else {}
        roles = [] if code else [role]
        deputy_of = [str(self.departments[DEPUTIES[caller]].id)] if caller in DEPUTIES else []
        subject, claims = self.ids[caller], {"departments": departments, "roles": roles, "deputy_of": deputy_of}
        return self.desk.people.headers(scope=scope, subject=subject, **claims)

    async def signed_in(self, caller: str, scopes: frozenset[str]) -> Headers:
        return {} if caller == "nobody" else self.token(caller, scopes)

    async def made(self, path: str, body: object, headers: Headers | None = None) -> Any:
        """What a POST made, by the administrator or another."""
        answer = await self.client.post(path, json=body, headers=headers or self.admin)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def ticket(self, **changes: Any) -> Any:
        """The asker's request to IT."""
        named = {"beneficiary_id": str(self.ids["beneficiary"]), "participants": [str(self.ids["participant"])]}
        return await self.desk.submit(self.token("asker"), **named | changes)

    async def calendar(self) -> str:
        """A calendar that IT works by."""
        made = await self.made("/v1/calendars", {"name": "IT", **VERSION})
        await self.assign(str(self.desk.it.id), made["id"])
        return str(made["id"])

    async def assign(self, holder: str, calendar_id: str) -> None:
        body = {"calendar_id": calendar_id}
        path = f"/v1/calendars/assignments/{holder}"
        answer = await self.client.put(path, json=body, headers=self.admin | ANY_VERSION)
        assert answer.status_code == 200, answer.text

    async def offering(self, **changes: Any) -> Any:
        """One more offering of IT."""
        return await self.made("/v1/offerings", self.an_offering(**changes))

    def an_offering(self, **changes: Any) -> dict[str, Any]:
        usual = {"code": f"o{uuid4().hex[:8]}", "name": "New", "provider_department_id": str(self.desk.it.id)}
        return usual | changes


@asynccontextmanager
async def requests_world(databases: Databases, issuer: Issuer) -> AsyncIterator[RequestsWorld]:
    """On a database of its own."""
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk:
        yield RequestsWorld(desk, issuer)


def _get(path: str) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        return Asked("GET", path.format(it=world.desk.it.id, hr=world.desk.hr.id, offering=world.desk.offering_id))

    return prepare


def _of_calendar(below: str = "") -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        return Asked("GET", f"/v1/calendars/{await world.calendar()}{below}")

    return prepare


async def _new_calendar(world: RequestsWorld) -> Asked:
    return Asked("POST", "/v1/calendars", {"name": "New", **VERSION})


def _new_version(below: str = "", *, everybodys: bool = False) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        calendar_id = await world.calendar()
        if everybodys:
            await world.assign("organisation", calendar_id)
        return Asked("POST", f"/v1/calendars/{calendar_id}/versions{below}", VERSION)

    return prepare


def _assignment(holder: str) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        path = f"/v1/calendars/assignments/{holder.format(it=world.desk.it.id)}"
        return Asked("PUT", path, {"calendar_id": await world.calendar()}, ANY_VERSION)

    return prepare


async def _compute(world: RequestsWorld) -> Asked:
    body = {"calendar": VERSION, "add": {"start": "2026-03-02T09:00:00Z", "duration": "PT1H"}}
    return Asked("POST", "/v1/calendars/compute", body)


async def _new_offering(world: RequestsWorld) -> Asked:
    return Asked("POST", "/v1/offerings", world.an_offering())


async def _changed_offering(world: RequestsWorld) -> Asked:
    offering = await world.offering()
    return Asked("PATCH", f"/v1/offerings/{offering['id']}", {"name": "Changed"}, ANY_VERSION)


def _agreement_between(world: RequestsWorld) -> dict[str, Any]:
    """What IT and HR might agree on."""
    return {
        "customer_department_id": str(world.desk.hr.id),
        "provider_department_id": str(world.desk.it.id),
        "customer_calendar_id": str(ROUND_THE_CLOCK),
        "provider_calendar_id": str(ROUND_THE_CLOCK),
        "offering_ids": [str(world.desk.offering_id)],
        "effective_from": datetime.now(UTC).date().isoformat(),
    }


async def _new_agreement(world: RequestsWorld) -> Asked:
    return Asked("POST", "/v1/agreements", _agreement_between(world))


async def _agreements(world: RequestsWorld) -> Asked:
    made = await world.made("/v1/agreements", _agreement_between(world), world.token("manager"))
    return Asked("GET", "/v1/agreements?limit=1", concerned=made["id"])


def _agreement(below: str = "", *, version: bool = False, body: object = None) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        made = await world.made("/v1/agreements", _agreement_between(world), world.token("manager"))
        sent = _agreement_between(world) if version else body
        return Asked("GET" if sent is None else "POST", f"/v1/agreements/{made['id']}{below}", sent)

    return prepare


async def _tickets(world: RequestsWorld) -> Asked:
    ticket = await world.ticket()
    return Asked("GET", "/v1/tickets?limit=1", concerned=ticket["id"])


def _new_ticket(path: str = "/v1/tickets", *, is_for_another: bool = False) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        body = {
            "subject": "New",
            "offering_id": str(world.desk.offering_id),
            "customer_department_id": str(world.desk.hr.id),
        }
        if is_for_another:
            body["requester_id"] = str(world.desk.identity.add_person(departments={world.desk.hr.id: "member"}).id)
        return Asked("POST", path, body)

    return prepare


def _ticket(below: str = "", body: object = None) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        ticket = await world.ticket()
        return Asked("GET" if body is None else "POST", f"/v1/tickets/{ticket['id']}{below}", body)

    return prepare


def _amended(changes: object) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        return Asked("PATCH", f"/v1/tickets/{(await world.ticket())['id']}", changes, ANY_VERSION)

    return prepare


async def _confidential(world: RequestsWorld) -> Asked:
    offering = await world.offering(confidential=True)
    return Asked("GET", f"/v1/tickets/{(await world.ticket(offering_id=offering['id']))['id']}")


async def _clock(world: RequestsWorld) -> Asked:
    path = f"/v1/tickets/{(await world.ticket())['id']}/clocks"
    clocks = (await world.client.get(path, headers=world.admin)).json()["items"]
    return Asked("GET", f"{path}/{clocks[0]['id']}/explanation")


async def _assigned(world: RequestsWorld) -> Asked:
    body = {"assignee_id": str(world.ids["agent"])}
    return Asked("POST", f"/v1/tickets/{(await world.ticket())['id']}/assignments", body)


async def _taken_back(world: RequestsWorld) -> Asked:
    path = f"/v1/tickets/{(await world.ticket())['id']}"
    agent = world.token("agent")
    await world.made(f"{path}/transitions", {"to": "accepted"}, agent)
    slip = (await world.client.get(f"{path}/history", headers=agent)).json()["items"][-1]
    return Asked("POST", f"{path}/corrections", {"event_id": slip["id"]})


REQUESTS_CASES: Mapping[str, Prepare] = {
    "calendars_compute_working_time": _compute,
    "calendars_list_calendars": _get("/v1/calendars"),
    "calendars_get_calendar": _of_calendar(),
    "calendars_list_versions": _of_calendar("/versions"),
    "calendars_get_assignment": _get("/v1/calendars/assignments/{it}"),
    "calendars_add_calendar": _new_calendar,
    "calendars_add_version": _new_version(),
    "calendars_preview_version": _new_version("/preview"),
    "calendars_export_calendar": _of_calendar("/export.ics"),
    "calendars_assign_calendar": _assignment("{it}"),
    "offerings_list_offerings": _get("/v1/offerings"),
    "offerings_get_offering": _get("/v1/offerings/{offering}"),
    "offerings_list_versions": _get("/v1/offerings/{offering}/versions"),
    "offerings_get_version": _get("/v1/offerings/{offering}/versions/1"),
    "offerings_publish_offering": _new_offering,
    "offerings_change_offering": _changed_offering,
    "agreements_propose_agreement": _new_agreement,
    "agreements_list_agreements": _agreements,
    "agreements_get_agreement": _agreement(),
    "agreements_propose_version": _agreement("/versions", version=True),
    "agreements_list_versions": _agreement("/versions"),
    "agreements_get_version": _agreement("/versions/1"),
    "agreements_get_feasibility": _agreement("/feasibility"),
    "agreements_compare_versions": _agreement("/versions/1/diff"),
    "agreements_sign_agreement": _agreement("/signatures", body={"version": 1}),
    "agreements_list_signatures": _agreement("/signatures"),
    "agreements_terminate_agreement": _agreement("/terminations", body={"reason": "No longer needed"}),
    "tickets_list_tickets": _tickets,
    "tickets_submit_ticket": _new_ticket(),
    "tickets_submit_ticket/for somebody else": _new_ticket(is_for_another=True),
    "tickets_preview_ticket": _new_ticket("/v1/tickets/preview"),
    "tickets_get_ticket": _ticket(),
    "tickets_get_ticket/confidential": _confidential,
    "tickets_amend_ticket": _amended({"subject": "Other words"}),
    "tickets_get_history": _ticket("/history"),
    "tickets_list_comments": _ticket("/comments"),
    "tickets_get_ledger": _ticket("/ledger"),
    "tickets_list_clocks": _ticket("/clocks"),
    "tickets_explain_clock": _clock,
    "tickets_move_ticket": _ticket("/transitions", {"to": "accepted"}),
    "tickets_move_ticket/cancel": _ticket("/transitions", {"to": "cancelled"}),
    "tickets_comment_on_ticket": _ticket("/comments", {"body": "A word"}),
    "tickets_comment_on_ticket/internal": _ticket("/comments", {"body": "A word", "visibility": "internal"}),
    "tickets_assign_ticket": _assigned,
    "tickets_take_back_event": _taken_back,
    "tickets_rule_on_ticket": _ticket("/rulings", {"priority": "urgent"}),
    "tickets_list_rulings": _ticket("/rulings"),
    # last: from here on the organisation works by another calendar
    "calendars_assign_calendar/to the organisation": _assignment("organisation"),
    "calendars_add_version/of the organisation's": _new_version(everybodys=True),
    "calendars_preview_version/of the organisation's": _new_version("/preview", everybodys=True),
}
