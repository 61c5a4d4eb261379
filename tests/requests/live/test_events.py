"""Live events: who hears what, in every process, and that who comes back has missed nothing."""

import asyncio
import contextlib
import time
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.requests.live import api
from services.requests.live.queries import forget_old_changes
from services.requests.live.rules import place_of
from services.requests.live.service import hub, seats
from tests.embedded import Databases
from tests.issuer import Issuer
from tests.requests.live.listening import another_process, connected, listening
from tests.requests.tickets.desk import Desk, opened_desk
from tests.requests.tickets.stories import bring_back, hand_over

EVENT = """
INSERT INTO ticket_event (ticket_id, sequence, id, kind, name, payload, occurred_at, recorded_at, source_order, side,
    is_automatic) VALUES ($1, 99, gen_random_uuid(), 'fact', 'commented', '{}', now(), now(), 0, 'provider', false)
"""


async def comment(desk: Desk, ticket: dict[str, Any], visibility: str = "public") -> None:
    path = f"/v1/tickets/{ticket['id']}/comments"
    answer = await desk.client.post(path, json={"body": "x", "visibility": visibility}, headers=desk.agent)
    assert answer.status_code == 201, answer.text


def place_after(one: str, other: str) -> bool:
    later, earlier = place_of(one), place_of(other)
    assert later
    assert earlier
    return later.newest.is_later_than(earlier.newest)


async def test_a_change_is_heard_with_what_the_ticket_came_to(desk: Desk) -> None:
    async with listening(desk.app, desk.agent) as agent:
        assert (agent.status, agent.headers[b"content-type"]) == (200, b"text/event-stream; charset=utf-8")
        ticket = await desk.submit()
        kind, data = await agent.next()
        history = (await desk.get(ticket, "/history"))["items"]
        assert (kind, data) == (
            "ticket.changed",
            {
                "id": history[0]["id"],
                "ticket_id": ticket["id"],
                "key": ticket["key"],
                "version": 1,
                "state": "submitted",
                "sequence": 1,
                "kind": "fact",
                "name": "submitted",
                "recorded_at": history[0]["recorded_at"],
            },
        )
        assert (await desk.step(ticket, "in_progress")).status_code == 201
        assert await agent.changed() == (ticket["id"], "moved", "in_progress")


async def test_each_hears_only_of_what_they_may_read(desk: Desk) -> None:
    stranger = desk.people.one_of(desk.network.id, "agent")
    auditor = desk.people.headers(scope="tickets:read", roles=["auditor"])
    async with (
        listening(desk.app, desk.requester) as requester,
        listening(desk.app, desk.people.one_of(desk.hr.id, "manager")) as manager,
        listening(desk.app, desk.people.one_of(desk.hr.id, "member")) as colleague,
        listening(desk.app, stranger) as network,
        listening(desk.app, auditor) as onlooker,
    ):
        ticket = await desk.submit()
        for listener in (requester, manager, onlooker):
            assert (await listener.changed())[1] == "submitted"
        await comment(desk, ticket, "internal")
        assert (await onlooker.changed())[1] == "commented"
        assert await requester.is_silent(), "internal"
        assert await manager.is_silent(0)
        assert await colleague.is_silent(0)
        assert await network.is_silent(0)
        link = await hand_over(desk, ticket)
        assert (await network.changed())[0] == ticket["id"], "may see it from now on"
        await bring_back(desk, ticket, link)


