"""Whom a late fact or a ruling is told to: what it passed, and which announced breach was none."""

from collections.abc import Iterator, Sequence

from services.requests.messages.rules import MessageKind, Post
from services.requests.tickets.rules.stored import Row
from services.requests.timeline.events import Event
from services.requests.timeline.marks import BreachRefuted, ThresholdFired
from services.requests.timeline.payloads import encode


def posts_of(ticket: Row, marks: Sequence[Event]) -> Iterator[Post]:
    """Both sides are told: who asked for it, and who works on it."""
    people = sorted({ticket["requester_id"], ticket["assignee_id"]} - {None})
    for event in marks:
        match event.payload:
            case ThresholdFired():
                kind = MessageKind.CLOCK_PASSED
            case BreachRefuted():
                kind = MessageKind.BREACH_REFUTED
            case _:
                continue
        about = {"ticket_id": str(ticket["id"]), "ticket_key": ticket["key"], **encode(event.payload)}
        for person_id in people:
            yield Post(person_id, kind, f"/v1/tickets/{ticket['id']}", about)
