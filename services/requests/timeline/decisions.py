"""What is decided afterwards about the time of a ticket: never an input to its fold, only to a second one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from services.requests.timeline.vocabulary import EventKind


class DecisionName(StrEnum):
    """The stored name of each decision's type."""

    CONTEST_DECIDED = "contest_decided"
    EXCLUSION_GRANTED = "exclusion_granted"


@dataclass(frozen=True, slots=True)
class _Decision:
    kind: ClassVar[EventKind] = EventKind.DECISION


@dataclass(frozen=True, slots=True)
class ContestDecided(_Decision):
    """A contest of `[begins_at, ends_at)` of the ticket, or of that `link`: upheld, that time was `party`'s."""

    name: ClassVar[DecisionName] = DecisionName.CONTEST_DECIDED
    contest_id: UUID
    upheld: bool
    begins_at: datetime
    ends_at: datetime
    party: str
    reason: str | None = None
    link: UUID | None = None


@dataclass(frozen=True, slots=True)
class ExclusionGranted(_Decision):
    """`[begins_at, ends_at)` of the ticket, or of that `link`, is left out, as both sides agreed afterwards."""

    name: ClassVar[DecisionName] = DecisionName.EXCLUSION_GRANTED
    exclusion_id: UUID
    begins_at: datetime
    ends_at: datetime
    link: UUID | None = None


Decision = ContestDecided | ExclusionGranted
DECISIONS: tuple[type[Decision], ...] = (ContestDecided, ExclusionGranted)
