"""What tickets are to each other: only what one reads, never in a circle; a merge loses nobody."""

import asyncio
from collections import Counter
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx

from services.shared.db import hot_transaction
from tests.requests.tickets.desk import Desk, Headers
from tests.requests.tickets.test_amending import told
from tests.requests.tickets.test_races import differences


async def related(
    desk: Desk, ticket: dict[str, Any], kind: str, other: dict[str, Any], headers: Headers | None = None
) -> httpx.Response:
    """The answer to relating the ticket to another, by the agent (or another)."""
    body = {"kind": kind, "ticket_id": other["id"]}
    path = f"/v1/tickets/{ticket['id']}/relations"
    return await desk.client.post(path, json=body, headers=headers or desk.agent)


async def merged(
    desk: Desk, ticket: dict[str, Any], into: dict[str, Any], headers: Headers | None = None
) -> httpx.Response:
    """The answer to merging the one into the other, by the agent (or another)."""
    path = f"/v1/tickets/{ticket['id']}/merges"
    return await desk.client.post(path, json={"into": into["id"]}, headers=headers or desk.agent)


async def seen(desk: Desk, ticket: dict[str, Any], headers: Headers | None = None) -> list[tuple[str, str]]:
    """The ticket's relations, as kinds and ids."""
    shown = await desk.get(ticket, "/relations", headers or desk.agent)
    assert shown["next"] is None
    return [(each["kind"], each["ticket_id"]) for each in shown["items"]]


async def test_a_relation_reads_from_both_tickets(desk: Desk) -> None:
    one, other = await desk.submit(), await desk.submit()
    for kind, inverse in (("blocks", "blocked_by"), ("duplicates", "duplicated_by"), ("follows", "followed_by")):
        made = await related(desk, one, kind, other)
        assert made.status_code == 201, made.text
        shown = made.json()
        assert (shown["kind"], shown["ticket_id"], shown["ticket_key"]) == (kind, other["id"], other["key"])
        assert (shown["created_by"], shown["is_merge"]) == (str(desk.agent_id), False)
        single = await desk.client.get(made.headers["location"], headers=desk.requester)
        assert (single.json(), single.headers["etag"]) == (shown, made.headers["etag"])
        assert (kind, other["id"]) in await seen(desk, one)
        assert (inverse, one["id"]) in await seen(desk, other, desk.requester)
        assert told(await related(desk, one, kind, other)) == (409, "already_related", "/ticket_id")


async def test_nothing_leads_back_to_itself(desk: Desk) -> None:
    tickets = [await desk.submit() for _ in range(4)]
    assert told(await related(desk, tickets[0], "blocks", tickets[0])) == (409, "related_to_itself", "/ticket_id")
    for one, other in pairwise(tickets):
        assert (await related(desk, one, "blocks", other)).status_code == 201
    for other in tickets[:3]:
        assert told(await related(desk, tickets[3], "blocks", other)) == (409, "relation_in_circle", "/ticket_id")
    assert (await related(desk, tickets[0], "blocks", tickets[3])).status_code == 201
    assert (await related(desk, tickets[3], "follows", tickets[0])).status_code == 201


async def test_of_relations_at_once_none_closes_the_others_circle(desk: Desk) -> None:
    tickets = [await desk.submit() for _ in range(3)]
    pairs = [(tickets[n], tickets[(n + 1) % 3]) for n in range(3)]
    answers = await asyncio.gather(*(related(desk, one, "blocks", other) for one, other in pairs))
    assert Counter(answer.status_code for answer in answers) == {201: 2, 409: 1}


async def test_who_does_not_read_both_relates_neither_and_sees_nothing(desk: Desk) -> None:
    stranger_id = uuid4()
    stranger = desk.people.one_of(desk.hr.id, "member", stranger_id)
    own, others = await desk.submit(stranger), await desk.submit()
    assert told(await related(desk, own, "follows", others, stranger)) == (404, "unknown_ticket", "/ticket_id")
    assert told(await related(desk, others, "follows", own, stranger)) == (404, "unknown_ticket", None)
    made = await related(desk, own, "follows", others)
    assert await seen(desk, own, stranger) == []
    answer = await desk.client.get(made.headers["location"], headers=stranger)
    assert told(answer) == (404, "unknown_relation", None)
    auditor = desk.people.headers(scope="tickets:read tickets:write", roles=["auditor"])
    assert await seen(desk, own, auditor) == [("follows", others["id"])]
    assert told(await related(desk, own, "blocks", others, auditor)) == (403, "only_looks_on", None)


async def test_a_relation_that_ended_stays_on_record(desk: Desk) -> None:
    one, other = await desk.submit(), await desk.submit()
    made = await related(desk, one, "blocks", other)
    path = made.headers["location"]
    assert (await desk.client.delete(path, headers=desk.agent)).status_code == 428
    assert (await desk.client.delete(path, headers=desk.agent | {"If-Match": '"2"'})).status_code == 412
    ended = await desk.client.delete(path, headers=desk.requester | {"If-Match": made.headers["etag"]})
    assert ended.status_code == 204, ended.text
    assert await seen(desk, one) == await seen(desk, other) == []
    assert (await desk.client.get(path, headers=desk.agent)).status_code == 404
    assert (await related(desk, other, "blocks", one)).status_code == 201
    async with hot_transaction(desk.app.state.engine) as connection:
        row = await connection.fetchrow("SELECT * FROM ticket_relation WHERE id = $1", made.json()["id"])
    assert row is not None
    assert row["ended_by"] == desk.requester_id


