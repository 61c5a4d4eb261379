"""The tables of the catalogue: offerings, their versions, and the mark of when what tickets follow changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, DateTime, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.requests.db import Base


class Offering(Base, table=True):
    """What a department offers, as it is now; `version` is the number of its latest version.

    `form` is {schema, expected, size} as text, so that its fields stay in their order.
    """

    __table_args__ = (
        Index("uq_offering_code", "provider_department_id", text("lower(code)"), unique=True),
        Index("ix_offering_created_at_id", "created_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    code: str
    name: str
    provider_department_id: UUID
    form: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    default_targets: list[dict[str, Any]] = Field(sa_type=JSONB)
    approvals: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    steps: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    responsibilities: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    is_confidential: bool
    is_offered: bool
    version: int = 1
    created_at: datetime = Field(sa_type=DateTime(timezone=True))


class OfferingVersion(Base, table=True):
    """Append-only: an offering as it was from `created_at` on. Tickets pin the number."""

    __tablename__ = "offering_version"

    offering_id: UUID = Field(primary_key=True, foreign_key="offering.id")
    number: int = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    created_by: UUID


class CatalogueGeneration(Base, table=True):
    """One row: `token` is another with each change of a department, a calendar, an assignment or an offering.

    Triggers renew it in the transaction of the change, so that whoever reads a token sees all that led to it. It is
    random and not a count: the token of a change that was rolled back never comes again.
    """

    __tablename__ = "catalogue_generation"

    id: int = Field(primary_key=True)
    token: UUID
