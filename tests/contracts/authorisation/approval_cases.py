"""The matrix's requests about approvals: what the asker asks for needs that of IT's managers."""

from collections.abc import Mapping

from tests.contracts.authorisation.asking import Asked, Prepare
from tests.contracts.authorisation.requests_cases import RequestsWorld


def _approval(below: str = "", body: object = None, *, is_asked: bool = True) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        offering = await world.offering(approvals=[{"side": "provider"}] if is_asked else [])
        ticket = await world.ticket(offering_id=offering["id"])
        return Asked("GET" if body is None else "POST", f"/v1/tickets/{ticket['id']}{below}", body)

    return prepare


async def _awaited(world: RequestsWorld) -> Asked:
    offering = await world.offering(approvals=[{"side": "provider"}])
    ticket = await world.ticket(offering_id=offering["id"])
    return Asked("GET", "/v1/tickets?awaits_my_approval=true&limit=1", concerned=ticket["id"])


APPROVAL_CASES: Mapping[str, Prepare] = {
    "tickets_list_approvals": _approval("/approvals", is_asked=False),
    "tickets_list_approvals/while it waits": _approval("/approvals"),
    "tickets_get_ticket/while it awaits approval": _approval(),
    "tickets_list_tickets/that await an approval": _awaited,
    "tickets_answer_approval": _approval("/approvals", {"decision": "approve"}),
}
