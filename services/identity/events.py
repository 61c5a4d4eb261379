"""What the identity service publishes."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.shared.outbox import PublishedEvent

_A_DEPARTMENT = "019a8f00-0000-7000-8000-0000000000a1"
_ITS_PARENT = "019a8f00-0000-7000-8000-0000000000a0"
_A_PERSON = "019a8f00-0000-7000-8000-0000000000c1"
_ANOTHER_PERSON = "019a8f00-0000-7000-8000-0000000000c2"
_AN_ABSENCE = "019a8f00-0000-7000-8000-0000000000d1"


class DepartmentCreated(PublishedEvent):
    """There is a new department; of two events about it, the one with the higher `version` is the later."""

    subject = "acuerdo.identity.department.created.v1"
    key = "department_id"

    department_id: UUID = Field(examples=[_A_DEPARTMENT])
    code: str = Field(examples=["IT"])
    parent_id: UUID | None = Field(examples=[_ITS_PARENT])
    time_zone: str = Field(examples=["Europe/Madrid"])
    is_open: bool = Field(examples=[True])
    version: int = Field(examples=[1])


class DepartmentChanged(DepartmentCreated):
    """A department has another code, name, parent or zone; the event tells its whole state."""

    subject = "acuerdo.identity.department.changed.v1"


class MembershipState(BaseModel):
    """A person's role in one department."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    department_id: UUID
    role: str


class PersonCreated(PublishedEvent):
    """There is a new person, told without name and address; the higher `version` is the later."""

    subject = "acuerdo.identity.person.created.v1"
    key = "person_id"

    person_id: UUID = Field(examples=[_A_PERSON])
    customer_type: str = Field(examples=["operative"])
    relation: str = Field(examples=["employee"])
    is_active: bool = Field(examples=[True])
    memberships: list[MembershipState] = Field(examples=[[{"department_id": _A_DEPARTMENT, "role": "agent"}]])
    version: int = Field(examples=[1])


class PersonChanged(PersonCreated):
    """Something about a person has changed; the event tells the whole state."""

    subject = "acuerdo.identity.person.changed.v1"


class AbsenceRecorded(PublishedEvent):
    """Somebody will be away from a department on these of its days, both included; never why."""

    subject = "acuerdo.identity.absence.recorded.v1"
    key = "absence_id"

    absence_id: UUID = Field(examples=[_AN_ABSENCE])
    person_id: UUID = Field(examples=[_A_PERSON])
    department_id: UUID = Field(examples=[_A_DEPARTMENT])
    first_day: date = Field(examples=["2026-08-03"])
    last_day: date = Field(examples=["2026-08-14"])
    deputy_id: UUID | None = Field(examples=[_ANOTHER_PERSON])
    is_ended: bool = Field(examples=[False])
    version: int = Field(examples=[1])


class AbsenceEnded(AbsenceRecorded):
    """An absence was ended before its last day, or taken back; the event tells its whole state."""

    subject = "acuerdo.identity.absence.ended.v1"
