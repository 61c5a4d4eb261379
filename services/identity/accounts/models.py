"""The tables of local passwords and of the links that set them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary
from sqlmodel import Field

from services.identity.db import Base


class Account(Base, table=True):
    """A person's local password, as an argon2id hash."""

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    password_hash: str
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))


class PasswordLink(Base, table=True):
    """A link that sets a password once; only the hash of its token is kept, and the row goes with its use."""

    __tablename__ = "password_link"

    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
