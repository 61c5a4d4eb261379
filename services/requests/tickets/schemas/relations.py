"""What comes in and goes out where tickets are related to tickets."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.requests.tickets.rules.relations import RelationKind, RelationShown
from services.shared.schemas import Id, Input, Lax, Output


class NewRelation(Input):
    """What the ticket is to another one."""

    kind: Annotated[RelationKind, Lax]
    ticket_id: Id


class RelationPublic(Output):
    """A relation, as it reads from the ticket that is looked at; `ticket_id` is the other one."""

    id: UUID
    kind: RelationShown
    ticket_id: UUID
    ticket_key: str
    is_merge: bool = Field(description="it came with a merge, and stands")
    created_by: UUID
    created_at: datetime


class NewMerge(Input):
    """Into which ticket, which goes on for both."""

    into: Id
