"""Whose approval is awaited, the slow way: the levels of the last asking, struck off one by one as they approve."""

from collections.abc import Iterable
from uuid import UUID

from services.requests.timeline.events import Event
from services.requests.timeline.facts import ApprovalAnswered, Moved, Submitted
from tests.requests.timeline.oracle import Watched
from tests.requests.timeline.oracle_moments import counting
from tests.requests.timeline.weeks import tick_of

Awaited = tuple[UUID, int]
"""Who is asked, and since which quarter."""


def awaited(provider: str, events: Iterable[Event]) -> Awaited | None:
    """Who is asked now; nobody where all have approved, or where it is another system that asks."""
    watched, gone, since = Watched(provider), 0, 0
    unasked: list[UUID] = []
    for event in counting(events):
        is_first, fact = not watched.base, event.payload
        watched.hear(event)
        asks = isinstance(fact, Moved) and fact.to == "awaiting_approval"
        if watched.base != "awaiting_approval" and "awaiting_approval" not in watched.rests:
            unasked, gone = [], 0
        elif isinstance(fact, Submitted | Moved) and fact.approvals and (is_first or asks):
            unasked, gone = [each.person_id or each.department_id for each in fact.approvals], 0
            since = tick_of(event.occurred_at)
        elif isinstance(fact, ApprovalAnswered) and fact.approved and unasked and fact.level == gone + 1:
            unasked, gone, since = unasked[1:], gone + 1, tick_of(event.occurred_at)
    return (unasked[0], since) if unasked else None
