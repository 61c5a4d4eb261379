"""The table of department copies, fed by identity's events."""

from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field

from services.requests.db import Base


class DepartmentCopy(Base, table=True):
    """One department. Without foreign keys on the tree: events of parent and child arrive in any order."""

    __tablename__ = "department_copy"

    id: UUID = Field(primary_key=True)
    code: str = Field(index=True)
    parent_id: UUID | None = Field(default=None, index=True)
    time_zone: str
    is_open: bool
    version: int = Field(sa_type=BigInteger)
