"""Where departments named in facts are found: the calendars by which they work, and the ids of those with links."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.requests.catalogue.terms import Current
from services.requests.departments.queries import departments_by_code
from services.requests.tickets.rules.stored import Kept
from services.requests.timeline.events import Event
from services.requests.timeline.promised import PinnedTerms
from services.requests.timeline.vocabulary import Party, PartyKind
from services.shared.db import Connection


async def with_calendars(
    connection: Connection, current: Current, pinned: PinnedTerms, events: Sequence[Event]
) -> PinnedTerms:
    """The terms with the calendars of departments that these events hand the ticket to, as they work now."""
    named = {str(code) for event in events if (code := getattr(event.payload, "department", None))}
    missing = [code for code in named - {pinned.provider} if _spelled(code) not in pinned.calendars]
    if not missing:
        return pinned
    known = await departments_by_code(connection.fetch, missing)
    calendars = dict(pinned.calendars)
    for code, department in sorted(known.items()):
        calendars[_spelled(code)] = (await current.calendar_of(connection.fetch, department.id)).calendar_id
    return replace(pinned, calendars=calendars)


def _spelled(code: str) -> str:
    return str(Party(PartyKind.DEPARTMENT, code))


async def located(connection: Connection, kept: Kept, departments: dict[UUID, Any], provider_id: UUID) -> Kept:
    """The rows of links with the ids of their departments and of who handed on; `provider_id` is the ticket's.

    A link that is known keeps its department, whatever the code says now.
    """
    new = {str(link["department"]) for link in kept.links if link["id"] not in departments}
    known = await departments_by_code(connection.fetch, list(new)) if new else {}
    ids = {
        link["id"]: departments.get(link["id"]) or getattr(known.get(link["department"]), "id", None)
        for link in kept.links
    }
    links = [
        {
            **link,
            "department_id": ids[link["id"]],
            "customer_department_id": ids[link["parent_id"]] if link["parent_id"] else provider_id,
        }
        for link in kept.links
    ]
    return kept._replace(links=links)
