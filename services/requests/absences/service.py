"""Who is away and who is there instead, for whoever gives out work, does it or is told of it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from services.requests.absences.queries import absences_noted, departments_left_by, store_absence
from services.requests.absences.rules import Absence, Away, away_at
from services.requests.messages.rules import MessageKind, Post
from services.requests.messages.service import post_messages
from services.shared.idempotency import Fetch


async def take_in_absence(fetch: Fetch, absence: Absence, *, now: datetime) -> None:
    """The effect of identity's events: the highest version stays; whoever is to stand in is told."""
    is_news = await store_absence(fetch, absence)
    if not is_news or absence.is_ended or absence.deputy_id is None:
        return
    about = {
        "person_id": str(absence.person_id),
        "department_id": str(absence.department_id),
        "from": absence.first_day.isoformat(),
        "to": absence.last_day.isoformat(),
    }
    link = f"/v1/departments/{absence.department_id}/absences/{absence.id}"
    await post_messages(fetch, [Post(absence.deputy_id, MessageKind.DEPUTY_NAMED, link, about)], now=now)


async def who_is_away(fetch: Fetch, departments: Collection[UUID], now: datetime) -> list[Away]:
    """Who is away from these departments now."""
    return away_at(now, await absences_noted(fetch, departments, now)) if departments else []


async def absent_among(fetch: Fetch, people: Collection[UUID], now: datetime) -> list[Away]:
    """Who of these people is away from any department now."""
    if not people:
        return []
    departments = await departments_left_by(fetch, people, now)
    return [each for each in await who_is_away(fetch, departments, now) if each.person_id in people]


async def stood_in_for(
    fetch: Fetch, person_id: UUID, departments: Collection[UUID], now: datetime
) -> Mapping[UUID, list[UUID]]:
    """For whom this person is there now, in which of these departments."""
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for each in await who_is_away(fetch, departments, now):
        if each.deputy_id == person_id:
            found[each.person_id].append(each.department_id)
    return found
