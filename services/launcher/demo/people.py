"""The demo's departments and people, made through identity's own use cases; making them again changes nothing."""

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.identity.absences.models import Absence
from services.identity.absences.schemas import NewAbsence
from services.identity.absences.service import record_absence
from services.identity.accounts.service.passwords import Passwords
from services.identity.departments.models import Department
from services.identity.departments.schemas import NewDepartment
from services.identity.departments.service import add_department
from services.identity.deputies.models import Deputy
from services.identity.deputies.rules import local_day
from services.identity.deputies.schemas import NewDeputy
from services.identity.deputies.service import name_deputy
from services.identity.first_admin import PLATFORM, ensure_person
from services.identity.people.rules import CustomerType, DepartmentRole, OrganisationRole
from services.identity.people.schemas import NewMembership, NewPerson
from services.launcher.demo.organisation import ABSENT, AWAY, DEPARTMENTS, ZONE, DemoDepartment
from services.shared.auth import Actor

ROLES = (
    DepartmentRole.MANAGER,
    DepartmentRole.AGENT,
    DepartmentRole.AGENT,
    DepartmentRole.MEMBER,
    DepartmentRole.MEMBER,
)
ADMIN = "admin@demo.example"
AWAY_FROM, AWAY_FOR = timedelta(days=30), timedelta(days=14)
"""When the managers of `AWAY` will be away, and how long: their deputies sign for them then."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the demo, as they act."""

    name: str
    email: str
    password: str
    role: str
    department: str | None
    actor: Actor


def password_of(secret: str, email: str) -> str:
    """A person's password: drawn from the secret of this data directory, so that an interrupted start finds it again.

    >>> password_of("secret", ADMIN) == password_of("secret", ADMIN) != password_of("other", ADMIN)
    True
    """
    digest = hmac.digest(secret.encode(), f"demo:{email}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:10]).decode().lower()


def email_of(name: str) -> str:
    """The address of a person of the demo.

    >>> email_of("Álex Cid")
    'alex.cid@demo.example'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"{plain.lower().replace(' ', '.')}@demo.example"


async def ensure_departments(session: AsyncSession, *, now: datetime) -> dict[str, Department]:
    """The demo's departments by code."""
    codes = [department.code for department in DEPARTMENTS]
    known = {
        each.code: each for each in await session.scalars(select(Department).where(col(Department.code).in_(codes)))
    }
    for department in DEPARTMENTS:
        if department.code not in known:
            new = NewDepartment(code=department.code, name=department.name, time_zone=ZONE)
            known[department.code] = await add_department(session, PLATFORM, new, now=now)
    return known


async def ensure_people(
    session: AsyncSession, passwords: Passwords, ids: dict[str, UUID], secret: str, *, now: datetime
) -> list[DemoPerson]:
    """The administrator and everybody of the departments, with passwords."""
    admin = NewPerson(email=ADMIN, display_name="Administrator", roles=[OrganisationRole.ADMIN])
    people = [await _ensure(session, passwords, admin, secret, "admin", None, now)]
    for department in DEPARTMENTS:
        for name, role in zip(department.people, ROLES, strict=True):
            new = _new_person(name, role, ids[department.code])
            people.append(await _ensure(session, passwords, new, secret, role.value, department, now))
    return people


async def ensure_deputies(
    session: AsyncSession, people: Sequence[DemoPerson], ids: Mapping[str, UUID], *, now: datetime
) -> None:
    """The first agents of `AWAY` stand in for their managers, unless the department has had a deputy already."""
    for code in AWAY:
        if await session.scalar(select(exists().where(col(Deputy.department_id) == ids[code]))):
            continue
        manager, agent = [person for person in people if person.department == code][:2]
        first, last = ((now + after).date() for after in (AWAY_FROM, AWAY_FROM + AWAY_FOR))
        new = NewDeputy.model_validate({"person_id": agent.actor.id, "from": first, "to": last})
        await name_deputy(session, manager.actor, ids[code], new, now=now)


async def ensure_absences(
    session: AsyncSession, people: Sequence[DemoPerson], ids: Mapping[str, UUID], *, now: datetime
) -> None:
    """The second agents of `ABSENT` are away, and the first there for them, unless somebody is known to be away."""
    today = local_day(ZONE, now)
    for code in ABSENT:
        if await session.scalar(select(exists().where(col(Absence.department_id) == ids[code]))):
            continue
        deputy, absent = [person.actor for person in people if person.department == code][1:3]
        days = {"from": today, "to": today + AWAY_FOR}
        new = NewAbsence.model_validate({"person_id": absent.id, "deputy_id": deputy.id, **days})
        await record_absence(session, absent, ids[code], new, now=now)


def _new_person(name: str, role: DepartmentRole, department_id: UUID) -> NewPerson:
    customer_type = CustomerType.EXECUTIVE if role is DepartmentRole.MANAGER else CustomerType.OPERATIVE
    membership = NewMembership(department_id=department_id, role=role)
    return NewPerson(
        email=email_of(name), display_name=name, customer_type=customer_type, locale="es", memberships=[membership]
    )


async def _ensure(
    session: AsyncSession,
    passwords: Passwords,
    new: NewPerson,
    secret: str,
    role: str,
    department: DemoDepartment | None,
    now: datetime,
) -> DemoPerson:
    password = password_of(secret, new.email)
    person = await ensure_person(session, passwords, new, password=password, now=now)
    actor = Actor(
        id=person.id,
        roles=frozenset(each.value for each in new.roles),
        department_roles={each.department_id: each.role.value for each in new.memberships},
        customer_type=new.customer_type.value,
    )
    return DemoPerson(new.display_name, new.email, password, role, department.code if department else None, actor)
