"""Submitting: what is asked and answered, who may ask for whom, what is refused and where."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from uuid_utils.compat import uuid7

from services.shared.db import hot_transaction
from tests.requests.tickets.counting import statements
from tests.requests.tickets.desk import Desk


async def submitted(
    desk: Desk, body: dict[str, Any], headers: Any = None, *, path: str = "/v1/tickets"
) -> tuple[int, str | None, str | None]:
    """Status, code and the first pointer of the answer to a new ticket with this body."""
    usual = {"subject": "A computer", "offering_id": str(desk.offering_id)}
    answer = await desk.client.post(path, json=usual | body, headers=headers or desk.requester)
    told = answer.json()
    return answer.status_code, told.get("code"), next((error["pointer"] for error in told.get("errors", [])), None)


async def count(desk: Desk, table: str) -> int:
    async with hot_transaction(desk.app.state.engine) as connection:
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


async def test_a_ticket_is_answered_as_it_is_read_again(desk: Desk) -> None:
    friend, other = desk.identity.add_person(), desk.identity.add_person()
    body = {
        "subject": "  A computer  ",
        "description": "For Ana, on Monday.\nThanks! 🙂",
        "offering_id": str(desk.offering_id),
        "customer_department_id": str(desk.hr.id),
        "beneficiary_id": str(friend.id),
        "participants": [str(other.id), str(friend.id), str(other.id)],
        "priority": "urgent",
        "needed_by": "2027-03-02T10:00:00+01:00",
        "fields": {"model": {"sizes": [13, 14.5, None, True]}, "ñ": ""},
        "external_refs": [{"system": "jira", "id": "HR-7"}],
    }
    answer = await desk.client.post("/v1/tickets", json=body, headers=desk.requester)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/v1/tickets/{made['id']}"
    assert answer.headers["etag"] == '"1"'
    assert made == await desk.get(made)
    assert made | {"id": "", "key": "", "created_at": "", "submitted_at": ""} == {
        **body,
        "id": "",
        "key": "",
        "created_at": "",
        "submitted_at": "",
        "subject": "A computer",
        "participants": [str(other.id), str(friend.id)],
        "needed_by": "2027-03-02T09:00:00Z",
        "offering_version": 1,
        "provider_department_id": str(desk.it.id),
        "requester_id": str(desk.requester_id),
        "assignee_id": None,
        "promised_priority": "urgent",
        "state": "submitted",
        "agreement_version_id": None,
        "version": 1,
    }
    assert UUID(made["id"]).version == 7
    assert made["created_at"] == made["submitted_at"]
    prefix, number = made["key"].split("-")
    assert (prefix, int(number) >= 1000) == ("IT", True)


async def test_its_event_leaves_with_it(desk: Desk) -> None:
    ticket = await desk.submit(priority="high")
    async with hot_transaction(desk.app.state.engine) as connection:
        (row,) = await connection.fetch("SELECT aggregate, subject, body::text FROM outbox")
    assert (row["aggregate"], row["subject"]) == (ticket["id"], "acuerdo.requests.ticket.submitted.v1")
    assert orjson.loads(row["body"])["data"] == {
        "ticket_id": ticket["id"],
        "customer_department_id": str(desk.hr.id),
        "provider_department_id": str(desk.it.id),
        "offering_id": str(desk.offering_id),
        "requester_id": str(desk.requester_id),
        "priority": "high",
        "submitted_at": ticket["submitted_at"],
    }


BAD: list[tuple[dict[str, Any], str]] = [
    ({"subject": ""}, "/subject"),
    ({"subject": "   "}, "/subject"),
    ({"subject": "x" * 201}, "/subject"),
    ({"subject": 7}, "/subject"),
    ({"subject": "a\x00b"}, "/subject"),
    ({"subject": None}, "/subject"),
    ({"description": "x" * 20_001}, "/description"),
    ({"offering_id": "no id"}, "/offering_id"),
    ({"offering_id": 7}, "/offering_id"),
    ({"customer_department_id": "x"}, "/customer_department_id"),
    ({"requester_id": []}, "/requester_id"),
    ({"beneficiary_id": {}}, "/beneficiary_id"),
    ({"participants": ["x"]}, "/participants/0"),
    ({"participants": "x"}, "/participants"),
    ({"participants": [str(uuid4())] * 51}, "/participants"),
    ({"priority": "huge"}, "/priority"),
    ({"priority": None}, "/priority"),
    ({"needed_by": "soon"}, "/needed_by"),
    ({"needed_by": 7}, "/needed_by"),
    ({"needed_by": "2026-03-02T10:00:00"}, "/needed_by"),
    ({"needed_by": "2026-02-30"}, "/needed_by"),
    ({"fields": []}, "/fields"),
    ({"fields": {"a": {"b": "\x00"}}}, ""),
    ({"fields": {str(place): 1 for place in range(201)}}, "/fields"),
    ({"external_refs": [{"system": "jira"}]}, "/external_refs/0/id"),
    ({"external_refs": [{"system": "jira", "id": "1", "more": 1}]}, "/external_refs/0/more"),
    ({"state": "closed"}, "/state"),
    ({"id": str(uuid4())}, "/id"),
    ({"promised_priority": "urgent"}, "/promised_priority"),
    ({"agreement_version_id": str(uuid4())}, "/agreement_version_id"),
]


async def test_each_bad_field_is_refused_by_name_and_nothing_is_written(desk: Desk) -> None:
    for body, pointer in BAD:
        status, _, pointed = await submitted(desk, body)
        assert status == 422, body
        assert (pointed or "").startswith(pointer), (body, pointed)
    assert await count(desk, "ticket") == await count(desk, "outbox") == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'"x"', b'{"subject": NaN}', b"\xff"])
async def test_what_is_no_object_is_refused(desk: Desk, content: bytes) -> None:
    headers = {**desk.requester, "content-type": "application/json"}
    answer = await desk.client.post("/v1/tickets", content=content, headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("needed_by", ["1969-12-31", "2201-01-01", "1969-12-31T23:59:59Z", "9999-12-31T00:00:00Z"])
async def test_instants_outside_the_calendars_years_are_refused(desk: Desk, needed_by: str) -> None:
    assert await submitted(desk, {"needed_by": needed_by}) == (409, "instant_outside", "/needed_by")


@pytest.mark.parametrize("needed_by", ["2027-03-02", "2027-03-02T00:00:00Z", "2027-03-02T00:00:00.000001Z"])
async def test_needed_by_is_a_date_or_an_instant(desk: Desk, needed_by: str) -> None:
    assert (await desk.submit(needed_by=needed_by))["needed_by"] == needed_by


async def test_what_names_nothing_known_is_404_with_its_pointer(desk: Desk) -> None:
    manager, nobody = desk.people.one_of(desk.hr.id, "manager"), str(uuid7())
    known = str(desk.identity.add_person().id)
    named: list[tuple[dict[str, Any], str, str]] = [
        ({"offering_id": nobody}, "unknown_offering", "/offering_id"),
        ({"requester_id": nobody}, "unknown_person", "/requester_id"),
        ({"beneficiary_id": nobody}, "unknown_person", "/beneficiary_id"),
        ({"participants": [known, nobody]}, "unknown_person", "/participants/1"),
    ]
    for body, code, pointer in named:
        assert await submitted(desk, body, manager) == (404, code, pointer)
    admin = desk.people.admin()
    assert await submitted(desk, {"customer_department_id": nobody}, admin) == (
        404,
        "unknown_department",
        "/customer_department_id",
    )
    assert await count(desk, "ticket") == 0


async def test_while_identity_is_away_known_names_do_and_others_may_be_tried_again(desk: Desk) -> None:
    known, unheard = desk.identity.add_person(), desk.identity.add_person()
    await desk.submit(beneficiary_id=str(known.id))
    desk.identity.is_away = True
    await desk.submit(beneficiary_id=str(known.id))
    assert await submitted(desk, {"beneficiary_id": str(unheard.id)}) == (503, "people_unavailable", None)


async def test_the_only_department_is_taken_and_of_several_one_is_named(desk: Desk) -> None:
    people = desk.people
    both = people.headers(scope="tickets:write", departments={str(desk.hr.id): "member", str(desk.it.id): "member"})
    assert await submitted(desk, {}, both) == (409, "customer_department_missing", "/customer_department_id")
    assert (await submitted(desk, {"customer_department_id": str(desk.hr.id)}, both))[0] == 201
    nobody = people.headers(scope="tickets:write")
    assert await submitted(desk, {}, nobody) == (409, "customer_department_missing", "/customer_department_id")


async def test_who_may_ask_for_which_department(desk: Desk) -> None:
    people, of_hr = desk.people, {"customer_department_id": str(desk.hr.id)}
    outsider = people.one_of(desk.it.id, "manager")
    assert await submitted(desk, of_hr, outsider) == (403, "may_not_submit_for", "/customer_department_id")
    account = people.account("tickets:write")
    assert (await submitted(desk, of_hr, account))[0] == 403
    unknown = {"customer_department_id": str(uuid4())}
    assert await submitted(desk, unknown, outsider) == (404, "unknown_department", "/customer_department_id")
    for allowed in (people.admin(), people.account("tickets:write tickets:import"), desk.requester):
        assert (await submitted(desk, of_hr, allowed))[0] == 201


async def test_who_may_name_another_requester(desk: Desk) -> None:
    people, other = desk.people, str(desk.identity.add_person().id)
    body = {"customer_department_id": str(desk.hr.id), "requester_id": other}
    assert await submitted(desk, body) == (403, "may_not_name_requester", "/requester_id")
    assert await submitted(desk, body | {"requester_id": str(uuid4())}) == (404, "unknown_person", "/requester_id")
    assert (await submitted(desk, body | {"requester_id": str(desk.requester_id)}))[0] == 201
    for allowed in (
        people.one_of(desk.hr.id, "manager"),
        people.admin(),
        people.account("tickets:write tickets:import"),
    ):
        assert (await submitted(desk, body, allowed))[0] == 201


async def test_without_token_or_scope(desk: Desk) -> None:
    body = {"subject": "x", "offering_id": str(desk.offering_id)}
    assert (await desk.client.post("/v1/tickets", json=body)).status_code == 401
    reader = desk.people.headers(scope="tickets:read", departments={str(desk.hr.id): "manager"})
    assert (await desk.client.post("/v1/tickets", json=body, headers=reader)).json()["code"] == "missing_scope"


async def test_what_is_no_longer_offered_is_refused(desk: Desk) -> None:
    path, admin = f"/v1/offerings/{desk.offering_id}", desk.people.admin()
    etag = (await desk.client.get(path, headers=admin)).headers["etag"]
    answer = await desk.client.patch(path, json={"is_offered": False}, headers=admin | {"If-Match": etag})
    assert answer.status_code == 200, answer.text
    assert await submitted(desk, {}) == (409, "offering_not_offered", "/offering_id")


async def test_a_changed_offering_holds_for_new_tickets_alone(desk: Desk) -> None:
    before = await desk.submit()
    path, admin = f"/v1/offerings/{desk.offering_id}", desk.people.admin()
    etag = (await desk.client.get(path, headers=admin)).headers["etag"]
    change = {"default_targets": [{"clock": "resolution", "priority": None, "duration": "PT1H"}]}
    assert (await desk.client.patch(path, json=change, headers=admin | {"If-Match": etag})).status_code == 200
    after = await desk.submit()
    assert (before["offering_version"], after["offering_version"]) == (1, 2)
    assert {clock["clock"] for clock in (await desk.get(before, "/clocks"))["items"]} > {"resolution"}
    (only,) = (await desk.get(after, "/clocks"))["items"]
    assert (only["clock"], only["target_seconds"]) == ("resolution", 3600)


async def test_the_same_key_submits_once(desk: Desk) -> None:
    headers = desk.requester | {"Idempotency-Key": "k1"}
    body = {"subject": "Once", "offering_id": str(desk.offering_id)}
    first, again = [await desk.client.post("/v1/tickets", json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert (first.headers["etag"], first.headers["location"]) == (again.headers["etag"], again.headers["location"])
    other = await desk.client.post("/v1/tickets", json=body | {"subject": "Twice"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert await count(desk, "ticket") == 1


async def test_a_refused_one_may_be_put_right_under_the_same_key(desk: Desk) -> None:
    headers = desk.requester | {"Idempotency-Key": "k2"}
    body = {"subject": "", "offering_id": str(desk.offering_id)}
    assert (await desk.client.post("/v1/tickets", json=body, headers=headers)).status_code == 422
    body["subject"] = "Better"
    assert (await desk.client.post("/v1/tickets", json=body, headers=headers)).status_code == 201


async def test_a_race_with_one_key_makes_one_ticket(desk: Desk) -> None:
    headers = desk.requester | {"Idempotency-Key": "race"}
    body = {"subject": "Once", "offering_id": str(desk.offering_id)}
    answers = await asyncio.gather(*(desk.client.post("/v1/tickets", json=body, headers=headers) for _ in range(6)))
    made = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.json()["id"] for answer in made}) == 1
    assert {answer.json()["code"] for answer in answers if answer not in made} <= {"idempotency_key_running"}
    assert await count(desk, "ticket") == 1


async def test_many_at_once_get_keys_of_their_own(desk: Desk) -> None:
    tickets = await asyncio.gather(*(desk.submit() for _ in range(20)))
    assert len({ticket["key"] for ticket in tickets}) == 20


async def test_submitting_is_one_statement_and_so_is_reading(desk: Desk) -> None:
    ticket = await desk.submit()
    await desk.get(ticket)  # a new connection learns the types of arrays, once
    async with statements(desk) as sent:
        await desk.submit()
    assert [statement.split()[0] for statement in sent] == ["WITH"]
    async with statements(desk) as sent:
        await desk.get(ticket)
    assert len(sent) == 1
