"""What became of each level of each asking, told from a ticket's events."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.requests.timeline.approving import Approver
from services.requests.timeline.events import Event, in_effect
from services.requests.timeline.facts import ApprovalAnswered, Moved, Submitted
from services.requests.timeline.vocabulary import Side, State


class ApprovalState(StrEnum):
    """How a level stands."""

    WAITING = "waiting"
    """The level before it has not approved yet."""
    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    DROPPED = "dropped"
    """Nobody is asked any more: another level declined or expired, or the ticket went on otherwise."""


class Decision(StrEnum):
    """What an approver answers."""

    APPROVE = "approve"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Level:
    """A level of the ticket's n-th `asking`, both from 1. It was open from `opened_at` on, while it was."""

    asking: int
    level: int
    approver: Approver
    state: ApprovalState
    opened_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    is_deputy: bool = False
    comment: str | None = None


_OPEN = (ApprovalState.OPEN, ApprovalState.WAITING)


def levels_of(events: Iterable[Event], state: State) -> list[Level]:
    """Every level that was ever asked, in order; `state` is the ticket's, after all these events."""
    told: list[Level] = []
    for event in in_effect(events):
        match event.payload:
            case Submitted(approvals=asked) | Moved(to=State.AWAITING_APPROVAL, approvals=asked) if asked:
                told = [*_dropped(told), *_asking(told, asked, event.occurred_at)]
            case ApprovalAnswered() as answer:
                told = _answered(told, answer, event)
            case Moved(to=State.DECLINED) if event.actor.side is Side.SYSTEM:
                told = _dropped([_expired(each, event.occurred_at) for each in told])
            case _:
                pass
    return told if state is State.AWAITING_APPROVAL else _dropped(told)


def answered_before(told: Iterable[Level], asking: int) -> set[UUID]:
    """Who has answered at a level of that asking."""
    return {each.decided_by for each in told if each.asking == asking and each.decided_by is not None}


def _asking(told: list[Level], asked: tuple[Approver, ...], at: datetime) -> list[Level]:
    number = max((each.asking for each in told), default=0) + 1
    first, *others = (
        Level(number, level, approver, ApprovalState.WAITING) for level, approver in enumerate(asked, start=1)
    )
    return [replace(first, state=ApprovalState.OPEN, opened_at=at), *others]


def _answered(told: list[Level], answer: ApprovalAnswered, event: Event) -> list[Level]:
    state = ApprovalState.APPROVED if answer.approved else ApprovalState.DECLINED
    place = next((place for place, each in enumerate(told) if each.state is ApprovalState.OPEN), None)
    if place is None or told[place].level != answer.level:
        return told
    told = list(told)
    told[place] = replace(
        told[place],
        state=state,
        decided_at=event.occurred_at,
        decided_by=event.actor.id,
        is_deputy=answer.deputy,
        comment=answer.comment,
    )
    if not answer.approved:
        return _dropped(told)
    if place + 1 < len(told):
        told[place + 1] = replace(told[place + 1], state=ApprovalState.OPEN, opened_at=event.occurred_at)
    return told


def _expired(level: Level, at: datetime) -> Level:
    return replace(level, state=ApprovalState.EXPIRED, decided_at=at) if level.state is ApprovalState.OPEN else level


def _dropped(told: list[Level]) -> list[Level]:
    return [replace(each, state=ApprovalState.DROPPED) if each.state in _OPEN else each for each in told]
