"""Named reads of the catalogue."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.requests.catalogue.approvals import ApprovalLevel
from services.requests.catalogue.form import Form, read_form
from services.requests.catalogue.models import Offering, OfferingVersion
from services.requests.catalogue.rules import PublishedTarget
from services.shared.idempotency import Fetch
from services.shared.paging import PageWanted, older_than

_GENERATION = "SELECT token FROM catalogue_generation"
_OFFERED = """
SELECT id, code, name, provider_department_id, version, is_confidential, is_offered, form::text, default_targets::text,
    approvals::text
FROM offering WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class Offered:
    """An offering as a ticket needs it; `version` is what the ticket pins."""

    id: UUID
    code: str
    name: str
    provider_department_id: UUID
    version: int
    is_confidential: bool
    is_offered: bool
    form: Form | None
    targets: tuple[PublishedTarget, ...]
    approvals: tuple[ApprovalLevel, ...] = ()


_OFFERED_FIELDS = tuple(each.name for each in fields(Offered))


async def current_generation(fetch: Fetch) -> UUID:
    """The token of the last committed change of what tickets follow (or of this transaction's own)."""
    (row,) = await fetch(_GENERATION)
    token: UUID = row[0]
    return token


async def find_offered(fetch: Fetch, offering_id: UUID) -> Offered | None:
    """The offering as it is now, for a session and for the bare driver alike."""
    rows = await fetch(_OFFERED, offering_id)
    if not rows:
        return None
    values: dict[str, Any] = dict(zip(_OFFERED_FIELDS, rows[0], strict=True))
    targets = tuple(PublishedTarget.read(target) for target in orjson.loads(values.pop("targets")))
    approvals = tuple(ApprovalLevel.read(level) for level in orjson.loads(values.pop("approvals")))
    form = values.pop("form")
    return Offered(form=read_form(form) if form else None, targets=targets, approvals=approvals, **values)


async def find_offering(session: AsyncSession, offering_id: UUID, *, lock: bool = False) -> Offering | None:
    """The offering's row; with `lock` until the transaction ends."""
    return await session.get(Offering, offering_id, with_for_update=True if lock else None)


async def page_of_offerings(
    session: AsyncSession,
    page: PageWanted,
    *,
    provider_department_id: UUID | None,
    code: str | None,
    is_offered: bool | None,
) -> tuple[Sequence[Offering], str | None]:
    """Offerings, newest first; `code` in upper or lower case."""
    columns = (col(Offering.created_at), col(Offering.id))
    wanted = select(Offering).order_by(*(column.desc() for column in columns)).limit(page.limit + 1)
    if provider_department_id is not None:
        wanted = wanted.where(col(Offering.provider_department_id) == provider_department_id)
    if code is not None:
        wanted = wanted.where(func.lower(col(Offering.code)) == code.lower())
    if is_offered is not None:
        wanted = wanted.where(col(Offering.is_offered) == is_offered)
    after = page.typed_after(datetime, UUID)
    if after is not None:
        wanted = wanted.where(older_than(columns, after))
    rows, goes_on = page.split((await session.scalars(wanted)).all())
    return rows, page.cursor((rows[-1].created_at, rows[-1].id)) if goes_on else None


async def find_version(session: AsyncSession, offering_id: UUID, number: int) -> OfferingVersion | None:
    """What the offering was in that version."""
    return await session.get(OfferingVersion, (offering_id, number))


async def page_of_versions(
    session: AsyncSession, offering_id: UUID, page: PageWanted
) -> tuple[Sequence[OfferingVersion], str | None]:
    """An offering's versions, newest first."""
    number = col(OfferingVersion.number)
    wanted = select(OfferingVersion).where(col(OfferingVersion.offering_id) == offering_id)
    wanted = wanted.order_by(number.desc()).limit(page.limit + 1)
    after = page.typed_after(int)
    if after is not None:
        wanted = wanted.where(older_than((number,), after))
    rows, goes_on = page.split((await session.scalars(wanted)).all())
    return rows, page.cursor((rows[-1].number,)) if goes_on else None


async def providers_of_offerings(fetch: Fetch, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Who offers these, as far as they exist."""
    sql = "SELECT id, provider_department_id FROM offering WHERE id = ANY($1::uuid[])"
    return {row[0]: row[1] for row in await fetch(sql, list(ids))}


async def names_of_offerings(fetch: Fetch, ids: Collection[UUID]) -> dict[UUID, str]:
    """What these are called, as far as they exist."""
    return {
        row[0]: row[1] for row in await fetch("SELECT id, name FROM offering WHERE id = ANY($1::uuid[])", list(ids))
    }
