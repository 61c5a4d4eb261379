"""Use cases of people: create, read, change."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.identity.db import Outbox, broken_constraint, lock_for_transaction
from services.identity.departments.queries import existing_departments
from services.identity.events import MembershipState, PersonChanged, PersonCreated
from services.identity.people.models import Membership, Person
from services.identity.people.policies import can_give_roles, can_manage_people
from services.identity.people.queries import (
    count_active_admins,
    find_person,
    lock_person,
    memberships_of,
    people_public,
)
from services.identity.people.rules import OrganisationRole
from services.identity.people.schemas import NewMembership, NewPerson, PersonChanges, PersonPublic
from services.shared.auth import Actor
from services.shared.etags import Expected
from services.shared.language import Texts
from services.shared.outbox import enqueue
from services.shared.problems import Conflict, Forbidden, NotFound, Problem


class EmailTaken(Conflict):
    code = "email_taken"
    detail = Texts("Another person has this e-mail address.", "Otra persona tiene esta dirección de correo.")


class DepartmentUnknown(NotFound):
    code = "department_unknown"
    detail = Texts("There is no such department.", "No existe ese departamento.")


class DepartmentTwice(Conflict):
    code = "department_twice"
    detail = Texts("A person has one role in a department.", "Una persona tiene una función en un departamento.")


class LastAdministrator(Conflict):
    code = "last_administrator"
    detail = Texts("Somebody must stay an administrator.", "Alguien debe seguir siendo administrador.")


class RolesNotYours(Forbidden):
    code = "roles_not_yours_to_give"
    detail = Texts(
        "Only an administrator gives roles in the organisation.",
        "Solo un administrador da funciones en la organización.",
    )


async def add_person(session: AsyncSession, actor: Actor, new: NewPerson, *, now: datetime) -> Person:
    """A new person with their memberships; Forbidden, RolesNotYours, DepartmentUnknown, DepartmentTwice, EmailTaken."""
    if not can_manage_people(actor):
        raise Forbidden
    if new.roles and not can_give_roles(actor):
        raise RolesNotYours(pointer="/roles")
    await check_departments(session, new.memberships)
    values = new.model_dump(exclude={"memberships", "roles"})
    person = Person(id=uuid7(), **values, roles=_role_names(new.roles), created_at=now, changed_at=now)
    session.add(person)
    await _write(session)
    for each in new.memberships:
        session.add(Membership(person_id=person.id, department_id=each.department_id, role=each.role, since=now))
    await session.flush()
    await enqueue(session, Outbox, PersonCreated(**await person_state(session, person)), now=now)
    return person


async def add_people(
    session: AsyncSession, actor: Actor, items: Sequence[NewPerson], *, now: datetime
) -> list[PersonPublic | Problem]:
    """Each person made, or the problem that stood against it and only it; Forbidden for all."""
    if not can_manage_people(actor):
        raise Forbidden
    results: list[PersonPublic | Problem] = []
    for new in items:
        try:
            async with session.begin_nested():
                results.append(await person_public(session, await add_person(session, actor, new, now=now)))
        except Problem as refused:
            results.append(refused)
    return results


async def change_person(
    session: AsyncSession, actor: Actor, person_id: UUID, changes: PersonChanges, *, expected: Expected, now: datetime
) -> Person:
    """The person, changed; NotFound, Forbidden, PreconditionFailed, RolesNotYours, LastAdministrator, EmailTaken.

    Whoever is disabled is signed out everywhere.
    """
    person = await lock_person(session, person_id)
    if person is None:
        raise NotFound
    if not can_manage_people(actor):
        raise Forbidden
    expected.check(person.version)
    given = changes.given()
    if "roles" in given:
        given["roles"] = _role_names(given["roles"])
    given = {name: value for name, value in given.items() if getattr(person, name) != value}
    if not given:
        return person
    if "roles" in given and not can_give_roles(actor):
        raise RolesNotYours(pointer="/roles")
    if _is_admin(person) and not can_give_roles(actor):
        raise Forbidden
    await _keep_an_administrator(session, person, given)
    for name, value in given.items():
        setattr(person, name, value)
    if not person.is_active:
        person.signed_out_at = now
    await note_change(session, person, now=now)
    return person


async def get_person(session: AsyncSession, person_id: UUID) -> PersonPublic:
    """The person with their memberships; NotFound."""
    person = await find_person(session, person_id)
    if person is None:
        raise NotFound
    return await person_public(session, person)


async def person_public(session: AsyncSession, person: Person) -> PersonPublic:
    """The person as everybody signed in sees them."""
    (public,) = await people_public(session, [person])
    return public


async def note_change(session: AsyncSession, person: Person, *, now: datetime) -> None:
    """Count a change of this person, who is locked, and tell of it."""
    person.version += 1
    person.changed_at = now
    await _write(session)
    await enqueue(session, Outbox, PersonChanged(**await person_state(session, person)), now=now)


async def person_state(session: AsyncSession, person: Person) -> dict[str, Any]:
    """What our events tell of a person."""
    memberships = (await memberships_of(session, [person.id])).get(person.id, [])
    return {
        "person_id": person.id,
        "customer_type": person.customer_type.value,
        "relation": person.relation.value,
        "is_active": person.is_active,
        "memberships": [MembershipState(department_id=each.department_id, role=each.role) for each in memberships],
        "version": person.version,
    }


async def check_departments(session: AsyncSession, memberships: list[NewMembership]) -> None:
    """Each department exists and is named once; DepartmentUnknown, DepartmentTwice with the pointer."""
    wanted = [each.department_id for each in memberships]
    known = await existing_departments(session, wanted) if wanted else frozenset()
    for index, department_id in enumerate(wanted):
        if department_id not in known:
            raise DepartmentUnknown(pointer=f"/memberships/{index}/department_id")
        if department_id in wanted[:index]:
            raise DepartmentTwice(pointer=f"/memberships/{index}/department_id")


def _role_names(roles: Iterable[OrganisationRole]) -> list[str]:
    return sorted({role.value for role in roles})


def _is_admin(person: Person) -> bool:
    return OrganisationRole.ADMIN.value in person.roles


async def _keep_an_administrator(session: AsyncSession, person: Person, given: dict[str, Any]) -> None:
    for name, is_kept in (
        ("roles", OrganisationRole.ADMIN.value in given.get("roles", person.roles)),
        ("is_active", given.get("is_active", person.is_active)),
    ):
        if is_kept or not (_is_admin(person) and person.is_active):
            continue
        await lock_for_transaction(session, "administrators")
        if not await count_active_admins(session, besides=person.id):
            raise LastAdministrator(pointer=f"/{name}")


async def _write(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        if broken_constraint(error) != "uq_person_email":
            raise
        raise EmailTaken(pointer="/email") from error
