"""Events leave in the transaction of what they tell: a row here, which the relay sends on."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, NamedTuple, Self
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, DateTime, Identity, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col
from uuid_utils.compat import uuid7

SUBJECT = re.compile(r"acuerdo\.(?P<service>[a-z]+)\.[a-z_]+\.[a-z_]+\.v[0-9]+")
LARGEST_BODY = 512 * 1024
"""Bytes; NATS refuses more than 1 MiB, and a refused row would hold up its aggregate for ever."""

WAKE_UP_RELAY = (
    "CREATE FUNCTION wake_up_relay() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$",
    "CREATE TRIGGER wake_up_relay AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION wake_up_relay()",
)
"""Statements for the migration that makes `outbox`; the notice arrives when the writer has committed."""


class PublishedEvent(BaseModel):
    """What a service publishes: a subclass in its `events.py` names `subject`, `key` and its fields with examples.

    `key` is the field that holds the aggregate's id: events of one aggregate arrive in the order of their commits.

    >>> from pydantic import Field
    >>> class TicketSubmitted(PublishedEvent):
    ...     subject = "acuerdo.requests.ticket.submitted.v1"
    ...     key = "ticket_id"
    ...     ticket_id: UUID = Field(examples=["019828c1-7a5e-7000-8000-000000000001"])
    >>> TicketSubmitted.source(), TicketSubmitted.example().aggregate
    ('urn:acuerdo:requests', '019828c1-7a5e-7000-8000-000000000001')
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: ClassVar[str]
    key: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if not SUBJECT.fullmatch(cls.subject) or cls.key not in cls.model_fields:
            raise TypeError(f"{cls.__name__}: {cls.subject!r} is no subject, or {cls.key!r} none of its fields")

    @property
    def aggregate(self) -> str:
        return str(getattr(self, self.key))

    @classmethod
    def source(cls) -> str:
        return f"urn:acuerdo:{cls.subject.split('.')[1]}"

    @classmethod
    def example(cls) -> Self:
        """The event made of the first example of each field, for AsyncAPI and the contract tests."""
        examples = {name: field.examples[0] for name, field in cls.model_fields.items() if field.examples}
        return cls.model_validate(examples)


class OutboxRow(SQLModel):
    """A service's outbox: `class Outbox(OutboxRow, Base, table=True): ...`.

    `position` gives the order. The database draws it once the writer holds the aggregate, so that it follows the
    commits of one aggregate even where clocks (and so the UUIDs made from them) disagree.
    """

    __tablename__ = "outbox"

    position: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),)
    )
    id: UUID
    aggregate: str
    subject: str
    body: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))


class OutboxValues(NamedTuple):
    """The columns of one outbox row in the order in which hot statements insert them; `body` is JSON text."""

    id: UUID
    aggregate: str
    subject: str
    body: str
    created_at: datetime


def envelope(event: PublishedEvent, *, event_id: UUID, now: datetime, trace: str | None = None) -> dict[str, Any]:
    """The event as CloudEvents 1.0 JSON; `trace` is a W3C `traceparent`, its distributed tracing extension."""
    tracing = {"traceparent": trace} if trace else {}
    return {
        "specversion": "1.0",
        "id": str(event_id),
        "source": event.source(),
        "type": event.subject,
        "subject": event.aggregate,
        "time": now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        **tracing,
        "data": event.model_dump(mode="json"),
    }


def outbox_values(event: PublishedEvent, *, now: datetime, trace: str | None = None) -> OutboxValues:
    """The row for `event` as plain values, for a statement of `queries.py` that inserts it among others.

    Such a statement inserts after it has locked the aggregate (select from the CTE that writes it).
    """
    event_id = uuid7()
    body = orjson.dumps(envelope(event, event_id=event_id, now=now, trace=trace))
    if len(body) > LARGEST_BODY:
        raise ValueError(f"{event.subject}: {len(body)} bytes are too many for an event")
    return OutboxValues(event_id, event.aggregate, event.subject, body.decode(), now)


async def enqueue(
    session: AsyncSession, outbox: type[OutboxRow], event: PublishedEvent, *, now: datetime, trace: str | None = None
) -> UUID:
    """Write `event` into the outbox in the session's transaction, after the changes made so far; give its id."""
    row = outbox_values(event, now=now, trace=trace)
    await session.flush()
    await session.execute(insert(outbox).values(row._asdict() | {"body": orjson.loads(row.body)}))
    return row.id


async def outbox_age(session: AsyncSession, outbox: type[OutboxRow], now: datetime) -> timedelta:
    """How long the oldest event has been waiting for the relay; zero where none waits."""
    oldest = await session.scalar(select(col(outbox.created_at)).order_by(col(outbox.position)).limit(1))
    return now - oldest if oldest else timedelta()
