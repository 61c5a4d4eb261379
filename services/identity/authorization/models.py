"""The tables of signing keys, sign-ins and refresh tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary, Text
from sqlmodel import Field

from services.identity.db import Base


class SigningKey(Base, table=True):
    """A key pair that signs access tokens from `signs_from` until `retires_at`; `kid` is its RFC 7638 thumbprint."""

    __tablename__ = "signing_key"

    kid: str = Field(primary_key=True)
    sealed_private_key: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    signs_from: datetime = Field(sa_type=DateTime(timezone=True))
    retires_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class SignIn(Base, table=True):
    """A person signed in: the family of refresh tokens that began then.

    Each token's successor is the HMAC of it under `chain_secret`: whoever reads this table cannot make one without
    holding the token before it.
    """

    __tablename__ = "sign_in"

    id: UUID = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    chain_secret: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True), index=True)
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class RefreshToken(Base, table=True):
    """One refresh token of a sign-in, as its SHA-256; `used_at` is set when it was exchanged for its successor."""

    __tablename__ = "refresh_token"

    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    sign_in_id: UUID = Field(foreign_key="sign_in.id", ondelete="CASCADE", index=True)
    issued_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
