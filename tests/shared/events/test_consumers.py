import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from faststream.specification import AsyncAPI
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import func, select

from services.shared import receiving
from services.shared.inbox import EventMeta, Intake
from services.shared.outbox import PublishedEvent
from services.shared.streams import KEPT, consumer_config
from tests.shared.events.killable import Killable
from tests.shared.events.toy import (
    DeadLetter,
    InboundParcelSent,
    Inbox,
    ParcelSent,
    Toy,
    is_in_order,
    jetstream,
    parcels,
    record,
    running,
    until,
)

PARCEL = uuid4()


async def relayed(toy: Toy, *events: PublishedEvent) -> None:
    """Bring events into the stream."""
    await toy.send_together(*events)
    async with running(toy.relay().run()):
        await until(toy.is_relayed)


async def test_events_take_effect_once_and_in_order(toy: Toy, nats_server: Killable) -> None:
    await relayed(toy, *parcels(20, 10))
    consumers = toy.consumers()
    async with running(consumers.run()):
        await until(consumers.caught_up)
    effects = await toy.effects()
    assert len(effects) == 200
    assert is_in_order(effects, 10)


async def test_the_handler_is_told_about_the_envelope(toy: Toy, nats_server: Killable) -> None:
    metas: list[EventMeta] = []

    async def remember(_: AsyncSession, __: InboundParcelSent, meta: EventMeta) -> None:
        metas.append(meta)

    await relayed(toy, ParcelSent(parcel_id=PARCEL))
    consumers = toy.consumers(remember)
    async with running(consumers.run()):
        await until(consumers.caught_up)
    [meta] = metas
    assert (meta.subject, meta.type, meta.source) == (str(PARCEL), ParcelSent.subject, "urn:acuerdo:toy")


@pytest.mark.slow
async def test_an_event_that_comes_again_has_no_second_effect(toy: Toy, nats_server: Killable) -> None:
    """The consumer is lost with its memory, so JetStream delivers all of the stream once more."""
    await relayed(toy, *parcels(3, 3))
    consumers = toy.consumers()
    async with running(consumers.run()), jetstream(toy.nats_url) as js:
        await until(consumers.caught_up)
        await js.delete_consumer("ACUERDO_TOY", "reader")

        async def has_read_again() -> bool:
            delivered = (await js.consumer_info("ACUERDO_TOY", "reader")).delivered
            return delivered is not None and delivered.consumer_seq >= 9

        await asyncio.sleep(1.2)
        await until(has_read_again)
        await until(consumers.caught_up)
    assert len(await toy.effects()) == 9


async def test_a_failing_event_is_tried_again_and_what_follows_waits(toy: Toy, nats_server: Killable) -> None:
    failures = iter(range(3))

    async def fail_three_times(session: AsyncSession, event: InboundParcelSent, meta: EventMeta) -> None:
        await record(session, event, meta)
        if event.number == 1 and next(failures, None) is not None:
            await session.flush()
            raise ValueError("not yet")

    await relayed(toy, *(ParcelSent(parcel_id=uuid4(), number=number) for number in range(4)))
    consumers = toy.consumers(fail_three_times)
    async with running(consumers.run()):
        await until(consumers.caught_up)
    assert await toy.numbers() == [0, 1, 2, 3]
    assert await toy.dead_letters() == []


async def test_after_the_last_try_an_event_is_laid_aside_and_can_be_replayed(toy: Toy, nats_server: Killable) -> None:
    is_mended = False

    async def fail_until_mended(session: AsyncSession, event: InboundParcelSent, meta: EventMeta) -> None:
        await record(session, event, meta)
        if event.number == 1 and not is_mended:
            raise ValueError("a flaw\x00 in the handler")

    await relayed(toy, *(ParcelSent(parcel_id=uuid4(), number=number) for number in range(3)))
    consumers = toy.consumers(fail_until_mended, tries=2)
    async with running(consumers.run()):
        await until(consumers.caught_up)
    assert await toy.numbers() == [0, 2]
    [letter] = await toy.dead_letters()
    assert (letter.consumer, letter.subject, letter.tries) == ("reader", ParcelSent.subject, 2)
    assert letter.error == "ValueError: a flaw\ufffd in the handler"

    with pytest.raises(ValueError, match="a flaw"):
        await consumers.replay("reader", letter.event_id)
    assert await toy.dead_letters() == [letter]
    is_mended = True
    assert await consumers.replay("reader", letter.event_id)
    assert not await consumers.replay("reader", letter.event_id)
    assert await toy.numbers() == [0, 2, 1]
    assert await toy.dead_letters() == []


