"""Events: what one service reads another publishes, spelled as the reader expects; AsyncAPI tells the truth."""

from typing import Any

import jsonschema_rs
import orjson
import pytest

from services.cli.asyncapi import AN_EVENT_ID, AN_INSTANT, asyncapi_document, published_by, read_by
from services.launcher.databases import SERVICES
from services.shared.inbox import InboundEvent, cloud_event_of
from services.shared.outbox import PublishedEvent, envelope

PUBLISHED = {event.subject: event for service in SERVICES for event in published_by(service)}
READ = [(service, event) for service in SERVICES for event in read_by(service)]
DOCUMENT = asyncapi_document(SERVICES)


def test_something_is_read() -> None:
    assert {service for service, _ in READ} == {"requests", "feedback"}
    assert PUBLISHED


@pytest.mark.parametrize(("service", "inbound"), READ, ids=[f"{service}-{event.__name__}" for service, event in READ])
def test_what_is_read_is_published_and_understood(service: str, inbound: type[InboundEvent]) -> None:
    published = PUBLISHED[inbound.subject].example()
    message = orjson.dumps(envelope(published, event_id=AN_EVENT_ID, now=AN_INSTANT))
    read = cloud_event_of(inbound).model_validate_json(message)
    assert (read.id, read.time) == (AN_EVENT_ID, AN_INSTANT)
    assert (read.type, read.subject) == (inbound.subject, published.aggregate)
    told = published.model_dump(mode="json")
    assert read.data.model_dump(mode="json") == {name: told[name] for name in inbound.model_fields}


@pytest.mark.parametrize("event", PUBLISHED.values(), ids=[event.__name__ for event in PUBLISHED.values()])
def test_no_example_leaves_a_field_out(event: type[PublishedEvent]) -> None:
    assert set(event.model_fields) == {name for name, field in event.model_fields.items() if field.examples}
    assert None not in event.example().model_dump().values()


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["messages"]))
def test_examples_of_messages_are_of_their_schema(name: str) -> None:
    message = DOCUMENT["components"]["messages"][name]
    schema: dict[str, Any] = {**message["payload"], "components": DOCUMENT["components"]}
    for example in message["examples"]:
        jsonschema_rs.validate(schema, example["payload"], validate_formats=True)


def test_every_reference_leads_somewhere() -> None:
    for reference in _references(DOCUMENT):
        found: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [reference for value in node.values() for reference in _references(value)]
    return [reference for value in node for reference in _references(value)] if isinstance(node, list) else []
