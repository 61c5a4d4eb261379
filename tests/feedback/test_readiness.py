"""When the service says that it is ready, and what it says about the events that it takes in."""

from uuid import uuid4

from tests.feedback.world import World, a_submitted_ticket, until

STREAM = "ACUERDO_REQUESTS"


async def test_it_is_starting_until_it_has_read_the_stream(world: World) -> None:
    async with world.service_running():
        status, body = await world.readiness()
        assert (status, body["status"]) == (503, "starting")
        assert body["checks"]["consumers"] == {"waiting": [STREAM], "caught_up": False}
        with world.nats_running():
            await world.publish()
            await until(world.caught_up)
            assert await world.readiness() == (
                200,
                {"status": "ready", "checks": {"database": "up", "consumers": {"waiting": [], "caught_up": True}}},
            )


async def test_it_stays_ready_while_nats_is_away_and_catches_up_when_it_is_back(world: World) -> None:
    customer, provider = uuid4(), uuid4()

    async def reads_nothing() -> bool:
        _, body = await world.readiness()
        return bool(body["checks"]["consumers"]["waiting"])

    async with world.service_running():
        with world.nats_running():
            await world.publish(a_submitted_ticket(customer, provider))
            await until(world.caught_up)
        await until(reads_nothing)
        status, body = await world.readiness()
        assert (status, body["checks"]["consumers"]) == (200, {"waiting": [STREAM], "caught_up": False})
        with world.nats_running():
            await world.publish(a_submitted_ticket(customer, provider))
            await until(world.caught_up)
    assert await world.counts() == {(customer, provider): 2}
