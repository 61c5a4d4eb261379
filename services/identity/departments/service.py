"""Use cases of departments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.identity.db import Outbox, broken_constraint, lock_for_transaction
from services.identity.departments.models import Department
from services.identity.departments.policies import can_manage_departments
from services.identity.departments.queries import find_department, levels_below, line_up, lock_department
from services.identity.departments.rules import GREATEST_DEPTH, fits, is_known_zone
from services.identity.departments.schemas import DepartmentChanges, NewDepartment
from services.identity.events import DepartmentChanged, DepartmentCreated
from services.shared.auth import Actor
from services.shared.etags import Expected
from services.shared.language import Texts
from services.shared.outbox import enqueue
from services.shared.problems import Conflict, Forbidden, NotFound


class CodeTaken(Conflict):
    code = "department_code_taken"
    detail = Texts("Another department has the code {taken}.", "Otro departamento tiene el código {taken}.")


class UnknownZone(Conflict):
    code = "unknown_time_zone"
    detail = Texts("There is no time zone {zone}.", "No existe la zona horaria {zone}.")


class ParentUnknown(NotFound):
    code = "parent_unknown"
    detail = Texts("There is no such parent department.", "No existe ese departamento superior.")


class WouldBeCycle(Conflict):
    code = "department_cycle"
    detail = Texts("A department cannot lie below itself.", "Un departamento no puede estar por debajo de sí mismo.")


class TooDeep(Conflict):
    code = "department_tree_too_deep"
    detail = Texts("The tree has at most {levels} levels.", "El árbol tiene como máximo {levels} niveles.")


async def add_department(session: AsyncSession, actor: Actor, new: NewDepartment, *, now: datetime) -> Department:
    """A new department; Forbidden, UnknownZone, ParentUnknown, TooDeep, CodeTaken."""
    if not can_manage_departments(actor):
        raise Forbidden
    _check_zone(new.time_zone)
    if new.parent_id is not None:
        await _check_place(session, new.parent_id)
    department = Department(id=uuid7(), **new.model_dump(), created_at=now, changed_at=now)
    session.add(department)
    await _write(session, department)
    await enqueue(session, Outbox, DepartmentCreated(**_state(department)), now=now)
    return department


async def change_department(
    session: AsyncSession,
    actor: Actor,
    department_id: UUID,
    changes: DepartmentChanges,
    *,
    expected: Expected,
    now: datetime,
) -> Department:
    """The department, changed; NotFound, Forbidden, PreconditionFailed, WouldBeCycle, and what a new one may raise."""
    department = await lock_department(session, department_id)
    if department is None:
        raise NotFound
    if not can_manage_departments(actor):
        raise Forbidden
    expected.check(department.version)
    given = {name: value for name, value in changes.given().items() if getattr(department, name) != value}
    if not given:
        return department
    if "time_zone" in given:
        _check_zone(given["time_zone"])
    if given.get("parent_id") is not None:
        await _check_place(session, given["parent_id"], moving=department.id)
    for name, value in given.items():
        setattr(department, name, value)
    department.version += 1
    department.changed_at = now
    await _write(session, department)
    await enqueue(session, Outbox, DepartmentChanged(**_state(department)), now=now)
    return department


async def get_department(session: AsyncSession, department_id: UUID) -> Department:
    """The department; NotFound."""
    department = await find_department(session, department_id)
    if department is None:
        raise NotFound
    return department


def _check_zone(zone: str) -> None:
    if not is_known_zone(zone):
        raise UnknownZone(pointer="/time_zone", zone=zone)


async def _check_place(session: AsyncSession, parent_id: UUID, *, moving: UUID | None = None) -> None:
    # One at a time: two moves that are each sound could close a circle together.
    await lock_for_transaction(session, "department-tree")
    line = await line_up(session, parent_id)
    if not line:
        raise ParentUnknown(pointer="/parent_id")
    if moving in line:
        raise WouldBeCycle(pointer="/parent_id")
    if not fits(len(line), await levels_below(session, moving) if moving else 1):
        raise TooDeep(pointer="/parent_id", levels=GREATEST_DEPTH)


async def _write(session: AsyncSession, department: Department) -> None:
    code = department.code
    try:
        await session.flush()
    except IntegrityError as error:
        if broken_constraint(error) != "uq_department_code":
            raise
        raise CodeTaken(pointer="/code", taken=code) from error


def _state(department: Department) -> dict[str, object]:
    return {
        "department_id": department.id,
        "code": department.code,
        "parent_id": department.parent_id,
        "time_zone": department.time_zone,
        "is_open": department.is_open,
        "version": department.version,
    }
