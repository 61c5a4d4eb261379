"""Relating tickets: only those that the caller reads, never in a circle, and what was ended stays on record."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.requests.tickets.policies import can_read_ticket, sides_of
from services.requests.tickets.queries import relations as queries
from services.requests.tickets.refusals import OnlyLooksOn, UnknownTicket
from services.requests.tickets.rules.relations import RelationKind, shown_from
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas.relations import NewRelation
from services.requests.tickets.service.recording import readable_ticket
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.etags import Expected
from services.shared.language import Texts
from services.shared.problems import Conflict, NotFound

ONLY_VERSION = 1
"""A relation never changes."""


class UnknownRelation(NotFound):
    code = "unknown_relation"
    detail = Texts("This ticket has no such relation.", "Este ticket no tiene esa relación.")


class RelatedToItself(Conflict):
    code = "related_to_itself"
    detail = Texts("A ticket is not related to itself.", "Un ticket no se relaciona consigo mismo.")


class AlreadyRelated(Conflict):
    code = "already_related"
    detail = Texts("These tickets are related so already.", "Estos tickets ya tienen esa relación.")


class RelationInCircle(Conflict):
    code = "relation_in_circle"
    detail = Texts(
        "The other ticket leads back to this one: {kind} would go round in a circle.",
        "El otro ticket lleva de vuelta a este: {kind} formaría un círculo.",
    )


class MergeStands(Conflict):
    code = "merge_stands"
    detail = Texts("This relation came with a merge, and stands.", "Esta relación proviene de una fusión y permanece.")


async def named_ticket(
    connection: Connection, actor: Actor, ticket_id: UUID, pointer: str, *, hold: bool = False
) -> Row:
    """As `readable_ticket`, of a ticket that the body names. UnknownTicket with the pointer."""
    try:
        return await readable_ticket(connection, actor, ticket_id, hold=hold)
    except UnknownTicket:
        raise UnknownTicket(pointer=pointer) from None


async def show_relations(connection: Connection, actor: Actor, ticket_id: UUID) -> list[dict[str, Any]]:
    """The ticket's relations with tickets that the actor may read, the oldest first. UnknownTicket."""
    await readable_ticket(connection, actor, ticket_id)
    return [_shown(row) for row in await _readable_relations(connection, actor, ticket_id)]


async def show_relation(connection: Connection, actor: Actor, ticket_id: UUID, relation_id: UUID) -> dict[str, Any]:
    """One of them. UnknownTicket, UnknownRelation."""
    await readable_ticket(connection, actor, ticket_id)
    return _shown(await _relation(connection, actor, ticket_id, relation_id))


async def relate_tickets(
    connection: Connection, actor: Actor, ticket_id: UUID, new: NewRelation, *, now: datetime
) -> dict[str, Any]:
    """Say what the ticket is to another one.

    UnknownTicket, OnlyLooksOn, RelatedToItself, AlreadyRelated, RelationInCircle.
    """
    await _acted_on(connection, actor, ticket_id)
    await named_ticket(connection, actor, new.ticket_id, "/ticket_id")
    if new.ticket_id == ticket_id:
        raise RelatedToItself(pointer="/ticket_id")
    await hold_open(connection, ticket_id, new.kind, new.ticket_id, pointer="/ticket_id")
    relation_id = await queries.add_relation(connection, ticket_id, new.kind, new.ticket_id, by=actor.id, now=now)
    if relation_id is None:
        raise AlreadyRelated(pointer="/ticket_id")
    return _shown(await _relation(connection, actor, ticket_id, relation_id))


async def hold_open(
    connection: Connection, ticket_id: UUID, kind: RelationKind, other_id: UUID, *, pointer: str
) -> None:
    """Hold relations for this transaction, in which this one may be added. RelationInCircle."""
    await queries.hold_relations(connection)
    if await queries.leads_to(connection, other_id, ticket_id, kind):
        raise RelationInCircle(pointer=pointer, kind=kind.value)


async def end_relation(
    connection: Connection, actor: Actor, ticket_id: UUID, relation_id: UUID, expected: Expected, *, now: datetime
) -> None:
    """The tickets are related so no longer. UnknownTicket, UnknownRelation, OnlyLooksOn, MergeStands."""
    await _acted_on(connection, actor, ticket_id)
    relation = await _relation(connection, actor, ticket_id, relation_id)
    expected.check(ONLY_VERSION)
    if relation["is_merge"]:
        raise MergeStands
    if not await queries.end_relation(connection, relation_id, by=actor.id, now=now):
        raise UnknownRelation


async def _acted_on(connection: Connection, actor: Actor, ticket_id: UUID) -> Row:
    row = await readable_ticket(connection, actor, ticket_id)
    if not sides_of(actor, row, row["holders"]):
        raise OnlyLooksOn
    return row


async def _readable_relations(connection: Connection, actor: Actor, ticket_id: UUID) -> list[Row]:
    rows = await queries.relations_of(connection, ticket_id)
    return [row for row in rows if can_read_ticket(actor, row, row["holders"])]


async def _relation(connection: Connection, actor: Actor, ticket_id: UUID, relation_id: UUID) -> Row:
    for row in await _readable_relations(connection, actor, ticket_id):
        if row["id"] == relation_id:
            return row
    raise UnknownRelation


def _shown(row: Row) -> dict[str, Any]:
    kept = {name: row[name] for name in ("id", "ticket_id", "ticket_key", "is_merge", "created_by", "created_at")}
    return {**kept, "kind": shown_from(RelationKind(row["kind"]), is_other=row["is_other"])}
