"""The matrix's requests about what a ticket is linked with: references to other systems, other tickets."""

from collections.abc import Mapping
from uuid import uuid4

from tests.contracts.authorisation.asking import ANY_VERSION, Asked, Prepare
from tests.contracts.authorisation.requests_cases import RequestsWorld


def _by_reference(*, is_there: bool) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        reference = {"system": "jira", "id": uuid4().hex}
        if is_there:
            await world.ticket(external_refs=[reference])
        body = {
            "subject": "Other words",
            "offering_id": str(world.desk.offering_id),
            "customer_department_id": str(world.desk.hr.id),
        }
        return Asked("PUT", f"/v1/tickets/by-ref/jira/{reference['id']}", body, ANY_VERSION)

    return prepare


async def _referred(world: RequestsWorld) -> Asked:
    changes = {"external_refs": [{"system": "jira", "id": uuid4().hex}]}
    return Asked("PATCH", f"/v1/tickets/{(await world.ticket())['id']}", changes, ANY_VERSION)


def _related(method: str, *, one: bool = False) -> Prepare:
    async def prepare(world: RequestsWorld) -> Asked:
        ticket, other = await world.ticket(), await world.ticket()
        path, body = f"/v1/tickets/{ticket['id']}/relations", {"kind": "blocks", "ticket_id": other["id"]}
        if method == "POST":
            return Asked("POST", path, body)
        made = await world.made(path, body)
        return Asked(method, f"{path}/{made['id']}" if one else path, headers=ANY_VERSION if one else {})

    return prepare


async def _merged(world: RequestsWorld) -> Asked:
    ticket, into = await world.ticket(), await world.ticket()
    return Asked("POST", f"/v1/tickets/{ticket['id']}/merges", {"into": into["id"]})


LINKED_CASES: Mapping[str, Prepare] = {
    "tickets_amend_ticket/external refs": _referred,
    "tickets_list_relations": _related("GET"),
    "tickets_get_relation": _related("GET", one=True),
    "tickets_relate_ticket": _related("POST"),
    "tickets_end_relation": _related("DELETE", one=True),
    "tickets_merge_ticket": _merged,
    "tickets_upsert_ticket_by_reference": _by_reference(is_there=False),
    "tickets_upsert_ticket_by_reference/there already": _by_reference(is_there=True),
}
