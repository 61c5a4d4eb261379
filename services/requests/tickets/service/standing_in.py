"""Whose a ticket is to work on while they are away: who is there instead, and acts done in their place."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.requests.absences.rules import Away
from services.requests.absences.service import who_is_away
from services.requests.tickets.rules.stored import Row
from services.requests.timeline.events import Event
from services.requests.timeline.vocabulary import EventKind, Side
from services.shared.idempotency import Fetch

_SERVING = (Side.PROVIDER, Side.DEPARTMENT)


async def assignee_away(fetch: Fetch, row: Row, now: datetime) -> Away | None:
    """The absence of whoever the ticket is assigned to, from its provider before those with hand-offs; None: there.

    `row` has `holders`, the departments of its links.
    """
    if row["assignee_id"] is None:
        return None
    departments = [row["provider_department_id"], *row["holders"]]
    away = [each for each in await who_is_away(fetch, departments, now) if each.person_id == row["assignee_id"]]
    return min(away, key=lambda each: departments.index(each.department_id), default=None)


def told_of(away: Away | None) -> Row:
    """What the answer to an assignment says of it."""
    return {"absent_until": away.until if away else None, "deputy_id": away.deputy_id if away else None}


async def as_deputies(fetch: Fetch, row: Row, events: Sequence[Event], now: datetime) -> Sequence[Event]:
    """The events, those by whoever is there for the absent assignee marked as done in that person's place.

    Asked only where somebody else than the assignee acts for those who serve.
    """
    assignee_id: UUID | None = row["assignee_id"]
    if assignee_id is None or not any(_is_by_another(each, assignee_id) for each in events):
        return events
    away = await who_is_away(fetch, [row["provider_department_id"], *row["holders"]], now)
    deputies = {each.deputy_id for each in away if each.person_id == assignee_id}
    return [
        replace(each, actor=replace(each.actor, deputy_for=assignee_id))
        if _is_by_another(each, assignee_id) and each.actor.id in deputies
        else each
        for each in events
    ]


def _is_by_another(event: Event, assignee_id: UUID) -> bool:
    by = event.actor
    is_own_act = event.kind is EventKind.FACT and by.id is not None and not by.automatic
    return is_own_act and by.side in _SERVING and by.id != assignee_id
