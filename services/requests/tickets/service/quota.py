"""Where a request stands with the quota of its agreement, read before it is written."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from services.requests.agreements.rules.content import QuotaPeriod
from services.requests.catalogue.terms import Current
from services.requests.tickets.queries.quota import hold_quota, quota_used
from services.requests.tickets.rules.quota import local_period, pointed_steps, quantity_of
from services.requests.tickets.service.asked import Asked
from services.requests.timeline.calendars import in_force
from services.requests.timeline.promised import PinnedObligation
from services.requests.timeline.vocabulary import ClockName
from services.shared.db import Connection


class QuotaRead(NamedTuple):
    """A quota in the local period `[start, end)`: how much is allowed, and what it comes to with this request."""

    allowed: int
    used: int | float
    start: datetime
    end: datetime


def quota_among(asked: Asked) -> PinnedObligation | None:
    """The quota under which the request falls."""
    return next((each for each in asked.pinned.obligations if each.clock is ClockName.QUOTA), None)


async def read_quota(
    connection: Connection, current: Current, asked: Asked, quota: PinnedObligation, now: datetime, *, hold: bool
) -> QuotaRead:
    """Where the request stands; with `hold` nobody else reads it for a request until the transaction ends."""
    agreement_id, offering_id = _of_agreement(asked, now), asked.draft["offering_id"]
    if hold:
        await hold_quota(connection, agreement_id, offering_id)
    histories = await current.calendars(connection.fetch, [quota.calendar_id])
    zone = in_force(histories[quota.calendar_id], now).definition.time_zone
    start, end = local_period(now, QuotaPeriod(quota.period or QuotaPeriod.DAY), zone)
    steps = pointed_steps(quota.quantity) if quota.quantity is not None else None
    before = await quota_used(connection, agreement_id, offering_id, start, end, steps)
    own = quantity_of(asked.draft["fields"], quota.quantity) or 0
    return QuotaRead(quota.limit or 0, _number(before + Decimal(str(own))), start, end)


def _of_agreement(asked: Asked, now: datetime) -> UUID:
    covering = asked.offered.covering(asked.draft["promised_priority"], now)
    if covering is None:
        raise LookupError("a quota is an agreement's")
    return covering.agreement_id


def _number(exact: Decimal) -> int | float:
    return int(exact) if exact == exact.to_integral_value() else float(exact)