async def test_a_new_ticket_follows_one_that_its_asker_reads(desk: Desk) -> None:
    first = await desk.submit()
    assert (await desk.step(first, "declined", reason="Not ours")).status_code == 201
    body = {"subject": "Again", "offering_id": str(desk.offering_id), "follows": first["id"]}
    stranger = desk.people.one_of(desk.hr.id)
    for path in ("/v1/tickets", "/v1/tickets/preview"):
        refused = await desk.client.post(path, json=body, headers=stranger)
        assert told(refused) == (404, "unknown_ticket", "/follows")
    second = await desk.submit(follows=first["id"])
    assert await seen(desk, second) == [("follows", first["id"])]
    assert await seen(desk, first) == [("followed_by", second["id"])]


async def test_a_merged_ticket_is_cancelled_and_nobody_loses_sight(desk: Desk) -> None:
    asker, friend, beneficiary = uuid4(), desk.identity.add_person(), desk.identity.add_person()
    other_asker = desk.people.one_of(desk.hr.id, "member", asker)
    into = await desk.submit(participants=[str(friend.id)])
    ticket = await desk.submit(other_asker, participants=[str(friend.id)], beneficiary_id=str(beneficiary.id))
    for headers, body in ((other_asker, "It hurts."), (desk.agent, "We know.")):
        path = f"/v1/tickets/{ticket['id']}/comments"
        assert (await desk.client.post(path, json={"body": body}, headers=headers)).status_code == 201
    answer = await merged(desk, ticket, into)
    assert answer.status_code == 201, answer.text
    cancelled = answer.json()
    assert (cancelled["id"], cancelled["state"]) == (ticket["id"], "cancelled")
    assert answer.headers["etag"] == f'"{cancelled["version"]}"'
    last = (await desk.get(ticket, "/history", other_asker))["items"][-1]
    assert (last["name"], last["side"], last["actor_id"]) == ("moved", "system", str(desk.agent_id))
    assert last["payload"] == {"to": "cancelled", "reason": "merged"}
    assert len((await desk.get(ticket, "/comments", other_asker))["items"]) == 2
    goes_on = await desk.get(into, headers=other_asker)
    assert goes_on["participants"] == [str(friend.id), str(asker), str(beneficiary.id)]
    assert goes_on["state"] == "submitted"
    assert (await desk.get(into, "/comments", other_asker))["items"] == []
    assert await seen(desk, ticket, other_asker) == [("duplicates", into["id"])]
    assert await seen(desk, into, desk.requester) == []
    assert [clock["state"] for clock in (await desk.get(into, "/clocks"))["items"]] == ["running"] * 3
    assert await differences(desk) == 0


async def test_who_asked_is_told_where_it_goes_on(desk: Desk) -> None:
    into, ticket = await desk.submit(), await desk.submit()
    await merged(desk, ticket, into)
    messages = (await desk.client.get("/v1/messages", headers=desk.requester)).json()["items"]
    assert [(each["kind"], each["link"]) for each in messages] == [("ticket_merged", f"/v1/tickets/{into['id']}")]


async def test_a_merge_stands(desk: Desk) -> None:
    into, ticket = await desk.submit(), await desk.submit()
    for kind in ("blocks", "duplicates"):
        await related(desk, ticket, kind, into)
    await merged(desk, ticket, into)
    assert Counter(await seen(desk, into)) == {("blocked_by", ticket["id"]): 1, ("duplicated_by", ticket["id"]): 1}
    (relation,) = [each for each in (await desk.get(into, "/relations", desk.agent))["items"] if each["is_merge"]]
    path = f"/v1/tickets/{into['id']}/relations/{relation['id']}"
    assert told(await desk.client.delete(path, headers=desk.agent | {"If-Match": "*"})) == (409, "merge_stands", None)


async def test_what_is_not_merged(desk: Desk) -> None:
    made = await desk.client.post(
        "/v1/offerings",
        json={"code": "desk", "name": "A desk", "provider_department_id": str(desk.it.id)},
        headers=desk.people.admin(),
    )
    ticket, into = await desk.submit(), await desk.submit()
    other_offering = await desk.submit(offering_id=made.json()["id"])
    unseen = {"id": str(uuid4())}
    assert told(await merged(desk, ticket, ticket)) == (409, "related_to_itself", "/into")
    assert told(await merged(desk, ticket, unseen)) == (404, "unknown_ticket", "/into")
    assert told(await merged(desk, unseen, into)) == (404, "unknown_ticket", None)
    assert told(await merged(desk, ticket, other_offering)) == (409, "merged_across", "/into")
    assert told(await merged(desk, ticket, into, desk.requester)) == (403, "for_provider_only", None)
    fulfilled = await desk.submit()
    assert (await desk.step(fulfilled, "fulfilled")).status_code == 201
    assert told(await merged(desk, fulfilled, into)) == (409, "cannot_be_merged", None)
    assert (await merged(desk, ticket, into)).status_code == 201
    assert told(await merged(desk, into, ticket)) == (409, "ticket_has_ended", "/into")
    assert told(await merged(desk, ticket, into)) == (409, "cannot_be_merged", None)


async def test_of_crosswise_merges_one_is_done(desk: Desk) -> None:
    one, other = await desk.submit(), await desk.submit()
    answers = await asyncio.gather(merged(desk, one, other), merged(desk, other, one))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 1}


async def test_what_is_related_as_duplicate_may_be_merged(desk: Desk) -> None:
    one, other = await desk.submit(), await desk.submit()
    await related(desk, one, "duplicates", other)
    assert told(await merged(desk, other, one)) == (409, "relation_in_circle", "/into")
    assert (await merged(desk, one, other)).status_code == 201
