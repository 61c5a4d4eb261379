"""What other services hear of a ticket's hand-offs, in the statement of the act: offered, accepted, ended."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from services.requests.events import HandOffAccepted, HandOffEnded, HandOffOffered
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.following import Following
from services.requests.timeline.links import Link
from services.shared.outbox import PublishedEvent

Departments = Mapping[UUID, UUID | None]


def handed_with(row: Row, follows: Following, departments: Departments) -> Iterator[PublishedEvent]:
    """What the act did to each link. `row` is the ticket with the act; `departments` are those of links, by link.

    What another system handed on is history, and told to nobody.
    """
    if row["source"] is not None:
        return
    before = follows.strides[0].before
    known = {link.id: link for link in before.links} if before else {}
    for link in follows.progress.links:
        yield from _told(row, known.get(link.id), link, departments)


def _told(row: Row, before: Link | None, link: Link, departments: Departments) -> Iterator[PublishedEvent]:
    shared: dict[str, Any] = {
        "ticket_id": row["id"],
        "link_id": link.id,
        "parent_id": link.parent,
        "offered_by_department_id": departments.get(link.parent) if link.parent else row["provider_department_id"],
        "department_id": departments.get(link.id),
        "waits": link.wait,
        "version": row["version"],
    }
    if before is None:
        yield HandOffOffered(**shared, offered_at=link.offered_at)
    if link.accepted_at is not None and (before is None or before.accepted_at is None):
        yield HandOffAccepted(**shared, accepted_at=link.accepted_at)
    if link.ended_at is not None and link.end is not None and (before is None or before.is_open):
        yield HandOffEnded(**shared, outcome=link.end.value, ended_at=link.ended_at)
