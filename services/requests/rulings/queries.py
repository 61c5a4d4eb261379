"""The statements of rulings: what was promised before, what waits to be ruled, and which tickets it concerns."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from services.requests.catalogue.rules import PublishedTarget
from services.requests.tickets.queries.between import CUSTOMERS_AND_PROVIDERS
from services.requests.tickets.queries.holding import HOLDERS
from services.requests.tickets.rules.stored import Row
from services.shared.db import Connection

_PUBLISHED = "SELECT content->>'default_targets' FROM offering_version WHERE offering_id = $1 AND number = $2"

# A calendar's first version is ruled on nothing; an agreement's version reaches open tickets on its first day. Asked
# every second: those that apply to open tickets have an index of their own, with these very words.
_NOTICE = """
INSERT INTO ruling_job (id, calendar_version_id, agreement_version_id, after, ruled, created_at)
SELECT gen_random_uuid(), found.calendar_version_id, found.agreement_version_id, $1::uuid, 0, found.since
FROM (
    SELECT v.id AS calendar_version_id, NULL::uuid AS agreement_version_id, v.created_at AS since
    FROM calendar_version v WHERE v.number > 1
    UNION ALL
    SELECT NULL, v.id, $2::timestamptz FROM agreement_version v JOIN agreement a ON a.id = v.agreement_id
    WHERE v.content @> '{"applies_to_open": true}' AND EXISTS (
        SELECT FROM agreement_coverage c WHERE c.agreement_id = v.agreement_id AND c.number = v.number
            AND c.during @> ($2::timestamptz AT TIME ZONE a.time_zone)::date
    )
) AS found
WHERE NOT EXISTS (
    SELECT FROM ruling_job j WHERE j.calendar_version_id = found.calendar_version_id
        OR j.agreement_version_id = found.agreement_version_id
)
ON CONFLICT DO NOTHING
"""
# What is dated back behind a version, after that went to every open ticket, begins in the version before it.
_AGAIN = """
UPDATE ruling_job j SET done_at = NULL, after = $1::uuid FROM calendar_version v
WHERE j.calendar_version_id = v.id AND j.done_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM calendar_version l WHERE l.calendar_id = v.calendar_id AND l.number > v.number)
    AND EXISTS (
        SELECT FROM ticket_clock c JOIN ticket t ON t.id = c.ticket_id
        WHERE c.calendar_id = v.calendar_id AND c.calendar_version < v.number AND c.stopped_at IS NULL
            AND t.ended_at IS NULL
    )
"""
_CLAIM = """
SELECT j.id, j.after, j.agreement_version_id, v.calendar_id, v.number AS calendar_version, v.elapsed,
    a.customer_department_id, a.provider_department_id
FROM ruling_job j LEFT JOIN calendar_version v ON v.id = j.calendar_version_id
LEFT JOIN agreement_version w ON w.id = j.agreement_version_id LEFT JOIN agreement a ON a.id = w.agreement_id
WHERE j.done_at IS NULL ORDER BY j.created_at, j.id LIMIT 1 FOR UPDATE OF j SKIP LOCKED
"""
_FOLLOWING = """
SELECT DISTINCT c.ticket_id FROM ticket_clock c
WHERE c.calendar_id = $1 AND c.calendar_version < $2 AND c.stopped_at IS NULL AND c.ticket_id > $3
ORDER BY c.ticket_id LIMIT $4
"""
# What was imported keeps the terms that its mapping named. Work that no offering names is covered between the two.
_COVERED = f"""
{CUSTOMERS_AND_PROVIDERS}, own AS (
    SELECT t.id FROM ticket t
    WHERE t.offering_id = ANY($3::uuid[]) AND t.ended_at IS NULL AND t.source IS NULL
        AND t.agreement_version_id IS DISTINCT FROM $4 AND t.id > $5
    ORDER BY t.id LIMIT $6
), handed AS (
    SELECT DISTINCT k.ticket_id FROM ticket_link k JOIN ticket t ON t.id = k.ticket_id
    WHERE k.department_id IN (SELECT id FROM providers) AND k.ended_at IS NULL AND t.source IS NULL
        AND k.customer_department_id IN (SELECT id FROM customers)
        AND (k.offering_id IS NULL OR k.offering_id = ANY($3))
        AND k.agreement_version_id IS DISTINCT FROM $4 AND k.ticket_id > $5
    ORDER BY k.ticket_id LIMIT $6
)
SELECT id FROM own UNION SELECT ticket_id FROM handed ORDER BY id LIMIT $6
"""
_ADVANCE = """
UPDATE ruling_job SET after = $2, ruled = ruled + $3, done_at = CASE WHEN $4 THEN statement_timestamp() END
WHERE id = $1
"""
_CALENDAR = """
SELECT ARRAY(SELECT department_id FROM calendar_assignment WHERE calendar_id = c.id) AS followers,
    (SELECT created_by FROM calendar_version WHERE calendar_id = c.id AND number = 1) AS author_id
