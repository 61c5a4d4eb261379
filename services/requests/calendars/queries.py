"""Named reads of calendars, and who works by which one: own, else the nearest ancestor's, else the organisation's."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.requests.calendars.models import Calendar, CalendarAssignment, CalendarVersion
from services.requests.departments.rules import DEEPEST
from services.requests.worktime import WorkingTime, definition_from
from services.shared.idempotency import Fetch
from services.shared.paging import PageWanted, older_than

_RESOLVE = f"""
WITH RECURSIVE line AS (
    SELECT $1::uuid AS id, 0 AS depth
    UNION ALL
    SELECT department_copy.parent_id, line.depth + 1
    FROM line JOIN department_copy ON department_copy.id = line.id
    WHERE line.depth < {DEEPEST} AND department_copy.parent_id IS NOT NULL
)
SELECT calendar.id, calendar.current_version_id, calendar.current_version_number, assignment.department_id
FROM calendar_assignment assignment
JOIN calendar ON calendar.id = assignment.calendar_id
LEFT JOIN line ON line.id = assignment.department_id
WHERE line.id IS NOT NULL OR assignment.department_id IS NULL
ORDER BY line.depth NULLS LAST
LIMIT 1
"""

_VERSIONS = (
    "SELECT calendar_id, id, created_at FROM calendar_version WHERE calendar_id = ANY($1::uuid[]) ORDER BY number"
)
_ZONES = """
SELECT calendar.id, calendar_version.definition->>'time_zone'
FROM calendar JOIN calendar_version ON calendar_version.id = calendar.current_version_id
WHERE calendar.id = ANY($1::uuid[])
"""
_DEFINITIONS = "SELECT id, definition::text, public_holidays::text FROM calendar_version WHERE id = ANY($1::uuid[])"


@dataclass(frozen=True, slots=True)
class ResolvedCalendar:
    """The calendar by which somebody works; `held_by` is the department whose own it is, None: the organisation's."""

    calendar_id: UUID
    version_id: UUID
    number: int
    held_by: UUID | None


async def calendar_of_department(fetch: Fetch, department_id: UUID | None) -> ResolvedCalendar:
    """The calendar of a department (None: the organisation's) now; of one not known here the organisation's."""
    (row,) = await fetch(_RESOLVE, department_id)
    return ResolvedCalendar(*row)


async def calendars_by_id(fetch: Fetch, ids: Sequence[UUID]) -> dict[UUID, ResolvedCalendar]:
    """The current versions of these calendars, as far as they exist; `held_by` says nothing here."""
    rows = await fetch(
        "SELECT id, current_version_id, current_version_number, NULL::uuid FROM calendar WHERE id = ANY($1::uuid[])",
        list(ids),
    )
    return {row[0]: ResolvedCalendar(*row) for row in rows}


async def zones_of_calendars(fetch: Fetch, ids: Collection[UUID]) -> dict[UUID, str]:
    """The zones of these calendars' current versions, as far as they exist."""
    return {row[0]: row[1] for row in await fetch(_ZONES, list(ids))}


class WorkingTimes:
    """Calendar versions compiled once and kept: versions never change, so nothing here is ever stale."""

    def __init__(self, capacity: int = 512) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[UUID, WorkingTime] = OrderedDict()

    async def get_all(self, fetch: Fetch, version_ids: Collection[UUID]) -> dict[UUID, WorkingTime]:
        """These versions, ready to compute with. LookupError where there is none: ids come from our own rows."""
        found = {version_id: self._kept[version_id] for version_id in version_ids if version_id in self._kept}
        missing = [version_id for version_id in version_ids if version_id not in found]
        if missing:
            for version_id, *document in await fetch(_DEFINITIONS, missing):
                definition, holidays = (orjson.loads(part) for part in document)
                made = WorkingTime(definition_from({**definition, "public_holidays": holidays}))
                found[version_id] = self._kept[version_id] = made
        if len(found) != len(set(version_ids)):
            raise LookupError(f"no calendar version {set(version_ids) - set(found)}")
        for version_id in found:
            self._kept.move_to_end(version_id)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
        return found

    async def get(self, fetch: Fetch, version_id: UUID) -> WorkingTime:
        """One of them."""
        return (await self.get_all(fetch, [version_id]))[version_id]


async def versions_of_calendars(fetch: Fetch, ids: Collection[UUID]) -> dict[UUID, list[tuple[UUID, datetime]]]:
    """(id, saved at) of every version of these calendars, oldest first."""
    found: dict[UUID, list[tuple[UUID, datetime]]] = {}
    for calendar_id, version_id, since in await fetch(_VERSIONS, list(ids)):
        found.setdefault(calendar_id, []).append((version_id, since))
    return found


async def find_calendar(session: AsyncSession, calendar_id: UUID, *, lock: bool = False) -> Calendar | None:
    """The calendar; with `lock` until the transaction ends."""
    return await session.get(Calendar, calendar_id, with_for_update=True if lock else None)


async def current_version(session: AsyncSession, calendar: Calendar) -> CalendarVersion:
    """The version that the calendar has now."""
    return await session.get_one(CalendarVersion, calendar.current_version_id)


async def page_of_calendars(session: AsyncSession, page: PageWanted) -> tuple[Sequence[Calendar], str | None]:
    """Calendars, newest first."""
    columns = (col(Calendar.created_at), col(Calendar.id))
    wanted = select(Calendar).order_by(*(column.desc() for column in columns)).limit(page.limit + 1)
    after = page.typed_after(datetime, UUID)
    if after is not None:
        wanted = wanted.where(older_than(columns, after))
    rows, goes_on = page.split((await session.scalars(wanted)).all())
    return rows, page.cursor((rows[-1].created_at, rows[-1].id)) if goes_on else None


async def page_of_versions(
    session: AsyncSession, calendar_id: UUID, page: PageWanted
) -> tuple[Sequence[CalendarVersion], str | None]:
    """A calendar's versions, newest first."""
    number = col(CalendarVersion.number)
    wanted = select(CalendarVersion).where(col(CalendarVersion.calendar_id) == calendar_id)
    wanted = wanted.order_by(number.desc()).limit(page.limit + 1)
    after = page.typed_after(int)
    if after is not None:
        wanted = wanted.where(older_than((number,), after))
    rows, goes_on = page.split((await session.scalars(wanted)).all())
    return rows, page.cursor((rows[-1].number,)) if goes_on else None


async def followers_of(session: AsyncSession, calendar_id: UUID) -> Sequence[UUID | None]:
    """The departments to which the calendar is assigned; None among them is the organisation."""
    wanted = select(CalendarAssignment.department_id).where(col(CalendarAssignment.calendar_id) == calendar_id)
    return (await session.scalars(wanted)).all()


async def author_of(session: AsyncSession, calendar_id: UUID) -> UUID | None:
    """Who made the calendar; none where a migration did."""
    wanted = select(CalendarVersion.created_by).where(
        col(CalendarVersion.calendar_id) == calendar_id, col(CalendarVersion.number) == 1
    )
    author: UUID | None = await session.scalar(wanted)
    return author


async def own_assignment(
    session: AsyncSession, department_id: UUID | None, *, lock: bool = False
) -> CalendarAssignment | None:
    """The department's (None: the organisation's) own assignment; with `lock` until the transaction ends."""
    wanted = select(CalendarAssignment).where(col(CalendarAssignment.department_id).is_not_distinct_from(department_id))
    found: Any = await session.scalar(wanted.with_for_update() if lock else wanted)
    return found if isinstance(found, CalendarAssignment) else None
