"""Use cases of memberships: who belongs to a department, and as what."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.departments.queries import find_department
from services.identity.people.models import Membership, Person
from services.identity.people.policies import can_manage_members
from services.identity.people.queries import find_membership, find_person, lock_person
from services.identity.people.rules import DepartmentRole
from services.identity.people.service.people import note_change
from services.shared.auth import Actor
from services.shared.etags import Expected
from services.shared.problems import Forbidden, NotFound

NOBODY_YET = 0
"""The version of a membership that does not exist: `If-Match: "0"` makes it, and only makes it."""


async def set_membership(
    session: AsyncSession,
    actor: Actor,
    department_id: UUID,
    person_id: UUID,
    role: DepartmentRole,
    *,
    expected: Expected | None,
    now: datetime,
) -> Membership:
    """Make the person this in the department, whatever they were there before.

    NotFound, Forbidden; PreconditionFailed where `expected` names another version than the membership's, 0 for none.
    """
    person, membership = await _lock(session, actor, department_id, person_id)
    if expected is not None:
        expected.check(membership.version if membership else NOBODY_YET)
    if membership is None:
        membership = Membership(person_id=person_id, department_id=department_id, role=role, since=now)
        session.add(membership)
    elif membership.role is not role:
        membership.role = role
        membership.version += 1
    else:
        return membership
    await note_change(session, person, now=now)
    return membership


async def add_membership(
    session: AsyncSession, actor: Actor, department_id: UUID, person_id: UUID, role: DepartmentRole, *, now: datetime
) -> Membership:
    """As `set_membership`, from within: no version is expected."""
    return await set_membership(session, actor, department_id, person_id, role, expected=None, now=now)


async def end_membership(
    session: AsyncSession, actor: Actor, department_id: UUID, person_id: UUID, *, expected: Expected, now: datetime
) -> None:
    """Take the person out of the department; NotFound, Forbidden, PreconditionFailed."""
    person, membership = await _lock(session, actor, department_id, person_id)
    if membership is None:
        raise NotFound
    expected.check(membership.version)
    await session.delete(membership)
    await note_change(session, person, now=now)


async def get_membership(session: AsyncSession, department_id: UUID, person_id: UUID) -> Membership:
    """The person's membership in the department; NotFound."""
    membership = await find_membership(session, person_id, department_id)
    if membership is None:
        raise NotFound
    return membership


async def _lock(
    session: AsyncSession, actor: Actor, department_id: UUID, person_id: UUID
) -> tuple[Person, Membership | None]:
    if await find_department(session, department_id) is None or await find_person(session, person_id) is None:
        raise NotFound
    if not can_manage_members(actor, department_id):
        raise Forbidden
    person = await lock_person(session, person_id)
    if person is None:
        raise NotFound
    return person, await find_membership(session, person_id, department_id)
