"""Acts on one ticket at the same time follow each other: none is lost, no sequence is given twice."""

import asyncio
from collections import Counter

from services.requests.tickets.service.verify import verify_tickets
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