FROM calendar c WHERE c.id = $1
"""
_OPEN = f"""
SELECT t.*, ARRAY({HOLDERS}) AS holders
FROM ticket t WHERE t.id = ANY($1::uuid[]) AND t.ended_at IS NULL ORDER BY t.id
"""
_EVENTS = "SELECT * FROM ticket_event WHERE ticket_id = ANY($1::uuid[])"
FIRST = UUID(int=0)


async def published_targets(connection: Connection, offering_id: UUID, number: int) -> list[PublishedTarget]:
    """The default targets of a version of an offering."""
    text = await connection.fetchval(_PUBLISHED, offering_id, number)
    return [PublishedTarget.read(target) for target in orjson.loads(text or "[]")]


async def notice_rulings(connection: Connection, now: Any) -> None:
    """Write down what is to be ruled on open tickets and is not yet."""
    await connection.execute(_NOTICE, FIRST, now)


async def notice_left_behind(connection: Connection) -> None:
    """Let the latest version of a calendar go out again where an open clock is still in an earlier one."""
    await connection.execute(_AGAIN, FIRST)


async def claim_job(connection: Connection) -> Any:
    """The oldest ruling under way that nobody else works on, held for this transaction; none where there is none.

    A row with `id`, `after`, and either `agreement_version_id` and its two departments or `calendar_id`,
    `calendar_version`, `elapsed`.
    """
    return await connection.fetchrow(_CLAIM)


async def tickets_following(connection: Connection, calendar_id: UUID, version: int, after: UUID, n: int) -> list[UUID]:
    """Tickets with an open clock in an earlier version of that calendar, `n` at most, in the order of their ids."""
    return [row[0] for row in await connection.fetch(_FOLLOWING, calendar_id, version, after, n)]


async def open_tickets_of(connection: Connection, offerings: list[UUID], job: Any, n: int) -> list[UUID]:
    """Open tickets about these offerings, or of which a part may be covered, not yet under the job's version.

    `n` at most, in the order of their ids; imported ones are left out.
    """
    pair = job["customer_department_id"], job["provider_department_id"]
    rows = await connection.fetch(_COVERED, *pair, offerings, job["agreement_version_id"], job["after"], n)
    return [row[0] for row in rows]


async def advance_job(connection: Connection, job_id: UUID, after: UUID, ruled: int, *, is_done: bool) -> None:
    """So far has the ruling come."""
    await connection.execute(_ADVANCE, job_id, after, ruled, is_done)


async def calendar_with_followers(connection: Connection, calendar_id: UUID) -> Any:
    """Who works by a calendar (`followers`; None among them is the organisation) and who made it; None without one."""
    return await connection.fetchrow(_CALENDAR, calendar_id)


async def open_tickets_whole(connection: Connection, ids: Sequence[UUID]) -> tuple[list[Row], dict[UUID, list[Row]]]:
    """Those of these tickets that are open, with the `holders` of their links; and the events of each, in no order."""
    rows = [dict(row) for row in await connection.fetch(_OPEN, list(ids))]
    events: dict[UUID, list[Row]] = {row["id"]: [] for row in rows}
    for event in await connection.fetch(_EVENTS, list(events)):
        events[event["ticket_id"]].append(dict(event))
    return rows, events
