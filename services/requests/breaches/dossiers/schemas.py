"""Dossiers of breaches as callers send what they say, and as they get them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.requests.tickets.schemas.showing import ClockPublic
from services.requests.timeline.vocabulary import Side
from services.shared.schemas import Id, Input, Instant, Lax, LongText, Output, ShortText


class BreachState(StrEnum):
    """A breach is explained, contested or not, and decided; or a late fact says that it was none."""

    OPEN = "open"
    EXPLAINED = "explained"
    CONTESTED = "contested"
    DECIDED = "decided"
    REFUTED = "refuted"


class ReasonCode(StrEnum):
    """Why a promise was not kept."""

    CAPACITY = "capacity"
    ABSENCE = "absence"
    UNCLEAR_REQUEST = "unclear_request"
    LATE_ANSWER = "late_answer"
    HAND_OFF = "hand_off"
    THIRD_PARTY = "third_party"
    SUPPLIES = "supplies"
    FAULT = "fault"
    UNDERESTIMATED = "underestimated"
    OVERSIGHT = "oversight"
    CHANGED_PRIORITIES = "changed_priorities"
    FORCE_MAJEURE = "force_majeure"
    OTHER = "other"


class BreachFilters(BaseModel):
    """Which breaches a list holds; each given condition holds for all of them."""

    department_id: Id | None = Field(default=None, description="on either side")
    customer_department_id: Id | None = None
    provider_department_id: Id | None = None
    side: Literal["provider", "customer"] | None = Field(default=None, description="whose promise it was")
    state: Annotated[list[BreachState], Field(max_length=5)] = []
    breached_from: Instant | None = Field(default=None, alias="breached_at[gte]")
    breached_before: Instant | None = Field(default=None, alias="breached_at[lt]")


Evidence = Annotated[Sequence[ShortText], Field(max_length=20)]


class NewExplanation(Input):
    """Why; `evidence` are references: event ids, file names, addresses."""

    reason_code: Annotated[ReasonCode, Lax]
    note: LongText
    evidence: Evidence = ()


class NewBreachContest(Input):
    """Why the reason is not so."""

    note: LongText
    evidence: Evidence = ()


class NewBreachDecision(Input):
    """Whether the reason stands; another may stand in its place."""

    upheld: bool
    reason_code: Annotated[ReasonCode, Lax] | None = Field(default=None, description="null: as it was given")
    note: LongText


class BreachEntryPublic(Output):
    """One line of a dossier's history; of a decision `upheld` says whether the reason stands."""

    id: UUID
    kind: Literal["explained", "contested", "decided", "refuted"]
    side: Side
    actor_id: UUID | None
    reason_code: ReasonCode | None
    note: str | None
    evidence: Sequence[str]
    upheld: bool | None
    created_at: datetime


class BreachListed(Output):
    """A breach. Of a hand-off's clock (`link_id`) the two departments are those of the hand-off."""

    id: UUID
    ticket_id: UUID
    link_id: UUID | None
    clock: str
    cycle: int
    side: Literal["provider", "customer"]
    customer_department_id: UUID | None
    provider_department_id: UUID | None
    breached_at: datetime
    opened_at: datetime
    state: BreachState
    reason_code: ReasonCode | None


class BreachTold(BreachListed):
    """A dossier with all that was said."""

    history: Sequence[BreachEntryPublic]


class BreachPublic(BreachTold):
    """A dossier, whole: also the clock as it stands, and where it is explained."""

    clock_now: ClockPublic | None = Field(description="null where a late fact took the clock away")
    explanation: str | None = Field(description="where the clock is explained, as a path")
