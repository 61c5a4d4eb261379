"""Reading tickets: one with whoever holds its links, its events, and pages of those that somebody may see."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from services.requests.catalogue.approvals import ApprovalLevel
from services.requests.catalogue.form import Form, read_form
from services.requests.tickets.policies import approving_ids, managed_departments, sees_all_tickets, serving_departments
from services.requests.tickets.queries.holding import HOLDS
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas import TicketPublic
from services.shared.auth import Actor
from services.shared.db import Connection

PUBLIC = tuple(TicketPublic.model_fields)
PUBLIC_COLUMNS = ", ".join(f"t.{name}" for name in PUBLIC)

_TICKETS = f"""
SELECT t.*, links.* FROM ticket t, LATERAL (
    SELECT
        COALESCE(array_agg(k.id), '{{}}') AS link_ids,
        COALESCE(array_agg(k.department_id), '{{}}') AS link_departments,
        COALESCE(array_agg(k.department_id) FILTER (WHERE {HOLDS}), '{{}}') AS holders,
        COALESCE(array_agg(k.department) FILTER (WHERE {HOLDS}), '{{}}') AS holder_codes
    FROM ticket_link k WHERE k.ticket_id = t.id
) AS links
"""
_TICKET = _TICKETS + "WHERE t.id = $1"
_FOR_UPDATE = _TICKET + " FOR UPDATE OF t"
_THESE = _TICKETS + "WHERE t.id = ANY($1::uuid[])"
_HOLD = "SELECT FROM ticket WHERE id = $1 FOR UPDATE"
_HOLD_FREE = "SELECT id FROM ticket WHERE id = ANY($1::uuid[]) FOR UPDATE SKIP LOCKED"
_EXISTING = "SELECT id FROM ticket WHERE id = ANY($1::uuid[])"
_EVENTS = "SELECT * FROM ticket_event WHERE ticket_id = $1 ORDER BY sequence"
_EVENTS_OF_ALL = "SELECT * FROM ticket_event WHERE ticket_id = ANY($1::uuid[]) ORDER BY ticket_id, sequence"
_CLOCK_IDS = "SELECT link_id, clock, cycle, id FROM ticket_clock WHERE ticket_id = $1"
_LINK_DEPARTMENTS = "SELECT id, department_id FROM ticket_link WHERE ticket_id = $1"
_AS_PINNED = """
SELECT content ->> 'name' AS name, content ->> 'form' AS form, content ->> 'approvals' AS approvals
FROM offering_version WHERE offering_id = $1 AND number = $2
"""
_IMPORTED = "SELECT source_key, id FROM ticket WHERE source = $1 AND source_key = ANY($2::text[])"
_AS_ACTED = "SELECT id, key, state, assignee_id, priority, version FROM ticket WHERE id = $1"
_SOURCE_KEYS = "SELECT source_key FROM ticket_event WHERE ticket_id = $1 AND source_key IS NOT NULL"

_OWN = (
    "SELECT t.id, t.created_at FROM ticket t WHERE {belongs} AND {rest} ORDER BY t.created_at DESC, t.id DESC LIMIT {n}"
)
# Where states are asked for each is looked up by itself: the newest of a rare one lie far behind those of others.
_OF_DEPARTMENTS = f"""
SELECT found.id, found.created_at FROM unnest({{departments}}::uuid[]) AS d(id){{states}}, LATERAL ({_OWN}) AS found
"""
# OFFSET 0: else the planner may walk from the newest ticket down instead of asking the index of participants.
_TAKING_PART = """
SELECT taking.id, taking.created_at FROM (
    SELECT t.id, t.created_at FROM ticket t WHERE t.participants @> ARRAY[{me}::uuid] AND {rest} OFFSET 0
) AS taking ORDER BY taking.created_at DESC, taking.id DESC LIMIT {n}
"""
_HANDED_OVER = f"""
SELECT t.id, t.created_at FROM ticket_link k JOIN ticket t ON t.id = k.ticket_id
WHERE k.department_id = ANY({{departments}}::uuid[]) AND {HOLDS} AND {{rest}}
ORDER BY t.created_at DESC, t.id DESC LIMIT {{n}}
"""
_PAGE_OF_SOME = """
SELECT {columns} FROM (
    SELECT id FROM ({branches}) AS seen ORDER BY created_at DESC, id DESC LIMIT {n}
) AS shown JOIN ticket t ON t.id = shown.id ORDER BY t.created_at DESC, t.id DESC
"""
_PAGE_OF_ALL = "SELECT {columns} FROM ticket t WHERE {rest} ORDER BY t.created_at DESC, t.id DESC LIMIT {n}"


BY_REFERENCE = """
t.id = (SELECT r.ticket_id FROM ticket_reference r
    WHERE r.system = ({0}::text[])[1] AND r.external_id = ({0}::text[])[2])
