"""The worker that reminds both sides of an agreement's dates."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.requests.agreements.queries.read import zones_of_agreements
from services.requests.calendars.rules import local_date
from services.requests.messages.rules import MessageKind, Post
from services.requests.messages.service import post_messages
from services.requests.people.queries import managers_of
from services.requests.reminders.queries import Coming, claim_coming
from services.requests.working import work_on
from services.shared.db import Connection, hot_transaction

REVIEW_WITHIN = timedelta(days=14)
END_WITHIN = timedelta(days=30)
LATE_BY = timedelta(days=14)
LOOK = 600.0
PAUSE = 60.0
_KINDS = {"review": MessageKind.AGREEMENT_REVIEW_DUE, "end": MessageKind.AGREEMENT_ENDS}


async def run_reminders(engine: AsyncEngine) -> None:
    """Remind until cancelled."""

    async def all_that_come() -> bool:
        async with hot_transaction(engine) as connection:
            await remind(connection, now=datetime.now(UTC))
        return False  # until the next look

    await work_on("reminders of agreements", all_that_come, look=LOOK, pause=PAUSE)


async def remind(connection: Connection, *, now: datetime) -> int:
    """Tell the managers of both sides what comes, in this transaction; how many dates were told."""
    today = {zone: local_date(now, zone) for zone in await zones_of_agreements(connection.fetch)}
    coming = await claim_coming(
        connection, today, review_within=REVIEW_WITHIN, end_within=END_WITHIN, late_by=LATE_BY, now=now
    )
    sides = {side for each in coming for side in (each.customer_department_id, each.provider_department_id)}
    managers = await managers_of(connection.fetch, sides)
    await post_messages(connection.fetch, [post for each in coming for post in _posts(each, managers)], now=now)
    return len(coming)


def _posts(coming: Coming, managers: Mapping[UUID, Collection[UUID]]) -> list[Post]:
    """One for each manager of either side, also of both."""
    about = {
        "number": coming.number,
        "falls_on": coming.falls_on.isoformat(),
        "customer_department_id": str(coming.customer_department_id),
        "provider_department_id": str(coming.provider_department_id),
    }
    told = {*managers[coming.customer_department_id], *managers[coming.provider_department_id]}
    link = f"/v1/agreements/{coming.agreement_id}"
    return [Post(person_id, _KINDS[coming.occasion], link, about) for person_id in sorted(told)]
