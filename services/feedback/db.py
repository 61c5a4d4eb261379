"""The tables' base of this service, and the tables of what it takes in."""

from sqlmodel import SQLModel

from services.shared.inbox import DeadLetterRow, InboxRow
from services.shared.tables import new_registry


class Base(SQLModel, registry=new_registry()):
    """The base of every table of the feedback service."""


class Inbox(InboxRow, Base, table=True):
    """Events of other services that have taken effect here."""


class DeadLetter(DeadLetterRow, Base, table=True):
    """Events of other services that could not take effect."""
