"""The table of person copies, fed by identity's events."""

from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.requests.db import Base


class PersonCopy(Base, table=True):
    """One person; `departments` is {department id: role}."""

    __tablename__ = "person_copy"
    __table_args__ = (
        Index(
            "ix_person_copy_departments",
            "departments",
            postgresql_using="gin",
            postgresql_ops={"departments": "jsonb_path_ops"},
        ),
    )

    id: UUID = Field(primary_key=True)
    customer_type: str
    relation: str
    is_active: bool
    version: int = Field(sa_type=BigInteger)
    departments: dict[str, str] = Field(sa_type=JSONB)
