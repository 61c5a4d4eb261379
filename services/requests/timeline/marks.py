"""What was announced on a ticket: marks stand for ever beside the facts, and are no input to the fold."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from services.requests.timeline.vocabulary import ClockName, EventKind


class MarkName(StrEnum):
    """The stored name of each mark's type."""

    THRESHOLD_FIRED = "threshold_fired"
    BREACH_REFUTED = "breach_refuted"


@dataclass(frozen=True, slots=True)
class _Mark:
    kind: ClassVar[EventKind] = EventKind.MARK


@dataclass(frozen=True, slots=True)
class ThresholdFired(_Mark):
    """A share of a clock was used up; 100 percent announces its breach.

    `passed`: a ruling or a late fact passed it, so that no escalation ran. `link`: of whose clock; None: the ticket's.
    """

    name: ClassVar[MarkName] = MarkName.THRESHOLD_FIRED
    clock: ClockName
    cycle: int
    percent: int
    fires_at: datetime
    passed: bool = False
    link: UUID | None = None


@dataclass(frozen=True, slots=True)
class BreachRefuted(_Mark):
    """A late fact (`by`) says that a breach announced by the mark `mark` was none."""

    name: ClassVar[MarkName] = MarkName.BREACH_REFUTED
    clock: ClockName
    cycle: int
    mark: UUID
    by: UUID
    link: UUID | None = None


Mark = ThresholdFired | BreachRefuted
MARKS: tuple[type[Mark], ...] = (ThresholdFired, BreachRefuted)
