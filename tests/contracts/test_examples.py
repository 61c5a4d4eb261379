"""The contract of the API reads well: every example is of its schema, every operation is named alike."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from services.cli.openapi import contracts

DOCUMENT = contracts()["gateway"]
METHODS = ("get", "put", "post", "patch", "delete")
OPERATIONS = [
    (f"{method.upper()} {path}", item[method])
    for path, item in DOCUMENT["paths"].items()
    for method in METHODS
    if method in item
]
VAGUE = {"create", "read", "update", "delete", "process", "handle", "manage", "do"}


def examples(node: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Every example in the document: where it is, its schema, its value."""
    if isinstance(node, list):
        for index, value in enumerate(node):
            yield from examples(value, f"{where}/{index}")
    if not isinstance(node, dict):
        return
    schema = node.get("schema", node)
    if isinstance(node.get("examples"), list):
        yield from ((where, schema, value) for value in node["examples"])
    if isinstance(node.get("examples"), dict) and "schema" in node:
        yield from ((where, schema, named["value"]) for named in node["examples"].values())
    if "example" in node and "schema" in node:
        yield where, schema, node["example"]
    for name, value in node.items():
        if name not in ("example", "examples", "default", "enum", "const"):
            yield from examples(value, f"{where}/{name}")


EXAMPLES = list(examples(DOCUMENT))


@pytest.mark.parametrize(("schema", "value"), [each[1:] for each in EXAMPLES], ids=[each[0] for each in EXAMPLES])
def test_examples_are_of_their_schema(schema: dict[str, Any], value: Any) -> None:
    jsonschema_rs.validate({**schema, "components": DOCUMENT["components"]}, value, validate_formats=True)


def defaults(node: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema with a default, and where it is."""
    if isinstance(node, dict):
        if "default" in node and ("type" in node or "anyOf" in node or "$ref" in node):
            yield where, node
        for name, value in node.items():
            yield from defaults(value, f"{where}/{name}")


def test_defaults_are_of_their_schema() -> None:
    found = list(defaults(DOCUMENT["components"]["schemas"]))
    assert found
    for where, schema in found:
        valid = jsonschema_rs.is_valid({**schema, "components": DOCUMENT["components"]}, schema["default"])
        assert valid, where


@pytest.mark.parametrize(("label", "operation"), OPERATIONS, ids=[label for label, _ in OPERATIONS])
def test_operations_are_named_by_tag_and_verb_and_tell_what_they_do(label: str, operation: dict[str, Any]) -> None:
    (tag,) = operation["tags"]
    name = operation["operationId"].removeprefix(tag.replace("-", "_") + "_")
    assert name != operation["operationId"]
    verb, _, noun = name.partition("_")
    assert verb not in VAGUE
    assert noun
    assert operation.get("description") or operation.get("summary")
    if not label.startswith(("GET /health", "GET /docs", "GET /openapi.json")):
        assert any(status.startswith("4") for status in operation["responses"])


@pytest.mark.parametrize(("label", "operation"), OPERATIONS, ids=[label for label, _ in OPERATIONS])
def test_problems_are_told_as_problem_documents(label: str, operation: dict[str, Any]) -> None:
    own_form = label.split()[1].startswith(("/oauth2", "/scim", "/health", "/answers"))
    for status, answer in operation["responses"].items():
        if int(status) >= 400 and not own_form:
            told = DOCUMENT["components"]["responses"][answer["$ref"].split("/")[-1]] if "$ref" in answer else answer
            assert list(told["content"]) == ["application/problem+json"], (label, status)
