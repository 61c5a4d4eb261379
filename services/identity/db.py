"""The tables' base of this service, the tables that every service has, and how a broken constraint is recognised."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from services.shared.idempotency import IdempotencyRow
from services.shared.outbox import OutboxRow
from services.shared.tables import new_registry


class Base(SQLModel, registry=new_registry()):
    """The base of every table of the identity service."""


class Outbox(OutboxRow, Base, table=True):
    """Events of this service that wait for the relay."""


class IdempotencyKey(IdempotencyRow, Base, table=True):
    """Answers kept for a repeated Idempotency-Key."""

    __tablename__ = "idempotency_key"


def words(vocabulary: type[StrEnum], name: str) -> Any:
    """A text column that takes only the words of an enum; `name` is that of its check constraint."""
    return Enum(
        vocabulary,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda enum: [word.value for word in enum],
    )


def broken_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint or unique index that a statement ran into."""
    name = getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
    return name if isinstance(name, str) else None


async def lock_for_transaction(session: AsyncSession, name: str) -> None:
    """Wait for the lock of that name and hold it until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"identity:{name}", 0))))
