"""What the feedback service reads of others' events is in what they publish."""

from datetime import UTC, datetime
from uuid import uuid4

import orjson

from services.feedback import inbound
from services.requests import events
from services.shared.inbox import CloudEvent
from services.shared.outbox import envelope


def test_submitted_tickets() -> None:
    published = events.TicketSubmitted.example()
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    message = orjson.dumps(envelope(published, event_id=uuid4(), now=now))
    read = CloudEvent[inbound.TicketSubmitted].model_validate_json(message)
    assert read.type == inbound.TicketSubmitted.subject == events.TicketSubmitted.subject
    assert read.subject == str(published.ticket_id)
    assert read.data == inbound.TicketSubmitted(
        customer_department_id=published.customer_department_id,
        provider_department_id=published.provider_department_id,
        submitted_at=published.submitted_at,
    )