"""
"""A condition for `page_of_tickets`; its value is a list of the system and the id there."""


ClockOf = tuple[UUID | None, str, int]
"""Of which link (None: of the ticket itself) it is, its name and its cycle."""


class PinnedOffering(NamedTuple):
    """What a ticket needs later of the version of its offering."""

    name: str
    form: Form | None
    approvals: tuple[ApprovalLevel, ...] = ()


async def find_ticket(connection: Connection, ticket_id: UUID) -> Row | None:
    """The ticket's row with its links: `link_ids`, `link_departments`; `holders` (those known), `holder_codes`."""
    row = await connection.fetchrow(_TICKET, ticket_id)
    return dict(row) if row else None


async def hold_ticket(connection: Connection, ticket_id: UUID) -> Row | None:
    """The same, held for this transaction: acts on one ticket follow each other."""
    row = await connection.fetchrow(_FOR_UPDATE, ticket_id)
    return dict(row) if row else None


async def hold_some(connection: Connection, ids: Sequence[UUID]) -> list[Row]:
    """The same of many: the first of them is waited for, of the others only those come that nobody else holds.

    So nobody who holds a ticket waits for another one. In the order of `ids`.
    """
    await connection.execute(_HOLD, ids[0])
    held = [row["id"] for row in await connection.fetch(_HOLD_FREE, list(ids))]
    rows = {row["id"]: dict(row) for row in await connection.fetch(_THESE, held)}
    return [rows[each] for each in ids if each in rows]


