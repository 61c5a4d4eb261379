"""Publishing offerings and changing them; each change is a new version, and tickets keep theirs."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.requests.catalogue.checking import check_whole, checked_parts
from services.requests.catalogue.models import Offering, OfferingVersion
from services.requests.catalogue.policies import can_write_offerings
from services.requests.catalogue.queries import find_offering, find_version
from services.requests.catalogue.schemas import NewOffering, OfferingChanges
from services.requests.departments.service import Identity, require_department
from services.shared.auth import Actor
from services.shared.idempotency import session_fetch
from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound


class UnknownOffering(NotFound):
    code = "unknown_offering"
    detail = Texts(
        "The offering {offering_id} does not exist, or you may not see it.",
        "La oferta {offering_id} no existe, o usted no puede verla.",
    )


class UnknownOfferingVersion(NotFound):
    code = "unknown_offering_version"
    detail = Texts("The offering has no version {number}.", "La oferta no tiene la versión {number}.")


class OfferingCodeTaken(Conflict):
    code = "offering_code_taken"
    detail = Texts(
        "This department has another offering with the code {code}.",
        "Este departamento tiene otra oferta con el código {code}.",
    )


class MayNotWriteOfferings(Forbidden):
    code = "may_not_write_offerings"
    detail = Texts(
        "What a department offers is written by its manager, admins and service accounts.",
        "Lo que ofrece un departamento lo escriben su gerencia, la administración y las cuentas de servicio.",
    )


async def publish_offering(
    session: AsyncSession, actor: Actor, identity: Identity, new: NewOffering, *, now: datetime
) -> Offering:
    """A new offering with version 1.

    UnknownDepartment, DepartmentsUnavailable, MayNotWriteOfferings, OfferingCodeTaken, and what `checking.py` raises.
    """
    fetch = session_fetch(session)
    await require_department(fetch, identity, new.provider_department_id, pointer="/provider_department_id")
    if not can_write_offerings(actor, new.provider_department_id):
        raise MayNotWriteOfferings
    parts = await checked_parts(session, identity, dict(new))
    offering = Offering(**parts, id=uuid7(), created_at=now)
    check_whole(offering)
    session.add(offering)
    await _keep(session, actor, offering, now)
    return offering


async def change_offering(
    session: AsyncSession,
    actor: Actor,
    identity: Identity,
    offering_id: UUID,
    changes: OfferingChanges,
    *,
    check_version: Callable[[int], None],
    now: datetime,
) -> Offering:
    """The offering with these changes, as its next version; without any it stays as it is.

    `check_version` refuses a stale caller. UnknownOffering, MayNotWriteOfferings, OfferingCodeTaken, and what
    `checking.py` raises.
    """
    offering = await find_offering(session, offering_id, lock=True)
    if offering is None:
        raise UnknownOffering(offering_id=offering_id)
    if not can_write_offerings(actor, offering.provider_department_id):
        raise MayNotWriteOfferings
    check_version(offering.version)
    given = changes.given()
    if not given:
        return offering
    for name, value in (await checked_parts(session, identity, given)).items():
        setattr(offering, name, value)
    check_whole(offering)
    offering.version += 1
    await _keep(session, actor, offering, now)
    return offering


async def known_offering(session: AsyncSession, offering_id: UUID) -> Offering:
    """The offering. UnknownOffering."""
    offering = await find_offering(session, offering_id)
    if offering is None:
        raise UnknownOffering(offering_id=offering_id)
    return offering


async def known_version(session: AsyncSession, offering_id: UUID, number: int) -> OfferingVersion:
    """The offering as it was in that version. UnknownOffering, UnknownOfferingVersion."""
    await known_offering(session, offering_id)
    version = await find_version(session, offering_id, number)
    if version is None:
        raise UnknownOfferingVersion(number=number)
    return version


async def _keep(session: AsyncSession, actor: Actor, offering: Offering, now: datetime) -> None:
    """Write the offering, and beside it what it is from now on."""
    code = offering.code
    content = offering.model_dump(mode="json", exclude={"id", "version", "created_at"})
    version = OfferingVersion(
        offering_id=offering.id, number=offering.version, content=content, created_at=now, created_by=actor.id
    )
    try:
        async with session.begin_nested():
            await session.flush()
    except IntegrityError as taken:
        raise OfferingCodeTaken(pointer="/code", code=code) from taken
    session.add(version)
