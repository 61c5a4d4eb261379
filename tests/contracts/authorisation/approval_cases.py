"""The matrix's requests about what offerings bring along: approvals, here of IT's managers, and standard steps."""

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


def _steps(body: object = None) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        offering = await world.offering(steps=[{"key": "order", "texts": {"en": "Order it"}}])
        ticket = await world.ticket(offering_id=offering["id"])
        return Asked("GET" if body is None else "POST", f"/v1/tickets/{ticket['id']}/steps", body)

    return prepare


APPROVAL_CASES: Mapping[str, Prepare] = {
    "tickets_list_approvals": _approval("/approvals", is_asked=False),
    "tickets_list_approvals/while it waits": _approval("/approvals"),
    "tickets_get_ticket/while it awaits approval": _approval(),
    "tickets_list_tickets/that await an approval": _awaited,
    "tickets_list_steps": _steps(),
    "tickets_note_step": _steps({"key": "order"}),
    "tickets_answer_approval": _approval("/approvals", {"decision": "approve"}),
}
