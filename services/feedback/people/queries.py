"""Named reads and the one write of person copies."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.feedback.people.models import PersonCopy
from services.feedback.people.rules import Person


async def find_people(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Person]:
    """Those of these people who are known here, by id."""
    rows = await session.scalars(select(PersonCopy).where(col(PersonCopy.id).in_(ids)))
    return {row.id: Person(row.id, row.is_active, row.version, frozenset(row.departments)) for row in rows}


async def store_person(session: AsyncSession, person: Person) -> None:
    """Take them in; a copy with the same or a higher version stays as it is."""
    row = insert(PersonCopy).values(
        id=person.id, is_active=person.is_active, version=person.version, departments=sorted(person.departments)
    )
    told = {name: row.excluded[name] for name in ("is_active", "version", "departments")}
    is_later = col(PersonCopy.version) < row.excluded.version
    await session.execute(row.on_conflict_do_update(index_elements=["id"], set_=told, where=is_later))
