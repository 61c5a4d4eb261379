"""Acts on a ticket: steps, comments, assignments, slips taken back. One act is one fact."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.catalogue.form import knows
from services.requests.catalogue.terms import TermsCache
from services.requests.departments.service import Identity
from services.requests.messages.service import post_messages
from services.requests.people.service import require_people
from services.requests.tickets.policies import is_connector, reads_internal, serves, sides_of, speaks_for_customer
from services.requests.tickets.queries.read import offering_as_pinned
from services.requests.tickets.queries.steps import undone_steps
from services.requests.tickets.refusals import (
    AmendmentStands,
    CannotServe,
    ForProviderOnly,
    LackingUnknown,
    OnlyLooksOn,
    StepsUndone,
    UnknownEvent,
    check_instant,
    told_as_problems,
)
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.rules.words import is_internal
from services.requests.tickets.schemas import NewAssignment, NewComment, NewCorrection, NewTransition
from services.requests.tickets.service.appending import append
from services.requests.tickets.service.approving import approvers_asked_later, asking_posts, own_request
from services.requests.tickets.service.recording import Unfolded, readable_ticket, unfold
from services.requests.timeline.chain import fold_links
from services.requests.timeline.events import Actor as ActingSide
from services.requests.timeline.events import Event
from services.requests.timeline.facts import Amended, Assigned, Commented, Fact, Moved, TakenBack
from services.requests.timeline.fold import NOTHING, Timeline, fold
from services.requests.timeline.lapses import reopening_until
from services.requests.timeline.links import waited_for
from services.requests.timeline.posting import (
    check_breaches_stand,
    check_correction,
    check_not_before_opening,
    check_not_in_future,
    check_occurred_at,
)
from services.requests.timeline.refusals import StepRefused
from services.requests.timeline.transitions import check_step, sides_for
from services.requests.timeline.vocabulary import Side, State, Visibility
from services.shared.auth import Actor
from services.shared.db import Connection


async def move_ticket(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, new: NewTransition, *, now: datetime
) -> Row:
    """Take the ticket to another state. UnknownTicket, OnlyLooksOn, LackingUnknown, STEP_PROBLEMS."""
    check_instant(new.occurred_at, "/occurred_at")
    current = await terms.current(connection.fetch)
    held = await unfold(connection, current, await readable_ticket(connection, actor, ticket_id, hold=True))
    timeline = held.at(now)
    await _check_lacking(connection, held.row, new.lacking)
    step = Moved(new.to, new.reason, new.comment, new.third_party, tuple(new.lacking), new.answers)
    with told_as_problems():
        occurred_at = _when(actor, held, timeline, new.occurred_at, now)
        sides = _sides(actor, held)
        # A connector tells late what was so: the table of now does not bind it, the fold marks what lies outside.
        is_late = is_connector(actor) and occurred_at < held.progress.fact_at
        at = occurred_at if is_connector(actor) else now
        side = (_late_side if is_late else _stepping_side)(sides, held, timeline, step, at)
    if step.to is State.FULFILLED and not is_connector(actor):
        await _check_steps(connection, held.row)
    if step.to is State.AWAITING_APPROVAL:
        step = replace(step, approvals=await approvers_asked_later(connection, held.row, actor))
    event = _event(held, actor, side, step, occurred_at, now)
    row = await append(connection, current, held, [event], now=now)
    if step.approvals:
        own = own_request(held.row, actor)
        posts = await asking_posts(connection.fetch, row, step.approvals[0], 1, own)
        await post_messages(connection.fetch, posts, now=now)
    return row


async def _check_steps(connection: Connection, row: Row) -> None:
    """StepsUndone, while steps of the offering that are not optional are not checked off."""
    undone = await undone_steps(connection, row["id"], row["offering_id"], row["offering_version"])
    if undone:
        raise StepsUndone(pointer="/to", keys=", ".join(undone))


async def _check_lacking(connection: Connection, row: Row, lacking: Sequence[str]) -> None:
    """What an incomplete request lacks is something that its form, as it was then, asks for. LackingUnknown."""
    if not lacking:
        return
    form = (await offering_as_pinned(connection, row["offering_id"], row["offering_version"])).form
    for place, pointer in enumerate(lacking):
        if form is not None and not knows(form, pointer):
            raise LackingUnknown(pointer=f"/lacking/{place}", lacking=pointer)


async def comment_on_ticket(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, new: NewComment, *, now: datetime
) -> Event:
    """Write on the ticket. Internal comments are the provider's side's. UnknownTicket, OnlyLooksOn, ForProviderOnly."""
    current = await terms.current(connection.fetch)
    held = await unfold(connection, current, await readable_ticket(connection, actor, ticket_id, hold=True))
    sides = _sides(actor, held)
    if new.visibility is Visibility.INTERNAL:
        sides = [side for side in sides if side is not Side.CUSTOMER]
        if not sides:
            raise ForProviderOnly(pointer="/visibility")
    # Whoever asked for it writes as the customer, also when they serve the provider: nobody answers themselves.
    asks = speaks_for_customer(actor, held.row, held.row["holders"])
    side = Side.CUSTOMER if Side.CUSTOMER in sides and asks else sides[0]
    fact = Commented(new.body, new.visibility, new.answers)
    event = _event(held, actor, side, fact, _not_before_latest(held, now), now)
    await append(connection, current, held, [event], now=now)
    return event


async def assign_ticket(
    connection: Connection,
    terms: TermsCache,
    identity: Identity,
    actor: Actor,
    ticket_id: UUID,
    new: NewAssignment,
    *,
    now: datetime,
) -> Row:
    """Say whose the ticket is to work on: also one who is away, which `standing_in.assignee_away` tells.

    UnknownTicket, OnlyLooksOn, ForProviderOnly, UnknownPerson, PeopleUnavailable, CannotServe.
    """
    current = await terms.current(connection.fetch)
    held = await unfold(connection, current, await readable_ticket(connection, actor, ticket_id, hold=True))
    if Side.PROVIDER not in _sides(actor, held):
        raise ForProviderOnly
    await _check_assignee(connection, identity, actor, held.row, new.assignee_id)
    event = _event(held, actor, Side.PROVIDER, Assigned(new.assignee_id), _not_before_latest(held, now), now)
    return await append(connection, current, held, [event], now=now)


async def _check_assignee(
    connection: Connection, identity: Identity, actor: Actor, row: Row, assignee_id: UUID | None
) -> None:
    """Whoever works on a ticket serves its provider or a department with a link; one's own token says so itself."""
    departments = [row["provider_department_id"], *row["holders"]]
    if assignee_id is None or (assignee_id == actor.id and any(serves(actor, each) for each in departments)):
        return
    people = await require_people(connection.fetch, identity, {assignee_id: "/assignee_id"})
    if not people[assignee_id].serves_any(departments):
        raise CannotServe(pointer="/assignee_id")


