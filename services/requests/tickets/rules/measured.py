"""How many promises of one ticket were met and missed, as attainment counts them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from services.requests.timeline.vocabulary import ClockName, ClockState, Side

ONCE_A_ROUND = frozenset({ClockName.UPDATE, ClockName.REPLY})
"""Clocks that run many times between two fulfilments and count once: met if every one was."""


class Measured(Protocol):
    """What counting needs to know of a clock: of its reading, or of its row where no time has changed that since."""

    @property
    def side(self) -> Side: ...

    @property
    def clock(self) -> ClockName: ...

    @property
    def cycle(self) -> int: ...

    @property
    def round(self) -> int: ...

    @property
    def state(self) -> ClockState: ...

    @property
    def breached_at(self) -> datetime | None: ...

    @property
    def is_best_effort(self) -> bool: ...


class Outcome(StrEnum):
    """What a clock has come to: only met and missed are counted."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"
    VOID = "void"
    BEST_EFFORT = "best_effort"


class Count(NamedTuple):
    met: int = 0
    missed: int = 0


def outcome_of(clock: Measured) -> Outcome:
    """A breached clock is missed, even while it runs; one at best effort is neither met nor missed."""
    if clock.is_best_effort:
        return Outcome.BEST_EFFORT
    if clock.breached_at is not None:
        return Outcome.MISSED
    return Outcome.OPEN if clock.state in (ClockState.RUNNING, ClockState.PAUSED) else Outcome(clock.state.value)


def decided_by(clocks: Iterable[Measured]) -> dict[tuple[Side, ClockName, int], Outcome]:
    """What each clock of a ticket has come to, by cycle; `update` and `reply` once for each cycle of `resolution`."""
    found: dict[tuple[Side, ClockName, int], set[Outcome]] = {}
    for clock in clocks:
        number = clock.round if clock.clock in ONCE_A_ROUND else clock.cycle
        found.setdefault((clock.side, clock.clock, number), set()).add(outcome_of(clock))
    return {key: _joined(outcomes) for key, outcomes in found.items()}


def counts_of(clocks: Iterable[Measured]) -> dict[Side, Count]:
    """The counts of each side."""
    decided = [(side, outcome) for (side, *_), outcome in decided_by(clocks).items()]
    return {
        side: Count(decided.count((side, Outcome.MET)), decided.count((side, Outcome.MISSED)))
        for side in (Side.PROVIDER, Side.CUSTOMER)
    }


def are_alike(some: Sequence[Measured], others: Sequence[Measured]) -> bool:
    """Whether these are the same clocks, each come to the same: surely so, where it says so."""
    return len(some) == len(others) and all(
        one.state is other.state
        and one.breached_at == other.breached_at
        and one.is_best_effort == other.is_best_effort
        and (one.clock, one.cycle, one.round) == (other.clock, other.cycle, other.round)
        for one, other in zip(some, others, strict=True)
    )


def _joined(outcomes: set[Outcome]) -> Outcome:
    """Of clocks that count as one: one missed is missed, one that is open leaves it open."""
    for outcome in (Outcome.MISSED, Outcome.OPEN, Outcome.MET, Outcome.BEST_EFFORT):
        if outcome in outcomes:
            return outcome
    return Outcome.VOID
