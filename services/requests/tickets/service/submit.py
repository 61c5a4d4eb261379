"""Submitting a ticket: what is asked, who may ask, what is promised, written in one statement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.catalogue.freezing import rulings_of
from services.requests.catalogue.queries import current_generation
from services.requests.catalogue.terms import Current, TermsCache
from services.requests.departments.service import Identity
from services.requests.messages.service import post_messages
from services.requests.tickets.queries.references import references_of
from services.requests.tickets.queries.relations import add_relation
from services.requests.tickets.queries.write import ReferenceTaken, Superseded
from services.requests.tickets.rules.relations import RelationKind
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas import NewTicket
from services.requests.tickets.service.approving import approvers_of, asking_posts, own_request, side_of
from services.requests.tickets.service.asked import Asked, asked_under, check_may_ask
from services.requests.tickets.service.leaving import submitted_event
from services.requests.tickets.service.quota import QuotaRead, quota_among, read_quota
from services.requests.tickets.service.recording import open_ticket
from services.requests.tickets.service.references import claim_references
from services.requests.timeline.approving import Approver
from services.requests.timeline.events import Actor as ActingSide
from services.requests.timeline.events import Event
from services.requests.timeline.facts import Submitted
from services.requests.timeline.vocabulary import Side
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.problems import Problem

SYSTEM = ActingSide(Side.SYSTEM, automatic=True)


async def submit_ticket(
    connection: Connection,
    terms: TermsCache,
    identity: Identity,
    actor: Actor,
    new: NewTicket,
    *,
    now: datetime,
) -> Row:
    """A new ticket to the department of its offering; its row. SUBMISSION_PROBLEMS.

    It is made of what is in memory, in one statement that holds only while that is current; else it is made again.
    """
    customer_id = await check_may_ask(connection, identity, actor, new)
    current = await terms.latest(connection.fetch)
    while True:  # each turn is a change that somebody committed meanwhile
        try:
            return await _submit_under(connection, current, identity, actor, new, customer_id, now)
        except Superseded as superseded:
            current = terms.of_generation(superseded.token)
        except ReferenceTaken:
            continue  # by an import, which waits for nobody: the next turn finds who has it
        except Problem:
            token = await current_generation(connection.fetch)
            if token == current.token:
                raise
            current = terms.of_generation(token)


async def _submit_under(
    connection: Connection,
    current: Current,
    identity: Identity,
    actor: Actor,
    new: NewTicket,
    customer_id: UUID,
    now: datetime,
) -> Row:
    """The ticket as this generation promises it. Superseded, ReferenceTaken, and the problems that it calls for."""
    asked = await asked_under(connection, current, identity, actor, new, customer_id, now)
    quota = quota_among(asked)
    references = references_of(asked.draft["external_refs"])
    if quota is None and not references and not asked.levels and new.follows is None:
        return await _written(connection, current, actor, asked, None, (), now)
    async with connection.transaction():  # what is held is held until the ticket that uses it is there, or is not
        if references:
            await claim_references(connection, actor, references, asked.draft["id"])
        read = await read_quota(connection, current, asked, quota, now, hold=True) if quota else None
        if asked.levels:
            row = await _asking(connection, current, actor, asked, read, now)
        else:
            row = await _written(connection, current, actor, asked, read, (), now)
        if new.follows is not None:
            kind = RelationKind.FOLLOWS
            await add_relation(connection, row["id"], kind, new.follows, by=actor.id, now=now)
        return row


async def _asking(
    connection: Connection, current: Current, actor: Actor, asked: Asked, read: QuotaRead | None, now: datetime
) -> Row:
    """The ticket that waits for approval; who is asked first is told."""
    own = own_request(asked.draft, actor)
    approvers = await approvers_of(connection.fetch, asked.levels, asked.draft, own)
    row = await _written(connection, current, actor, asked, read, approvers, now)
    await post_messages(connection.fetch, await asking_posts(connection.fetch, row, approvers[0], 1, own), now=now)
    return row


def opening(
    asked: Asked, actor: Actor, read: QuotaRead | None, approvers: Sequence[Approver], now: datetime
) -> list[Event]:
    """The fact that opens the ticket, and the freezes that it pins."""
    submitted = submission(asked, actor, read, approvers, now)
    if not asked.offered.freezes:
        return [submitted]
    freezes = enumerate(rulings_of(asked.offered.freezes, now), 2)
    return [submitted, *(Event(uuid7(), number, now, now, SYSTEM, freeze) for number, freeze in freezes)]


def submission(
    asked: Asked, actor: Actor, read: QuotaRead | None, approvers: Sequence[Approver], now: datetime
) -> Event:
    """The fact that opens the ticket."""
    fact = Submitted(
        needs_approval=bool(approvers),
        approver=side_of(approvers),
        approvals=tuple(approvers),
        needed_by=asked.draft["needed_by"],
        missing=asked.missing,
        quota_promised=read.allowed if read else None,
        quota_observed=read.used if read else None,
    )
    return Event(uuid7(), 1, now, now, ActingSide(Side.CUSTOMER, actor.id), fact)


async def _written(
    connection: Connection,
    current: Current,
    actor: Actor,
    asked: Asked,
    read: QuotaRead | None,
    approvers: Sequence[Approver],
    now: datetime,
) -> Row:
    draft = asked.draft
    row = await open_ticket(
        connection,
        current,
        draft,
        asked.pinned,
        opening(asked, actor, read, approvers, now),
        now=now,
        leaving=[] if approvers else [submitted_event(draft, now)],
        only_under=current.token,
    )
    if row is None:
        raise LookupError("a ticket without a source conflicts with none")
    return row
