"""What a ticket's readers see besides the ticket: its history, its time ledger, its clocks and why they stand so."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.requests.catalogue.terms import TermsCache
from services.requests.tickets.policies import is_asking, serves
from services.requests.tickets.queries.read import clock_ids
from services.requests.tickets.refusals import UnknownClock
from services.requests.tickets.rules.stored import Row, event_row
from services.requests.tickets.service.recording import Unfolded, readable_ticket, unfold
from services.requests.timeline.events import Event, in_effect
from services.requests.timeline.explanation import explain_clock
from services.requests.timeline.facts import Commented, Moved
from services.requests.timeline.ledger import Interval
from services.requests.timeline.marking import NOTHING_FIRED, Marks, marks_of
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.vocabulary import ClockName, Visibility
from services.shared.auth import Actor
from services.shared.db import Connection


class Shown(NamedTuple):
    """A ticket unfolded, and the ids of its clocks by (clock, cycle)."""

    ticket: Unfolded
    clock_ids: dict[tuple[str, int], UUID]


async def _shown(connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID) -> Shown:
    """The ticket with its events and clocks as one snapshot has them: an act in between changes all or nothing."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        current = await terms.current(connection.fetch)
        unfolded = await unfold(connection, current, await readable_ticket(connection, actor, ticket_id))
        return Shown(unfolded, await clock_ids(connection, ticket_id))


async def show_history(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, now: datetime
) -> list[Row]:
    """The ticket's events in the order in which they were recorded, without what is internal to the other side."""
    shown, _ = await _shown(connection, terms, actor, ticket_id)
    irregular = shown.at(now).irregular
    return [
        {**event_row(ticket_id, event), "irregular": event.id in irregular}
        for event in shown.events
        if _is_open_to(actor, shown.row, event)
    ]


async def show_comments(connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID) -> list[Row]:
    """What was written on the ticket, in order: comments, and the questions and words that came with steps.

    What was taken back is in the history alone.
    """
    shown, _ = await _shown(connection, terms, actor, ticket_id)
    return [
        told
        for event in in_effect(shown.events)
        if _is_open_to(actor, shown.row, event) and (told := comment_of(event)) is not None
    ]


async def show_ledger(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, now: datetime
) -> list[dict[str, Any]]:
    """The ticket's time ledger until it ended, else until `now`."""
    shown, _ = await _shown(connection, terms, actor, ticket_id)
    return [_interval(line) for line in shown.at(now).ledger]


async def show_links(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, now: datetime
) -> list[dict[str, Any]]:
    """The ticket's hand-offs, the first accepted first."""
    shown, _ = await _shown(connection, terms, actor, ticket_id)
    departments = dict(zip(shown.row["link_ids"], shown.row["link_departments"], strict=True))
    return [
        {
            "id": link.id,
            "department_id": departments.get(link.id),
            "department": link.department,
            "parent_id": link.parent,
            "wait": link.wait,
            "accepted_at": link.accepted_at,
            "ended_at": link.ended_at,
            "outcome": link.end,
        }
        for link in shown.at(now).links
    ]


async def show_clocks(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, now: datetime
) -> list[dict[str, Any]]:
    """The ticket's clocks as they stand now."""
    shown, ids = await _shown(connection, terms, actor, ticket_id)
    marks = marks_of(shown.events)
    return [_clock(ids[reading.clock.value, reading.cycle], reading, marks) for reading in shown.at(now).clocks]


async def explain_ticket_clock(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, clock_id: UUID, now: datetime
) -> dict[str, Any]:
    """A clock as it stands now, and why. UnknownTicket, UnknownClock, and what working time refuses."""
    shown, ids = await _shown(connection, terms, actor, ticket_id)
    names = {known: name for name, known in ids.items()}
    if clock_id not in names:
        raise UnknownClock
    name, cycle = names[clock_id]
    explained = explain_clock(shown.progress, ClockName(name), cycle, now)
    return {
        "clock": _clock(clock_id, explained.reading, marks_of(shown.events)),
        "duration": str(explained.duration) if explained.duration else None,
        "due": explained.due,
        "calendar_id": explained.reading.calendar_id,
        "calendar_version": explained.reading.calendar_version,
        "offering_id": shown.row["offering_id"],
        "offering_version": shown.row["offering_version"],
        "agreement_version_id": shown.row["agreement_version_id"],
        "first_due_at": explained.due0,
        "intervals": [
            {
                "from": each.from_,
                "to": each.to,
                "counted": each.counted,
                "reason": each.why,
                "name": each.name,
                "party": str(each.party),
                "charged_for": each.reason,
                "seconds": each.to - each.from_,
            }
            for each in explained.intervals
        ],
        "pauses": [
            {
                "from": each.from_,
                "to": each.to,
                "party": str(each.party),
                "reason": each.reason,
                "working_seconds": each.working,
                "moves_due": each.moves_due,
            }
            for each in explained.pauses
        ],
        "recalculations": [asdict(each) for each in explained.recalculations],
    }


def comment_of(event: Event) -> dict[str, Any] | None:
    """What an event says in words; none for one that says nothing."""
    match event.payload:
        case Commented(body=body, visibility=visibility, answers=answers):
            pass
        case Moved(comment=str(body), answers=answers):
            visibility = Visibility.PUBLIC
        case _:
            return None
    return {
        "id": event.id,
        "body": body,
        "visibility": visibility,
        "side": event.actor.side,
        "author_id": event.actor.id,
        "answers": answers is not False,
        "created_at": event.occurred_at,
    }


def _is_open_to(actor: Actor, row: Row, event: Event) -> bool:
    """Internal comments are for who serves; who asked, or manages the customer, does not read them."""
    if not (isinstance(event.payload, Commented) and event.payload.visibility is Visibility.INTERNAL):
        return True
    if any(serves(actor, department) for department in (row["provider_department_id"], *row["holders"])):
        return True
    return actor.has_role("admin", "auditor") and not is_asking(actor, row)


def _interval(line: Interval) -> dict[str, Any]:
    return {
        "from": line.from_,
        "to": line.to,
        "party": str(line.party),
        "reason": line.reason,
        "also": [str(party) for party in line.also],
        "wall_seconds": line.wall,
        "working_seconds": line.working,
    }


def _clock(clock_id: UUID, reading: ClockReading, marks: Marks) -> dict[str, Any]:
    fired = marks.get((reading.clock, reading.cycle), NOTHING_FIRED).thresholds
    return {
        "id": clock_id,
        "clock": reading.clock,
        "side": reading.side,
        "cycle": reading.cycle,
        "state": reading.state,
        "started_at": reading.started_at,
        "stopped_at": reading.ended_at,
        "target_seconds": reading.target,
        "elapsed_seconds": reading.elapsed,
        "due_at": reading.due_at,
        "no_due_reason": reading.no_due_reason,
        "breached_at": reading.breached_at,
        "remaining_seconds": reading.remaining,
        "thresholds": [
            {
                "percent": each.percent,
                "fires_at": each.fires_at,
                "fired_at": fired[each.percent].at if each.percent in fired else None,
                "passed": each.percent in fired and fired[each.percent].passed,
            }
            for each in reading.thresholds
        ],
    }
