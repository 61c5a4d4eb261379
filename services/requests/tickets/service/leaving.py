"""What other services hear of an act on a ticket, in its statement: submitted, fulfilled, closed, and so on."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from services.requests.events import (
    ClosedBy,
    Counts,
    HandOffMeasured,
    TicketClosed,
    TicketFulfilled,
    TicketMeasured,
    TicketReopened,
    TicketSubmitted,
)
from services.requests.tickets.rules.chained import pair_of
from services.requests.tickets.rules.measured import Count, are_alike, counts_of
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.following import Following, Stride
from services.requests.timeline.progress import Progress
from services.requests.timeline.vocabulary import DONE, Side, State
from services.shared.outbox import OutboxValues, PublishedEvent, outbox_values

_CLOSERS = {Side.CUSTOMER: ClosedBy.CUSTOMER, Side.SYSTEM: ClosedBy.LAPSE}


def _states(stride: Stride) -> tuple[State | None, State]:
    return stride.before.path[-1].state if stride.before else None, stride.after.path[-1].state


def fulfils(stride: Stride) -> bool:
    """Whether it brought the ticket to its fulfilment. (Another system may close what nobody had fulfilled.)"""
    before, after = _states(stride)
    is_closed_at_once = after is State.CLOSED and before not in DONE
    return (after is State.FULFILLED and before is not State.FULFILLED) or is_closed_at_once


def is_let_through(stride: Stride) -> bool:
    """Whether it let a ticket through to the provider for which approval was asked first."""
    return stride.before is not None and stride.before.submitted_at is None and stride.after.submitted_at is not None


def submitted_event(row: Row, at: datetime) -> TicketSubmitted:
    """What is told of a ticket that reaches its provider: at once, or with the last approval."""
    return TicketSubmitted(
        ticket_id=row["id"],
        customer_department_id=row["customer_department_id"],
        provider_department_id=row["provider_department_id"],
        offering_id=row["offering_id"],
        requester_id=row["requester_id"],
        priority=row["priority"],
        submitted_at=at,
    )


def told_of(row: Row, offering_name: str, stride: Stride) -> Iterator[PublishedEvent]:
    """What is told of one event. `row` is the ticket with the act; `offering_name` is read where it fulfils."""
    before, after = _states(stride)
    at, version = stride.event.occurred_at, row["version"]
    if row["source"] is None and is_let_through(stride):
        yield submitted_event(row, at)
    if fulfils(stride):
        yield _fulfilled(row, offering_name, stride.after)
    elif before in (State.FULFILLED, State.CLOSED) and after not in DONE:
        yield TicketReopened(ticket_id=row["id"], cycle=stride.after.round, version=version, reopened_at=at)
    if after is State.CLOSED and before is not State.CLOSED:
        closed_by = _CLOSERS.get(stride.event.actor.side, ClosedBy.SOURCE)
        yield TicketClosed(ticket_id=row["id"], version=version, closed_at=at, by=closed_by)


def measured_with(row: Row, follows: Following, links: Iterable[Row] = ()) -> Iterator[PublishedEvent]:
    """What the promises of the ticket and of its links have come to, where the act changed it.

    `row` is the ticket with the act, `links` are those of its links.
    """
    yield from _ticket_measured(row, follows)
    if follows.parts:
        pairs = _pairs(row, follows, links)
        for link_id, (before, after) in follows.parts.items():
            counts = counts_of(after.clocks)
            if counts != counts_of(before.clocks if before else ()):
                yield from link_measured(row, link_id, pairs[link_id], counts)


def link_measured(
    row: Row, link_id: UUID, pair: tuple[UUID | None, UUID | None], counts: Mapping[Side, Count]
) -> Iterator[PublishedEvent]:
    """What is told of the promises between the two departments of a link; nothing where one is not known here."""
    customer_id, provider_id = pair
    if customer_id is not None and provider_id is not None:
        yield HandOffMeasured(
            ticket_id=row["id"],
            link_id=link_id,
            version=row["version"],
            customer_department_id=customer_id,
            provider_department_id=provider_id,
            provider=Counts(**counts[Side.PROVIDER]._asdict()),
            customer=Counts(**counts[Side.CUSTOMER]._asdict()),
        )


def _pairs(row: Row, follows: Following, links: Iterable[Row]) -> dict[UUID, tuple[UUID | None, UUID | None]]:
    """Between whom each link is, those too that the act took back."""
    before = follows.strides[0].before
    pairs = {link.id: pair_of(row, link) for link in before.links} if before else {}
    return {**pairs, **{each["id"]: (each["customer_department_id"], each["department_id"]) for each in links}}


def _ticket_measured(row: Row, follows: Following) -> Iterator[PublishedEvent]:
    before = follows.before.clocks if follows.before else ()
    if are_alike(before, follows.timeline.clocks):
        return
    counts = counts_of(follows.timeline.clocks)
    if counts == counts_of(before):
        return
    yield TicketMeasured(
        ticket_id=row["id"],
        version=row["version"],
        customer_department_id=row["customer_department_id"],
        provider_department_id=row["provider_department_id"],
        provider=Counts(**counts[Side.PROVIDER]._asdict()),
        customer=Counts(**counts[Side.CUSTOMER]._asdict()),
    )


def _fulfilled(row: Row, offering_name: str, progress: Progress) -> TicketFulfilled:
    return TicketFulfilled(
        ticket_id=row["id"],
        cycle=progress.round,
        ticket_key=row["key"],
        customer_department_id=row["customer_department_id"],
        provider_department_id=row["provider_department_id"],
        offering_id=row["offering_id"],
        offering_name=offering_name,
        agreement_version_id=row["agreement_version_id"],
        requester_id=row["requester_id"],
        beneficiary_id=row["beneficiary_id"],
        participants=row["participants"],
        assignee_id=progress.assignee_id,
        is_confidential=row["is_confidential"],
        is_imported=row["source"] is not None,
        fulfilled_at=progress.fulfilled_at or progress.latest[0],
        version=row["version"],
    )


def as_rows(events: Iterable[PublishedEvent], now: datetime) -> list[OutboxValues]:
    """The rows of the outbox."""
    return [outbox_values(event, now=now) for event in events]
