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


async def told_of_marks(fetch: Fetch, marked: Sequence[tuple[Row, Sequence[Event]]]) -> list[Post]:
    """What both sides are told of these marks on tickets; that a breach was none, also who was told of the breach."""
    silent = {department for ticket, _ in marked for department in _silent_sides(ticket)}
    managers = await managers_of(fetch, silent) if silent else {}
    posts: list[Post] = []
    for ticket, marks in marked:
        link = f"/v1/tickets/{ticket['id']}"
        people = {ticket["requester_id"], ticket["assignee_id"]} - {None}
        people.update(*(managers[department] for department in _silent_sides(ticket)))
        refutes = any(isinstance(event.payload, BreachRefuted) for event in marks)
        warned = await told_of_breaches(fetch, link) if refutes else {}
        posts.extend(_posts(ticket, link, marks, people, warned))
    return posts


def _silent_sides(ticket: Row) -> Iterator[UUID]:
    """The sides without a person who asked for it or works on it, which hear by their department's managers.

    Of what is confidential the customer's managers are told nothing.
    """
    if ticket["assignee_id"] is None:
        yield ticket["provider_department_id"]
    if ticket["requester_id"] is None and not ticket["is_confidential"]:
        yield ticket["customer_department_id"]


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
