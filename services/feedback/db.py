"""The tables' base of this service, and the tables that every service has."""

from sqlmodel import SQLModel

from services.shared.idempotency import IdempotencyRow
from services.shared.inbox import DeadLetterRow, InboxRow
from services.shared.outbox import OutboxRow
from services.shared.tables import new_registry


class Base(SQLModel, registry=new_registry()):
    """The base of every table of the feedback service."""


class Outbox(OutboxRow, Base, table=True):
    """Events of this service that wait for the relay."""


class IdempotencyKey(IdempotencyRow, Base, table=True):
    """Answers kept for a repeated Idempotency-Key."""

    __tablename__ = "idempotency_key"


class Inbox(InboxRow, Base, table=True):
    """Events of other services that have taken effect here."""


class DeadLetter(DeadLetterRow, Base, table=True):
    """Events of other services that could not take effect."""
