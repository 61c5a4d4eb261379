"""Named reads and writes of absence copies, for a session and for the bare driver alike (`Fetch`)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.requests.absences.models import AbsenceCopy
from services.requests.absences.rules import Absence, Noted
from services.requests.people.rules import SERVING_ROLES
from services.shared.idempotency import Fetch

KEPT = timedelta(days=31)
"""How long an absence is kept after its last day, as at identity."""
_A_DAY = timedelta(days=1)
"""No zone is farther from UTC: what lies outside is nowhere now."""
_STORE = """
INSERT INTO absence_copy (id, person_id, department_id, first_day, last_day, deputy_id, is_ended, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, department_id = excluded.department_id,
    first_day = excluded.first_day, last_day = excluded.last_day, deputy_id = excluded.deputy_id,
    is_ended = excluded.is_ended, version = excluded.version
WHERE absence_copy.version < excluded.version RETURNING id
"""
_AROUND = "NOT a.is_ended AND a.first_day <= $2::date AND a.last_day >= $3::date"
_NOTED = f"""
SELECT a.person_id, a.department_id, a.first_day, a.last_day, p.id, d.time_zone
FROM absence_copy a JOIN department_copy d ON d.id = a.department_id
LEFT JOIN person_copy p ON p.id = a.deputy_id AND p.is_active
    AND p.departments ->> a.department_id::text = ANY($4::text[])
WHERE a.department_id = ANY($1::uuid[]) AND {_AROUND}
ORDER BY a.id
"""
_WHERE = f"SELECT DISTINCT a.department_id FROM absence_copy a WHERE a.person_id = ANY($1::uuid[]) AND {_AROUND}"


async def store_absence(fetch: Fetch, absence: Absence) -> bool:
    """Take it in, unless its copy has the same or a higher version; whether it was news."""
    values = (absence.first_day, absence.last_day, absence.deputy_id, absence.is_ended, absence.version)
    return bool(await fetch(_STORE, absence.id, absence.person_id, absence.department_id, *values))


async def absences_noted(fetch: Fetch, departments: Collection[UUID], now: datetime) -> list[Noted]:
    """The absences from these departments that may be now, by whatever zone; a deputy who no longer serves is none."""
    rows = await fetch(_NOTED, list(departments), *_bounds(now), list(SERVING_ROLES))
    return [Noted(*row) for row in rows]


async def departments_left_by(fetch: Fetch, people: Collection[UUID], now: datetime) -> list[UUID]:
    """The departments from which any of these people may be away now."""
    return [row[0] for row in await fetch(_WHERE, list(people), *_bounds(now))]


async def forget_past_absences(session: AsyncSession, now: datetime) -> None:
    """Of who was away when nothing is kept once nobody needs it."""
    await session.execute(delete(AbsenceCopy).where(col(AbsenceCopy.last_day) < (now - KEPT).date()))


def _bounds(now: datetime) -> tuple[object, object]:
    return (now + _A_DAY).date(), (now - _A_DAY).date()
