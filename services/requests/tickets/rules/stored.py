"""Events and what the fold says of them, as rows of the tables and back."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.requests.tickets.rules.queue import next_due
from services.requests.timeline.after_decisions import Outcomes
from services.requests.timeline.chain import LinkFold
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.fold import Timeline
from services.requests.timeline.lapses import lapse_of
from services.requests.timeline.ledger import tell
from services.requests.timeline.marking import NOTHING_FIRED, NOTHING_MARKED, Fired, Marks
from services.requests.timeline.payloads import decode, encode
from services.requests.timeline.progress import Progress
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.rounds import Round
from services.requests.timeline.terms import Terms, worked
from services.requests.timeline.vocabulary import NOBODY, PROVIDER, ClockName, Side, State

Row = dict[str, Any]


def event_of(row: Mapping[str, Any]) -> Event:
    """The fact, ruling or mark that a row of `ticket_event` holds. UnreadableEvent."""
    return Event(
        id=row["id"],
        sequence=row["sequence"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        actor=Actor(Side(row["side"]), row["actor_id"], row["department"], row["is_automatic"], row["deputy_for"]),
        payload=decode(row["name"], row["payload"]),
        source_order=row["source_order"],
        corrects=row["corrects"],
    )


def event_row(ticket_id: UUID, event: Event, source_key: str | None = None) -> Row:
    """The row of an event, ready for JSON."""
    return {
        "ticket_id": ticket_id,
        "sequence": event.sequence,
        "id": event.id,
        "kind": event.kind.value,
        "name": event.payload.name.value,
        "payload": encode(event.payload),
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "source_order": event.source_order,
        "side": event.actor.side.value,
        "actor_id": event.actor.id,
        "department": event.actor.department,
        "is_automatic": event.actor.automatic,
        "deputy_for": event.actor.deputy_for,
        "corrects": event.corrects,
        "source_key": source_key,
    }


class Kept(NamedTuple):
    """What is kept of a fold beside the events: values of the ticket's own row, its ledger, clocks, links, rounds."""

    ticket: Row
    ledger: list[Row]
    clocks: list[Row]
    links: list[Row]
    rounds: list[Row]
    link_ledger: list[Row]


def kept_of(
    ticket_id: UUID,
    terms: Terms,
    progress: Progress,
    timeline: Timeline,
    marks: Marks = NOTHING_MARKED,
    *,
    is_imported: bool = False,
    links: Sequence[tuple[LinkFold, Timeline, Marks]] = (),
) -> Kept:
    """The rows of a fold; `terms` are pinned, `marks` what was fired already. An imported ticket lapses in its source.

    The open interval's row has no end; clocks have no id yet.
    """
    lapse = None if is_imported else lapse_of(progress, timeline)
    due = next_due(timeline.clocks)
    return Kept(
        ticket={
            "state": timeline.state.value,
            "created_at": timeline.created_at,
            "submitted_at": timeline.submitted_at,
            "ended_at": timeline.ended_at,
            "assignee_id": timeline.assignee_id,
            "lapses_at": lapse.at if lapse else None,
            "lapses_into": lapse.into.value if lapse else None,
            "next_due_at": due.at,
            "next_due_clock": due.clock,
            "awaits_approval_of": _asked_id(timeline),
        },
        ledger=ledger_of(ticket_id, terms, progress),
        clocks=[
            *_clocks(ticket_id, None, timeline, marks),
            *(row for fold, view, fired in links for row in _clocks(ticket_id, fold.link.id, view, fired)),
        ],
        links=[_link(ticket_id, fold, view) for fold, view, _ in links],
        rounds=[_round(ticket_id, terms, each) for each in progress.rounds if each.is_told],
        link_ledger=[row for fold, _, _ in links for row in _ledger_of_link(ticket_id, fold)],
    )


def _asked_id(timeline: Timeline) -> UUID | None:
    pending = timeline.approval
    if pending is None or timeline.state is not State.AWAITING_APPROVAL:
        return None
    return pending.asked.asked_id if pending.asked else None


def with_outcomes(kept: Kept, outcomes: Outcomes) -> Kept:
    """The same, with what each clock of the ticket and its links comes to after decisions, where any are about it."""
    if not outcomes:
        return kept
    clocks = [
        {**row, **_outcome(outcomes[row["link_id"]][ClockName(row["clock"]), row["cycle"]])}
        if row["link_id"] in outcomes
        else row
        for row in kept.clocks
    ]
    return kept._replace(clocks=clocks)


def _outcome(reading: ClockReading) -> Row:
    return {
        "state_after": reading.state.value,
        "due_at_after": reading.due_at,
        "breached_at_after": reading.breached_at,
        "decided_at_after": reading.breached_at or reading.ended_at,
        "is_best_effort_after": reading.is_best_effort,
    }


