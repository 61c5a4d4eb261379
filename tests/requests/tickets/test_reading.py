"""Who reads a ticket, what a list holds, and pages, conditions and versions of it."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.shared.db import hot_transaction
from tests.requests.tickets.desk import Desk, Headers
from tests.requests.tickets.stories import hand_over

PATHS = ("", "/history", "/comments", "/ledger", "/clocks", "/hand-offs")
ACTS: dict[str, dict[str, Any]] = {
    "/transitions": {"to": "accepted"},
    "/comments": {"body": "x"},
    "/assignments": {"assignee_id": None},
    "/corrections": {"event_id": str(uuid4())},
}


async def confidential(desk: Desk) -> str:
    """Another offering of IT, which is confidential."""
    offering = {
        "code": "secret",
        "name": "Something secret",
        "provider_department_id": str(desk.it.id),
        "confidential": True,
    }
    answer = await desk.client.post("/v1/offerings", json=offering, headers=desk.people.admin())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def readers(desk: Desk, ticket: dict[str, Any]) -> dict[str, tuple[Headers, bool, bool]]:
    """(headers, reads it, reads it where the offering is confidential) by who it is."""
    people, it, hr, net = desk.people, desk.it.id, desk.hr.id, desk.network.id
    other = desk.identity.add(code="OTHER").id
    return {
        "requester": (desk.requester, True, True),
        "beneficiary": (people.one_of(hr, "member", UUID(ticket["beneficiary_id"])), True, True),
        "participant": (people.one_of(other, "member", UUID(ticket["participants"][0])), True, True),
        "agent of the provider": (desk.agent, True, True),
        "manager of the provider": (people.one_of(it, "manager"), True, True),
        "member of the provider": (people.one_of(it, "member"), False, False),
        "agent of a holder": (people.one_of(net, "agent"), True, True),
        "manager of a holder": (people.one_of(net, "manager"), True, True),
        "member of a holder": (people.one_of(net, "member"), False, False),
        "manager of the customer": (people.one_of(hr, "manager"), True, False),
        "agent of the customer": (people.one_of(hr, "agent"), False, False),
        "colleague": (people.one_of(hr, "member"), False, False),
        "manager of another": (people.one_of(other, "manager"), False, False),
        "administrator": (people.admin(), True, True),
        "auditor": (people.headers(scope="tickets:read", roles=["auditor"]), True, True),
        "viewer": (people.headers(scope="tickets:read", roles=["viewer"]), False, False),
        "listener": (people.headers(scope="tickets:read", roles=["listener"]), False, False),
        "program": (people.account("tickets:read"), False, False),
        "program that imports": (people.account("tickets:read tickets:import"), True, True),
        "person with the scope to import": (people.headers(scope="tickets:read tickets:import"), False, False),
    }


@pytest.mark.parametrize("is_confidential", [False, True])
async def test_who_reads_a_ticket_and_finds_it_in_lists(desk: Desk, is_confidential: bool) -> None:
    beneficiary, participant = desk.identity.add_person(), desk.identity.add_person()
    offering_id = await confidential(desk) if is_confidential else str(desk.offering_id)
    ticket = await desk.submit(
        offering_id=offering_id, beneficiary_id=str(beneficiary.id), participants=[str(participant.id)]
    )
    await hand_over(desk, ticket, back=True)
    missing = await desk.client.get(f"/v1/tickets/{uuid4()}", headers=desk.agent)
    for who, (headers, usually, of_secrets) in readers(desk, ticket).items():
        may_read = of_secrets if is_confidential else usually
        listed = await desk.client.get("/v1/tickets", headers=headers)
        assert [each["id"] for each in listed.json()["items"]] == ([ticket["id"]] if may_read else []), who
        for path in PATHS:
            answer = await desk.client.get(f"/v1/tickets/{ticket['id']}{path}", headers=headers)
            assert answer.status_code == (200 if may_read else 404), (who, path)
            if not may_read:
                assert _without_place(answer.json()) == _without_place(missing.json()), (who, path)


def _without_place(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name not in ("instance", "trace_id")}


async def test_who_does_not_read_a_ticket_does_not_act_on_it(desk: Desk) -> None:
    ticket = await desk.submit()
    scope = "tickets:read tickets:write"
    colleague = desk.people.headers(scope=scope, departments={str(desk.hr.id): "agent"})
    for act, body in ACTS.items():
        answers = [
            await desk.client.post(f"/v1/tickets/{ticket_id}{act}", json=body, headers=colleague)
            for ticket_id in (ticket["id"], uuid4())
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert _without_place(answers[0].json()) == _without_place(answers[1].json())
    assert (await desk.get(ticket))["version"] == 1


async def test_without_token_or_scope(desk: Desk) -> None:
    ticket = await desk.submit()
    writer = desk.people.headers(scope="tickets:write", roles=["admin"])
    for path in ("", *(f"/{ticket['id']}{path}" for path in PATHS)):
        assert (await desk.client.get(f"/v1/tickets{path}")).status_code == 401
        assert (await desk.client.get(f"/v1/tickets{path}", headers=writer)).status_code == 403
    reader = desk.people.headers(scope="tickets:read", roles=["admin"])
    for act, body in ACTS.items():
        path = f"/v1/tickets/{ticket['id']}{act}"
        assert (await desk.client.post(path, json=body)).status_code == 401
        assert (await desk.client.post(path, json=body, headers=reader)).status_code == 403


async def test_pages_follow_each_other_newest_first(desk: Desk) -> None:
    made = [(await desk.submit())["id"] for _ in range(5)]
    seen: list[str] = []
    cursor, pages = "", 0
    while pages < 10:
        page = (await desk.client.get(f"/v1/tickets?limit=2{cursor}", headers=desk.requester)).json()
        seen += [ticket["id"] for ticket in page["items"]]
        pages += 1
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert (seen, pages) == (made[::-1], 3)


async def test_pages_go_on_within_one_instant(desk: Desk) -> None:
    made = [(await desk.submit())["id"] for _ in range(5)]
    async with hot_transaction(desk.app.state.engine) as connection:
        await connection.execute("UPDATE ticket SET created_at = '2026-03-02T09:00Z'")
    first = (await desk.client.get("/v1/tickets?limit=3", headers=desk.requester)).json()
    rest = (await desk.client.get(f"/v1/tickets?limit=3&cursor={first['next']}", headers=desk.requester)).json()
    assert [ticket["id"] for ticket in [*first["items"], *rest["items"]]] == made[::-1]


async def test_each_condition_narrows_the_list(desk: Desk) -> None:
    usual = await desk.submit()
    urgent = await desk.submit(priority="urgent")
    await desk.step(urgent, "in_progress")
    await desk.client.post(
        f"/v1/tickets/{urgent['id']}/assignments", json={"assignee_id": str(desk.agent_id)}, headers=desk.agent
    )

    async def listed(query: str) -> list[str]:
        answer = await desk.client.get(f"/v1/tickets?{query}", headers=desk.agent)
        assert answer.status_code == 200, answer.text
        return [ticket["id"] for ticket in answer.json()["items"]]

    both, one, other = [urgent["id"], usual["id"]], [urgent["id"]], [usual["id"]]
    at = urgent["submitted_at"].replace("+", "%2B")
    for query, found in {
        "state=in_progress": one,
        "state=in_progress&state=submitted": both,
        "state=closed": [],
        "priority=urgent": one,
        "priority=normal&priority=low": other,
        f"provider_department_id={desk.it.id}": both,
        f"provider_department_id={desk.hr.id}": [],
        f"customer_department_id={desk.hr.id}": both,
        f"customer_department_id={desk.it.id}": [],
        f"offering_id={desk.offering_id}": both,
        f"offering_id={uuid4()}": [],
        f"requester_id={desk.requester_id}": both,
        f"requester_id={uuid4()}": [],
        f"assignee_id={desk.agent_id}": one,
        f"key={usual['key']}": other,
        "key=IT-1": [],
        f"submitted_at[gte]={at}": one,
        f"submitted_at[lt]={at}": other,
        f"created_at[gte]={at}": one,
        f"created_at[lt]={at}": other,
        "created_at[gte]=0001-01-01T00:00:00Z": both,
        "created_at[lt]=9999-12-31T00:00:00Z": both,
        f"state=in_progress&priority=normal&key={usual['key']}": [],
    }.items():
        assert await listed(query) == found, query


@pytest.mark.parametrize(
    ("query", "status", "pointer"),
    [
        ("stat=closed", 422, "?stat"),
        ("state=odd", 422, "?state"),
        ("priority=", 422, "?priority"),
        ("provider_department_id=x", 422, "?provider_department_id"),
        ("submitted_at=2026-03-02", 422, "?submitted_at"),
        ("submitted_at[gte]=2026-03-02", 422, "?submitted_at[gte]"),
        ("submitted_at[gt]=2026-03-02T09:00:00Z", 422, "?submitted_at[gt]"),
        ("limit=0", 422, "?limit"),
        ("limit=201", 422, "?limit"),
        ("key=%00", 422, "?"),
        ("cursor=abc", 400, "?cursor"),
    ],
)
async def test_conditions_that_are_none(desk: Desk, query: str, status: int, pointer: str) -> None:
    answer = await desk.client.get(f"/v1/tickets?{query}", headers=desk.requester)
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)


async def test_a_cursor_belongs_to_its_conditions(desk: Desk) -> None:
    for _ in range(3):
        await desk.submit()
    page = (await desk.client.get("/v1/tickets?limit=1&state=submitted", headers=desk.requester)).json()
    path = f"/v1/tickets?limit=1&state=accepted&cursor={page['next']}"
    foreign = await desk.client.get(path, headers=desk.requester)
    assert (foreign.status_code, foreign.json()["code"]) == (400, "bad_cursor")


async def test_what_is_known_already_is_not_sent_again(desk: Desk) -> None:
    ticket = await desk.submit()
    path = f"/v1/tickets/{ticket['id']}"
    first = await desk.client.get(path, headers=desk.requester)
    assert first.headers["etag"] == '"1"'
    known = desk.requester | {"If-None-Match": first.headers["etag"]}
    again = await desk.client.get(path, headers=known)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", '"1"')
    await desk.step(ticket, "accepted")
    changed = await desk.client.get(path, headers=known)
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    for etag in ('W/"2"', '"1", "2"', "*"):
        answer = await desk.client.get(path, headers=desk.requester | {"If-None-Match": etag})
        assert answer.status_code == 304, etag


@pytest.mark.parametrize("path", ["/v1/tickets/x", "/v1/tickets/x/ledger", "/v1/tickets/1/clocks/2/explanation"])
async def test_an_id_that_is_none(desk: Desk, path: str) -> None:
    assert (await desk.client.get(path, headers=desk.requester)).status_code in (404, 422)


async def test_methods_that_are_none(desk: Desk) -> None:
    ticket = await desk.submit()
    for method in ("PUT", "DELETE", "POST"):
        answer = await desk.client.request(method, f"/v1/tickets/{ticket['id']}", headers=desk.requester)
        assert answer.status_code == 405
        assert {"GET", "PATCH"} <= set(answer.headers["allow"].split(", "))
