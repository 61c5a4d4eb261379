"""Submitted tickets arrive over NATS and are counted, each once."""

import random
from datetime import timedelta
from uuid import uuid4

from tests.feedback.told import A_MONDAY, a_submitted_ticket
from tests.feedback.world import World, until

CUSTOMER, PROVIDER, OTHER = uuid4(), uuid4(), uuid4()


async def test_tickets_are_counted_by_customer_and_provider(world: World) -> None:
    there, back = a_submitted_ticket(CUSTOMER, PROVIDER), a_submitted_ticket(PROVIDER, CUSTOMER)
    with world.nats_running():
        await world.publish(there, a_submitted_ticket(CUSTOMER, PROVIDER), back, a_submitted_ticket(CUSTOMER, OTHER))
        async with world.service_running():
            await until(world.caught_up)
    assert await world.counts() == {(CUSTOMER, PROVIDER): 2, (PROVIDER, CUSTOMER): 1, (CUSTOMER, OTHER): 1}


async def test_what_comes_twice_counts_once(world: World) -> None:
    events = [a_submitted_ticket(CUSTOMER, PROVIDER) for _ in range(3)]
    with world.nats_running():
        async with world.service_running():
            await world.publish(*events, events[0])
            await until(world.caught_up)
            await world.publish(*reversed(events))
            await until(world.caught_up)
    assert await world.counts() == {(CUSTOMER, PROVIDER): 3}
    assert await world.rows("SELECT count(*) FROM inbox") == [(3,)]


async def test_the_order_does_not_matter(world: World) -> None:
    days = [A_MONDAY + timedelta(days=day) for day in range(20)]
    random.Random(4).shuffle(days)
    with world.nats_running():
        await world.publish(*(a_submitted_ticket(CUSTOMER, PROVIDER, day) for day in days))
        async with world.service_running():
            await until(world.caught_up)
    rows = await world.rows("SELECT tickets, first_ticket_at, last_ticket_at FROM interaction")
    assert rows == [(20, A_MONDAY, A_MONDAY + timedelta(days=19))]


async def test_poison_is_laid_aside_and_what_follows_is_counted(world: World) -> None:
    no_provider = a_submitted_ticket(CUSTOMER, PROVIDER, provider_department_id="IT")
    no_zone = a_submitted_ticket(CUSTOMER, PROVIDER, submitted_at="2026-03-02T09:00:00")
    with world.nats_running():
        await world.publish(b"{", no_provider, no_zone, a_submitted_ticket(CUSTOMER, PROVIDER))
        async with world.service_running():
            await until(world.caught_up)
    letters = await world.rows("SELECT error FROM dead_letter ORDER BY at")
    assert [part for (error,) in letters for part in ("provider_department_id", "submitted_at") if part in error] == [
        "provider_department_id",
        "submitted_at",
    ]
    assert len(letters) == 3
    assert await world.counts() == {(CUSTOMER, PROVIDER): 1}


async def test_a_restarted_service_goes_on_where_it_stopped(world: World) -> None:
    with world.nats_running():
        await world.publish(a_submitted_ticket(CUSTOMER, PROVIDER))
        async with world.service_running():
            await until(world.caught_up)
        await world.publish(*(a_submitted_ticket(CUSTOMER, PROVIDER) for _ in range(5)))
        assert await world.counts() == {(CUSTOMER, PROVIDER): 1}
        async with world.service_running():
            await until(world.caught_up)
    assert await world.counts() == {(CUSTOMER, PROVIDER): 6}
