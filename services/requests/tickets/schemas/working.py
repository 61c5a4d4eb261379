"""Tickets as who works on them sees them: queues."""

from datetime import datetime
from enum import StrEnum

from services.requests.tickets.schemas import TicketPublic
from services.requests.timeline.vocabulary import ClockName


class Queue(StrEnum):
    """Whose work a queue holds."""

    MINE = "mine"
    DEPARTMENTS = "departments"


class QueuedTicketPublic(TicketPublic):
    """A ticket in a queue, and what of it is due first."""

    next_due_at: datetime | None
    next_due_clock: ClockName | None
