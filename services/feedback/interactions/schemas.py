"""Interactions as callers get them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.shared.schemas import Instant, Output


class InteractionPublic(Output):
    """One customer department → provider department."""

    customer_department_id: UUID
    provider_department_id: UUID
    tickets: Annotated[int, Field(ge=1, description="submitted so far, imported ones included")]
    first_ticket_at: Annotated[Instant, Field(description="when the first of them was submitted")]
    last_ticket_at: Annotated[Instant, Field(description="when the last of them was submitted")]
