"""What people may post about instants, slips and hand-offs; connectors and imports date facts freely.

Read where `agreements.md` is brief:
- "Not behind a `due_at` already passed" refuses the due time itself too: a clock that stops then is met, and dating
  back to it would undo the breach just the same.
- The opening of a ticket cannot be taken back (it is cancelled instead), nor can a correction or a ruling.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from services.requests.timeline.events import Event
from services.requests.timeline.facts import Submitted
from services.requests.timeline.fold import Timeline
from services.requests.timeline.links import Links, above, open_link
from services.requests.timeline.refusals import (
    AlreadyCorrected,
    CorrectionOfAnotherSide,
    CorrectionTooLate,
    CorrectionUndoesBreach,
    HandOffInCircle,
    HandOffInState,
    InstantBehindBreach,
    InstantBehindLatestFact,
    InstantInFuture,
    LinkNotAccepted,
    LinkNotOpen,
    NotCorrectable,
    NothingAsked,
    OfferAnswered,
)
from services.requests.timeline.vocabulary import DONE, INSTANT, EventKind, Side, State

AHEAD = timedelta(minutes=5)
TO_CORRECT = timedelta(hours=1)


def check_not_in_future(occurred_at: datetime, now: datetime) -> None:
    """Raises `InstantInFuture`; holds for imports too."""
    if occurred_at > now + AHEAD:
        raise InstantInFuture(occurred_at=occurred_at.isoformat())


def check_not_before_opening(occurred_at: datetime, opened_at: datetime) -> None:
    """Raises `InstantBehindLatestFact`: nothing happens to a ticket before it is there. Holds for connectors too."""
    if occurred_at < opened_at:
        raise InstantBehindLatestFact(occurred_at=occurred_at.isoformat(), latest=opened_at.isoformat())


def check_breaches_stand(before: Timeline, after: Timeline) -> None:
    """Raises `CorrectionUndoesBreach` where a clock that was breached would not be: a person dates nothing behind it.

    `before` and `after` are the ticket now, without and with the correction. What a fact decides at once goes with it.
    """
    kept = {(clock.clock, clock.cycle): clock.breached_at for clock in after.clocks}
    for clock in before.clocks:
        if clock.clock in INSTANT:
            continue
        if clock.breached_at is not None and kept.get((clock.clock, clock.cycle)) is None:
            raise CorrectionUndoesBreach(clock=clock.clock, due_at=clock.breached_at.isoformat())


def check_occurred_at(occurred_at: datetime, *, now: datetime, latest: datetime, timeline: Timeline) -> None:
    """Raises the `InstantRefused` that stands against a person dating a fact so.

    `latest` is the instant of the ticket's latest fact, `timeline` the ticket at `now` without the new fact.
    """
    check_not_in_future(occurred_at, now)
    if occurred_at < latest:
        raise InstantBehindLatestFact(occurred_at=occurred_at.isoformat(), latest=latest.isoformat())
    for clock in timeline.clocks:
        if clock.is_open and clock.breached_at is not None and occurred_at <= clock.breached_at:
            raise InstantBehindBreach(occurred_at=occurred_at.isoformat(), due_at=clock.breached_at.isoformat())


def check_correction(
    slip: Event, side: Side, *, now: datetime, others: Iterable[Event], departments: Collection[str] = ()
) -> None:
    """Raises the `CorrectionRefused` that stands against `side` taking `slip` back at `now`.

    `others` are the ticket's events, in any order. Each department with a hand-off is a side of its own:
    `departments` are the codes of those for which who takes it back may act.
    """
    if slip.kind is not EventKind.FACT or slip.is_correction or isinstance(slip.payload, Submitted):
        raise NotCorrectable
    if any(event.corrects == slip.id for event in others):
        raise AlreadyCorrected
    if slip.actor.side is not side:
        raise CorrectionOfAnotherSide(side=slip.actor.side)
    if side is Side.DEPARTMENT and slip.actor.department not in departments:
        raise CorrectionOfAnotherSide(side=slip.actor.department)
    if now > slip.recorded_at + TO_CORRECT:
        raise CorrectionTooLate(until=(slip.recorded_at + TO_CORRECT).isoformat())


def check_offer(state: State, links: Links, department: str, *, provider: str, parent: UUID | None) -> None:
    """Raises the `HandOffRefused` that stands against offering to `department` from `parent` or the ticket."""
    if state in DONE or state is State.AWAITING_APPROVAL:
        raise HandOffInState(state=state)
    if parent is not None:
        check_held(links, parent)
    if department == provider or any(link.department == department for link in above(links, parent)):
        raise HandOffInCircle(department=department)


def check_unanswered(links: Links, link_id: UUID) -> None:
    """Raises `LinkNotOpen` where the offer has ended, `OfferAnswered` where it was accepted."""
    link = open_link(links, link_id)
    if link is None:
        raise LinkNotOpen
    if not link.is_offered:
        raise OfferAnswered


def check_held(links: Links, link_id: UUID) -> None:
    """Raises `LinkNotOpen` where the link has ended, `LinkNotAccepted` where its department has not accepted it."""
    link = open_link(links, link_id)
    if link is None:
        raise LinkNotOpen
    if link.is_offered:
        raise LinkNotAccepted


def check_asking(links: Links, link_id: UUID) -> None:
    """Raises `LinkNotOpen` where the link has ended, `NothingAsked` where it waits for no answer."""
    link = open_link(links, link_id)
    if link is None:
        raise LinkNotOpen
    if link.asks is None:
        raise NothingAsked
