"""The matrix's requests about working on many tickets at once."""

from collections.abc import Mapping

from tests.contracts.authorisation.asking import Asked, Prepare
from tests.contracts.authorisation.requests_cases import RequestsWorld


async def _queue(world: RequestsWorld) -> Asked:
    ticket = await world.ticket(priority="urgent")
    return Asked("GET", "/v1/tickets/queue?whose=departments&limit=200", concerned=ticket["id"])


WORKING_CASES: Mapping[str, Prepare] = {
    "tickets_list_queue": _queue,
}
