"""The shapes of messages."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.requests.messages.rules import MessageKind
from services.shared.schemas import FreeObject, InContract, Input, Instant, Output


class MessageItemPublic(Output):
    """One of the things that a message tells. What `about` holds depends on the `kind`."""

    kind: MessageKind
    link: str = Field(description="path of what it is about")
    about: Annotated[dict[str, Any], InContract(FreeObject)]
    created_at: Instant


class MessagePublic(Output):
    """What the platform tells a person. What happens in one minute is one message; each survey is one of its own.

    `items` are the newest of its `item_count` items; `link` leads to the first. A message that grows is unread again.
    """

    id: UUID
    kind: MessageKind | Literal["digest"] = Field(description="that of its items; `digest` where these differ")
    link: str = Field(description="path of what its first item is about")
    created_at: Instant
    read_at: Instant | None
    item_count: int
    items: list[MessageItemPublic]
    version: int


class MessageChanges(Input):
    """Whether its recipient has read it."""

    is_read: bool
