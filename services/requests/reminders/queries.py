"""The statement that finds which dates come and claims each of them once, however many workers ask."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.shared.db import Connection
from services.shared.idempotency import Fetch

_CLAIM = """
WITH today AS (SELECT * FROM unnest($1::text[], $2::date[]) AS t (time_zone, day)), in_force AS (
    SELECT DISTINCT a.id, a.customer_department_id, a.provider_department_id, v.number, today.day,
        (v.content->>'review_on')::date AS review_on,
        (SELECT max(COALESCE(upper(other.during), 'infinity')) FROM agreement_coverage other
            WHERE other.agreement_id = a.id) AS ends_on
    FROM agreement a
    JOIN today ON today.time_zone = a.time_zone
    JOIN agreement_coverage c ON c.agreement_id = a.id AND c.during @> today.day
    JOIN agreement_version v ON v.agreement_id = c.agreement_id AND v.number = c.number
), coming AS (
    SELECT id, number, 'review' AS occasion, review_on AS falls_on FROM in_force
    WHERE review_on BETWEEN day - $5::int AND day + $3::int
    UNION ALL
    SELECT id, number, 'end', ends_on FROM in_force WHERE isfinite(ends_on) AND ends_on <= day + $4::int
), told AS (
    INSERT INTO agreement_reminder (agreement_id, number, occasion, falls_on, reminded_at)
    SELECT id, number, occasion, falls_on, $6 FROM coming ORDER BY id, occasion
    ON CONFLICT DO NOTHING RETURNING agreement_id, number, occasion, falls_on
)
SELECT told.*, a.customer_department_id, a.provider_department_id
FROM told JOIN agreement a ON a.id = told.agreement_id ORDER BY told.agreement_id, told.occasion
"""


_REMINDED = """
SELECT agreement_id, number, occasion, falls_on, reminded_at FROM agreement_reminder
WHERE agreement_id = ANY($1::uuid[]) ORDER BY reminded_at, agreement_id, occasion
"""


@dataclass(frozen=True, slots=True)
class Reminded:
    """A date of an agreement of which both sides were told; `occasion` is review or end."""

    agreement_id: UUID
    number: int
    occasion: str
    falls_on: date
    reminded_at: datetime


@dataclass(frozen=True, slots=True)
class Coming:
    """A date of an agreement that nobody has been told of yet; `occasion` is review or end."""

    agreement_id: UUID
    number: int
    occasion: str
    falls_on: date
    customer_department_id: UUID
    provider_department_id: UUID


async def claim_coming(
    connection: Connection,
    today: Mapping[str, date],
    *,
    review_within: timedelta,
    end_within: timedelta,
    late_by: timedelta,
    now: datetime,
) -> list[Coming]:
    """The dates that come so soon, each given to one caller and once; `today` is the date in each zone of agreements.

    An agreement ends where nothing of it covers anything any more: one whose next version is signed goes on. A review
    is told late by so much at most.
    """
    spans = (review_within.days, end_within.days, late_by.days)
    rows = await connection.fetch(_CLAIM, list(today), list(today.values()), *spans, now)
    return [Coming(*row) for row in rows]


async def reminders_of(fetch: Fetch, agreement_ids: Collection[UUID]) -> list[Reminded]:
    """Which dates of these agreements both sides were told of, the latest last."""
    return [Reminded(*row) for row in await fetch(_REMINDED, list(agreement_ids))]
