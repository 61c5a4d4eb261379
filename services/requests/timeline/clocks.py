"""Which moments start, stop and void each clock, and who pauses it: the table of clocks, and its cycles.

Read where `agreements.md` is brief:
- What the people of a department that holds a link tell the customer in public is a first response too: the outer
  provider promised the whole.
- A decline or a fulfilment stops `acknowledge`, whoever took the step: no clock outlives its ticket.
- A ticket that another system closes without having been fulfilled was fulfilled in that instant.
- A ticket that another system brings back after a decline or a cancellation is reopened.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.requests.timeline.terms import Target, Terms, worked
from services.requests.timeline.vocabulary import ClockName, PartyKind, Side
from services.requests.worktime import WorkingSeconds, WorkingTimeRefused, promise


class Moment(StrEnum):
    """What a fact amounts to for clocks."""

    SUBMITTED = "submitted"
    PROVIDER_ACTED = "provider_acted"
    REPLIED = "replied"
    """A person of the provider's side told or asked the customer something in public."""
    FULFILLED = "fulfilled"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One row of the table: what starts, stops and voids the clock, and whose time does not count.

    A moment that stops and starts ends one cycle and begins the next. `third_party_by_agreement`: a third party
    pauses it if the target says so.
    """

    side: Side
    starts: frozenset[Moment]
    stops: frozenset[Moment]
    voids: frozenset[Moment]
    pausing: frozenset[PartyKind]
    third_party_by_agreement: bool = False

    def pauses(self, kind: PartyKind, target: Target) -> bool:
        """Whether time charged to this kind of party does not count."""
        if kind is PartyKind.THIRD_PARTY and self.third_party_by_agreement:
            return target.third_party_pauses
        return kind in self.pausing


_ASKING_SIDE = frozenset({PartyKind.CUSTOMER, PartyKind.APPROVER, PartyKind.EXCLUDED})

RULES: dict[ClockName, ClockRule] = {
    ClockName.ACKNOWLEDGE: ClockRule(
        Side.PROVIDER,
        starts=frozenset({Moment.SUBMITTED}),
        stops=frozenset({Moment.PROVIDER_ACTED, Moment.DECLINED, Moment.FULFILLED}),
        voids=frozenset({Moment.CANCELLED}),
        pausing=frozenset({PartyKind.EXCLUDED}),
    ),
    ClockName.FIRST_RESPONSE: ClockRule(
        Side.PROVIDER,
        starts=frozenset({Moment.SUBMITTED}),
        stops=frozenset({Moment.REPLIED, Moment.DECLINED, Moment.FULFILLED}),
        voids=frozenset({Moment.CANCELLED}),
        pausing=_ASKING_SIDE,
    ),
    ClockName.RESOLUTION: ClockRule(
        Side.PROVIDER,
        starts=frozenset({Moment.SUBMITTED, Moment.REOPENED}),
        stops=frozenset({Moment.FULFILLED}),
        voids=frozenset({Moment.DECLINED, Moment.CANCELLED}),
        pausing=_ASKING_SIDE,
        third_party_by_agreement=True,
    ),
}


class Cycle(NamedTuple):
    """One run of a clock. `target` (working time) and `due0` are fixed when it starts; no due time has a reason."""

    clock: ClockName
    number: int
    started_at: datetime
    target: timedelta | None
    due0: datetime | None
    no_due_reason: str | None = None
    ended_at: datetime | None = None
    is_void: bool = False


Cycles = tuple[Cycle, ...]


def started(target: Target, number: int, at: datetime) -> Cycle:
    """The cycle of `target` that starts at `at`.

    Where the calendar gives no due time, working time promised is still the target; working days have none then.
    """
    duration = target.reopened if number > 1 and target.reopened else target.duration
    calendar = target.calendar_at(at)
    amount = duration.amount if isinstance(duration, WorkingSeconds) else None
    try:
        due0 = promise(calendar, at, duration, target.due)
    except WorkingTimeRefused as refused:
        return Cycle(target.clock, number, at, amount, None, refused.code)
    if amount is None:
        amount = worked(calendar, at, due0)
    return Cycle(target.clock, number, at, amount, due0)


def at_moment(terms: Terms, cycles: Cycles, moment: Moment, at: datetime) -> Cycles:
    """`cycles` after `moment`: open ones voided or stopped first, then those started that it starts."""
    kept = [
        cycle._replace(ended_at=at, is_void=moment in RULES[cycle.clock].voids)
        if cycle.ended_at is None and (moment in RULES[cycle.clock].voids or moment in RULES[cycle.clock].stops)
        else cycle
        for cycle in cycles
    ]
    for target in terms.targets:
        if moment in RULES[target.clock].starts:
            number = sum(cycle.clock is target.clock for cycle in kept) + 1
            kept.append(started(target, number, at))
    return tuple(kept)
