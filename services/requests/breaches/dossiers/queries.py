"""The statements of dossiers: pages of those that somebody sees, one with its history, and what is added to it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.requests.tickets.policies import managed_departments, sees_all_tickets, serving_departments
from services.shared.auth import Actor
from services.shared.db import Connection

Row = dict[str, Any]
_ONE = "SELECT * FROM breach WHERE id = $1"
_AGREEMENT_OF_LINK = "SELECT agreement_version_id FROM ticket_link WHERE id = $1"
_ENTRIES = """
SELECT *, evidence::text AS told FROM breach_entry WHERE breach_id = ANY($1::uuid[]) ORDER BY created_at, id
"""
_ABOUT_TICKETS = """
SELECT * FROM breach b
WHERE b.provider_department_id = $1 AND b.customer_department_id = $2 AND b.link_id IS NULL AND b.ticket_id = ANY($3)
"""
_ADD = """
INSERT INTO breach_entry
    (id, breach_id, kind, side, actor_id, reason_code, note, evidence, upheld, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, $9, $10)
"""
_SET = "UPDATE breach SET state = $2, reason_code = COALESCE($3, reason_code) WHERE id = $1"
_NEWEST = "ORDER BY b.breached_at DESC, b.id DESC LIMIT {n}"
_OF_DEPARTMENTS = f"""
SELECT found.* FROM unnest({{departments}}::uuid[]) AS d(id), LATERAL (
    SELECT b.* FROM breach b WHERE b.{{column}} = d.id AND {{rest}} {_NEWEST}
) AS found
"""
_OF_ALL = f"SELECT b.* FROM breach b WHERE {{rest}} {_NEWEST}"
_PAGE = f"SELECT b.* FROM (SELECT * FROM ({{branches}}) AS seen) AS b {_NEWEST}"


async def find_breach(connection: Connection, breach_id: UUID, *, hold: bool = False) -> Row | None:
    """The breach's row; with `hold` for this transaction."""
    row = await connection.fetchrow(_ONE + " FOR UPDATE" * hold, breach_id)
    return dict(row) if row else None


async def agreement_of_link(connection: Connection, link_id: UUID) -> UUID | None:
    """The agreement version that covers that hand-off."""
    found: UUID | None = await connection.fetchval(_AGREEMENT_OF_LINK, link_id)
    return found


async def entries_of(connection: Connection, breach_id: UUID) -> list[Row]:
    """What was said of it, in order."""
    return (await entries_of_each(connection, [breach_id]))[breach_id]


async def entries_of_each(connection: Connection, breach_ids: Collection[UUID]) -> dict[UUID, list[Row]]:
    """What was said of each of these, in order."""
    found: dict[UUID, list[Row]] = {each: [] for each in breach_ids}
    for row in await connection.fetch(_ENTRIES, list(breach_ids)):
        found[row["breach_id"]].append({**dict(row), "evidence": orjson.loads(row["told"])})
    return found


async def breaches_about(
    connection: Connection, customer: UUID, provider: UUID, ticket_ids: Collection[UUID]
) -> list[Row]:
    """The breaches by these tickets of the pair, those by their parts left out."""
    return [dict(row) for row in await connection.fetch(_ABOUT_TICKETS, provider, customer, list(ticket_ids))]


async def add_entry(
    connection: Connection,
    entry_id: UUID,
    breach_id: UUID,
    entry: Mapping[str, Any],
    *,
    state: str,
    now: datetime,
) -> None:
    """Say one more thing of it (`kind`, `side`, `actor_id`, `note`, …), which leaves it in that state."""
    said = (entry.get(name) for name in ("kind", "side", "actor_id", "reason_code", "note"))
    evidence = orjson.dumps(list(entry.get("evidence", ()))).decode()
    await connection.execute(_ADD, entry_id, breach_id, *said, evidence, entry.get("upheld"), now)
    await connection.execute(_SET, breach_id, state, entry.get("reason_code"))


async def page_of_breaches(
    connection: Connection,
    actor: Actor,
    department_id: UUID | None,
    filters: Mapping[str, Any],
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """Breaches that the actor may see, the latest first, `limit` at most.

    `filters` maps a condition on `b` with one `{}` to its value; `department_id` is on either side.
    """
    arguments: list[Any] = []

    def placed(value: object) -> str:
        arguments.append(value)
        return f"${len(arguments)}"

    conditions = [condition.format(placed(value)) for condition, value in filters.items()]
    if after is not None:
        conditions.append(f"(b.breached_at, b.id) < ({placed(after[0])}, {placed(after[1])})")
    rest, n = " AND ".join(conditions) or "true", placed(limit)
    if sees_all_tickets(actor) and department_id is None:
        sql = _OF_ALL.format(rest=rest, n=n)
    else:
        branches = list(_branches(actor, department_id, placed, rest, n))
        if not branches:
            return []
        sql = _PAGE.format(branches=" UNION ".join(f"({each})" for each in branches), n=n)
    return [dict(row) for row in await connection.fetch(sql, *arguments)]


def _branches(
    actor: Actor, department_id: UUID | None, placed: Callable[[object], str], rest: str, n: str
) -> Iterator[str]:
    """Each side of which the actor sees breaches, found by an index of its own.

    Who serves the provider sees them, and who manages the customer, but for what is confidential.
    """
    if sees_all_tickets(actor):
        serving = managed = [department_id]
        own = rest
    else:
        serving = [each for each in serving_departments(actor) if department_id in (None, each)]
        managed = [each for each in managed_departments(actor) if department_id in (None, each)]
        own = f"{rest} AND NOT b.is_confidential"
    # A department's own breaches are seen with whomever it shares them: the other side is not asked about.
    if serving:
        yield _OF_DEPARTMENTS.format(departments=placed(serving), column="provider_department_id", rest=rest, n=n)
    if managed:
        yield _OF_DEPARTMENTS.format(departments=placed(managed), column="customer_department_id", rest=own, n=n)
