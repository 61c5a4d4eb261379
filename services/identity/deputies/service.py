"""Use cases of deputies: name one, end one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.identity.departments.service import get_department
from services.identity.deputies.models import Deputy
from services.identity.deputies.policies import can_name_deputies
from services.identity.deputies.queries import find_deputy, is_deputy_between
from services.identity.deputies.rules import local_day
from services.identity.deputies.schemas import NewDeputy
from services.identity.people.queries import lock_person
from services.shared.auth import Actor
from services.shared.etags import Expected
from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound


class PersonUnknown(NotFound):
    code = "person_unknown"
    detail = Texts("There is no such person.", "No existe esa persona.")


class PersonInactive(Conflict):
    code = "person_inactive"
    detail = Texts("This person is no longer active.", "Esta persona ya no está activa.")


class DeputyEndsBeforeItBegins(Conflict):
    code = "deputy_ends_before_it_begins"
    detail = Texts("The last day lies before the first.", "El último día es anterior al primero.")


class DeputyInThePast(Conflict):
    code = "deputy_in_the_past"
    detail = Texts(
        "Nobody becomes a deputy of days gone by: in this department it is {today}.",
        "Nadie pasa a ser suplente en días pasados: en este departamento es {today}.",
    )


class DeputyAlready(Conflict):
    code = "deputy_already"
    detail = Texts(
        "This person is the department's deputy on some of these days already.",
        "Esta persona ya es suplente del departamento en algunos de estos días.",
    )


class DeputyOver(Conflict):
    code = "deputy_over"
    detail = Texts("This person no longer is the deputy.", "Esta persona ya no es la suplente.")


async def name_deputy(
    session: AsyncSession, actor: Actor, department_id: UUID, new: NewDeputy, *, now: datetime
) -> Deputy:
    """A new deputy of the department, on days by its local date.

    NotFound, Forbidden, DeputyEndsBeforeItBegins, DeputyInThePast, PersonUnknown, PersonInactive, DeputyAlready.
    """
    department = await get_department(session, department_id)
    if not can_name_deputies(actor, department_id):
        raise Forbidden
    if new.to is not None and new.to < new.from_:
        raise DeputyEndsBeforeItBegins(pointer="/to")
    today = local_day(department.time_zone, now)
    if new.from_ < today:
        raise DeputyInThePast(pointer="/from", today=today.isoformat())
    # Whoever names the same person waits here, so that no two sets of days overlap.
    person = await lock_person(session, new.person_id)
    if person is None:
        raise PersonUnknown(pointer="/person_id")
    if not person.is_active:
        raise PersonInactive(pointer="/person_id")
    if await is_deputy_between(session, department_id, person.id, new.from_, new.to):
        raise DeputyAlready(pointer="/from")
    deputy = Deputy(
        id=uuid7(),
        department_id=department_id,
        person_id=person.id,
        first_day=new.from_,
        last_day=new.to,
        named_at=now,
        named_by=actor.id,
    )
    session.add(deputy)
    await session.flush()
    return deputy


async def end_deputy(
    session: AsyncSession, actor: Actor, department_id: UUID, deputy_id: UUID, *, expected: Expected, now: datetime
) -> None:
    """From now on no deputy; that they were one stays written. NotFound, Forbidden, PreconditionFailed, DeputyOver."""
    department = await get_department(session, department_id)
    deputy = await find_deputy(session, department_id, deputy_id, to_change=True)
    if deputy is None:
        raise NotFound
    if not can_name_deputies(actor, department_id):
        raise Forbidden
    expected.check(deputy.version)
    is_over = deputy.last_day is not None and deputy.last_day < local_day(department.time_zone, now)
    if deputy.ended_at is not None or is_over:
        raise DeputyOver
    deputy.ended_at, deputy.ended_by = now, actor.id
    deputy.version += 1
    await session.flush()


async def get_deputy(session: AsyncSession, department_id: UUID, deputy_id: UUID) -> Deputy:
    """The deputy; NotFound."""
    deputy = await find_deputy(session, department_id, deputy_id)
    if deputy is None:
        raise NotFound
    return deputy