async def take_back(
    connection: Connection, terms: TermsCache, actor: Actor, ticket_id: UUID, new: NewCorrection, *, now: datetime
) -> Row:
    """Take a slip back within the hour. UnknownTicket, UnknownEvent, OnlyLooksOn, CORRECTION_PROBLEMS."""
    current = await terms.current(connection.fetch)
    held = await unfold(connection, current, await readable_ticket(connection, actor, ticket_id, hold=True))
    sides = _sides(actor, held)
    slip = next((event for event in held.events if event.id == new.event_id), None)
    if slip is None or (is_internal(slip) and not reads_internal(actor, held.row, held.row["holders"])):
        raise UnknownEvent(pointer="/event_id")
    if isinstance(slip.payload, Amended):
        raise AmendmentStands(pointer="/event_id")
    side = slip.actor.side if slip.actor.side in sides else sides[0]
    back = TakenBack(new.reason, Visibility.INTERNAL if is_internal(slip) else Visibility.PUBLIC)
    event = _event(held, actor, side, back, now, now, corrects=slip.id)
    if side is Side.DEPARTMENT and slip.actor.department is not None:
        event = replace(event, actor=replace(event.actor, department=slip.actor.department))
    with told_as_problems():
        check_correction(slip, side, now=now, others=held.events, departments=_served_codes(actor, held.row))
        _check_breaches_stand(held, event, now)
    return await append(connection, current, held, [event], now=now)


