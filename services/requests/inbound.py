"""What the requests service reads of other services' events: only the fields that it needs."""

from typing import ClassVar
from uuid import UUID

from services.shared.inbox import InboundEvent


class DepartmentTold(InboundEvent):
    """A department as it is after the event."""

    department_id: UUID
    code: str
    parent_id: UUID | None
    time_zone: str
    is_open: bool
    version: int


class DepartmentCreated(DepartmentTold):
    subject: ClassVar[str] = "acuerdo.identity.department.created.v1"


class DepartmentChanged(DepartmentTold):
    subject: ClassVar[str] = "acuerdo.identity.department.changed.v1"
