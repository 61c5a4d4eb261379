"""Rulings on a ticket as callers send them and as they get them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.requests.tickets.schemas import Priority
from services.requests.timeline.vocabulary import Restart, Side
from services.shared.schemas import Id, Input, Lax, Output, Seconds


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
    link_id: UUID | None = Field(default=None, description="the hand-off on which alone it is ruled; null: the ticket")
    from_: datetime | None = Field(default=None, serialization_alias="from", description="of a freeze")
    to: datetime | None = None
    side: Side
    actor_id: UUID | None
    at: datetime


class MovedClock(Output):
    """An open clock that the version would move. Instants are null while it is paused, or without any due time."""

    ticket_id: UUID
    key: str
    link_id: UUID | None = Field(description="the hand-off whose clock it is; null: the ticket's own")
    clock: str
    cycle: int
    side: Literal["provider", "customer"]
    state: Literal["running", "paused"]
    due_at: datetime | None
    due_at_then: datetime | None
    shift_seconds: Seconds | None = Field(description="wall time, negative where it would be due earlier")
    is_breached_then: bool = Field(description="nothing would remain of it")


class VersionPreview(Output):
    """What a calendar's next version would do to open clocks that follow it, were it saved now; nothing is written.

    `earlier`, `later`, `unchanged` and `without_due` (paused, or without a due time now or then) add up to `clocks`.
    `items` are those that would move, of tickets that the caller may read: the furthest first, 100 at most. At most
    2,000 tickets are looked at, the oldest first; `is_complete` says whether these are all.
    """

    calendar_id: UUID
    computed_at: datetime
    elapsed: Restart
    is_complete: bool
    tickets: int
    clocks: int
    earlier: int
    later: int
    unchanged: int
    without_due: int
    breached: int
    items: list[MovedClock]
