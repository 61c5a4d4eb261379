import asyncio
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.shared.outbox import enqueue, outbox_age
from tests.shared.events.killable import Killable
from tests.shared.events.toy import (
    Effect,
    Outbox,
    ParcelSent,
    Toy,
    is_in_order,
    jetstream,
    numbered,
    parcels,
    published,
    running,
    until,
)


async def test_an_event_leaves_and_its_row_goes(toy: Toy, nats_server: Killable) -> None:
    event = ParcelSent.example()
    async with running(toy.relay().run()):
        await toy.send(event)
        await until(toy.is_relayed)
    [message] = await published(toy.nats_url)
    assert message["type"] == ParcelSent.subject
    assert message["data"] == event.model_dump(mode="json")


async def test_the_stream_is_made_as_promised(toy: Toy, nats_server: Killable) -> None:
    async with jetstream(toy.nats_url) as js:
        await js.add_stream(name="ACUERDO_TOY", subjects=["acuerdo.toy.old"], max_msgs=12345)
        async with running(toy.relay().run()):
            await toy.send(ParcelSent.example())
            await until(toy.is_relayed)
        config = (await js.stream_info("ACUERDO_TOY")).config
    assert config.subjects == ["acuerdo.toy.>"]
    assert config.max_age == timedelta(days=30).total_seconds()
    assert config.duplicate_window == timedelta(minutes=10).total_seconds()
    assert config.max_msgs == 12345, "what operators set stays"


async def test_what_is_rolled_back_is_never_published(toy: Toy, nats_server: Killable) -> None:
    async with running(toy.relay().run()):
        async with toy.sessions() as session:
            await enqueue(session, Outbox, ParcelSent(parcel_id=uuid4(), number=1), now=datetime.now(UTC))
            await session.rollback()
        await toy.send(ParcelSent(parcel_id=uuid4(), number=2))
        await until(toy.is_relayed)
    assert [number for _, number in numbered(await published(toy.nats_url))] == [2]


async def test_a_late_commit_is_not_passed_over(toy: Toy, nats_server: Killable) -> None:
    """Its position is lower than that of rows which were published meanwhile."""
    async with running(toy.relay().run()):
        async with toy.sessions.begin() as late:
            await enqueue(late, Outbox, ParcelSent(parcel_id=uuid4(), number=1), now=datetime.now(UTC))
            await toy.send(ParcelSent(parcel_id=uuid4(), number=2))
            await until(toy.is_relayed)
        await until(toy.is_relayed)
    assert [number for _, number in numbered(await published(toy.nats_url))] == [2, 1]


@pytest.mark.slow
async def test_throughput_and_lateness(toy: Toy, nats_server: Killable) -> None:
    events = parcels(100, 20)
    await toy.send_together(*events)
    started = time.perf_counter()
    async with running(toy.relay().run()):
        await until(toy.is_relayed)
        seconds = time.perf_counter() - started
        late = []
        for event in events[:50]:
            await toy.send(event)
            late.append(await until(toy.is_relayed))
            await asyncio.sleep(0.005)
    print(f"\n2,000 events of 100 aggregates relayed in {seconds:.2f} s: {2000 / seconds:,.0f}/s")
    print(f"commit to row gone, one at a time: longest of 50 {1000 * max(late):.0f} ms (looked at every 20 ms)")
    assert is_in_order(numbered((await published(toy.nats_url))[:2000]), 20)
    assert max(late) < 0.9, "the notice wakes the relay, not its look each second"


async def test_writers_of_one_aggregate_are_published_in_the_order_of_their_commits(
    toy: Toy, nats_server: Killable
) -> None:
    aggregate = UUID(int=1)

    async def count(times: int) -> None:
        for _ in range(times):
            async with toy.sessions.begin() as session:
                row = await session.get_one(Effect, 1, with_for_update=True)
                row.number += 1
                await enqueue(
                    session, Outbox, ParcelSent(parcel_id=aggregate, number=row.number), now=datetime.now(UTC)
                )

    async with toy.sessions.begin() as session:
        session.add(Effect(id=1, aggregate=str(aggregate), number=-1))
    async with running(toy.relay().run()):
        await asyncio.gather(*(count(25) for _ in range(6)))
        await until(toy.is_relayed)
    assert is_in_order(numbered(await published(toy.nats_url)), 150)


