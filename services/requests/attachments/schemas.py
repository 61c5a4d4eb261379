"""Attachments as they go out, and the form in which one comes in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.requests.attachments.rules import TYPES
from services.requests.timeline.vocabulary import Side, Visibility
from services.shared.schemas import Output


class AttachmentPublic(Output):
    """What is known of a file on a ticket; the file itself is at `…/content` until it is removed."""

    id: UUID
    ticket_id: UUID
    filename: str
    media_type: str = Field(description="told by its name and its beginning")
    size: int = Field(description="in bytes")
    sha256: str = Field(description="of its content, in hexadecimal digits")
    visibility: Visibility
    side: Side
    uploaded_by: UUID
    created_at: datetime
    removed_by: UUID | None
    removed_at: datetime | None
    version: int


UPLOAD_FORM: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "additionalProperties": False,
                "properties": {
                    "file": {"type": "string", "contentMediaType": "application/octet-stream"},
                    "visibility": {
                        "type": "string",
                        "enum": [each.value for each in Visibility],
                        "default": Visibility.PUBLIC.value,
                    },
                },
            }
        }
    },
}
"""The request body in the contract: it is read piece by piece, and not by a model."""
DOWNLOADS: dict[str, Any] = {
    media_type: {"schema": {"type": "string", "contentMediaType": media_type}}
    for media_type in sorted({each.media_type for each in TYPES.values()})
}
"""The contract's word about what a file may be."""