async def test_who_loses_access_hears_no_more(desk: Desk) -> None:
    person = desk.identity.add_person(departments={desk.network.id: "member"})
    headers = desk.people.one_of(desk.network.id, "member", person.id)
    async with listening(desk.app, headers) as participant, listening(desk.app, desk.requester) as requester:
        ticket = await desk.submit(participants=[str(person.id)])
        assert (await participant.changed())[1] == "submitted"
        path = f"/v1/tickets/{ticket['id']}"
        answer = await desk.client.patch(path, json={"participants": []}, headers=desk.requester | {"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        assert [(await requester.changed())[1] for _ in range(2)] == ["submitted", "amended"]
        assert await participant.is_silent()


async def test_another_process_hears_it_too(databases: Databases, issuer: Issuer) -> None:
    """Two apps on one database, as two replicas are."""
    urls = await databases.fresh("requests")
    async with (
        opened_desk(urls.runtime, issuer) as desk,
        another_process(desk, urls.runtime, issuer) as other,
        listening(other, desk.agent) as there,
        listening(desk.app, desk.agent) as here,
    ):
        ticket = await desk.submit()
        assert await there.changed() == await here.changed() == (ticket["id"], "submitted", "submitted")


async def test_who_comes_back_gets_what_was_missed_from_either_process(databases: Databases, issuer: Issuer) -> None:
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk, another_process(desk, urls.runtime, issuer) as other:
        async with listening(desk.app, desk.requester) as requester:
            first = await desk.submit()
            assert (await requester.changed())[0] == first["id"]
            place = requester.place
        second = await desk.submit()
        await comment(desk, second, "internal")
        assert (await desk.step(second, "in_progress")).status_code == 201
        for app in (desk.app, other):
            async with listening(app, desk.requester, place) as back:
                names = [(await back.changed())[:2] for _ in range(2)]
                assert names == [(second["id"], "submitted"), (second["id"], "moved")]
                assert await back.is_silent(0.2)
                assert place_after(back.place, place)
            async with listening(app, desk.people.one_of(desk.hr.id, "member"), place) as colleague:
                assert await colleague.is_silent(0.2)


async def test_what_commits_late_is_not_lost(databases: Databases, issuer: Issuer) -> None:
    """A transaction that began before others and ends after them: by listeners and by who comes back."""
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk:
        late, early = await desk.submit(), await desk.submit()
        async with connected(urls.runtime) as slow, listening(desk.app, desk.agent) as agent:
            async with slow.transaction():
                await slow.execute(EVENT, UUID(late["id"]))
                await comment(desk, early)
                assert await agent.changed() == (early["id"], "commented", "accepted")
                place = agent.place
            assert (await agent.changed())[0] == late["id"]
        async with listening(desk.app, desk.agent, place) as back:
            assert (await back.changed())[0] == late["id"]
            assert await back.is_silent(0.2), "what was told before is not told again"


async def test_a_place_that_is_no_longer_kept_resets(databases: Databases, issuer: Issuer) -> None:
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk:
        async with listening(desk.app, desk.agent) as agent:
            place = agent.place
        await desk.submit()
        await asyncio.sleep(0.3)  # the ear is open for a while yet
        owner = await asyncpg.connect(urls.owner)
        await owner.execute("UPDATE ticket_change SET told_at = told_at - interval '2 hours'")
        async with desk.app.state.sessions() as session, session.begin():
            await forget_old_changes(session, await owner.fetchval("SELECT now()"))
        assert await owner.fetchval("SELECT count(*) FROM ticket_change") == 0
        await owner.close()
        future, none = "999999999999:999999999999:", f"{1 << 32}:{1 << 32}:"
        for lost in (place, future, f"{place}/{future}/7", "0", "731", none, "no place of ours", ""):
            async with listening(desk.app, desk.agent, lost) as back:
                assert await back.next() == ("reset", {"reason": "expired"})
                ticket = await desk.submit()
                assert (await back.changed())[0] == ticket["id"], "goes on from there"
                quiet = back.place
        async with listening(desk.app, desk.agent, quiet) as back:
            assert await back.is_silent(0.2), "a quiet place is kept however old the changes before it"


async def test_too_much_to_tell_resets(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MOST_AT_ONCE", 2)
    async with listening(desk.app, desk.agent) as agent:
        place = agent.place
    for _ in range(3):
        await desk.submit()
    async with listening(desk.app, desk.agent, place) as back:
        assert await back.next() == ("reset", {"reason": "too_many"})


async def test_an_outage_of_the_ear_loses_nothing(databases: Databases, issuer: Issuer) -> None:
    urls = await databases.fresh("requests")
    async with opened_desk(urls.runtime, issuer) as desk, listening(desk.app, desk.agent) as agent:
        other = await asyncpg.connect(urls.runtime)
        ended = await other.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE query LIKE '%pg_current_snapshot%' AND pid <> pg_backend_pid()"
        )
        await other.close()
        assert ended == 1
        tickets = [await desk.submit() for _ in range(3)]
        assert [(await agent.changed())[0] for _ in range(3)] == [ticket["id"] for ticket in tickets]


async def test_a_slow_reader_is_cut_off_and_misses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "MOST_WAITING", 3)
    async with listening(desk.app, desk.agent) as slow:
        first = await desk.submit()
        assert (await slow.changed())[0] == first["id"]
        slow.reads.clear()
        tickets = []
        for _ in range(6):
            tickets.append(await desk.submit())
            await asyncio.sleep(0.15)
        slow.reads.set()
        await asyncio.wait_for(slow.is_over.wait(), 5)
        heard = []
        while not await slow.is_silent(0):
            heard.append((await slow.changed())[0])
        place = slow.place
    monkeypatch.undo()
    async with listening(desk.app, desk.agent, place) as back:
        while len(heard) < 6:
            heard.append((await back.changed())[0])
        assert await back.is_silent(0.2)
    assert heard == [ticket["id"] for ticket in tickets]


async def test_who_takes_nothing_at_all_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "PATIENCE", 0.2)
    async with listening(desk.app, desk.agent) as stuck:
        stuck.reads.clear()
        await desk.submit()
        await asyncio.wait_for(stuck.is_done.wait(), 5)
        assert not stuck.is_over.is_set(), "broken off: the server closes the connection"


