"""People who have been asked, as the tests of links, pages and answers need them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.feedback.told import Event, a_fulfilled_ticket, a_person
from tests.feedback.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """Somebody asked about a fulfilment: `fulfilled` is the event, `token` the last part of their link."""

    person: UUID
    customer: UUID
    provider: UUID
    fulfilled: Event
    invitation: UUID
    token: str

    @property
    def path(self) -> str:
        """The answer page."""
        return f"/answers/{self.token}"

    @property
    def ticket(self) -> str:
        """The ticket's id."""
        return str(self.fulfilled["data"]["ticket_id"])


async def somebody_asked(
    world: World, *, ago: timedelta = HOUR, pair: tuple[UUID, UUID] | None = None, **changes: Any
) -> Asked:
    """A person of the customer whose ticket was fulfilled that long ago, and who was asked about it."""
    person, (customer, provider) = uuid4(), pair or (uuid4(), uuid4())
    at = datetime.now(UTC) - ago
    fulfilled = a_fulfilled_ticket(customer, provider, at, requester_id=person, **changes)
    await world.take_in(a_person(person, customer), fulfilled)
    return await invited(world, person, fulfilled)


async def invited(world: World, person: UUID, fulfilled: Event) -> Asked:
    """The person's invitation about this fulfilment."""
    data = fulfilled["data"]
    ((invitation, expires_at),) = await world.rows(
        "SELECT id, expires_at FROM invitation"
        f" WHERE person_id = '{person}' AND ticket_id = '{data['ticket_id']}' AND cycle = {data['cycle']}"
    )
    departments = (UUID(data["customer_department_id"]), UUID(data["provider_department_id"]))
    return Asked(person, *departments, fulfilled, invitation, world.links.token(invitation, expires_at))


async def everything(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, with the transaction that wrote each: equal only where nothing was written."""
    tables = await world.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return {name: await world.rows(f"SELECT xmin::text, t::text FROM {name} t ORDER BY 2") for (name,) in tables}
