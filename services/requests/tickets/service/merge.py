"""Merging: a ticket that asks for what another one asks is cancelled, and whoever saw it sees the other one."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.catalogue.terms import Current, TermsCache
from services.requests.messages.rules import MessageKind, Post
from services.requests.messages.service import post_messages
from services.requests.tickets.policies import asking_people, sides_of
from services.requests.tickets.queries.relations import add_relation, end_relations_between
from services.requests.tickets.refusals import ForProviderOnly, OnlyLooksOn, TicketHasEnded
from services.requests.tickets.rules.relations import RelationKind
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.appending import append
from services.requests.tickets.service.recording import Unfolded, readable_ticket, unfold
from services.requests.tickets.service.relate import RelatedToItself, hold_open, named_ticket
from services.requests.timeline.events import Actor as ActingSide
from services.requests.timeline.events import Event
from services.requests.timeline.facts import Amended, Fact, Moved
from services.requests.timeline.transitions import sides_for
from services.requests.timeline.vocabulary import Side, State, StepReason
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.language import Texts
from services.shared.problems import Conflict


class CannotBeMerged(Conflict):
    code = "cannot_be_merged"
    detail = Texts(
        "A ticket that is {state} is not merged into another.", "Un ticket que está en {state} no se fusiona con otro."
    )


class MergedAcross(Conflict):
    code = "merged_across"
    detail = Texts(
        "Tickets are merged that ask the same provider for the same offering.",
        "Se fusionan tickets que piden la misma oferta al mismo proveedor.",
    )


async def merge_ticket(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, into_id: UUID, *, now: datetime
) -> Row:
    """Merge the ticket into another one; its row, cancelled.

    Whoever asked for it takes part in the other from then on; what was written on it stays there. UnknownTicket,
    OnlyLooksOn, ForProviderOnly, RelatedToItself, MergedAcross, TicketHasEnded, CannotBeMerged, RelationInCircle.
    """
    current = await terms.current(connection.fetch)
    merged, into = await _both(connection, current, actor, ticket_id, into_id)
    if into.progress.ended_at is not None:
        raise TicketHasEnded(pointer="/into")
    timeline = merged.at(now)
    if Side.SYSTEM not in sides_for(timeline.state, State.CANCELLED):
        raise CannotBeMerged(state=timeline.state.value)
    await _relate(connection, actor, ticket_id, into_id, now)
    step = _event(merged, actor, Moved(State.CANCELLED, reason=StepReason.MERGED), now)
    cancelled = await append(connection, current, merged, [step], now=now)
    await _join(connection, current, actor, merged, into, now)
    await post_messages(connection.fetch, list(_posts(cancelled, into.row)), now=now)
    return cancelled


async def _relate(connection: Connection, actor: Actor, ticket_id: UUID, into_id: UUID, now: datetime) -> None:
    """The one duplicates the other, by a merge from now on, also where somebody had said so before."""
    kind = RelationKind.DUPLICATES
    await hold_open(connection, ticket_id, kind, into_id, pointer="/into")
    await end_relations_between(connection, ticket_id, kind, into_id, by=actor.id, now=now)
    await add_relation(connection, ticket_id, kind, into_id, by=actor.id, now=now, is_merge=True)


async def _both(
    connection: Connection, current: Current, actor: Actor, ticket_id: UUID, into_id: UUID
) -> tuple[Unfolded, Unfolded]:
    """Both tickets, held in the order of their ids: of two who merge them crosswise none waits in a circle."""
    await readable_ticket(connection, actor, ticket_id)
    await named_ticket(connection, actor, into_id, "/into")
    if ticket_id == into_id:
        raise RelatedToItself(pointer="/into")
    rows = {each: await readable_ticket(connection, actor, each, hold=True) for each in sorted((ticket_id, into_id))}
    for row in rows.values():
        sides = sides_of(actor, row, row["holders"])
        if Side.PROVIDER not in sides:
            raise ForProviderOnly if sides else OnlyLooksOn
    merged, into = rows[ticket_id], rows[into_id]
    if any(merged[name] != into[name] for name in ("offering_id", "provider_department_id")):
        raise MergedAcross(pointer="/into")
    return await unfold(connection, current, merged), await unfold(connection, current, into)


async def _join(
    connection: Connection, current: Current, actor: Actor, merged: Unfolded, into: Unfolded, now: datetime
) -> None:
    """Who asked for the one takes part in the other."""
    known = asking_people(into.row)
    newcomers = [each for each in asking_people(merged.row) if each not in known]
    if newcomers:
        changes = {"participants": [*into.row["participants"], *newcomers]}
        await append(connection, current, into, [_event(into, actor, Amended(changes), now)], now=now, columns=changes)


def _event(held: Unfolded, actor: Actor, fact: Fact, now: datetime) -> Event:
    """What the platform does with it; `actor` has asked it to."""
    acting = ActingSide(Side.SYSTEM, actor.id, automatic=True)
    return Event(uuid7(), held.next_sequence, max(now, held.progress.latest[0]), now, acting, fact)


def _posts(merged: Row, into: Row) -> Iterator[Post]:
    """Who asked for it, and who worked on it, are told where it goes on."""
    about = {
        "ticket_id": str(merged["id"]),
        "ticket_key": merged["key"],
        "into_id": str(into["id"]),
        "into_key": into["key"],
    }
    for person_id in dict.fromkeys([*asking_people(merged), merged["assignee_id"]]):
        if person_id is not None:
            yield Post(person_id, MessageKind.TICKET_MERGED, f"/v1/tickets/{into['id']}", about)
