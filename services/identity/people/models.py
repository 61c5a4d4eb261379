"""The tables of people and of their memberships."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.identity.db import Base, words
from services.identity.people.rules import CustomerType, DepartmentRole, Relation


class Person(Base, table=True):
    """A person; `version` counts changes of the person and of their memberships.

    `roles` are those in the organisation. Whoever signed in no later than `signed_out_at` has to sign in again.
    """

    id: UUID = Field(primary_key=True)
    email: str = Field(unique=True)
    display_name: str
    relation: Relation = Field(sa_type=words(Relation, "relation"))
    customer_type: CustomerType = Field(sa_type=words(CustomerType, "customer_type"))
    locale: str
    roles: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    is_active: bool = True
    signed_out_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    version: int = 1
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))


class Membership(Base, table=True):
    """A person's one role in a department."""

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    department_id: UUID = Field(primary_key=True, foreign_key="department.id", index=True)
    role: DepartmentRole = Field(sa_type=words(DepartmentRole, "role"))
    version: int = 1
    since: datetime = Field(sa_type=DateTime(timezone=True))