def first_difference(before: Sequence[Row], after: Sequence[Row]) -> int:
    """How many rows at the beginning are the same.

    >>> first_difference([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 3}, {"a": 4}])
    1
    """
    same = 0
    for old, new in zip(before, after, strict=False):
        if old != new:
            break
        same += 1
    return same


def ledger_of(ticket_id: UUID, terms: Terms, progress: Progress) -> list[Row]:
    """The rows of the time ledger, up to the end of the last freeze that is planned; then one without an end."""
    account = progress.account
    is_open = account.charge.party is not NOBODY
    since = max([account.since, *(to for _, to in progress.overlay.ahead(account.since))])
    lines = list(tell(terms, progress.stretches(since)))
    if is_open and lines and lines[-1].from_ >= account.since and lines[-1][2:5] == account.charge:
        since = lines.pop().from_
    rows = [
        _interval(ticket_id, position, line.from_, line.to, line.party, line.reason, line.also, line.wall, line.working)
        for position, line in enumerate(lines)
    ]
    if is_open:
        party, reason, also = account.charge
        rows.append(_interval(ticket_id, len(rows), since, None, party, reason, also, None, None))
    return rows


def _interval(ticket_id: UUID, position: int, starts_at: datetime, ends_at: datetime | None, *charge: Any) -> Row:
    party, reason, also, wall, working = charge
    return {
        "ticket_id": ticket_id,
        "position": position,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "party": str(party),
        "reason": reason,
        "also": [str(each) for each in also],
        "wall": wall,
        "working": working,
    }


def _ledger_of_link(ticket_id: UUID, fold: LinkFold) -> Iterator[Row]:
    for row in ledger_of(ticket_id, fold.terms, fold.progress):
        yield {**row, "link_id": fold.link.id}


def _clocks(ticket_id: UUID, link_id: UUID | None, timeline: Timeline, marks: Marks) -> Iterator[Row]:
    for reading in timeline.clocks:
        yield _clock(ticket_id, link_id, reading, marks.get((reading.clock, reading.cycle), NOTHING_FIRED))


def _clock(ticket_id: UUID, link_id: UUID | None, reading: ClockReading, fired: Fired) -> Row:
    fires = reading.fires(fired.thresholds)
    return {
        "ticket_id": ticket_id,
        "link_id": link_id,
        "clock": reading.clock.value,
        "side": reading.side.value,
        "cycle": reading.cycle,
        "round": reading.round,
        "state": reading.state.value,
        "started_at": reading.started_at,
        "stopped_at": reading.ended_at,
        "target": reading.target,
        "elapsed": reading.elapsed,
        "remaining": reading.remaining,
        "due_at": reading.due_at,
        "breached_at": reading.breached_at,
        "decided_at": reading.breached_at or reading.ended_at,
        "no_due_reason": reading.no_due_reason,
        "objective": reading.objective,
        "calendar_id": reading.calendar_id,
        "calendar_version": reading.calendar_version,
        "effect": reading.effect.value if reading.effect else None,
        "is_best_effort": reading.is_best_effort,
        "promised": reading.promised,
        "observed": reading.observed,
        "shortfall": reading.shortfall,
        "fires": [[percent, at.isoformat()] for percent, at in fires],
        "next_fire_at": fires[0][1] if fires else None,
        "refuted_by": fired.refuted_by,
    }


def _round(ticket_id: UUID, terms: Terms, told: Round) -> Row:
    calendar = terms.calendar_of(PROVIDER, told.began_at)
    done_at = told.fulfilled_at
    return {
        "ticket_id": ticket_id,
        "number": told.number,
        "began_at": told.began_at,
        "fulfilled_at": done_at,
        "ended_at": told.ended_at,
        "ended_as": told.ended_as.value if told.ended_as else None,
        "working": worked(calendar, told.began_at, done_at) if done_at is not None and calendar is not None else None,
    }


def _link(ticket_id: UUID, fold: LinkFold, timeline: Timeline) -> Row:
    link, offered = fold.link, fold.offered
    return {
        "id": link.id,
        "ticket_id": ticket_id,
        "department": link.department,
        "parent_id": link.parent,
        "is_waited_for": link.wait,
        "offered_at": link.offered_at,
        "accepted_at": link.accepted_at,
        "ended_at": link.ended_at,
        "outcome": link.end.value if link.end else None,
        "offering_id": offered.offering_id if offered else None,
        "agreement_version_id": fold.progress.terms.agreement_version_id,
        "lapses_at": fold.lapses_at(timeline),
    }
