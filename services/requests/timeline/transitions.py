"""The one table of what may follow what and who may take the step; it guards what people post, never the fold.

Read where `agreements.md` is brief:
- Approval ends into `submitted`, or, asked for later, also into where it was asked.
- A reason is due for a decline once the ticket was accepted (waits included); in `submitted` it is welcome.
- A ticket becomes `handed_off` by a hand-off; a posted step only returns to one that is still open and waited for.
- Both sides may reopen a closed ticket, as they may a fulfilled one; the window binds both.
- The `system` closes, cancels and declines by lapse, expiry and merging.
"""

from collections.abc import Mapping
from datetime import datetime

from services.requests.timeline.facts import Moved
from services.requests.timeline.refusals import (
    NothingHandedOff,
    QuestionMissing,
    ReasonMissing,
    ReopeningWindowPassed,
    StepNotAllowed,
    StepOfAnotherSide,
)
from services.requests.timeline.vocabulary import DONE, Side, State

Sides = frozenset[Side]

_PROVIDER: Sides = frozenset({Side.PROVIDER})
_CUSTOMER_OR_LAPSE: Sides = frozenset({Side.CUSTOMER, Side.SYSTEM})
_APPROVER: Sides = frozenset({Side.APPROVER})
_EITHER: Sides = frozenset({Side.CUSTOMER, Side.PROVIDER})

_BY_PROVIDER = (
    State.IN_PROGRESS,
    State.WAITING_ON_CUSTOMER,
    State.WAITING_ON_THIRD_PARTY,
    State.HANDED_OFF,
    State.FULFILLED,
    State.DECLINED,
)


def _row(*by_provider: State, also: Mapping[State, Sides]) -> Mapping[State, Sides]:
    return {**dict.fromkeys(by_provider, _PROVIDER), **also}


_CANCEL = {State.CANCELLED: _CUSTOMER_OR_LAPSE}

TABLE: Mapping[State, Mapping[State, Sides]] = {
    State.AWAITING_APPROVAL: {
        State.SUBMITTED: _APPROVER,
        State.DECLINED: frozenset({Side.APPROVER, Side.SYSTEM}),
        **_CANCEL,
    },
    State.SUBMITTED: _row(State.ACCEPTED, *_BY_PROVIDER, State.AWAITING_APPROVAL, also=_CANCEL),
    State.ACCEPTED: _row(*_BY_PROVIDER, State.AWAITING_APPROVAL, also=_CANCEL),
    State.IN_PROGRESS: _row(*_BY_PROVIDER[1:], State.AWAITING_APPROVAL, also=_CANCEL),
    State.WAITING_ON_CUSTOMER: _row(*(s for s in _BY_PROVIDER if s != State.WAITING_ON_CUSTOMER), also=_CANCEL),
    State.WAITING_ON_THIRD_PARTY: _row(*(s for s in _BY_PROVIDER if s != State.WAITING_ON_THIRD_PARTY), also=_CANCEL),
    State.HANDED_OFF: _row(*(s for s in _BY_PROVIDER if s != State.HANDED_OFF), also=_CANCEL),
    State.FULFILLED: {State.CLOSED: _CUSTOMER_OR_LAPSE, State.IN_PROGRESS: _EITHER},
    State.CLOSED: {State.IN_PROGRESS: _EITHER},
    State.DECLINED: {},
    State.CANCELLED: {},
}
"""State → what may follow → who may take that step. "The state it came from" is added by `sides_for`."""

_NOTHING: Sides = frozenset()


def sides_for(state: State, to: State, came_from: State | None = None) -> Sides:
    """Who may take the step; nobody where the table has none. `came_from` is where a wait or an approval began.

    >>> sorted(sides_for(State.SUBMITTED, State.CANCELLED))
    [<Side.CUSTOMER: 'customer'>, <Side.SYSTEM: 'system'>]
    >>> sides_for(State.WAITING_ON_CUSTOMER, State.ACCEPTED, came_from=State.ACCEPTED)
    frozenset({<Side.PROVIDER: 'provider'>})
    >>> sides_for(State.AWAITING_APPROVAL, State.ACCEPTED, came_from=State.IN_PROGRESS)
    frozenset()
    """
    if state is State.AWAITING_APPROVAL and to not in DONE:
        return _APPROVER if to in (State.SUBMITTED, came_from) else _NOTHING
    if to is came_from:
        return _PROVIDER
    return TABLE[state].get(to, _NOTHING)


def check_step(
    state: State,
    step: Moved,
    side: Side,
    *,
    at: datetime,
    came_from: State | None = None,
    has_waiting_link: bool = False,
    reopen_until: datetime | None = None,
) -> None:
    """Raises the `StepRefused` that stands against `side` taking `step` from `state` at the instant `at`.

    `reopen_until` is the end of a closed ticket's reopening window (`lapses.reopening_until`), None where it has none.

    >>> noon = datetime.fromisoformat("2024-05-06T12:00Z")
    >>> check_step(State.SUBMITTED, Moved(State.ACCEPTED), Side.PROVIDER, at=noon)
    >>> check_step(State.DECLINED, Moved(State.ACCEPTED), Side.PROVIDER, at=noon)
    Traceback (most recent call last):
    ...
    services.requests.timeline.refusals.StepNotAllowed: A ticket that is declined cannot become accepted.
    """
    sides = sides_for(state, step.to, came_from)
    if not sides:
        raise StepNotAllowed(state=state, to=step.to)
    if side not in sides:
        raise StepOfAnotherSide(state=state, to=step.to, side=side, sides=", ".join(sorted(sides)))
    if step.to is State.DECLINED and side is Side.PROVIDER and state is not State.SUBMITTED and not step.reason:
        raise ReasonMissing
    if step.to is State.WAITING_ON_CUSTOMER and not step.comment:
        raise QuestionMissing
    if step.to is State.HANDED_OFF and not has_waiting_link:
        raise NothingHandedOff
    if state is State.CLOSED and reopen_until is not None and at > reopen_until:
        raise ReopeningWindowPassed(until=reopen_until.isoformat())
