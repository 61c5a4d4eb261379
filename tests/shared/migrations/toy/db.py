"""A toy service whose migrations the tests run."""

from sqlmodel import SQLModel

from services.shared.inbox import DeadLetterRow, InboxRow
from services.shared.outbox import OutboxRow
from services.shared.tables import new_registry


class Base(SQLModel, registry=new_registry()):
    """The toy's tables."""


class Outbox(OutboxRow, Base, table=True):
    pass


class Inbox(InboxRow, Base, table=True):
    pass


class DeadLetter(DeadLetterRow, Base, table=True):
    pass
