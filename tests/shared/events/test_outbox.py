from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.shared.db import hot_transaction
from services.shared.inbox import CloudEvent
from services.shared.outbox import PublishedEvent, enqueue, envelope, outbox_age, outbox_values
from tests.shared.events.toy import InboundParcelSent, Outbox, ParcelSent, Toy

NOW = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_an_envelope_is_a_cloud_event() -> None:
    event = ParcelSent.example()
    event_id = uuid4()
    assert envelope(event, event_id=event_id, now=NOW, trace=TRACE) == {
        "specversion": "1.0",
        "id": str(event_id),
        "source": "urn:acuerdo:toy",
        "type": "acuerdo.toy.parcel.sent.v1",
        "subject": str(event.parcel_id),
        "time": "2025-03-01T09:30:00Z",
        "datacontenttype": "application/json",
        "traceparent": TRACE,
        "data": {"parcel_id": str(event.parcel_id), "number": 7, "sender": "Ana"},
    }


def test_a_consumer_reads_what_a_producer_shows_as_its_example() -> None:
    values = outbox_values(ParcelSent.example(), now=NOW)
    message = CloudEvent[InboundParcelSent].model_validate_json(values.body)
    assert message.id == values.id
    assert message.data.number == 7
    assert message.time == NOW
    assert message.traceparent is None


@pytest.mark.parametrize(
    ("subject", "key"), [("acuerdo.toy.parcel", "parcel_id"), ("acuerdo.toy.parcel.sent.v1", "nothing")]
)
def test_an_event_with_a_wrong_subject_or_key_cannot_be_declared(subject: str, key: str) -> None:
    with pytest.raises(TypeError, match="is no subject, or"):
        type("Wrong", (PublishedEvent,), {"__annotations__": {"parcel_id": UUID}, "subject": subject, "key": key})


def test_an_event_that_nats_would_refuse_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="bytes are too many"):
        outbox_values(ParcelSent(parcel_id=uuid4(), sender="x" * 600_000), now=NOW)


async def test_the_oldest_waiting_event_gives_the_age(toy: Toy) -> None:
    async with toy.sessions.begin() as session:
        assert await outbox_age(session, Outbox, NOW) == timedelta()
        await enqueue(session, Outbox, ParcelSent.example(), now=NOW)
        await enqueue(session, Outbox, ParcelSent.example(), now=NOW + timedelta(minutes=1))
        assert await outbox_age(session, Outbox, NOW + timedelta(minutes=5)) == timedelta(minutes=5)


async def test_a_hot_statement_inserts_plain_values(toy: Toy) -> None:
    row = outbox_values(ParcelSent.example(), now=NOW)
    async with hot_transaction(toy.engine) as connection:
        await connection.execute(
            "INSERT INTO outbox (id, aggregate, subject, body, created_at) VALUES ($1, $2, $3, $4::jsonb, $5)", *row
        )
    assert await toy.waiting() == 1
