"""Searching tickets by their words, among those that somebody may see; and keeping the words of a ticket."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.requests.tickets.policies import managed_departments, sees_all_tickets, serving_departments
from services.requests.tickets.queries.holding import HOLDS
from services.requests.tickets.queries.read import PUBLIC_COLUMNS
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.rules.words import Said
from services.shared.auth import Actor
from services.shared.db import Connection

MOST = 1000
"""For each reason for which somebody sees tickets, the newest of so many that match are ranked."""

_KEEP = """
INSERT INTO ticket_text (ticket_id, shown, whole) VALUES (
    $1, ticket_words($2, $3, $4, $5), CASE WHEN $6 <> '' THEN ticket_words($2, $3, $4, $6 || ' ' || $5) END
) ON CONFLICT (ticket_id) DO UPDATE SET shown = excluded.shown, whole = excluded.whole
"""
_FOUND = """
SELECT t.id, t.created_at, ts_rank({words}, {query}) AS rank
FROM {tickets} JOIN ticket_text x ON x.ticket_id = t.id
WHERE {matches} AND {rest} ORDER BY t.created_at DESC, t.id DESC LIMIT {most}
"""
_OF_DEPARTMENTS = "SELECT f.* FROM unnest({departments}::uuid[]) AS d(id), LATERAL ({found}) AS f"
# OFFSET 0, as where tickets are listed.
_TAKING_PART = "(SELECT * FROM ticket t WHERE t.participants @> ARRAY[{me}::uuid] OFFSET 0) AS t"
_PAGE = """
SELECT {columns}, hit.rank FROM (
    SELECT id, max(rank)::float8 AS rank, max(created_at) AS created_at FROM ({branches}) AS seen GROUP BY id
) AS hit JOIN ticket t ON t.id = hit.id
WHERE {after} ORDER BY hit.rank DESC, hit.created_at DESC, hit.id DESC LIMIT {n}
"""
# Whether the index of words or the newest tickets come first depends on how many hold the words asked for.
_PLAN_EACH = "SET LOCAL plan_cache_mode = force_custom_plan"

Placed = Callable[[object], str]


async def keep_words(connection: Connection, ticket: Row, said: Said) -> None:
    """What the ticket is found by from now on."""
    asked = (ticket["key"], ticket["subject"], ticket["description"])
    await connection.execute(_KEEP, ticket["id"], *asked, said.public, said.internal)


async def page_of_found(
    connection: Connection,
    actor: Actor,
    words: str,
    filters: Mapping[str, Any],
    *,
    after: tuple[float, datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """Tickets that the actor may see and in which all these words are, the best match first, each with its `rank`.

    `filters` as `page_of_tickets` takes them. What is internal is searched for those who read it.
    """
    arguments: list[Any] = []

    def placed(value: object) -> str:
        arguments.append(value)
        return f"${len(arguments)}"

    rest = " AND ".join(condition.format(placed(value)) for condition, value in filters.items()) or "true"
    branches = " UNION ALL ".join(f"({branch})" for branch in _branches(actor, placed, words, rest))
    since = f"(hit.rank, hit.created_at, hit.id) < ({', '.join(map(placed, after))})" if after else "true"
    sql = _PAGE.format(columns=PUBLIC_COLUMNS, branches=branches, after=since, n=placed(limit))
    async with connection.transaction(readonly=True):
        await connection.execute(_PLAN_EACH)
        return [dict(row) for row in await connection.fetch(sql, *arguments)]


def _branches(actor: Actor, placed: Placed, words: str, rest: str) -> Iterator[str]:
    """The reasons of `page_of_tickets`, and for each what of a ticket is searched."""
    me, query = placed(actor.id), f"search_query({placed(words)})"
    asking = (
        f"(t.requester_id IS NOT DISTINCT FROM {me} OR t.beneficiary_id IS NOT DISTINCT FROM {me}"
        f" OR {me} = ANY(t.participants))"
    )
    shown, whole = f"x.shown @@ {query}", f"(x.shown @@ {query} OR x.whole @@ {query})"
    of_whole = "COALESCE(x.whole, x.shown)"

    def found(belongs: str, *, tickets: str = "ticket t", is_serving: bool = False) -> str:
        matches = f"{belongs} AND {whole if is_serving else shown}"
        ranked = of_whole if is_serving else "x.shown"
        return _FOUND.format(words=ranked, query=query, tickets=tickets, matches=matches, rest=rest, most=MOST)

    if sees_all_tickets(actor):
        yield found("true")
        if actor.has_role("admin", "auditor"):
            yield found(f"NOT {asking} AND x.whole IS NOT NULL", is_serving=True)
    for belongs in (f"t.requester_id = {me}", f"t.beneficiary_id = {me}"):
        yield found(belongs)
    yield found("true", tickets=_TAKING_PART.format(me=me))
    if serving := serving_departments(actor):
        departments = placed(serving)
        provided = found("t.provider_department_id = d.id", is_serving=True)
        yield _OF_DEPARTMENTS.format(departments=departments, found=provided)
        held = f"k.department_id = ANY({departments}::uuid[]) AND {HOLDS}"
        yield found(held, tickets="ticket_link k JOIN ticket t ON t.id = k.ticket_id", is_serving=True)
    if managed := managed_departments(actor):
        asked = found("t.customer_department_id = d.id AND NOT t.is_confidential")
        yield _OF_DEPARTMENTS.format(departments=placed(managed), found=asked)
