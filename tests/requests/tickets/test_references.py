"""References to other systems: each is on one ticket, finds it again, and a repeated request by it asks once."""

import asyncio
from collections import Counter
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from services.requests.departments.service import take_in_department
from services.shared.db import hot_transaction
from tests.requests.tickets.counting import statements
from tests.requests.tickets.desk import Desk, Headers
from tests.requests.tickets.test_amending import amended, told

JIRA = [{"system": "jira", "id": "HR-7"}]


async def found(desk: Desk, system: str, external_id: str, headers: Headers | None = None) -> list[str]:
    """The ids of the tickets that are found by this reference."""
    query = {"external_system": system, "external_id": external_id}
    answer = await desk.client.get("/v1/tickets", params=query, headers=headers or desk.requester)
    assert answer.status_code == 200, answer.text
    return [ticket["id"] for ticket in answer.json()["items"]]


async def upserted(
    desk: Desk, reference: str, headers: Headers | None = None, *, match: str | None = "*", **changes: Any
) -> httpx.Response:
    """The answer to a request by a reference, by the requester (or another)."""
    body = {"subject": "A computer", "offering_id": str(desk.offering_id)} | changes
    expected = {} if match is None else {"If-Match": match}
    path = f"/v1/tickets/by-ref/{reference}"
    return await desk.client.put(path, json=body, headers=(headers or desk.requester) | expected)


async def test_a_ticket_is_found_by_each_of_its_references(desk: Desk) -> None:
    ticket = await desk.submit(external_refs=[*JIRA, *JIRA, {"system": "erp", "id": "4/711"}])
    assert ticket["external_refs"] == [*JIRA, {"system": "erp", "id": "4/711"}]
    await desk.submit(external_refs=[{"system": "erp", "id": "HR-7"}])
    for system, external_id in (("jira", "HR-7"), ("erp", "4/711")):
        assert await found(desk, system, external_id) == [ticket["id"]]
        assert await found(desk, system, external_id, desk.agent) == [ticket["id"]]
        assert await found(desk, system, external_id, desk.people.admin()) == [ticket["id"]]
        assert await found(desk, system, external_id, desk.people.one_of(desk.hr.id)) == []
    assert await found(desk, "jira", "HR-8") == []


@pytest.mark.parametrize("half", ["external_system", "external_id"])
async def test_half_a_reference_finds_nothing(desk: Desk, half: str) -> None:
    other = {"external_system": "external_id", "external_id": "external_system"}[half]
    answer = await desk.client.get("/v1/tickets", params={half: "jira"}, headers=desk.requester)
    assert told(answer) == (409, "half_a_reference", f"?{other}")


async def test_a_reference_is_on_one_ticket_alone(desk: Desk) -> None:
    ticket = await desk.submit(external_refs=JIRA)
    body = {
        "subject": "Again",
        "offering_id": str(desk.offering_id),
        "external_refs": [{"system": "a", "id": "1"}, *JIRA],
    }
    again = await desk.client.post("/v1/tickets", json=body, headers=desk.requester)
    assert told(again) == (409, "external_ref_taken", "/external_refs/1")
    assert ticket["id"] in again.text
    colleague = desk.people.one_of(desk.hr.id)
    unseen = await desk.client.post("/v1/tickets", json=body, headers=colleague)
    assert told(unseen) == (409, "external_ref_taken", "/external_refs/1")
    assert ticket["id"] not in unseen.text
    other = await desk.submit()
    assert told(await amended(desk, other, external_refs=JIRA)) == (409, "external_ref_taken", "/external_refs/0")
    assert (await amended(desk, ticket, external_refs=[])).status_code == 200
    assert await found(desk, "jira", "HR-7") == []
    assert (await amended(desk, other, external_refs=JIRA)).status_code == 200
    assert await found(desk, "jira", "HR-7") == [other["id"]]


async def test_of_many_who_take_a_reference_at_once_one_has_it(desk: Desk) -> None:
    tickets = [await desk.submit() for _ in range(3)]
    body = {"subject": "Me", "offering_id": str(desk.offering_id), "external_refs": JIRA}
    answers = await asyncio.gather(
        *(desk.client.post("/v1/tickets", json=body, headers=desk.requester) for _ in range(4)),
        *(amended(desk, ticket, external_refs=JIRA) for ticket in tickets),
    )
    done = Counter(answer.is_success for answer in answers)
    assert done == {True: 1, False: 6}
    assert {told(answer)[:2] for answer in answers if not answer.is_success} == {(409, "external_ref_taken")}
    assert len(await found(desk, "jira", "HR-7")) == 1


async def test_who_exchange_references_at_once_wait_in_no_circle(desk: Desk) -> None:
    one, other = [{"system": "x", "id": "1"}], [{"system": "x", "id": "2"}]
    for _ in range(3):
        tickets = [await desk.submit(external_refs=one), await desk.submit(external_refs=other)]
        answers = await asyncio.gather(
            amended(desk, tickets[0], external_refs=other), amended(desk, tickets[1], external_refs=one)
        )
        assert {told(answer)[:2] for answer in answers} <= {(409, "external_ref_taken"), (200, None)}
        for ticket in tickets:
            assert (await amended(desk, ticket, external_refs=[])).status_code == 200


