"""What nobody answers ends by itself: one ticket at a time, each in a transaction of its own."""

import logging
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.catalogue.terms import TermsCache
from services.requests.firing.queries.following import claim_lapsed
from services.requests.messages.rules import MessageKind, Post
from services.requests.messages.service import post_messages
from services.requests.tickets.queries.read import hold_ticket
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.appending import append
from services.requests.tickets.service.recording import unfold
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.facts import Moved
from services.requests.timeline.rulings import LinkRuling
from services.requests.timeline.vocabulary import Side, State, StepReason
from services.shared.db import Connection

log = logging.getLogger(__name__)

SYSTEM = Actor(Side.SYSTEM, automatic=True)
REASONS = {
    State.CLOSED: StepReason.LAPSED,
    State.CANCELLED: StepReason.NO_ANSWER,
    State.DECLINED: StepReason.EXPIRED,
}
"""Why a ticket comes into the state into which it lapses."""


class Lapse(NamedTuple):
    """A ticket that was due, and whether it has lapsed."""

    ticket_id: UUID
    is_done: bool


class StaysDue(Exception):
    """The fold of a ticket has it lapse again at once: that would never end."""


async def lapse_next(
    connection: Connection, terms: TermsCache, but: Collection[UUID], *, now: datetime | None = None
) -> Lapse | None:
    """Let the ticket lapse that is due first, leaving out these; None where none is, or others hold all that are.

    `now` None is the database's clock, by which workers go.

    One that cannot be folded stays as it is, and is told in the log: it holds up no others.
    """
    async with connection.transaction():
        claimed = await claim_lapsed(connection, but, now)
        if claimed is None:
            return None
        ticket_id, lapses_at, now = claimed
        try:
            async with connection.transaction():
                await _lapse(connection, terms, ticket_id, lapses_at, now)
        except Exception:
            if connection.is_closed():
                raise
            log.exception("the ticket %s cannot lapse", ticket_id)
            return Lapse(ticket_id, is_done=False)
    return Lapse(ticket_id, is_done=True)


async def _lapse(
    connection: Connection, terms: TermsCache, ticket_id: UUID, lapses_at: datetime, now: datetime
) -> None:
    current = await terms.current(connection.fetch)
    row = await hold_ticket(connection, ticket_id)
    if row is None:
        raise LookupError(f"the ticket {ticket_id} is held, and gone")
    held = await unfold(connection, current, row)
    to = State(row["lapses_into"])
    fact = Moved(to, reason=REASONS[to])
    # It is so since the window ended, however long nobody was there to say it; but no ruling shortens what is past.
    ruled = [event for event in held.events if isinstance(event.payload, LinkRuling) and event.payload.link is None]
    event = Event(
        uuid7(), held.next_sequence, max([lapses_at, *(each.recorded_at for each in ruled)]), now, SYSTEM, fact
    )
    changed = await append(connection, current, held, [event], now=now)
    if changed["lapses_at"] is not None and changed["lapses_at"] <= now:
        raise StaysDue(str(ticket_id))
    await post_messages(connection.fetch, list(_posts(changed, to)), now=now)


def _posts(ticket: Row, to: State) -> Iterator[Post]:
    """Both sides are told: who asked for it, and who worked on it."""
    about = {"ticket_id": str(ticket["id"]), "ticket_key": ticket["key"], "to": to.value}
    for person_id in {ticket["requester_id"], ticket["assignee_id"]} - {None}:
        yield Post(person_id, MessageKind.TICKET_LAPSED, f"/v1/tickets/{ticket['id']}", about)
