"""What is promised for a part that is offered: by the agreement of the two departments, else by the offering."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.requests.agreements.pinning import pin_for_part, pin_of
from services.requests.catalogue.covering import agreements_covering
from services.requests.catalogue.form import missing
from services.requests.catalogue.terms import Current
from services.requests.departments.service import Identity
from services.requests.handoffs.refusals import NotTheirOffering
from services.requests.handoffs.schemas import NewHandOff
from services.requests.tickets.service.asked import Asked, check_form, check_obligations
from services.requests.tickets.service.quota import QuotaRead, quota_among, read_quota
from services.requests.timeline.promised import PinnedTerms
from services.shared.db import Connection


class Promised(NamedTuple):
    """What the offer pins (None: nothing is promised), and what is decided with it."""

    terms: PinnedTerms | None = None
    offering_version: int | None = None
    missing: tuple[str, ...] = ()
    quota: QuotaRead | None = None


async def promised_for(
    connection: Connection,
    current: Current,
    identity: Identity,
    new: NewHandOff,
    *,
    offerer_id: UUID | None,
    provider: str,
    priority: str,
    now: datetime,
) -> Promised:
    """The promise for what that department offers another, whose code is `provider`, for a ticket of that priority.

    UnknownOffering, NotTheirOffering, FormRefused, NeededByMissing, QuantityMissing.
    """
    if new.offering_id is not None:
        customer_id = offerer_id or new.department_id
        return await _by_offering(connection, current, identity, new, new.offering_id, customer_id, priority, now)
    if offerer_id is None:
        return Promised()
    agreements = await agreements_covering(connection.fetch, None, offerer_id, new.department_id)
    pinned = pin_for_part(agreements, provider, priority, now)
    if pinned is not None:
        check_obligations(pinned.obligations, new.needed_by_text(), new.fields)
    return Promised(pinned)


async def _by_offering(
    connection: Connection,
    current: Current,
    identity: Identity,
    new: NewHandOff,
    offering_id: UUID,
    customer_id: UUID,
    priority: str,
    now: datetime,
) -> Promised:
    offered = await current.terms_for(
        connection.fetch, identity, offering_id=offering_id, customer_department_id=customer_id
    )
    offering = offered.offering
    if offered.provider.id != new.department_id or not offering.is_offered:
        raise NotTheirOffering(pointer="/offering_id")
    await check_form(offering.form, new.fields)
    pinned = pin_of(offered, priority, now)
    check_obligations(pinned.obligations, new.needed_by_text(), new.fields)
    draft = {"offering_id": offering_id, "promised_priority": priority, "fields": new.fields}
    lacking = missing(offering.form, new.fields) if offering.form else ()
    asked = Asked(draft, offered, pinned, lacking, ())
    quota = quota_among(asked)
    read = await read_quota(connection, current, asked, quota, now, hold=True) if quota else None
    return Promised(pinned, offering.version, asked.missing, read)
