"""Interactions as callers get them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.shared.schemas import Instant, Output

Share = Annotated[float | None, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class KeptPublic(Output):
    """One side's promises: met, missed, the share met with its 95 % Wilson interval; null where none was decided."""

    met: Count
    missed: Count
    share: Share
    low: Share
    high: Share


class AttainmentPublic(Output):
    """How both sides kept what they promised each other."""

    provider: Annotated[KeptPublic, Field(description="targets")]
    customer: Annotated[KeptPublic, Field(description="obligations")]


class ScorePublic(Output):
    """The latest answer per ticket, from 1 to 5; `satisfied` is the share of 4 and 5, with its 95 % Wilson interval."""

    n: Annotated[Count, Field(description="tickets with an answer")]
    mean: Annotated[float | None, Field(ge=1, le=5)]
    satisfied: Share
    low: Share
    high: Share


class InteractionPublic(Output):
    """One customer department → provider department."""

    customer_department_id: UUID
    provider_department_id: UUID
    tickets: Annotated[int, Field(ge=1, description="submitted so far, imported ones included")]
    first_ticket_at: Annotated[Instant, Field(description="when the first of them was submitted")]
    last_ticket_at: Annotated[Instant, Field(description="when the last of them was submitted")]
    attainment: AttainmentPublic
    score: ScorePublic
    served: Annotated[Count, Field(description="fulfilments, each cycle of a ticket by itself; not imported ones")]
    asked: Annotated[Count, Field(description="fulfilments about which somebody was asked")]
    answered: Annotated[Count, Field(description="fulfilments about which somebody answered")]
