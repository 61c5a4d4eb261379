"""What a calendar's next version would do to open tickets, before it is saved: nothing is written."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.requests.calendars.policies import can_change_calendar
from services.requests.calendars.refusals import MayNotWriteCalendars, UnknownCalendar, told_as_problems
from services.requests.calendars.rules import expanded
from services.requests.calendars.schemas import NextCalendarVersion
from services.requests.catalogue.terms import Current, TermsCache
from services.requests.rulings import queries
from services.requests.rulings.foreseen import Asked, Change, Foreseen, foreseen_of_all
from services.requests.tickets.policies import can_read_ticket
from services.requests.tickets.rules.stored import event_of
from services.requests.tickets.service.recording import calendars_followed
from services.requests.timeline.calendars import CalendarHistory
from services.requests.timeline.facts import FactName
from services.requests.timeline.promised import pinned_from
from services.requests.timeline.rulings import CalendarRuled
from services.requests.timeline.vocabulary import EventKind
from services.requests.worktime import WorkingTime, check_working_time
from services.shared.auth import Actor
from services.shared.bounded_threads import BoundedThreads
from services.shared.db import Connection

MOST = 2_000
"""Tickets that one question looks at: some three seconds of work."""
BATCH = 100
LISTED = 100
NO_SHIFT = timedelta()
_OFFERS = frozenset({FactName.HAND_OFF_OFFERED})


async def preview_version(
    connection: Connection,
    threads: BoundedThreads,
    terms: TermsCache,
    actor: Actor,
    calendar_id: UUID,
    new: NextCalendarVersion,
    *,
    now: datetime,
) -> dict[str, Any]:
    """When the open clocks that follow the calendar are due now, and when they would be with this version.

    Folded in threads that are few, as questions to calendars are. UnknownCalendar, MayNotWriteCalendars,
    VERSION_PROBLEMS, Unavailable.
    """
    calendar = await queries.calendar_with_followers(connection, calendar_id)
    if calendar is None:
        raise UnknownCalendar(calendar_id=calendar_id)
    if not can_change_calendar(actor, calendar["followers"], calendar["author_id"]):
        raise MayNotWriteCalendars
    current = await terms.current(connection.fetch)
    made = await threads.run(_compiled, new, now.date())
    history = (await current.calendars(connection.fetch, [calendar_id]))[calendar_id]
    since = max(now, history.since[-1])
    then = CalendarHistory((*history.since, since), (*history.versions, made))
    ruling = CalendarRuled(calendar_id, len(then.since), new.elapsed)
    found: list[Foreseen] = []
    seen, after, goes_on = 0, queries.FIRST, True
    while goes_on and seen < MOST:
        ids = await queries.tickets_following(connection, calendar_id, ruling.version, after, BATCH)
        asked = await _asked(connection, ids)
        histories = await _histories(connection, current, asked)
        change = Change(ruling, histories, {**histories, calendar_id: then}, since)
        found += await threads.run(foreseen_of_all, asked, change)
        seen += len(asked)
        goes_on, after = len(ids) == BATCH, ids[-1] if ids else after
    return {
        "calendar_id": calendar_id,
        "computed_at": now.astimezone(UTC),
        "elapsed": new.elapsed,
        "is_complete": not goes_on,
        "tickets": seen,
        **_counted(found),
        "items": _listed(actor, found),
    }


def _compiled(new: NextCalendarVersion, today: date) -> WorkingTime:
    with told_as_problems():
        definition = expanded(new.document(), today)
        check_working_time(definition, today)
    return WorkingTime(definition)


async def _asked(connection: Connection, ids: Sequence[UUID]) -> list[Asked]:
    rows, events = await queries.open_tickets_whole(connection, ids)
    return [Asked(row, pinned_from(row["terms"]), events[row["id"]]) for row in rows]


async def _histories(
    connection: Connection, current: Current, asked: Sequence[Asked]
) -> Mapping[UUID, CalendarHistory]:
    ids: set[UUID] = set()
    for each in asked:
        naming = [event_of(row) for row in each.events if row["kind"] == EventKind.RULING or row["name"] in _OFFERS]
        ids |= calendars_followed(each.pinned, naming)
    return await current.calendars(connection.fetch, ids)


def _counted(found: Sequence[Foreseen]) -> dict[str, int]:
    shifts = [each.shift for each in found if each.shift is not None]
    return {
        "clocks": len(found),
        "earlier": sum(shift < NO_SHIFT for shift in shifts),
        "later": sum(shift > NO_SHIFT for shift in shifts),
        "unchanged": sum(shift == NO_SHIFT for shift in shifts),
        "without_due": len(found) - len(shifts),
        "breached": sum(each.is_breached_then for each in found),
    }


def _listed(actor: Actor, found: Sequence[Foreseen]) -> list[dict[str, Any]]:
    """Those that move, of tickets that the actor may read, the furthest first."""
    moved = [each for each in found if each.due_at != each.due_at_then or each.is_breached_then]
    mine = [each for each in moved if can_read_ticket(actor, each.row, each.row["holders"])]
    mine.sort(key=lambda each: (-abs(each.shift or NO_SHIFT), each.row["id"], each.clock, each.cycle))
    return [
        {
            "ticket_id": each.row["id"],
            "key": each.row["key"],
            "link_id": each.link_id,
            "clock": each.clock,
            "cycle": each.cycle,
            "side": each.side,
            "state": each.state,
            "due_at": each.due_at,
            "due_at_then": each.due_at_then,
            "shift_seconds": each.shift,
            "is_breached_then": each.is_breached_then,
        }
        for each in mine[:LISTED]
    ]