async def test_a_reference_that_is_taken_without_a_word_is_not_taken_twice(desk: Desk) -> None:
    ticket = await desk.submit(external_refs=JIRA)
    taken = "INSERT INTO ticket_reference VALUES ('jira', 'HR-8', $1)"
    async with hot_transaction(desk.app.state.engine) as connection:
        await connection.execute(taken, ticket["id"])
        body = {
            "subject": "Me",
            "offering_id": str(desk.offering_id),
            "external_refs": [{"system": "jira", "id": "HR-8"}],
        }
        waiting = asyncio.create_task(desk.client.post("/v1/tickets", json=body, headers=desk.requester))
        await asyncio.sleep(0.3)  # as an import does: nobody was told, and the row is waited for
        assert not waiting.done()
    assert told(await waiting) == (409, "external_ref_taken", "/external_refs/0")


async def test_a_ticket_without_references_costs_nothing_more(desk: Desk) -> None:
    await desk.submit()
    async with statements(desk) as sent:
        await desk.submit()
    assert not [each for each in sent if "reference" in each]


async def test_a_repeated_request_by_a_reference_asks_once(desk: Desk) -> None:
    first = await upserted(desk, "jira/HR-7", description="Soon.", priority="high")
    assert first.status_code == 201, first.text
    ticket = first.json()
    assert ticket["external_refs"] == JIRA
    assert first.headers["location"] == f"/v1/tickets/{ticket['id']}"
    again = await upserted(desk, "jira/HR-7", description="Soon.", priority="high")
    assert (again.status_code, again.json()) == (200, ticket)
    changed = await upserted(desk, "jira/HR-7", subject="Two computers", external_refs=[{"system": "erp", "id": "1"}])
    assert changed.status_code == 200, changed.text
    refs = [*JIRA, {"system": "erp", "id": "1"}]
    assert changed.json() == ticket | {"subject": "Two computers", "external_refs": refs, "version": 2}
    assert changed.headers["etag"] == '"2"'
    assert (await desk.get(ticket))["description"] == "Soon."
    assert await found(desk, "erp", "1") == [ticket["id"]]


async def test_which_version_a_request_by_reference_means(desk: Desk) -> None:
    assert (await upserted(desk, "jira/HR-7", match=None)).status_code == 428
    assert (await upserted(desk, "jira/HR-7", match='"1"')).status_code == 412
    only_new = {"If-None-Match": "*"}
    body = {"subject": "A computer", "offering_id": str(desk.offering_id)}
    path = f"/v1/tickets/by-ref/jira/{quote('HR 7/1', safe='')}"
    headers = desk.requester | only_new
    made = await desk.client.put(path, json=body, headers=headers)
    assert made.status_code == 201, made.text
    assert made.json()["external_refs"] == [{"system": "jira", "id": "HR 7/1"}]
    assert (await desk.client.put(path, json=body, headers=headers)).status_code == 412
    assert (await upserted(desk, "jira/HR 7/1", match='"2"', subject="Other")).status_code == 412
    assert (await upserted(desk, "jira/HR 7/1", match='"1"', subject="Other")).status_code == 200


async def test_what_a_ticket_was_asked_as_stays(desk: Desk) -> None:
    await upserted(desk, "jira/HR-7", priority="high")
    other = await desk.client.post(
        "/v1/offerings",
        json={"code": "desk", "name": "A desk", "provider_department_id": str(desk.it.id)},
        headers=desk.people.admin(),
    )
    changes: list[dict[str, Any]] = [{"offering_id": other.json()["id"]}, {"priority": "low"}]
    for name, change in ((next(iter(change)), change) for change in changes):
        assert told(await upserted(desk, "jira/HR-7", **change)) == (409, "fixed_at_submission", f"/{name}")
    async with hot_transaction(desk.app.state.engine) as connection:
        await take_in_department(connection.fetch, desk.network)
    of_network: dict[str, Any] = {"customer_department_id": str(desk.network.id)}
    refused = await upserted(desk, "jira/HR-7", desk.people.admin(), **of_network)
    assert told(refused) == (409, "fixed_at_submission", "/customer_department_id")


async def test_a_reference_of_what_one_may_not_see_is_taken(desk: Desk) -> None:
    made = (await upserted(desk, "jira/HR-7")).json()
    refused = await upserted(desk, "jira/HR-7", desk.people.one_of(desk.hr.id))
    assert told(refused)[:2] == (409, "external_ref_taken")
    assert made["id"] not in refused.text
    assert told(await upserted(desk, "jira/HR-7", desk.agent, subject="Mine"))[:2] == (403, "for_customer_only")


async def test_requests_by_one_reference_at_once_make_one_ticket(desk: Desk) -> None:
    answers = await asyncio.gather(*(upserted(desk, "jira/HR-7", description=f"{n % 2}") for n in range(6)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 5}
    assert len({answer.json()["id"] for answer in answers}) == 1
