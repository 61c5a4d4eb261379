"""Each change is told once to who comes back, wherever they left; files and steps are told as the history is."""

from typing import Any
from uuid import UUID, uuid4

import orjson

from services.requests.live.rules import Place, Snapshot
from services.requests.live.service.seats import Seat
from services.shared.auth import Actor
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.attachments.attaching import attached
from tests.requests.live.listening import another_process, connected, listening
from tests.requests.live.test_events import EVENT
from tests.requests.tickets.desk import Desk, opened_desk
from tests.requests.tickets.test_checklist import note, with_steps


async def several_at_once(desk: Desk, url: str, tickets: list[dict[str, Any]]) -> None:
    """Something happens to all of them in one transaction: it is told together."""
    async with connected(url) as connection, connection.transaction():
        for ticket in tickets:
            await connection.execute(EVENT, UUID(ticket["id"]))


async def test_who_leaves_in_the_middle_hears_the_rest_and_nothing_again(databases: Databases, issuer: Issuer) -> None:
    """From this process or another, also if something that began before ended only meanwhile."""
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk, another_process(desk, urls.runtime, issuer) as other:
        tickets = [await desk.submit() for _ in range(4)]
        late = await desk.submit()
        names = [each["id"] for each in tickets]
        async with connected(urls.runtime) as slow:
            begun = slow.transaction()
            await begun.start()
            await slow.execute(EVENT, UUID(late["id"]))  # written before the others, told after them
            async with listening(desk.app, desk.agent) as agent:
                await several_at_once(desk, urls.runtime, tickets)
                heard = [(await agent.changed())[0] for _ in names]
                places = agent.places[-len(names) :]
            assert heard == names
            await begun.commit()
        for app in (desk.app, other):
            for left_after, place in enumerate(places, 1):
                async with listening(app, desk.agent, place) as back:
                    rest = [(await back.changed())[0] for _ in (*names[left_after:], late)]
                    assert rest == [*names[left_after:], late["id"]]
                    assert await back.is_silent(0.1)


async def test_who_left_twice_in_the_middle_hears_each_once(databases: Databases, issuer: Issuer) -> None:
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk:
        tickets = [await desk.submit() for _ in range(3)]
        names = [each["id"] for each in tickets]
        async with listening(desk.app, desk.agent) as agent:
            await several_at_once(desk, urls.runtime, tickets)
            heard = [(await agent.changed())[0] for _ in names][:1]
            place = agent.places[-3]
        again = await desk.submit()
        async with listening(desk.app, desk.agent, place) as back:
            heard += [(await back.changed())[0] for _ in range(3)][:1]
            place = back.places[-3]
        async with listening(desk.app, desk.agent, place) as back:
            heard += [(await back.changed())[0] for _ in range(2)]
            assert await back.is_silent(0.2)
        assert heard == [*names, again["id"]]


async def test_files_and_steps_are_told_to_who_may_see_them(desk: Desk) -> None:
    await with_steps(desk)
    ticket = await desk.submit()
    async with listening(desk.app, desk.agent) as agent, listening(desk.app, desk.requester) as requester:
        inner = await attached(desk, ticket, headers=desk.agent, visibility="internal")
        assert inner.status_code == 201, inner.text
        shown = (await attached(desk, ticket)).json()
        assert [(await agent.next())[1]["id"] for _ in range(2)] == [inner.json()["id"], shown["id"]]
        kind, data = await requester.next()
        assert (kind, data["id"], data["kind"], data["name"]) == (
            "ticket.changed",
            shown["id"],
            "attachment",
            "attached",
        )
        assert (data["ticket_id"], data["sequence"], data["recorded_at"]) == (ticket["id"], None, shown["created_at"])
        path = f"/v1/tickets/{ticket['id']}/attachments/{shown['id']}"
        assert (await desk.client.delete(path, headers=desk.requester | {"If-Match": "*"})).status_code == 204
        assert (await requester.changed())[1] == "removed"
        for is_done, name in ((True, "done"), (False, "undone")):
            noted = await note(desk, ticket, "order", done=is_done)
            assert noted.status_code == 201, noted.text
            assert (await requester.changed())[1] == name


def test_what_another_process_told_already_is_not_told_here() -> None:
    """A reader comes back from a process that had heard of more than this one has."""
    told_there, here = Place(Snapshot(10, 14, (12,))), Snapshot(10, 12, (10,))
    ticket = dict.fromkeys(("provider_department_id", "customer_department_id", "requester_id", "beneficiary_id"))
    shown = dict.fromkeys(("event_id", "ticket_id", "key", "version", "state", "sequence", "kind", "recorded_at"))
    of_ticket: dict[str, Any] = {
        **ticket,
        **shown,
        "participants": [],
        "is_confidential": False,
        "awaits_approval_of": None,
    }
    changes = [
        {**of_ticket, "xid": xid, "position": xid, "name": str(xid), "is_internal": False, "holders": []}
        for xid in (10, 12, 13, 15)
    ]
    seat = Seat(Actor(uuid4(), roles=frozenset({"admin"})), here, told_there)
    seat.tell(changes[:1], here, Snapshot(12, 13, (12,)))
    assert seat.seen == told_there.newest
    seat.tell(changes[1:], Snapshot(12, 13, (12,)), Snapshot(16, 16))
    names = [orjson.loads(event.split(b"data: ")[1])["name"] for event in seat._waiting]
    assert (names, seat.seen) == (["12", "15"], Snapshot(16, 16))