async def test_a_refused_event_holds_up_its_own_aggregate_and_no_other(toy: Toy, nats_server: Killable) -> None:
    """The stream refuses the big one, as it would refuse any where it is full or has no leader."""
    stuck, free = uuid4(), uuid4()
    async with jetstream(toy.nats_url) as js:
        await js.add_stream(name="ACUERDO_TOY", subjects=["acuerdo.toy.>"], max_msg_size=2000)
        await toy.send_together(
            ParcelSent(parcel_id=stuck, number=0),
            ParcelSent(parcel_id=stuck, number=1, sender="x" * 3000),
            ParcelSent(parcel_id=stuck, number=2),
            ParcelSent(parcel_id=free, number=0),
            ParcelSent(parcel_id=free, number=1),
        )
        async with running(toy.relay().run()):

            async def others_are_out() -> bool:
                return await toy.waiting() == 2

            await until(others_are_out)
            await asyncio.sleep(0.5)
            assert (str(stuck), 2) not in numbered(await published(toy.nats_url))
            config = (await js.stream_info("ACUERDO_TOY")).config
            await js.update_stream(config.evolve(max_msg_size=-1))
            await until(toy.is_relayed)
    messages = numbered(await published(toy.nats_url))
    assert [number for aggregate, number in messages if aggregate == str(stuck)] == [0, 1, 2]
    assert [number for aggregate, number in messages if aggregate == str(free)] == [0, 1]


async def test_writes_go_on_while_nats_is_away(toy: Toy, nats_server: Killable) -> None:
    nats_server.kill()
    async with running(toy.relay().run()):
        await toy.send(*parcels(5, 2))
        await asyncio.sleep(0.5)
        async with toy.sessions() as session:
            assert await outbox_age(session, Outbox, datetime.now(UTC)) > timedelta(milliseconds=400)
        nats_server.start()
        seconds = await until(toy.is_relayed)
    print(f"\nthe first event left {seconds:.1f} s after NATS had come")
    assert is_in_order(numbered(await published(toy.nats_url)), 2)


@pytest.mark.slow
async def test_nats_killed_again_and_again_loses_and_swaps_nothing(toy: Toy, nats_server: Killable) -> None:
    events = parcels(20, 30)
    async with running(toy.relay().run()):
        sending = asyncio.create_task(toy.send(*events))
        for _ in range(3):
            await asyncio.sleep(0.4)
            nats_server.kill()
            await asyncio.sleep(0.2)
            nats_server.start()
        await sending
        await until(toy.is_relayed)
    messages = await published(toy.nats_url)
    ids = {message["id"] for message in messages}
    print(f"\n{len(events)} events, NATS killed three times: {len(messages)} messages of {len(ids)} events")
    assert len(ids) == len(events)
    first = {message["id"]: message for message in reversed(messages)}
    in_order = sorted(first.values(), key=messages.index)
    assert is_in_order(numbered(in_order), 30)


async def test_a_lost_stream_is_made_again(toy: Toy, nats_server: Killable) -> None:
    async with running(toy.relay().run()), jetstream(toy.nats_url) as js:
        await toy.send(ParcelSent.example())
        await until(toy.is_relayed)
        await js.delete_stream("ACUERDO_TOY")
        await toy.send(ParcelSent.example())
        seconds = await until(toy.is_relayed)
        assert len(await published(toy.nats_url)) == 1
    print(f"\na stream deleted under the relay was back after {seconds:.1f} s")


async def test_of_two_relays_one_leads_and_the_other_takes_over(toy: Toy, nats_server: Killable) -> None:
    program = "import asyncio, sys; from services.shared.relay import Relay; asyncio.run(Relay(service='toy', "
    program += "database_url=sys.argv[1], nats_url=sys.argv[2]).run())"
    first = await asyncio.create_subprocess_exec(sys.executable, "-c", program, toy.database_url, toy.nats_url)
    try:
        await toy.send(ParcelSent.example())
        await until(toy.is_relayed)
        second = toy.relay()
        async with running(second.run()):
            await asyncio.sleep(0.6)
            assert not second.is_leading
            first.kill()
            await first.wait()
            await toy.send(ParcelSent.example())
            seconds = await until(toy.is_relayed)
            assert second.is_leading
    finally:
        with suppress(ProcessLookupError):
            first.kill()
    print(f"\nthe other relay took over {seconds:.2f} s after kill -9")
    assert seconds < 1.5


async def test_a_relay_whose_connection_breaks_starts_again(toy: Toy, nats_server: Killable) -> None:
    async with running(toy.relay().run()):
        await toy.send(ParcelSent.example())
        await until(toy.is_relayed)
        async with toy.sessions.begin() as session:
            broken = await session.scalar(
                text(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_locks"
                    " WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database"
                    " WHERE datname = current_database())"
                )
            )
        assert broken == 1
        await toy.send(ParcelSent.example())
        seconds = await until(toy.is_relayed)
    print(f"\nback {seconds:.2f} s after its connection broke")
    assert seconds < 0.9


@pytest.mark.slow
async def test_a_stopped_relay_leaves_nothing_half_done(toy: Toy, nats_server: Killable) -> None:
    """What JetStream acknowledged is forgotten; what is left was not published."""
    await toy.send_together(*parcels(50, 40))
    async with running(toy.relay().run()):

        async def is_under_way() -> bool:
            return await toy.waiting() < 2000

        await until(is_under_way)
    left = await toy.waiting()
    assert len(await published(toy.nats_url)) == 2000 - left
    print(f"\nstopped with {left} left")
