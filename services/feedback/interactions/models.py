"""The tables of interactions, and of what each ticket has added to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index
from sqlmodel import Field, SQLModel

from services.feedback.db import Base

_COUNT = {"server_default": "0"}


class Interaction(Base, table=True):
    """A customer department and a provider department, and what has come of it so far, in counts.

    The times are those of submission, whatever order the events came in; null until news of a first ticket arrives.
    `served` are fulfilments, `asked` those about which somebody was asked, `answered` those about which somebody
    answered. `scored`, `score_sum` and `satisfied` are of the latest answer per ticket.
    """

    __table_args__ = (Index("ix_interaction_provider", "provider_department_id", "customer_department_id"),)

    customer_department_id: UUID = Field(primary_key=True)
    provider_department_id: UUID = Field(primary_key=True)
    tickets: int = Field(sa_type=BigInteger)
    first_ticket_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    last_ticket_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    provider_met: int = Field(sa_type=BigInteger, sa_column_kwargs=_COUNT)
    provider_missed: int = Field(sa_type=BigInteger, sa_column_kwargs=_COUNT)
    customer_met: int = Field(sa_type=BigInteger, sa_column_kwargs=_COUNT)
    customer_missed: int = Field(sa_type=BigInteger, sa_column_kwargs=_COUNT)
    served: int = Field(sa_type=BigInteger, sa_column_kwargs=_COUNT)
    asked: int = Field(sa_type=BigInteger, sa_column_kwargs=_COUNT)
    answered: int = Field(sa_type=BigInteger, sa_column_kwargs=_COUNT)
    scored: int = Field(sa_type=BigInteger, sa_column_kwargs=_COUNT)
    score_sum: int = Field(sa_type=BigInteger, sa_column_kwargs=_COUNT)
    satisfied: int = Field(sa_type=BigInteger, sa_column_kwargs=_COUNT)


class Measured(SQLModel):
    """What promises have come to, as their interaction counts them: the next news counts by the difference."""

    version: int
    customer_department_id: UUID
    provider_department_id: UUID
    provider_met: int
    provider_missed: int
    customer_met: int
    customer_missed: int


class MeasuredTicket(Measured, Base, table=True):
    """A ticket's own promises."""

    __tablename__ = "measured_ticket"

    ticket_id: UUID = Field(primary_key=True)


class MeasuredHandOff(Measured, Base, table=True):
    """The promises about one hand-off of a ticket, between its own two departments."""

    __tablename__ = "measured_hand_off"

    link_id: UUID = Field(primary_key=True)
