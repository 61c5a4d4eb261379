"""When the service says that it is ready, and what it says about the events that it takes in."""

from uuid import uuid4

import pytest

from services.feedback.app import NoLinkSecret, create_app
from services.feedback.settings import FeedbackSettings
from tests.embedded import Databases
from tests.feedback.told import a_submitted_ticket
from tests.feedback.world import STREAMS, World, until


async def test_it_is_starting_until_it_has_read_the_stream(world: World) -> None:
    async with world.service_running():
        status, body = await world.readiness()
        assert (status, body["status"]) == (503, "starting")
        assert body["checks"]["consumers"] == {"waiting": list(STREAMS), "caught_up": False}
        with world.nats_running():
            await world.publish()
            await until(world.caught_up)
            consumers, outbox = {"waiting": [], "caught_up": True}, {"oldest_seconds": 0}
            checks = {"database": "up", "consumers": consumers, "outbox": outbox}
            assert await world.readiness() == (200, {"status": "ready", "checks": checks})


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
        assert (status, body["checks"]["consumers"]) == (200, {"waiting": list(STREAMS), "caught_up": False})
        with world.nats_running():
            await world.publish(a_submitted_ticket(customer, provider))
            await until(world.caught_up)
    assert await world.counts() == {(customer, provider): 2}


async def test_it_does_not_start_without_a_secret_for_its_links(databases: Databases) -> None:
    app = create_app(FeedbackSettings(database_url=(await databases.shared("feedback")).runtime))
    with pytest.raises(NoLinkSecret, match="ACUERDO_LINK_SECRET"):
        async with app.router.lifespan_context(app):
            pass
