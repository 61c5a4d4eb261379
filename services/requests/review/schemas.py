"""What a review pack is asked and what it holds: the answers of other paths, each with the path that gives it."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.requests.agreements.schemas import AgreementPublic, AgreementVersionPublic, ComparisonPublic
from services.requests.breaches.contests.schemas import ContestPublic
from services.requests.breaches.dossiers.schemas import BreachState, BreachTold, ReasonCode
from services.requests.breaches.exclusions.schemas import ExclusionPublic
from services.requests.freezes.schemas import FreezePublic
from services.requests.reports.schemas import Covered, OfPair, OfTwo, PairRow, TimeHeldReport
from services.requests.reports.schemas.flow import BacklogReport, FlowReport, LeadTimeReport, TrendReport
from services.shared.schemas import Date, Output, ShortText

Path = Annotated[str, Field(description="the path that answers the same to the same reader")]
MOST = 200
"""Of each list of things; the path beside it tells of more."""


class PackFormat(StrEnum):
    """As what a pack is answered."""

    JSON = "json"
    HTML = "html"
    PDF = "pdf"


class PackAsked(OfTwo):
    """Between which departments, in which period: local dates of `time_zone`, `to` exclusive."""

    from_: Date | None = Field(
        default=None, alias="from", description="the first day; without it twelve months that end with `to`"
    )
    to: Date | None = Field(default=None, description="the day after the last; without it tomorrow")
    time_zone: ShortText = "UTC"
    format: PackFormat = PackFormat.JSON
    lang: Literal["en", "es"] | None = Field(
        default=None, description="of a page or PDF, instead of what Accept-Language says"
    )


class DepartmentNamed(Output):
    """`name` is null where identity does not tell it to the reader now."""

    id: UUID
    code: str
    name: str | None


class PersonNamed(Output):
    """`display_name` is null where identity does not tell it to the reader now."""

    id: UUID
    display_name: str | None


class OfferingNamed(Output):
    id: UUID
    name: str


class TicketNamed(Output):
    id: UUID
    key: str


class BoardPart(PairRow):
    """A side of the scoreboard."""

    source: Path


class FlowPart(FlowReport):
    source: Path


class TrendPart(TrendReport):
    source: Path


class LeadTimePart(LeadTimeReport):
    source: Path


class TimeHeldPart(TimeHeldReport):
    source: Path


class BacklogPart(BacklogReport):
    source: Path


class DossierNamed(Output):
    """The dossier of a breach, in short."""

    id: UUID
    state: BreachState
    reason_code: ReasonCode | None
    source: Path


class OverdueClock(Output):
    """A clock by which an open ticket counts as overdue in the backlog; `dossier` where its breach was announced."""

    ticket_id: UUID
    key: str
    subject: str
    state: str
    priority: str
    clock: str
    side: Literal["provider", "customer"]
    cycle: int
    due_at: datetime
    is_overdue_after_decisions: bool
    explanation: str = Field(description="the path that explains the clock")
    dossier: DossierNamed | None


class OverduePart(Output):
    """The longest overdue first. `is_whole`: none is left out."""

    items: Sequence[OverdueClock]
    is_whole: bool
    source: Path


class BreachesPart(Output):
    """Dossiers that nobody has decided yet, whenever the breach was, the latest first."""

    items: Sequence[BreachTold]
    is_whole: bool
    source: Path


class ContestInPack(ContestPublic):
    source: Path


class ContestsPart(Output):
    """Decided in the period, the latest first."""

    items: Sequence[ContestInPack]
    is_whole: bool


class ExclusionsPart(Output):
    """Decided in the period, the latest asked first."""

    items: Sequence[ExclusionPublic]
    is_whole: bool
    source: Path = Field(description="the path that lists these and those of other periods")


class FreezesPart(Output):
    """Agreed or withdrawn in the period, or agreed for a time that it touches; the latest proposed first."""

    items: Sequence[FreezePublic]
    is_whole: bool
    source: Path = Field(description="the path that lists these and those of other periods")


class Reminder(Output):
    """A date of which the managers of both sides were told."""

    number: int
    occasion: Literal["review", "end"]
    falls_on: date
    reminded_at: datetime


class AgreementInPack(AgreementPublic):
    """An agreement between the two departments, or ones above them, that covers their tickets where it is the nearest.

    `versions` are the newest first, with who signed each; `changes` tell, version by version, what differs from the
    one before in those that were proposed or came into force in the period.
    """

    versions: Sequence[AgreementVersionPublic]
    versions_are_whole: bool
    changes: Sequence[ComparisonPublic]
    reminders: Sequence[Reminder]
    source: Path
    feasibility: str | None = Field(description="where the budget of the current version is explained, if it has one")


class AgreementsPart(Output):
    items: Sequence[AgreementInPack]
    is_whole: bool
    source: Path = Field(description="the path that lists those of the two departments themselves")


class Direction(OfPair):
    """What one department asked of the other. A part is null where the reader's token lacks its scope."""

    scoreboard: BoardPart
    flow: FlowPart
    trend: TrendPart
    lead_time: LeadTimePart
    time_held: TimeHeldPart
    backlog: BacklogPart
    overdue: OverduePart | None
    breaches: BreachesPart | None
    contests: ContestsPart | None
    exclusions: ExclusionsPart | None
    freezes: FreezesPart | None
    agreements: AgreementsPart | None
    feedback: Sequence[str] = Field(description="paths of what people say of it, which the feedback service answers")


class ReviewPack(Covered):
    """A pair of departments over a period: first what the customer asked of the provider, then the reverse.

    Each part is what its path answers to the same reader; lists of things hold what the reader may read.
    """

    customer_department_id: UUID
    provider_department_id: UUID
    source: Path
    items: Sequence[Direction]
    departments: Sequence[DepartmentNamed]
    people: Sequence[PersonNamed]
    offerings: Sequence[OfferingNamed]
    tickets: Sequence[TicketNamed]
