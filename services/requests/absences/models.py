"""The table of absence copies, fed by identity's events."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from services.requests.db import Base


class AbsenceCopy(Base, table=True):
    """Somebody is away from a department on these of its days, both included; kept for a month after the last."""

    __tablename__ = "absence_copy"
    __table_args__ = (
        Index("ix_absence_copy_department", "department_id", "last_day"),
        Index("ix_absence_copy_person", "person_id", "last_day"),
    )

    id: UUID = Field(primary_key=True)
    person_id: UUID
    department_id: UUID
    first_day: date
    last_day: date = Field(index=True)
    deputy_id: UUID | None
    is_ended: bool
    version: int = Field(sa_type=BigInteger)
