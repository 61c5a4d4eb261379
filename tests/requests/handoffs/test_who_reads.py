"""Who reads a ticket for a hand-off: departments that hold one, and none that refused it or saw it withdrawn."""

from typing import Any

import pytest

from tests.requests.handoffs.chain import Chain, Told
from tests.requests.tickets.desk import Desk, Headers


@pytest.fixture
def chain(desk: Desk) -> Chain:
    return Chain(desk)


async def statuses(chain: Chain, ticket: Told, headers: Headers) -> set[int]:
    """What the routes of one ticket answer, reading and writing."""
    client, path = chain.desk.client, f"/v1/tickets/{ticket['id']}"
    read = [await client.get(f"{path}{each}", headers=headers) for each in ("", "/comments", "/history", "/hand-offs")]
    comment = await client.post(f"{path}/comments", json={"body": "We know"}, headers=headers)
    return {each.status_code for each in (*read, comment)}


async def found(chain: Chain, ticket: Told, headers: Headers) -> list[bool]:
    """Whether it is in the list, and in what is searched by an internal word."""
    pages = [await chain.desk.client.get(f"/v1/tickets{each}", headers=headers) for each in ("", "?q=whisper")]
    return [ticket["id"] in {item["id"] for item in page.json()["items"]} for page in pages]


@pytest.mark.parametrize(
    ("what", "by", "body"), [("bounces", "NET", {"reason": "Not ours"}), ("withdrawals", "IT", {})]
)
async def test_who_never_held_a_part_reads_the_ticket_no_longer(
    chain: Chain, what: str, by: str, body: dict[str, Any]
) -> None:
    ticket, net = await chain.desk.submit(), chain.agent("NET")
    comments = f"/v1/tickets/{ticket['id']}/comments"
    words = {"body": "A whisper", "visibility": "internal"}
    assert (await chain.desk.client.post(comments, json=words, headers=chain.agent("IT"))).status_code == 201
    link = await chain.offered(ticket, "NET")
    assert await found(chain, ticket, net) == [True, True]
    ended = await chain.act(ticket, link, what, by=by, **body)
    assert ended.status_code == 201, ended.text
    assert await statuses(chain, ticket, net) == {404}
    assert await found(chain, ticket, net) == [False, False]
    again = await chain.act(ticket, link, "acceptances", by="NET")
    assert (again.status_code, again.json()["code"]) == (409, "link_not_open")
    assert await chain.accepted(ticket, "NET", wait=False)
    assert await found(chain, ticket, net) == [True, True]


async def test_an_offer_that_ends_with_the_ticket_was_held_by_nobody(chain: Chain) -> None:
    ticket, net = await chain.desk.submit(), chain.agent("NET")
    await chain.offered(ticket, "NET")
    assert (await chain.desk.step(ticket, "fulfilled")).status_code == 201
    assert await statuses(chain, ticket, net) == {404}


async def test_who_held_a_part_goes_on_reading_what_it_answers_for(chain: Chain) -> None:
    ticket, net = await chain.desk.submit(), chain.agent("NET")
    link = await chain.accepted(ticket, "NET")
    assert (await chain.act(ticket, link, "returns", by="NET")).status_code == 201
    assert await statuses(chain, ticket, net) == {200, 201}
    assert await found(chain, ticket, net) == [True, False]