async def test_what_cannot_be_read_is_laid_aside_at_once(toy: Toy, nats_server: Killable) -> None:
    bodies = [b"\xff\x00 not JSON", b"{}", b'{"id": 1}', b"[" * 100_000]
    consumers = toy.consumers()
    await relayed(toy, ParcelSent(parcel_id=PARCEL, number=0))
    async with jetstream(toy.nats_url) as js:
        for body in bodies:
            await js.publish(ParcelSent.subject, body)
    await relayed(toy, ParcelSent(parcel_id=PARCEL, number=1))
    async with running(consumers.run()):
        await until(consumers.caught_up)
    assert await toy.numbers() == [0, 1]
    letters = await toy.dead_letters()
    assert {letter.tries for letter in letters} == {1}
    assert {letter.body for letter in letters} == {"\ufffd\ufffd not JSON", *(body.decode() for body in bodies[1:])}


@pytest.mark.slow
async def test_a_slow_handler_keeps_its_event(toy: Toy, nats_server: Killable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "ACK_WAIT", 0.6)
    monkeypatch.setattr("services.shared.streams.ACK_WAIT", 0.6)
    began: list[int] = []

    async def linger(session: AsyncSession, event: InboundParcelSent, meta: EventMeta) -> None:
        began.append(event.number)
        await asyncio.sleep(1.5)
        await record(session, event, meta)

    await relayed(toy, ParcelSent(parcel_id=PARCEL, number=7))
    first, second = toy.consumers(linger), toy.consumers(linger)
    async with running(first.run(), second.run()):
        await until(first.caught_up)
    assert began == [7]
    assert await toy.numbers() == [7]


async def test_two_replicas_share_the_events_and_keep_their_order(toy: Toy, nats_server: Killable) -> None:
    takers: list[str] = []

    async def take(name: str, session: AsyncSession, event: InboundParcelSent, meta: EventMeta) -> None:
        takers.append(name)
        await record(session, event, meta)

    async def first(session: AsyncSession, event: InboundParcelSent, meta: EventMeta) -> None:
        await take("first", session, event, meta)

    async def second(session: AsyncSession, event: InboundParcelSent, meta: EventMeta) -> None:
        await take("second", session, event, meta)

    await relayed(toy, *parcels(1, 100))
    one, two = toy.consumers(first), toy.consumers(second)
    async with running(one.run(), two.run()):
        await until(one.caught_up)
    assert set(takers) == {"first", "second"}
    assert is_in_order(await toy.effects(), 100)


async def test_a_reader_that_starts_before_its_stream_waits(toy: Toy, nats_server: Killable) -> None:
    consumers = toy.consumers()
    async with running(consumers.run()):
        await asyncio.sleep(0.5)
        assert consumers.waiting == ["ACUERDO_TOY"]
        assert not await consumers.caught_up()
        await relayed(toy, ParcelSent(parcel_id=PARCEL, number=7))
        await until(consumers.caught_up)
    assert await toy.numbers() == [7]


async def test_a_reader_that_starts_before_nats_waits(toy: Toy, nats_server: Killable) -> None:
    await relayed(toy, ParcelSent(parcel_id=PARCEL, number=7))
    nats_server.kill()
    consumers = toy.consumers()
    async with running(consumers.run()):
        await asyncio.sleep(0.5)
        assert consumers.waiting == ["ACUERDO_TOY"]
        nats_server.start()
        await until(consumers.caught_up)
    assert await toy.numbers() == [7]


