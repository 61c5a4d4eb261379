"""An offer that nobody answers in time lapses: one at a time, each in a transaction of its own."""

import logging
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.requests.catalogue.terms import TermsCache
from services.requests.handoffs.queries import LapsedOffer, claim_lapsed_offer
from services.requests.handoffs.service.held import SYSTEM, unfolded
from services.requests.handoffs.service.telling import tell_of_end
from services.requests.tickets.queries.read import hold_ticket
from services.requests.timeline.facts import HandOffEnded
from services.requests.timeline.payloads import Payload
from services.requests.timeline.rulings import CalendarRuled, LinkRuling
from services.requests.timeline.vocabulary import LinkEnd
from services.shared.db import Connection

log = logging.getLogger(__name__)


class OfferLapse(NamedTuple):
    """An offer that was due, and whether it has lapsed."""

    link_id: UUID
    is_done: bool


async def lapse_next_offer(
    connection: Connection, terms: TermsCache, but: Collection[UUID], *, now: datetime | None = None
) -> OfferLapse | None:
    """Let the offer lapse that is due first, leaving out these; None where none is, or others hold all that are.

    `now` None is the database's clock. One whose ticket cannot be folded stays, and is told in the log.
    """
    async with connection.transaction():
        claimed = await claim_lapsed_offer(connection, but, now)
        if claimed is None:
            return None
        try:
            async with connection.transaction():
                await _lapse(connection, terms, claimed)
        except Exception:
            if connection.is_closed():
                raise
            log.exception("the offer %s cannot lapse", claimed.link_id)
            return OfferLapse(claimed.link_id, is_done=False)
    return OfferLapse(claimed.link_id, is_done=True)


async def _lapse(connection: Connection, terms: TermsCache, lapsed: LapsedOffer) -> None:
    row = await hold_ticket(connection, lapsed.ticket_id)
    if row is None:
        raise LookupError(f"the ticket {lapsed.ticket_id} is held, and gone")
    held = await unfolded(connection, await terms.current(connection.fetch), row)
    link = held.link(lapsed.link_id)
    if not link.is_offered:
        raise LookupError(f"the offer {link.id} was answered, and is still to lapse")
    # It is so since it was due, however long nobody was there to say it; but no ruling shortens what is past.
    ruled_at = [event.recorded_at for event in held.ticket.events if _moves(event.payload, link.id)]
    fact = HandOffEnded(link.id, LinkEnd.LAPSED)
    changed = await held.record(connection, SYSTEM, fact, lapsed.now, at=max([lapsed.lapses_at, *ruled_at]))
    await tell_of_end(connection, changed, held, link, fact, now=lapsed.now)


def _moves(payload: Payload, link_id: UUID) -> bool:
    """Whether that is a ruling which may have moved the link's lapse."""
    return isinstance(payload, CalendarRuled) or (isinstance(payload, LinkRuling) and payload.link == link_id)
