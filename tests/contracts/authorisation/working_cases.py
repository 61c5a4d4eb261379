"""The matrix's requests about working on many tickets at once."""

from collections.abc import Mapping

from tests.contracts.authorisation.asking import Asked, Prepare
from tests.contracts.authorisation.requests_cases import RequestsWorld


async def _queue(world: RequestsWorld) -> Asked:
    ticket = await world.ticket(priority="urgent")
    return Asked("GET", "/v1/tickets/queue?whose=departments&limit=200", concerned=ticket["id"])


async def _batch(world: RequestsWorld) -> Asked:
    item = {"ticket_id": (await world.ticket())["id"], "transition": {"to": "accepted"}}
    return Asked("POST", "/v1/tickets/batch", {"items": [item]})


async def _events(world: RequestsWorld) -> Asked:
    world.desk.app.state.live.longest = 0.0  # ends as soon as it has begun
    return Asked("GET", "/v1/tickets/events")


WORKING_CASES: Mapping[str, Prepare] = {
    "tickets_list_queue": _queue,
    "tickets_act_on_tickets": _batch,
    "tickets_stream_events": _events,
}
