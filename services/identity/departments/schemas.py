"""A department as callers send it and as they get it."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from services.shared.schemas import NO_NUL, Code, Id, Input, Instant, Output, ShortText

ZoneName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=NO_NUL),
    Field(description="a name of the IANA time zone database", examples=["Europe/Madrid"]),
]


def absent() -> Any:
    """The default of a field that a change may leave out, yet not set to null."""
    return None


class NewDepartment(Input):
    """What a new department needs; without a parent it is a root."""

    code: Code
    name: ShortText
    parent_id: Id | None = None
    time_zone: ZoneName = "UTC"


class DepartmentChanges(Input):
    """What changes; a field that is left out stays."""

    code: Code = Field(default_factory=absent)
    name: ShortText = Field(default_factory=absent)
    parent_id: Id | None = None
    time_zone: ZoneName = Field(default_factory=absent)

    def given(self) -> dict[str, Any]:
        """The fields that were sent, with their values."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class DepartmentPublic(Output):
    """A department as everybody signed in sees it."""

    id: UUID
    code: str
    name: str
    parent_id: UUID | None
    time_zone: str
    is_open: bool
    version: int
    created_at: Instant