async def existing(connection: Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these tickets that are there."""
    return {row["id"] for row in await connection.fetch(_EXISTING, list(ids))}


async def ticket_as_acted(connection: Connection, ticket_id: UUID) -> Row:
    """What acts change of a ticket that is there, in a few columns."""
    row = await connection.fetchrow(_AS_ACTED, ticket_id)
    if row is None:
        raise LookupError(f"there is no ticket {ticket_id}")
    return dict(row)


async def events_of(connection: Connection, ticket_id: UUID) -> list[Row]:
    """The ticket's events in the order in which they were recorded."""
    return [dict(row) for row in await connection.fetch(_EVENTS, ticket_id)]


async def events_of_all(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """The same of many tickets."""
    found: dict[UUID, list[Row]] = {each: [] for each in ids}
    for row in await connection.fetch(_EVENTS_OF_ALL, list(ids)):
        found[row["ticket_id"]].append(dict(row))
    return found


async def clock_ids(connection: Connection, ticket_id: UUID) -> dict[ClockOf, UUID]:
    """The ids of the clocks of the ticket and its links."""
    return {
        (row["link_id"], row["clock"], row["cycle"]): row["id"] for row in await connection.fetch(_CLOCK_IDS, ticket_id)
    }


async def link_departments(connection: Connection, ticket_id: UUID) -> dict[UUID, UUID | None]:
    """The department of each link of the ticket, by the link's id."""
    return {row["id"]: row["department_id"] for row in await connection.fetch(_LINK_DEPARTMENTS, ticket_id)}


async def offering_as_pinned(connection: Connection, offering_id: UUID, version: int) -> PinnedOffering:
    """The offering as it was in that version; without a name and a form where there is none."""
    row = await connection.fetchrow(_AS_PINNED, offering_id, version)
    if row is None:
        return PinnedOffering("", None)
    levels = tuple(ApprovalLevel.read(level) for level in orjson.loads(row["approvals"] or "[]"))
    return PinnedOffering(row["name"], read_form(row["form"]) if row["form"] else None, levels)


async def imported_tickets(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, UUID]:
    """The tickets that came from that source under these keys."""
    return {row["source_key"]: row["id"] for row in await connection.fetch(_IMPORTED, source, list(keys))}


async def source_keys_of(connection: Connection, ticket_id: UUID) -> set[str]:
    """The keys under which the ticket's events came from its source."""
    return {row["source_key"] for row in await connection.fetch(_SOURCE_KEYS, ticket_id)}


def public_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A ticket as its readers see it, from its row."""
    return {name: row[name] for name in PUBLIC}


async def page_of_tickets(
    connection: Connection,
    actor: Actor,
    filters: Mapping[str, Any],
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
    states: Sequence[str] = (),
    awaits_own_approval: bool = False,
) -> list[Row]:
    """Tickets that the actor may see, the newest first, `limit` at most; or those that await the actor's approval.

    `states` are those in which they may be, every one if none is named.

    `filters` maps a condition on `t` with one place `{}` ("t.state = ANY({}::text[])") to its value.
    """
    arguments: list[Any] = []

    def placed(value: object) -> str:
        arguments.append(value)
        return f"${len(arguments)}"

    conditions = [condition.format(placed(value)) for condition, value in filters.items()]
    if after is not None:
        conditions.append(f"(t.created_at, t.id) < ({placed(after[0])}, {placed(after[1])})")
    each_state = of_state = ""
    if states:
        named = placed(list(states))
        conditions.append(f"t.state = ANY({named}::text[])")
        each_state, of_state = f", unnest({named}::text[]) AS s(state)", " AND t.state = s.state"
    rest, n = " AND ".join(conditions) or "true", placed(limit)
    if awaits_own_approval:
        belongs, asked = "t.awaits_approval_of = d.id", placed(approving_ids(actor))
        branch = _OF_DEPARTMENTS.format(departments=asked, states="", belongs=belongs, rest=rest, n=n)
        sql = _PAGE_OF_SOME.format(columns=PUBLIC_COLUMNS, branches=branch, n=n)
    elif sees_all_tickets(actor) and not states:
        sql = _PAGE_OF_ALL.format(columns=PUBLIC_COLUMNS, rest=rest, n=n)
    elif sees_all_tickets(actor):
        own = _OWN.format(belongs="t.state = s.state", rest=rest, n=n)
        branch = f"SELECT found.id, found.created_at FROM unnest({named}::text[]) AS s(state), LATERAL ({own}) AS found"
        sql = _PAGE_OF_SOME.format(columns=PUBLIC_COLUMNS, branches=branch, n=n)
    else:
        branches = " UNION ".join(f"({branch})" for branch in _branches(actor, placed, rest, n, each_state, of_state))
        sql = _PAGE_OF_SOME.format(columns=PUBLIC_COLUMNS, branches=branches, n=n)
    return [dict(row) for row in await connection.fetch(sql, *arguments)]


def _branches(
    actor: Actor, placed: Callable[[object], str], rest: str, n: str, each_state: str, of_state: str
) -> Iterator[str]:
    """For each reason for which the actor may see tickets the newest of them, each found by an index of its own.

    The reasons are those of `policies.can_read_ticket`; as one condition joined by OR they would be looked for in
    every ticket that there is.
    """
    me = placed(actor.id)
    for belongs in (f"t.requester_id = {me}", f"t.beneficiary_id = {me}"):
        yield _OWN.format(belongs=belongs, rest=rest, n=n)
    yield _TAKING_PART.format(me=me, rest=rest, n=n)
    if serving := serving_departments(actor):
        departments = placed(serving)
        belongs = f"t.provider_department_id = d.id{of_state}"
        yield _OF_DEPARTMENTS.format(departments=departments, states=each_state, belongs=belongs, rest=rest, n=n)
        yield _HANDED_OVER.format(departments=departments, rest=rest, n=n)
    if managed := managed_departments(actor):
        belongs = f"t.customer_department_id = d.id{of_state} AND NOT t.is_confidential"
        yield _OF_DEPARTMENTS.format(departments=placed(managed), states=each_state, belongs=belongs, rest=rest, n=n)
