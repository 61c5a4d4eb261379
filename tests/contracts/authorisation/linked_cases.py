"""The matrix's requests about what a ticket is linked with: references to other systems, other tickets, files."""

from collections.abc import Mapping
from uuid import uuid4

from tests.contracts.authorisation.asking import ANY_VERSION, Asked, Prepare, send
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


def _attached(method: str, below: str | None = None, *, visibility: str = "public") -> Prepare:
    """To the asker's ticket: by the asker what is public, by the agent what is not."""

    async def prepare(world: RequestsWorld) -> Asked:
        path = f"/v1/tickets/{(await world.ticket())['id']}/attachments"
        attaching = Asked(
            "POST", path, form={"visibility": visibility}, files={"file": ("a.txt", b"Words", "text/plain")}
        )
        if method == "POST":
            return attaching
        made = await send(world, attaching, world.token("asker" if visibility == "public" else "agent"))
        assert made.status_code == 201, made.text
        one = path if below is None else f"{path}/{made.json()['id']}{below}"
        return Asked(method, one, headers=ANY_VERSION if method == "DELETE" else {})

    return prepare


async def _merged(world: RequestsWorld) -> Asked:
    ticket, into = await world.ticket(), await world.ticket()
    return Asked("POST", f"/v1/tickets/{ticket['id']}/merges", {"into": into["id"]})


LINKED_CASES: Mapping[str, Prepare] = {
    "tickets_amend_ticket/external refs": _referred,
    "attachments_attach_file": _attached("POST"),
    "attachments_attach_file/internal": _attached("POST", visibility="internal"),
    "attachments_list_attachments": _attached("GET"),
    "attachments_get_attachment": _attached("GET", ""),
    "attachments_get_attachment/internal": _attached("GET", "", visibility="internal"),
    "attachments_download_file": _attached("GET", "/content"),
    "attachments_remove_file": _attached("DELETE", ""),
    "tickets_list_relations": _related("GET"),
    "tickets_get_relation": _related("GET", one=True),
    "tickets_relate_ticket": _related("POST"),
    "tickets_end_relation": _related("DELETE", one=True),
    "tickets_merge_ticket": _merged,
    "tickets_upsert_ticket_by_reference": _by_reference(is_there=False),
    "tickets_upsert_ticket_by_reference/there already": _by_reference(is_there=True),
}
