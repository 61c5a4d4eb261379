"""The tables of agreements: the pair, versions and signatures that never change, and which dates they cover."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint, Range
from sqlmodel import Field

from services.requests.db import Base

_INSTANT = DateTime(timezone=True)
COVERS_ONCE = "agreement_covers_once"
"""The constraint by which PostgreSQL refuses two versions for one pair, offering, priority and date."""


class Agreement(Base, table=True):
    """A promise between two departments. Its dates are dates in `time_zone`; `version` counts changes of this row."""

    __table_args__ = (
        Index("ix_agreement_created_at_id", "created_at", "id"),
        Index("ix_agreement_customer", "customer_department_id", "created_at", "id"),
        Index("ix_agreement_provider", "provider_department_id", "created_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    customer_department_id: UUID
    provider_department_id: UUID
    time_zone: str
    latest_number: int
    version: int = 1
    created_at: datetime = Field(sa_type=_INSTANT)
    created_by: UUID


class AgreementVersion(Base, table=True):
    """Append-only: one proposal, whole, by whom and for which side. Tickets pin the id."""

    __tablename__ = "agreement_version"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        Index(
            "ix_agreement_version_for_open",
            "agreement_id",
            "number",
            postgresql_where=text("content @> '{\"applies_to_open\": true}'"),
        ),
    )

    id: UUID = Field(primary_key=True)
    agreement_id: UUID = Field(foreign_key="agreement.id")
    number: int
    content: dict[str, Any] = Field(sa_type=JSONB)
    effective_from: date = Field(sa_type=Date)
    effective_until: date | None = Field(sa_type=Date)
    proposed_by: UUID
    proposed_for: str
    proposed_at: datetime = Field(sa_type=_INSTANT)


class AgreementSignature(Base, table=True):
    """Append-only: one side's word for one version; one for each side, and never two of one person."""

    __tablename__ = "agreement_signature"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number", "person_id"),
        ForeignKeyConstraint(
            ["agreement_id", "number"], ["agreement_version.agreement_id", "agreement_version.number"]
        ),
    )

    agreement_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    side: str = Field(primary_key=True)
    department_id: UUID
    person_id: UUID
    is_deputy: bool
    signed_at: datetime = Field(sa_type=_INSTANT)


class AgreementTermination(Base, table=True):
    """Append-only: the end that one side set; from `ends_on` on the agreement covers nothing."""

    __tablename__ = "agreement_termination"

    agreement_id: UUID = Field(primary_key=True, foreign_key="agreement.id")
    ends_on: date = Field(sa_type=Date)
    reason: str = Field(sa_type=Text)
    side: str
    department_id: UUID
    person_id: UUID
    is_deputy: bool
    terminated_at: datetime = Field(sa_type=_INSTANT)


class AgreementCoverage(Base, table=True):
    """During which dates a signed version covers one offering and priority; cut when another begins or it is ended."""

    __tablename__ = "agreement_coverage"
    __table_args__ = (
        ForeignKeyConstraint(
            ["agreement_id", "number"], ["agreement_version.agreement_id", "agreement_version.number"]
        ),
        ExcludeConstraint(
            ("customer_department_id", "="),
            ("provider_department_id", "="),
            ("offering_id", "="),
            ("priority", "="),
            ("during", "&&"),
            name=COVERS_ONCE,
            using="gist",
        ),
        CheckConstraint("isempty(during) = (began_on IS NOT NULL)", name="began_if_empty"),
    )

    agreement_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    offering_id: UUID = Field(primary_key=True, index=True)
    priority: str = Field(primary_key=True)
    customer_department_id: UUID
    provider_department_id: UUID
    during: Range[date] = Field(sa_type=DATERANGE)
    began_on: date | None = Field(default=None, sa_type=Date)
    """Of a version that was cut on the day on which it began, whose `during` is empty: that day."""
