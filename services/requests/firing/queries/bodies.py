"""Events as PostgreSQL writes them: thousands at a time, without one of them passing through Python."""

from collections.abc import Mapping

from services.shared.outbox import PublishedEvent

Expressions = Mapping[str, str]
"""Field names with the SQL expressions of their values."""


def body_of(event: type[PublishedEvent], *, event_id: str, subject: str, time: str, data: Expressions) -> str:
    """An SQL expression: the message that `envelope` makes of the event. ValueError unless `data` has just its fields.

    `event_id`, `subject` (the aggregate) and `time` (text) are expressions too.

    >>> from uuid import UUID
    >>> class TicketSeen(PublishedEvent):
    ...     subject = "acuerdo.requests.ticket.seen.v1"
    ...     key = "ticket_id"
    ...     ticket_id: UUID
    >>> body_of(TicketSeen, event_id="o.id", subject="t.id", time="o.at", data={"ticket_id": "t.id"})[-85:]
    "'datacontenttype', 'application/json', 'data', jsonb_build_object('ticket_id', t.id))"
    """
    if set(data) != set(event.model_fields):
        raise ValueError(f"{event.__name__} has the fields {sorted(event.model_fields)}")
    return _object(
        {
            "specversion": "'1.0'",
            "id": event_id,
            "source": f"'{event.source()}'",
            "type": f"'{event.subject}'",
            "subject": subject,
            "time": time,
            "datacontenttype": "'application/json'",
            "data": _object(data),
        }
    )


def spelled(instant: str) -> str:
    """An SQL expression: the instant as our events spell it."""
    return f"""to_char({instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def _object(fields: Expressions) -> str:
    return "jsonb_build_object(" + ", ".join(f"'{name}', {value}" for name, value in fields.items()) + ")"