@pytest.mark.slow
async def test_a_reader_survives_nats_and_the_loss_of_its_stream(toy: Toy, nats_server: Killable) -> None:
    consumers = toy.consumers()
    async with running(toy.relay().run(), consumers.run()):
        for number in range(2):
            await toy.send(ParcelSent(parcel_id=PARCEL, number=number))
            await until(toy.is_relayed)
            await until(consumers.caught_up)
            nats_server.kill()
            nats_server.start()
        async with jetstream(toy.nats_url) as js:
            await js.delete_stream("ACUERDO_TOY")
        await asyncio.sleep(1.5)
        assert consumers.waiting == ["ACUERDO_TOY"]
        await toy.send(ParcelSent(parcel_id=PARCEL, number=2))

        async def is_there() -> bool:
            return len(await toy.effects()) == 3

        seconds = await until(is_there)
    print(f"\nread again {seconds:.1f} s after the stream was made again")
    assert await toy.numbers() == [0, 1, 2]


async def test_a_named_reader_is_independent_and_starts_from_the_beginning(toy: Toy, nats_server: Killable) -> None:
    seen: list[int] = []

    async def note(_: AsyncSession, event: InboundParcelSent, __: EventMeta) -> None:
        seen.append(event.number)

    await relayed(toy, ParcelSent(parcel_id=PARCEL, number=7))
    consumers = toy.consumers()
    async with running(consumers.run()):
        await until(consumers.caught_up)
    consumers.on(InboundParcelSent, consumer="journal")(note)
    async with running(consumers.run()):
        await until(consumers.caught_up)
    assert seen == [7]
    assert await toy.numbers() == [7]


async def test_a_reader_asks_only_for_what_it_reads(toy: Toy, nats_server: Killable) -> None:
    """Also where an older version of it asked for more, or for less."""
    await relayed(toy, *parcels(1, 2))
    async with jetstream(toy.nats_url) as js:
        await js.add_consumer("ACUERDO_TOY", consumer_config("reader", ["acuerdo.toy.parcel.burnt.v1"]))
        consumers = toy.consumers()
        async with running(consumers.run()):
            await until(consumers.caught_up)
        config = (await js.consumer_info("ACUERDO_TOY", "reader")).config
    assert config.filter_subjects == ["acuerdo.toy.parcel.lost.v1", "acuerdo.toy.parcel.sent.v1"]


def test_asyncapi_describes_the_messages(toy: Toy) -> None:
    document = AsyncAPI(toy.consumers().make_broker()).to_specification().to_jsonable()
    schemas = document["components"]["schemas"]
    assert {"InboundParcelSent", "InboundParcelLost", "CloudEvent[InboundParcelSent]"} <= set(schemas)
    assert {channel["address"] for channel in document["channels"].values()} == {
        "acuerdo.toy.parcel.lost.v1",
        "acuerdo.toy.parcel.sent.v1",
    }


async def test_a_handler_may_finish_when_its_service_stops(toy: Toy, nats_server: Killable) -> None:
    has_begun = asyncio.Event()

    async def linger(session: AsyncSession, event: InboundParcelSent, meta: EventMeta) -> None:
        has_begun.set()
        await asyncio.sleep(0.5)
        await record(session, event, meta)

    await relayed(toy, ParcelSent(parcel_id=PARCEL, number=7))
    async with running(toy.consumers(linger).run()):
        await has_begun.wait()
    assert await toy.numbers() == [7]


async def test_old_inbox_rows_go(toy: Toy) -> None:
    now = datetime.now(UTC)
    async with toy.sessions.begin() as session:
        session.add(Inbox(consumer="reader", event_id=uuid4(), at=now - KEPT))
        session.add(Inbox(consumer="reader", event_id=uuid4(), at=now - KEPT - KEPT))
    await Intake(toy.sessions, Inbox, DeadLetter).forget_old(now)
    async with toy.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Inbox)) == 1