async def test_a_stream_ends_with_its_token_and_beats_until_then(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "HEARTBEAT", 0.2)
    short = desk.people.headers(scope="tickets:read", departments={str(desk.it.id): "agent"}, exp=int(time.time()) + 2)
    async with listening(desk.app, short) as agent:
        place = agent.place
        await desk.submit()
        await agent.changed()
        await asyncio.wait_for(agent.is_over.wait(), 5)
        assert place_after(agent.place, place)
    desk.app.state.live.longest = 0.1
    async with listening(desk.app, desk.agent) as agent:
        await asyncio.wait_for(agent.is_over.wait(), 5)


async def test_a_stop_ends_streams_and_takes_no_more(desk: Desk) -> None:
    async with listening(desk.app, desk.agent) as agent:
        desk.app.state.live.drain()
        await asyncio.wait_for(agent.is_over.wait(), 5)
    async with listening(desk.app, desk.agent) as refused:
        assert (refused.status, b"retry-after" in refused.headers) == (503, True)


async def test_a_fault_of_ours_ends_streams_and_the_next_one_listens_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> list[bytes]:
        raise KeyError("a column that nobody reads")

    async with listening(desk.app, desk.agent) as agent:
        monkeypatch.setattr(seats, "spelled_out", broken)
        await desk.submit()
        await asyncio.wait_for(agent.is_over.wait(), 5)
        place = agent.place
    monkeypatch.undo()
    async with listening(desk.app, desk.agent, place) as back:
        assert (await back.changed())[1] == "submitted"


async def test_one_person_has_few_streams(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MOST_SEATS_OF_ONE", 1)
    async with listening(desk.app, desk.agent):
        async with listening(desk.app, desk.agent) as second:
            assert second.status == 429
        async with listening(desk.app, desk.requester) as another:
            assert another.status == 200
    async with listening(desk.app, desk.agent) as again:
        assert again.status == 200


async def test_streams_hold_no_connections_of_the_pool(desk: Desk) -> None:
    """More streams than the pool has connections, and tickets are still submitted."""
    async with asyncio.timeout(20):
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(12):
                headers = desk.people.one_of(desk.it.id, "agent")
                await stack.enter_async_context(listening(desk.app, headers, "1:1:"))
            assert desk.app.state.engine.pool.checkedout() == 0
            await desk.submit()


async def test_without_the_scope_or_a_token_there_is_nothing_to_hear(desk: Desk) -> None:
    async with listening(desk.app, desk.people.headers(scope="people:read")) as refused:
        assert refused.status == 403
    async with listening(desk.app, {}) as nobody:
        assert nobody.status == 401
