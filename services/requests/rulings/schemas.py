"""Rulings on a ticket as callers send them and as they get them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.requests.tickets.schemas import Priority
from services.requests.timeline.vocabulary import Restart, Side
from services.shared.schemas import Id, Input, Lax, Output


class RulingState(StrEnum):
    """A proposal waits for the other side, until it is ruled or a later one takes its place; freezes are withdrawn."""

    PROPOSED = "proposed"
    REPLACED = "replaced"
    RULED = "ruled"
    WITHDRAWN = "withdrawn"


class NewRuling(Input):
    """Another promised priority. Give either `priority`, to propose one, or `confirms`, the other side's word."""

    kind: Literal["priority"] = "priority"
    priority: Annotated[Priority, Lax] | None = None
    confirms: Id | None = Field(default=None, description="the proposal's id")
    elapsed: Annotated[Restart, Lax] = Field(
        default=Restart.KEEP,
        description="whether open targets keep the time that has elapsed, or start again; part of what is proposed",
    )


class RulingPublic(Output):
    """A ruling, or what was proposed to be one. The explanation of each clock tells what it came to."""

    id: UUID
    kind: Literal["priority", "calendar", "agreement", "freeze"]
    state: RulingState
    priority: Priority | None = None
    elapsed: Restart | None = Field(default=None, description="of the time that had elapsed, as proposed or ruled")
    proposal_id: UUID | None = None
    calendar_id: UUID | None = None
    calendar_version: int | None = None
    agreement_version_id: UUID | None = None
    freeze_id: UUID | None = None
    from_: datetime | None = Field(default=None, serialization_alias="from", description="of a freeze")
    to: datetime | None = None
    side: Side
    actor_id: UUID | None
    at: datetime
