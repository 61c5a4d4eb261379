"""What the requests service reads of other services' events: only the fields that it needs."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

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


class Membership(BaseModel):
    """A person's role in one department."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    department_id: UUID
    role: str


class PersonTold(InboundEvent):
    """A person as they are after the event."""

    person_id: UUID
    customer_type: str
    relation: str
    is_active: bool
    memberships: list[Membership]
    version: int


class PersonCreated(PersonTold):
    subject: ClassVar[str] = "acuerdo.identity.person.created.v1"


class PersonChanged(PersonTold):
    subject: ClassVar[str] = "acuerdo.identity.person.changed.v1"


class AbsenceTold(InboundEvent):
    """An absence as it is after the event: local days of the department, both included."""

    absence_id: UUID
    person_id: UUID
    department_id: UUID
    first_day: date
    last_day: date
    deputy_id: UUID | None
    is_ended: bool
    version: int


class AbsenceRecorded(AbsenceTold):
    subject: ClassVar[str] = "acuerdo.identity.absence.recorded.v1"


class AbsenceEnded(AbsenceTold):
    subject: ClassVar[str] = "acuerdo.identity.absence.ended.v1"


class InvitationIssued(InboundEvent):
    """Somebody is asked how it went."""

    subject: ClassVar[str] = "acuerdo.feedback.invitation.issued.v1"

    invitation_id: UUID
    person_id: UUID
