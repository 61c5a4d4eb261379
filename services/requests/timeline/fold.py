"""The fold: from facts and rulings to where a ticket stands, who held it, its hand-offs and its clocks.

`fold = view(reduce(advance, events in order), now)`: one mechanism, whether an event joins what is known or all are
told again. Facts count when they were so, rulings when they were recorded; marks and decisions never.

Read where `agreements.md` is brief:
- A ruling before the first fact rules nothing. One on a link rules nothing of the ticket (`chain` tells the link).
- The ledger is told in the calendars that the ticket pinned, whatever is ruled: it never enters a clock.
- A priority that is ruled sorts queues too, until something else does.
- What is laid over the account (freezes) changes no state: who held the ticket is told, and clocks count, through it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.requests.timeline.approving import Pending
from services.requests.timeline.clocks import Moment, running_after
from services.requests.timeline.cycles import Why, at_moment
from services.requests.timeline.events import Event, in_effect
from services.requests.timeline.facts import Amended, Moved, Submitted
from services.requests.timeline.ledger import Account, Interval, charge_of, tell
from services.requests.timeline.links import Links
from services.requests.timeline.overlay import NOTHING_LAID, Overlay, overlay_after
from services.requests.timeline.pending import pending_after
from services.requests.timeline.progress import Progress
from services.requests.timeline.reactions import open_ticket, react
from services.requests.timeline.readings import ClockReading, read_clocks
from services.requests.timeline.recalculation import (
    Change,
    extended,
    terms_after,
    with_calendar,
    with_freezes,
    with_targets,
)
from services.requests.timeline.rounds import rounds_after
from services.requests.timeline.rulings import (
    CalendarRuled,
    FreezeRuled,
    FreezeWithdrawn,
    PriorityRuled,
    Promise,
    Ruling,
    RulingName,
    link_of,
)
from services.requests.timeline.scene import Scene
from services.requests.timeline.terms import NO_TIME, Terms
from services.requests.timeline.verdicts import Verdicts, at_amendment, at_return, at_submission, extension
from services.requests.timeline.vocabulary import FINAL, EventKind, Side, State

_WHY = {
    RulingName.PRIORITY_RULED: Why.PRIORITY,
    RulingName.CALENDAR_RULED: Why.CALENDAR,
    RulingName.AGREEMENT_RULED: Why.AGREEMENT,
}


class LateFact(ValueError):
    """The event counts before one already folded, or takes one back: fold all of them again."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A ticket as its facts and rulings, and a `now`, make it.

    `submitted_at` is None until approval is granted; `ended_at` is when it was closed, declined or cancelled, while it
    is; `fulfilled_at` the latest fulfilment. `assignee_id`, `priority` and `promised_priority` are the latest that
    events name. `irregular` holds the ids of the facts outside the table of steps; `approval` is the asking under way.
    """

    state: State
    came_from: State | None
    created_at: datetime | None
    submitted_at: datetime | None
    fulfilled_at: datetime | None
    ended_at: datetime | None
    assignee_id: UUID | None
    priority: str | None
    promised_priority: str | None
    ledger: tuple[Interval, ...]
    links: Links
    clocks: tuple[ClockReading, ...]
    irregular: frozenset[UUID]
    approval: Pending | None = None


NOTHING = Timeline(State.CANCELLED, None, None, None, None, None, None, None, None, (), (), (), frozenset())
"""A ticket of which every fact was taken back, or that has none."""


def advance(terms: Terms, progress: Progress | None, event: Event, laid: Overlay = NOTHING_LAID) -> Progress:
    """`progress` (None before the first fact) and the next fact or ruling; `terms` are what the ticket pinned.

    `laid` is what lies over the account from the first fact on. Raises `LateFact` where `event` is not the next, or
    is a ruling before the first fact.
    """
    if event.is_correction or (progress is not None and event.key <= progress.latest):
        raise LateFact(event.id)
    payload = event.payload
    if isinstance(payload, Ruling):
        if progress is None:
            raise LateFact(event.id)
        if link_of(payload) is not None:
            return replace(progress, latest=event.key)
        if isinstance(payload, FreezeRuled | FreezeWithdrawn):
            return _frozen(progress, payload, event)
        return _ruled(progress, payload, event)
    if progress is None:
        scene = Scene(event.occurred_at, event.actor.side, False, (), (), None, None, None, terms.is_link)
        open_ticket(scene, payload)
        react(scene, event, terms.provider)
        return _after(_blank(terms, scene, event, laid), scene, event)
    scene = _scene_of(progress, event)
    scene.is_irregular = isinstance(payload, Submitted)
    react(scene, event, progress.terms.provider)
    return _after(progress, scene, event)


def _scene_of(progress: Progress, event: Event) -> Scene:
    return Scene(
        event.occurred_at,
        event.actor.side,
        progress.submitted_at is not None,
        progress.path,
        progress.links,
        progress.group,
        progress.assignee_id,
        progress.priority,
        progress.terms.is_link,
    )


def _blank(terms: Terms, scene: Scene, event: Event, laid: Overlay) -> Progress:
    return Progress(
        path=(),
        links=(),
        account=Account((), scene.at, charge_of(scene.path[-1], scene.links)),
        overlay=laid,
        terms=terms,
        asked=event.payload if isinstance(event.payload, Submitted) else None,
        cycles=(),
        verdicts=(),
        round=0,
        running=frozenset(),
        created_at=scene.at,
        submitted_at=None,
        fulfilled_at=None,
        ended_at=None,
        state_since=scene.at,
        fact_at=scene.at,
        assignee_id=None,
        group=None,
        priority=None,
        promised_priority=None,
        irregular=(),
        latest=event.key,
    )


def _after(progress: Progress, scene: Scene, event: Event) -> Progress:
    at, moments, account = scene.at, scene.moments, progress.account
    if scene.path != progress.path or scene.links is not progress.links:
        account = account.charged(charge_of(scene.path[-1], scene.links), at)
    cycles, round_, running = progress.cycles, progress.round, progress.running
    for moment in moments:
        if moment in (Moment.SUBMITTED, Moment.REOPENED):
            round_ += 1
        cycles = at_moment(progress.terms, cycles, moment, at, round_)
        running = running_after(running, moment)
    asked = _asked(progress.asked, event)
    verdicts = _judged(progress, asked, scene, event)
    given = NO_TIME if Moment.BEGUN in moments else extension(progress.verdicts)  # a part begins after it was offered
    if more := extension(verdicts) - given:
        known = progress.overlay.over(account.stretches(at)), progress.overlay.ahead(at)
        cycles = extended(cycles, more, Change(Why.NOTICE, event.id, at, *known))
    is_moved = not progress.path or scene.state is not progress.path[-1].state
    return replace(
        progress,
        path=scene.path,
        links=scene.links,
        account=account,
        asked=asked,
        cycles=cycles,
        verdicts=verdicts,
        round=round_,
        running=running,
        submitted_at=at if progress.submitted_at is None and Moment.SUBMITTED in moments else progress.submitted_at,
        fulfilled_at=at if Moment.FULFILLED in moments else progress.fulfilled_at,
        ended_at=(progress.ended_at or at) if scene.state in FINAL else None,
        state_since=at if is_moved else progress.state_since,
        fact_at=at,
        assignee_id=scene.assignee_id,
        group=scene.group,
        priority=scene.priority,
        irregular=(*progress.irregular, event.id) if scene.is_irregular else progress.irregular,
        latest=event.key,
        approval=pending_after(progress.approval, scene, event, is_opening=not progress.path),
        rounds=rounds_after(progress.rounds, moments, scene.state, at),
    )


def _asked(asked: Submitted | None, event: Event) -> Submitted | None:
    """The request as it is asked now: only who asks says by when it is needed."""
    payload, is_theirs = event.payload, event.actor.side is Side.CUSTOMER
    if asked is not None and is_theirs and isinstance(payload, Amended) and "needed_by" in payload.changes:
        needed_by = payload.changes["needed_by"]
        return replace(asked, needed_by=needed_by if isinstance(needed_by, str) else None)
    return asked


def _judged(progress: Progress, asked: Submitted | None, scene: Scene, event: Event) -> Verdicts:
    """What is decided at once, after this fact."""
    verdicts = progress.verdicts
    if Moment.SUBMITTED in scene.moments and asked is not None:
        verdicts = at_submission(progress.terms, asked, progress.created_at, scene.at)
    if isinstance(event.payload, Moved):
        verdicts = at_return(progress.terms, verdicts, event.payload, event.actor.side, scene.at)
    elif asked is not None and asked is not progress.asked:
        verdicts = at_amendment(verdicts, asked.needed_by, scene.at)
    return verdicts


def _ruled(progress: Progress, ruling: Promise, event: Event) -> Progress:
    """The ticket once that is ruled, from the instant on at which it was recorded."""
    at, cycles, terms = event.recorded_at, progress.cycles, terms_after(progress.terms, ruling)
    known = progress.stretches(at), progress.overlay.ahead(at)
    change = Change(_WHY[ruling.name], event.id, at, *known, ruling.restart)
    if isinstance(ruling, CalendarRuled):
        cycles = with_calendar(cycles, ruling, change)
    else:
        cycles = with_targets(cycles, terms, progress.running, progress.round, change)
    changed = replace(progress, terms=terms, cycles=cycles, latest=event.key)
    if isinstance(ruling, PriorityRuled):
        return replace(changed, priority=ruling.priority, promised_priority=ruling.priority)
    return changed


def _frozen(progress: Progress, ruling: FreezeRuled | FreezeWithdrawn, event: Event) -> Progress:
    """The ticket once that is left out, or left out no more: no clock begins anew, planned due times move."""
    at, before = event.recorded_at, progress.overlay
    overlay = overlay_after(before, ruling, at)
    change = Change(Why.FREEZE, event.id, at, progress.stretches(at))
    cycles = with_freezes(progress.cycles, before, overlay, change)
    return replace(progress, overlay=overlay, cycles=cycles, latest=event.key)


def view(terms: Terms, progress: Progress | None, now: datetime) -> Timeline:
    """The ticket at `now`; the ledger is told in the calendars of `terms`, which it pinned.

    A fact a little ahead of the clock (5 minutes are allowed) counts as having happened.
    """
    if progress is None:
        return NOTHING
    now = max(now, progress.latest[0])
    stretches = progress.stretches(now)
    return Timeline(
        state=progress.path[-1].state,
        came_from=progress.path[-2].state if len(progress.path) > 1 else None,
        created_at=progress.created_at,
        submitted_at=progress.submitted_at,
        fulfilled_at=progress.fulfilled_at,
        ended_at=progress.ended_at,
        assignee_id=progress.assignee_id,
        priority=progress.priority,
        promised_priority=progress.promised_priority,
        ledger=tell(terms, stretches),
        links=progress.links,
        clocks=read_clocks(progress, stretches, now),
        irregular=frozenset(progress.irregular),
        approval=progress.approval,
    )


def progress_of(terms: Terms, events: Iterable[Event], laid: Overlay = NOTHING_LAID) -> Progress | None:
    """What all these events come to, in whatever order they are given; None where none of them counts.

    `laid` is what lies over the account from the beginning: what was decided, in the second fold.
    """
    progress: Progress | None = None
    for event in in_effect(events):
        if progress is not None or event.kind is EventKind.FACT:
            progress = advance(terms, progress, event, laid)
    return progress


def fold(terms: Terms, events: Iterable[Event], now: datetime) -> Timeline:
    """The ticket at `now` as all its events make it, in whatever order they are given. Never raises."""
    return view(terms, progress_of(terms, events), now)
