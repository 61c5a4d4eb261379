"""The contract of our events: AsyncAPI 3.0 out of what services publish (`events.py`) and read (`inbound.py`)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from inspect import getdoc, getmembers, isclass
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from services.shared.inbox import InboundEvent
from services.shared.outbox import PublishedEvent, envelope
from services.shared.streams import KEPT, stream_of

AN_EVENT_ID = UUID("019a8f00-0000-7000-8000-00000000e001")
AN_INSTANT = datetime(2026, 3, 2, 9, tzinfo=UTC)
_SCHEMAS = "#/components/schemas/{model}"

Model = TypeVar("Model", bound=BaseModel)
Document = dict[str, Any]


def asyncapi_document(services: Sequence[str]) -> Document:
    """A channel for each subject of these services, `send` for who publishes it, `receive` for who reads it."""
    document: Document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Acuerdo events",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in structured JSON on NATS JetStream, at least once, in the order of the "
            f"commits of one aggregate; a stream keeps them {KEPT.days} days. `Nats-Msg-Id` is the event's id.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {},
        "operations": {},
        "components": {"messages": {}, "schemas": {}},
    }
    for service in services:
        for event in published_by(service):
            _tell(document, service, event)
    for service in services:
        for read in read_by(service):
            document["operations"][f"{service}_reads_{read.__name__}"] = _operation("receive", service, read.subject)
    return document


def published_by(service: str) -> Iterator[type[PublishedEvent]]:
    """The events that a service publishes."""
    return _models(f"services.{service}.events", PublishedEvent)


def read_by(service: str) -> Iterator[type[InboundEvent]]:
    """What a service reads of others' events."""
    return _models(f"services.{service}.inbound", InboundEvent)


def _models(module: str, base: type[Model]) -> Iterator[type[Model]]:
    """The models of a module that have a subject (a base that only shares fields has none); none without the module."""
    if find_spec(module) is None:
        return
    for _, member in getmembers(import_module(module), isclass):
        if issubclass(member, base) and member.__module__ == module and hasattr(member, "subject"):
            yield member


def _tell(document: Document, service: str, event: type[PublishedEvent]) -> None:
    name, messages = event.__name__, document["components"]["messages"]
    if name in messages or event.subject in document["channels"]:
        raise ValueError(f"{name} on {event.subject} is published twice")
    schema = event.model_json_schema(mode="serialization", ref_template=_SCHEMAS)
    document["components"]["schemas"].update({**schema.pop("$defs", {}), name: schema})
    messages[name] = {
        "name": event.subject,
        "title": name,
        "summary": getdoc(event),
        "contentType": "application/cloudevents+json",
        "payload": _envelope_schema(event),
        "examples": [{"payload": envelope(event.example(), event_id=AN_EVENT_ID, now=AN_INSTANT)}],
    }
    document["channels"][event.subject] = {
        "address": event.subject,
        "description": f"stream {stream_of(event.subject)}; the aggregate is `{event.key}`",
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
    }
    document["operations"][f"{service}_publishes_{name}"] = _operation("send", service, event.subject)


def _operation(action: str, service: str, subject: str) -> Document:
    return {"action": action, "channel": {"$ref": f"#/channels/{subject}"}, "tags": [{"name": service}]}


def _envelope_schema(event: type[PublishedEvent]) -> Document:
    instant = {"type": "string", "format": "date-time"}
    properties = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "a repeat has the same"},
        "source": {"const": event.source()},
        "type": {"const": event.subject},
        "subject": {"type": "string", "description": "the aggregate's id"},
        "time": instant,
        "datacontenttype": {"const": "application/json"},
        "traceparent": {"type": "string", "description": "W3C Trace Context, where there is one"},
        "data": {"$ref": _SCHEMAS.format(model=event.__name__)},
    }
    return {"type": "object", "properties": properties, "required": sorted(set(properties) - {"traceparent"})}
