"""Named reads of people and memberships."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.people.models import Membership, Person
from services.identity.people.rules import OrganisationRole
from services.identity.people.schemas import PersonPublic
from services.shared.paging import PageWanted, older_than


async def find_person(session: AsyncSession, person_id: UUID) -> Person | None:
    return await session.get(Person, person_id)


async def find_person_by_email(session: AsyncSession, email: str) -> Person | None:
    """The person with that address, already normalised."""
    found: Person | None = await session.scalar(select(Person).where(col(Person.email) == email))
    return found


async def lock_person(session: AsyncSession, person_id: UUID) -> Person | None:
    """The person, locked until the transaction ends: whoever changes their memberships holds this too."""
    return await session.get(Person, person_id, with_for_update={"key_share": True}, populate_existing=True)


async def page_of_people(
    session: AsyncSession, page: PageWanted, *, ids: Sequence[UUID], email: str | None
) -> Sequence[Person]:
    """Newest first, one more than the page holds."""
    query = select(Person).order_by(col(Person.id).desc()).limit(page.limit + 1)
    if ids:
        query = query.where(col(Person.id).in_(ids))
    if email is not None:
        query = query.where(col(Person.email) == email)
    after = page.typed_after(UUID)
    if after is not None:
        query = query.where(older_than([col(Person.id)], after))
    return (await session.scalars(query)).all()


async def memberships_of(session: AsyncSession, person_ids: Iterable[UUID]) -> Mapping[UUID, list[Membership]]:
    """The memberships of each person, by department id."""
    query = select(Membership).where(col(Membership.person_id).in_(list(person_ids)))
    found: defaultdict[UUID, list[Membership]] = defaultdict(list)
    for membership in await session.scalars(query.order_by(col(Membership.department_id))):
        found[membership.person_id].append(membership)
    return found


async def find_membership(session: AsyncSession, person_id: UUID, department_id: UUID) -> Membership | None:
    return await session.get(Membership, (person_id, department_id))


async def page_of_members(session: AsyncSession, page: PageWanted, department_id: UUID) -> Sequence[Membership]:
    """A department's members, newest people first, one more than the page holds."""
    query = select(Membership).where(col(Membership.department_id) == department_id)
    after = page.typed_after(UUID)
    if after is not None:
        query = query.where(older_than([col(Membership.person_id)], after))
    return (await session.scalars(query.order_by(col(Membership.person_id).desc()).limit(page.limit + 1))).all()


async def count_active_admins(session: AsyncSession, *, besides: UUID) -> int:
    """How many active administrators there are without this one."""
    query = select(func.count()).where(
        col(Person.is_active), col(Person.roles).contains([OrganisationRole.ADMIN.value]), col(Person.id) != besides
    )
    return await session.scalar(query) or 0


async def people_public(session: AsyncSession, people: Sequence[Person]) -> list[PersonPublic]:
    """People as everybody signed in sees them, each with their memberships."""
    memberships = await memberships_of(session, [person.id for person in people])
    return [
        PersonPublic.model_validate({**person.model_dump(), "memberships": memberships.get(person.id, [])})
        for person in people
    ]
