"""The table of person copies, fed by identity's events."""

from uuid import UUID

from sqlalchemy import ARRAY, BigInteger
from sqlalchemy import Uuid as UuidType
from sqlmodel import Field

from services.feedback.db import Base


class PersonCopy(Base, table=True):
    """One person, and the departments that they belong to."""

    __tablename__ = "person_copy"

    id: UUID = Field(primary_key=True)
    is_active: bool
    version: int = Field(sa_type=BigInteger)
    departments: list[UUID] = Field(sa_type=ARRAY(UuidType))
