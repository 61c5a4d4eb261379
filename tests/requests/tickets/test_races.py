"""Acts on one ticket at the same time follow each other: none is lost, no sequence is given twice."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest

from services.requests.tickets.queries.read import ClockOf, clock_ids
from services.requests.tickets.service import show
from services.requests.tickets.service.verify import verify_tickets
from services.shared.db import Connection
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.stories import hand_over


async def differences(desk: Desk) -> int:
    found = verify_tickets(desk.app.state.engine, desk.app.state.terms)
    return sum([len(each.differences) async for each in found])


async def test_many_comments_at_once_are_all_kept(desk: Desk) -> None:
    ticket = await desk.submit()
    path = f"/v1/tickets/{ticket['id']}/comments"
    answers = await asyncio.gather(
        *(
            desk.client.post(path, json={"body": str(n)}, headers=desk.agent if n % 2 else desk.requester)
            for n in range(12)
        )
    )
    assert {answer.status_code for answer in answers} == {201}
    history = (await desk.get(ticket, "/history"))["items"]
    assert [event["sequence"] for event in history] == list(range(1, 14))
    assert (await desk.get(ticket))["version"] == 13
    assert await differences(desk) == 0


async def test_of_two_steps_that_exclude_each_other_one_is_taken(desk: Desk) -> None:
    for _ in range(4):
        ticket = await desk.submit()
        answers = await asyncio.gather(
            *(desk.step(ticket, to, headers) for to, headers in (
                ("fulfilled", desk.agent),
                ("cancelled", desk.requester),
                ("declined", desk.agent),
            ))
        )  # fmt: skip
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 2}
    assert await differences(desk) == 0


async def test_acts_and_hand_offs_at_once(desk: Desk) -> None:
    ticket = await desk.submit()
    await asyncio.gather(
        hand_over(desk, ticket, back=True),
        desk.step(ticket, "in_progress"),
        desk.client.post(f"/v1/tickets/{ticket['id']}/comments", json={"body": "Hm."}, headers=desk.requester),
        desk.step(ticket, "waiting_on_third_party"),
    )
    assert await differences(desk) == 0


async def test_what_is_shown_is_one_snapshot(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = await desk.submit()
    for to, headers in (("fulfilled", desk.agent), ("in_progress", desk.requester)):
        assert (await desk.step(ticket, to, headers)).status_code == 201
    reopening = (await desk.get(ticket, "/history"))["items"][-1]
    read_ids = clock_ids

    async def after_a_correction(connection: Connection, ticket_id: UUID) -> dict[ClockOf, UUID]:
        path = f"/v1/tickets/{ticket['id']}/corrections"
        taken_back = await desk.client.post(path, json={"event_id": reopening["id"]}, headers=desk.requester)
        assert taken_back.status_code == 201, taken_back.text
        return await read_ids(connection, ticket_id)

    monkeypatch.setattr(show, "clock_ids", after_a_correction)
    clocks = (await desk.get(ticket, "/clocks"))["items"]
    assert [clock["cycle"] for clock in clocks if clock["clock"] == "resolution"] == [1, 2]
    monkeypatch.setattr(show, "clock_ids", read_ids)
    clocks = (await desk.get(ticket, "/clocks"))["items"]
    assert [clock["cycle"] for clock in clocks if clock["clock"] == "resolution"] == [1]
