"""Whom a late fact or a ruling is told to: what it passed, and which announced breach was none."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from services.requests.messages.queries import told_of_breaches
from services.requests.messages.rules import MessageKind, Post
from services.requests.people.queries import managers_of
from services.requests.tickets.rules.stored import Row
from services.requests.timeline.events import Event
from services.requests.timeline.marks import BreachRefuted, ThresholdFired
from services.requests.timeline.payloads import encode
from services.shared.idempotency import Fetch


async def told_of_marks(fetch: Fetch, ticket: Row, marks: Sequence[Event]) -> list[Post]:
    """What both sides are told of these marks; that a breach was none, also everybody who was told of the breach."""
    link = f"/v1/tickets/{ticket['id']}"
    people = await _both_sides(fetch, ticket)
    refutes = any(isinstance(event.payload, BreachRefuted) for event in marks)
    warned = await told_of_breaches(fetch, link) if refutes else {}
    return list(_posts(ticket, link, marks, people, warned))


async def _both_sides(fetch: Fetch, ticket: Row) -> set[UUID]:
    """Who asked for it and who works on it; a side without such a person hears by its department's managers.

    Of what is confidential the customer's managers are told nothing.
    """
    requester_id, assignee_id = ticket["requester_id"], ticket["assignee_id"]
    told = {requester_id, assignee_id} - {None}
    silent = set()
    if assignee_id is None:
        silent.add(ticket["provider_department_id"])
    if requester_id is None and not ticket["is_confidential"]:
        silent.add(ticket["customer_department_id"])
    managers = await managers_of(fetch, silent) if silent else {}
    return told.union(*managers.values())


def _posts(
    ticket: Row, link: str, marks: Sequence[Event], people: set[UUID], warned: Mapping[tuple[str, int], set[UUID]]
) -> Iterator[Post]:
    for event in marks:
        match event.payload:
            case ThresholdFired():
                kind, told = MessageKind.CLOCK_PASSED, people
            case BreachRefuted(clock=clock, cycle=cycle):
                kind, told = MessageKind.BREACH_REFUTED, people | warned.get((clock, cycle), set())
            case _:
                continue
        about = {"ticket_id": str(ticket["id"]), "ticket_key": ticket["key"], **encode(event.payload)}
        for person_id in sorted(told):
            yield Post(person_id, kind, link, about)
