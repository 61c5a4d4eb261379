"""What is ruled on a ticket: a rule changes for its open clocks, from the instant of the ruling on and never before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from services.requests.timeline.promised import PinnedTarget, PinnedTerms
from services.requests.timeline.vocabulary import EventKind, Restart


class RulingName(StrEnum):
    """The stored name of each ruling's type."""

    PRIORITY_RULED = "priority_ruled"
    CALENDAR_RULED = "calendar_ruled"
    AGREEMENT_RULED = "agreement_ruled"
    FREEZE_RULED = "freeze_ruled"
    FREEZE_WITHDRAWN = "freeze_withdrawn"


@dataclass(frozen=True, slots=True)
class _Ruling:
    kind: ClassVar[EventKind] = EventKind.RULING


@dataclass(frozen=True, slots=True)
class PriorityRuled(_Ruling):
    """Another priority is promised, with its targets; the fact `proposal` asked for it, if one did."""

    name: ClassVar[RulingName] = RulingName.PRIORITY_RULED
    priority: str
    targets: tuple[PinnedTarget, ...] = ()
    restart: Restart = Restart.KEEP
    proposal: UUID | None = None

    def calendar_ids(self) -> Iterator[UUID]:
        """The calendars that it names."""
        return (target.calendar_id for target in self.targets)


@dataclass(frozen=True, slots=True)
class CalendarRuled(_Ruling):
    """A calendar has a new version, which open clocks follow; their targets stay."""

    name: ClassVar[RulingName] = RulingName.CALENDAR_RULED
    calendar_id: UUID
    version: int
    restart: Restart = Restart.KEEP

    def calendar_ids(self) -> Iterator[UUID]:
        """The calendar that it names."""
        yield self.calendar_id


@dataclass(frozen=True, slots=True)
class AgreementRuled(_Ruling):
    """Another agreement version holds for this open ticket, or that `link` of it: its terms, whole."""

    name: ClassVar[RulingName] = RulingName.AGREEMENT_RULED
    terms: PinnedTerms
    restart: Restart = Restart.KEEP
    link: UUID | None = None

    def calendar_ids(self) -> Iterator[UUID]:
        """The calendars that it names."""
        return self.terms.calendar_ids()


@dataclass(frozen=True, slots=True)
class FreezeRuled(_Ruling):
    """Both sides (of the ticket, or of that `link`) leave `[begins_at, ends_at)` out: it stops the clocks of both."""

    name: ClassVar[RulingName] = RulingName.FREEZE_RULED
    freeze_id: UUID
    begins_at: datetime
    ends_at: datetime
    link: UUID | None = None

    def calendar_ids(self) -> Iterator[UUID]:
        """The calendars that it names: none."""
        return iter(())


@dataclass(frozen=True, slots=True)
class FreezeWithdrawn(_Ruling):
    """That freeze is none from now on."""

    name: ClassVar[RulingName] = RulingName.FREEZE_WITHDRAWN
    freeze_id: UUID
    link: UUID | None = None

    def calendar_ids(self) -> Iterator[UUID]:
        """The calendars that it names: none."""
        return iter(())


Promise = PriorityRuled | CalendarRuled | AgreementRuled
"""What changes by what open clocks are measured."""
Ruling = Promise | FreezeRuled | FreezeWithdrawn
LinkRuling = AgreementRuled | FreezeRuled | FreezeWithdrawn
"""What may be ruled on a link as well; without a `link` it is ruled on the ticket itself, and on none of its links."""
RULINGS: tuple[type[Ruling], ...] = (PriorityRuled, CalendarRuled, AgreementRuled, FreezeRuled, FreezeWithdrawn)


def link_of(ruling: Ruling) -> UUID | None:
    """The link on which that is ruled; None: the ticket itself."""
    return ruling.link if isinstance(ruling, LinkRuling) else None