def _check_breaches_stand(held: Unfolded, back: Event, now: datetime) -> None:
    """No breach is undone by taking something back, neither of the ticket's own clocks nor of those of its links."""
    corrected = [*held.events, back]
    check_breaches_stand(held.at(now), fold(held.terms, corrected, now))
    if not held.progress.links:
        return
    after = {each.link.id: each.at(now) for each in fold_links(held.terms, corrected)}
    for part in fold_links(held.terms, held.events):
        check_breaches_stand(part.at(now), after.get(part.link.id, NOTHING))


def _sides(actor: Actor, held: Unfolded) -> list[Side]:
    sides = sides_of(actor, held.row, held.row["holders"])
    if not sides:
        raise OnlyLooksOn
    return sides


def _when(actor: Actor, held: Unfolded, timeline: Timeline, wanted: datetime | None, now: datetime) -> datetime:
    """When the act was: as said, within what the timeline allows; else now."""
    if wanted is None:
        return _not_before_latest(held, now)
    if is_connector(actor):
        check_not_in_future(wanted, now)
        check_not_before_opening(wanted, held.progress.created_at)
    else:
        latest = held.progress.fact_at
        parts = fold_links(held.terms, held.events) if held.progress.links else ()
        for told in (timeline, *(part.at(now) for part in parts)):
            check_occurred_at(wanted, now=now, latest=latest, timeline=told)
    return wanted


def _not_before_latest(held: Unfolded, now: datetime) -> datetime:
    """Now; or the latest fact where it was dated a little ahead, so that what is posted later also happens later."""
    return max(now, held.progress.latest[0])


def _stepping_side(sides: list[Side], held: Unfolded, timeline: Timeline, step: Moved, at: datetime) -> Side:
    """The first of these sides that may take the step; raises what stands against the first one otherwise.

    `at` is when the window of a reopening is looked at: now, however a person dates the act.
    """
    refused: StepRefused | None = None
    reopen_until = None
    if timeline.state is State.CLOSED and timeline.fulfilled_at is not None:
        reopen_until = reopening_until(held.progress.terms, timeline.fulfilled_at, held.progress.overlay)
    for side in sides:
        try:
            check_step(
                timeline.state,
                step,
                side,
                at=at,
                came_from=timeline.came_from,
                has_waiting_link=bool(waited_for(timeline.links)),
                reopen_until=reopen_until,
            )
        except StepRefused as against:
            refused = refused or against
            continue
        return side
    raise refused or OnlyLooksOn


def _late_side(sides: list[Side], held: Unfolded, timeline: Timeline, step: Moved, at: datetime) -> Side:
    """The first of these sides that could have taken the step at that instant; the first of all where none could."""
    then = fold(held.terms, [event for event in held.events if event.occurred_at <= at], at)
    could = sides_for(then.state, step.to, then.came_from)
    return next((side for side in sides if side in could), sides[0])


def _event(
    held: Unfolded,
    actor: Actor,
    side: Side,
    fact: Fact,
    occurred_at: datetime,
    now: datetime,
    *,
    corrects: UUID | None = None,
) -> Event:
    """The act as an event; what a program does is no person's reply."""
    department = _served_codes(actor, held.row)[0] if side is Side.DEPARTMENT else None
    acting = ActingSide(side, actor.id, department, automatic=actor.is_client)
    return Event(uuid7(), held.next_sequence, occurred_at, now, acting, fact, corrects=corrects)


def _served_codes(actor: Actor, row: Row) -> list[str]:
    """For which departments with a link the actor acts; where nothing says for which of them, for the first."""
    holders = zip(row["holders"], row["holder_codes"], strict=True)
    return [str(code) for department, code in holders if serves(actor, department)]
