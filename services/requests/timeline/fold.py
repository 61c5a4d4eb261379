"""The fold: from facts and rulings to where a ticket stands, who held it, its hand-offs and its clocks.

`fold = view(reduce(advance, facts in order), now)`: one mechanism, whether a fact joins what is known or all are told
again. Rulings will join the same order at their `recorded_at`; decisions and marks never do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.requests.timeline.clocks import Cycles, Moment, at_moment
from services.requests.timeline.events import Event, OrderKey, in_effect
from services.requests.timeline.facts import Submitted
from services.requests.timeline.ledger import Account, Interval, charge_of, tell
from services.requests.timeline.links import Links
from services.requests.timeline.reactions import open_ticket, react
from services.requests.timeline.readings import ClockReading, read_clock
from services.requests.timeline.scene import Path, Scene
from services.requests.timeline.terms import Terms
from services.requests.timeline.vocabulary import CUSTOMER, FINAL, EventKind, State
from services.requests.worktime import WorkingTimeRefused, promise


class LateFact(ValueError):
    """The event counts before one already folded, or takes one back: fold all of them again."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the facts so far come to, without a `now`. Events join it in order, each by `advance`."""

    path: Path
    links: Links
    account: Account
    cycles: Cycles
    created_at: datetime
    submitted_at: datetime | None
    fulfilled_at: datetime | None
    ended_at: datetime | None
    assignee_id: UUID | None
    group: str | None
    priority: str | None
    irregular: tuple[UUID, ...]
    latest: OrderKey


@dataclass(frozen=True, slots=True)
class Timeline:
    """A ticket as its facts and a `now` make it.

    `submitted_at` is None until approval is granted; `ended_at` is when it was closed, declined or cancelled, while it
    is; `fulfilled_at` the latest fulfilment. `assignee_id` and `priority` are the latest that facts name. `irregular`
    holds the ids of the facts outside the table of steps.
    """

    state: State
    came_from: State | None
    created_at: datetime | None
    submitted_at: datetime | None
    fulfilled_at: datetime | None
    ended_at: datetime | None
    assignee_id: UUID | None
    priority: str | None
    ledger: tuple[Interval, ...]
    links: Links
    clocks: tuple[ClockReading, ...]
    irregular: frozenset[UUID]


NOTHING = Timeline(State.CANCELLED, None, None, None, None, None, None, None, (), (), (), frozenset())
"""A ticket of which every fact was taken back, or that has none."""


def advance(terms: Terms, progress: Progress | None, event: Event) -> Progress:
    """`progress` (None before the first fact) and the next fact. Raises `LateFact` where `event` is not the next."""
    if event.is_correction or (progress is not None and event.key <= progress.latest):
        raise LateFact(event.id)
    if progress is None:
        scene = Scene(event.occurred_at, False, (), (), None, None, None)
        open_ticket(scene, event.payload)
    else:
        scene = _scene_of(progress, event.occurred_at)
        scene.is_irregular = isinstance(event.payload, Submitted)
    react(scene, event, terms.provider)
    return _begun(terms, scene, event) if progress is None else _after(terms, progress, scene, event)


def _scene_of(progress: Progress, at: datetime) -> Scene:
    is_submitted = progress.submitted_at is not None
    return Scene(
        at, is_submitted, progress.path, progress.links, progress.group, progress.assignee_id, progress.priority
    )


def _begun(terms: Terms, scene: Scene, event: Event) -> Progress:
    blank = Account((), scene.at, charge_of(scene.path[-1], scene.links))
    nothing = Progress((), (), blank, (), scene.at, None, None, None, None, None, None, (), event.key)
    return _after(terms, nothing, scene, event)


def _after(terms: Terms, progress: Progress, scene: Scene, event: Event) -> Progress:
    at, moments, cycles = scene.at, scene.moments, progress.cycles
    for moment in moments:
        cycles = at_moment(terms, cycles, moment, at)
    account = progress.account
    if scene.path != progress.path or scene.links is not progress.links:
        account = account.charged(charge_of(scene.path[-1], scene.links), at)
    submitted_at = progress.submitted_at
    if submitted_at is None and Moment.SUBMITTED in moments:
        submitted_at = at
    return Progress(
        path=scene.path,
        links=scene.links,
        account=account,
        cycles=cycles,
        created_at=progress.created_at,
        submitted_at=submitted_at,
        fulfilled_at=at if Moment.FULFILLED in moments else progress.fulfilled_at,
        ended_at=(progress.ended_at or at) if scene.state in FINAL else None,
        assignee_id=scene.assignee_id,
        group=scene.group,
        priority=scene.priority,
        irregular=(*progress.irregular, event.id) if scene.is_irregular else progress.irregular,
        latest=event.key,
    )


def view(terms: Terms, progress: Progress | None, now: datetime) -> Timeline:
    """The ticket at `now`. A fact a little ahead of the clock (5 minutes are allowed) counts as having happened."""
    if progress is None:
        return NOTHING
    now = max(now, progress.latest[0])
    stretches = progress.account.stretches(now)
    return Timeline(
        state=progress.path[-1].state,
        came_from=progress.path[-2].state if len(progress.path) > 1 else None,
        created_at=progress.created_at,
        submitted_at=progress.submitted_at,
        fulfilled_at=progress.fulfilled_at,
        ended_at=progress.ended_at,
        assignee_id=progress.assignee_id,
        priority=progress.priority,
        ledger=tell(terms, stretches),
        links=progress.links,
        clocks=tuple(
            read_clock(terms.target(cycle.clock), cycle, stretches, progress.account.charge.party.kind, now)
            for cycle in progress.cycles
        ),
        irregular=frozenset(progress.irregular),
    )


def progress_of(terms: Terms, events: Iterable[Event]) -> Progress | None:
    """What all these events come to, in whatever order they are given; None where none of them counts."""
    progress: Progress | None = None
    for event in in_effect(events):
        if progress is not None or event.kind is EventKind.FACT:
            progress = advance(terms, progress, event)
    return progress


def fold(terms: Terms, events: Iterable[Event], now: datetime) -> Timeline:
    """The ticket at `now` as all its events make it, in whatever order they are given. Never raises."""
    return view(terms, progress_of(terms, events), now)


def reopening_until(terms: Terms, fulfilled_at: datetime) -> datetime | None:
    """Until when a closed ticket may be reopened, in the customer's calendar; None where that calendar sets no end."""
    try:
        calendar = terms.calendar_of(CUSTOMER, fulfilled_at)
        return promise(calendar, fulfilled_at, terms.reopening_window) if calendar else None
    except WorkingTimeRefused:
        return None
