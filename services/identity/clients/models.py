"""The tables of service accounts: what they may, where they belong, and the hashes of their secrets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.identity.db import Base, words
from services.identity.people.rules import DepartmentRole


class Client(Base, table=True):
    """A service account; its id is its `client_id`. `version` counts changes, those of its secrets too."""

    id: UUID = Field(primary_key=True)
    name: str
    scopes: list[str] = Field(sa_type=ARRAY(Text))
    version: int = 1
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))


class ClientMembership(Base, table=True):
    """A service account's one role in a department."""

    __tablename__ = "client_membership"

    client_id: UUID = Field(primary_key=True, foreign_key="client.id", ondelete="CASCADE")
    department_id: UUID = Field(primary_key=True, foreign_key="department.id", index=True)
    role: DepartmentRole = Field(sa_type=words(DepartmentRole, "role"))


class ClientSecret(Base, table=True):
    """One of a service account's secrets: 256 random bits, of which only the SHA-256 is kept."""

    __tablename__ = "client_secret"

    id: UUID = Field(primary_key=True)
    client_id: UUID = Field(foreign_key="client.id", ondelete="CASCADE", index=True)
    secret_hash: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
