"""What a ticket's readers see of its clocks: how they stand, and why they stand so."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.requests.catalogue.terms import TermsCache
from services.requests.tickets.refusals import UnknownClock
from services.requests.tickets.service.recording import Unfolded
from services.requests.tickets.service.show import Part, Shown, shown_ticket
from services.requests.timeline.after_decisions import Readings, outcomes_of
from services.requests.timeline.cycles import Leg
from services.requests.timeline.events import in_effect
from services.requests.timeline.explanation import ExplainedInterval, Pause, Recalculation, explain_clock
from services.requests.timeline.marking import NOTHING_FIRED, Fired
from services.requests.timeline.progress import Progress
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.rulings import AgreementRuled
from services.requests.timeline.vocabulary import ClockName
from services.shared.auth import Actor
from services.shared.db import Connection


async def show_clocks(
    connection: Connection,
    terms: TermsCache,
    actor: Actor,
    ticket_id: UUID,
    now: datetime,
    *,
    link_id: UUID | None = None,
) -> list[dict[str, Any]]:
    """The clocks of the ticket, or of that link, as they stand now. UnknownTicket, UnknownLink."""
    shown = await shown_ticket(connection, terms, actor, ticket_id)
    part, ids = shown.part(link_id), shown.clock_ids
    outcomes = _outcomes(shown, link_id, now)
    told = ((each, (each.clock, each.cycle)) for each in part.at(now).clocks)
    return [
        {"id": ids[link_id, *key], **clock_shown(each, part.marks.get(key, NOTHING_FIRED), outcomes.get(key))}
        for each, key in told
    ]


async def explain_ticket_clock(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, clock_id: UUID, now: datetime
) -> dict[str, Any]:
    """A clock as it stands now, and why. UnknownTicket, UnknownClock, and what working time refuses."""
    shown = await shown_ticket(connection, terms, actor, ticket_id)
    names = {known: name for name, known in shown.clock_ids.items()}
    if clock_id not in names:
        raise UnknownClock
    link_id, name, cycle = names[clock_id]
    part = shown.part(link_id)
    explained = explain_clock(part.progress, ClockName(name), cycle, now)
    fired = part.marks.get((ClockName(name), cycle), NOTHING_FIRED)
    after = _outcomes(shown, link_id, now).get((ClockName(name), cycle))
    return {
        "clock": {"id": clock_id, **clock_shown(explained.reading, fired, after)},
        "duration": str(explained.duration) if explained.duration else None,
        "due": explained.due,
        "calendar_id": explained.reading.calendar_id,
        "calendar_version": explained.reading.calendar_version,
        **_promised_by(shown.ticket, part, explained.reading, now),
        "first_due_at": explained.due0,
        "needed_by": explained.needed_by,
        "legs": [_leg(leg) for leg in _legs(part.progress, ClockName(name), cycle)],
        "intervals": [_interval(each) for each in explained.intervals],
        "pauses": [_pause(each) for each in explained.pauses],
        "recalculations": [_recalculation(each) for each in explained.recalculations],
    }


def _promised_by(shown: Unfolded, part: Part, reading: ClockReading, now: datetime) -> dict[str, Any]:
    """By which offering and agreement version it is promised; a link by what was pinned at its offer."""
    agreement = {"agreement_version_id": _agreement_of(shown, part, reading, now)}
    if part.link is None:
        row = shown.row
        return {
            "link_id": None,
            "offering_id": row["offering_id"],
            "offering_version": row["offering_version"],
            **agreement,
        }
    offered = part.link.offered
    return {
        "link_id": part.link.link.id,
        "offering_id": offered.offering_id if offered else None,
        "offering_version": offered.offering_version if offered else None,
        **agreement,
    }


def _agreement_of(shown: Unfolded, part: Part, reading: ClockReading, now: datetime) -> UUID | None:
    """The agreement version that was the part's when the clock ended; of one that goes on the version of now."""
    until, link = reading.ended_at or now, part.link.link.id if part.link else None
    ruled = [
        event.payload.terms.agreement_version_id
        for event in in_effect(shown.events)
        if isinstance(event.payload, AgreementRuled) and event.payload.link == link and event.recorded_at <= until
    ]
    return ruled[-1] if ruled else part.terms.agreement_version_id


def clock_shown(reading: ClockReading, fired: Fired, after: ClockReading | None = None) -> dict[str, Any]:
    """A clock as its readers see it, without its id; `fired` is what marks say of it.

    `after` is how it stands after decisions: as before where nothing was decided.
    """
    outcome = after or reading
    return {
        "clock": reading.clock,
        "side": reading.side,
        "cycle": reading.cycle,
        "round": reading.round,
        "state": reading.state,
        "started_at": reading.started_at,
        "stopped_at": reading.ended_at,
        "target_seconds": reading.target,
        "elapsed_seconds": reading.elapsed,
        "due_at": reading.due_at,
        "no_due_reason": reading.no_due_reason,
        "breached_at": reading.breached_at,
        "refuted_by": fired.refuted_by,
        "outcome_after_decisions": {"state": outcome.state, "breached_at": outcome.breached_at},
        "remaining_seconds": reading.remaining,
        "objective": reading.objective,
        "effect": reading.effect,
        "is_best_effort": reading.is_best_effort,
        "promised": reading.promised,
        "observed": reading.observed,
        "shortfall_seconds": reading.shortfall,
        "calendar_id": reading.calendar_id,
        "calendar_version": reading.calendar_version,
        "thresholds": [
            {
                "percent": each.percent,
                "fires_at": each.fires_at,
                "fired_at": fired.thresholds[each.percent].at if each.percent in fired.thresholds else None,
                "passed": each.percent in fired.thresholds and fired.thresholds[each.percent].passed,
            }
            for each in reading.thresholds
        ],
    }


def _outcomes(shown: Shown, link_id: UUID | None, now: datetime) -> Readings:
    """How the clocks of the ticket, or of that link, stand after decisions about it."""
    held = shown.ticket
    return outcomes_of(held.terms, held.events, now).get(link_id, {})


def _legs(progress: Progress, clock: ClockName, number: int) -> tuple[Leg, ...]:
    """The legs of a cycle; none of what is decided at once."""
    return next((each.legs for each in progress.cycles if (each.clock, each.number) == (clock, number)), ())


def _leg(leg: Leg) -> dict[str, Any]:
    return {
        "from": leg.since,
        "target_seconds": leg.amount,
        "due_at": leg.due0,
        "calendar_id": leg.target.calendar_id,
        "calendar_version": leg.version,
        "is_restart": leg.is_restart,
    }


def _interval(explained: ExplainedInterval) -> dict[str, Any]:
    return {
        "from": explained.from_,
        "to": explained.to,
        "counted": explained.counted,
        "reason": explained.why,
        "name": explained.name,
        "party": str(explained.party),
        "charged_for": explained.reason,
        "seconds": explained.to - explained.from_,
    }


def _pause(pause: Pause) -> dict[str, Any]:
    return {
        "from": pause.from_,
        "to": pause.to,
        "party": str(pause.party),
        "reason": pause.reason,
        "working_seconds": pause.working,
        "moves_due": pause.moves_due,
    }


def _recalculation(made: Recalculation) -> dict[str, Any]:
    return {
        "at": made.at,
        "old_due_at": made.old_due_at,
        "new_due_at": made.new_due_at,
        "why": made.why,
        "event_id": made.event_id,
    }
