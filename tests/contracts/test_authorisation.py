"""Every operation, asked by everybody, against a table written by hand from the design; read-only fields stay so."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.gateway.routes import OWN_PREFIXES, ROUTES, RouteTable
from tests.contracts.authorisation.approval_cases import APPROVAL_CASES
from tests.contracts.authorisation.asking import Prepare, World, differences, send
from tests.contracts.authorisation.callers import CALLERS
from tests.contracts.authorisation.dispute_cases import DISPUTE_CASES
from tests.contracts.authorisation.feedback_cases import FEEDBACK_CASES, feedback_world
from tests.contracts.authorisation.hand_off_cases import HAND_OFF_CASES
from tests.contracts.authorisation.identity_cases import IDENTITY_CASES, identity_world
from tests.contracts.authorisation.import_cases import IMPORT_CASES
from tests.contracts.authorisation.linked_cases import LINKED_CASES
from tests.contracts.authorisation.message_cases import MESSAGE_CASES
from tests.contracts.authorisation.order_cases import ORDER_CASES
from tests.contracts.authorisation.report_cases import REPORT_CASES
from tests.contracts.authorisation.requests_cases import REQUESTS_CASES, requests_world
from tests.contracts.authorisation.simulation_cases import SIMULATION_CASES
from tests.contracts.authorisation.table import TABLE
from tests.contracts.authorisation.working_cases import WORKING_CASES
from tests.embedded import Databases
from tests.issuer import Issuer

OPENAPI = Path(__file__).parents[2] / "openapi"
CASES: Mapping[str, Mapping[str, Prepare]] = {
    "identity": IDENTITY_CASES,
    "requests": {
        **APPROVAL_CASES,
        **MESSAGE_CASES,
        **IMPORT_CASES,
        **SIMULATION_CASES,
        **LINKED_CASES,
        **ORDER_CASES,
        **HAND_OFF_CASES,
        **WORKING_CASES,
        **DISPUTE_CASES,
        **REPORT_CASES,
        **REQUESTS_CASES,
    },
    "feedback": FEEDBACK_CASES,
}
METHODS = ("get", "put", "post", "patch", "delete")
READ_ONLY = ("id", "key", "version", "created_at", "changed_at", "is_admin", "state", "assignee_id", "created_by")
"""Fields that no caller may set where the operation's own schema does not name them."""


def _operations(service: str) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Operation id → method, path and description."""
    document = json.loads((OPENAPI / f"{service}.json").read_text(encoding="utf-8"))
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def _scopes(service: str) -> dict[str, frozenset[str]]:
    return {
        name: frozenset(
            scope for each in operation.get("security") or () for scopes in each.values() for scope in scopes
        )
        for name, (_, _, operation) in _operations(service).items()
    }


@pytest.mark.parametrize("operation", sorted(_operations("gateway")))
def test_every_operation_is_in_the_table(operation: str) -> None:
    assert operation in TABLE, (
        f"{operation} is new: say in tests/contracts/authorisation/table.py, from the design, who may do it,"
        " and in the cases of its service how it is asked"
    )
    assert set(TABLE[operation]) == set(CALLERS)


def test_the_table_and_the_cases_name_nothing_else() -> None:
    asked = {case for cases in CASES.values() for case in cases}
    assert {case.partition("/")[0] for case in TABLE} == set(_operations("gateway"))
    assert {case for case in TABLE if not case.startswith("gateway_")} == asked


def test_the_gateway_lets_through_without_a_token_what_the_table_does() -> None:
    table = RouteTable(ROUTES)
    for operation, (method, path, _) in _operations("gateway").items():
        route = table.match(path)
        if route is None:
            assert path.startswith(OWN_PREFIXES), path
            continue
        is_public = len(set(TABLE[operation].values())) == 1
        assert (method in route.public) >= is_public, operation
        if not path.startswith(("/v1/sessions", "/oauth2")):
            assert (method in route.public) == is_public, operation


async def test_identity_answers_everybody_as_the_table_says(databases: Databases) -> None:
    async with identity_world(databases) as world:
        assert await differences(world, IDENTITY_CASES, _scopes("identity")) == []


@pytest.mark.timeout(600)  # every operation of the largest service, asked by everybody
async def test_requests_answers_everybody_as_the_table_says(databases: Databases, issuer: Issuer) -> None:
    async with requests_world(databases, issuer) as world:
        assert await differences(world, CASES["requests"], _scopes("requests")) == []


async def test_feedback_answers_everybody_as_the_table_says(databases: Databases, issuer: Issuer) -> None:
    async with feedback_world(databases, issuer) as world:
        assert await differences(world, FEEDBACK_CASES, _scopes("feedback")) == []


async def test_read_only_fields_of_identity_cannot_be_set(databases: Databases) -> None:
    async with identity_world(databases) as world:
        assert await _settable(world, "identity") == []


@pytest.mark.timeout(600)  # every operation of the largest service, asked by everybody
async def test_read_only_fields_of_requests_cannot_be_set(databases: Databases, issuer: Issuer) -> None:
    async with requests_world(databases, issuer) as world:
        assert await _settable(world, "requests") == []


async def test_read_only_fields_of_feedback_cannot_be_set(databases: Databases, issuer: Issuer) -> None:
    async with feedback_world(databases, issuer) as world:
        assert await _settable(world, "feedback") == []


async def _settable(world: World, service: str) -> list[str]:
    """The fields, of those that a request's schema does not name, that the service takes all the same."""
    found = []
    for case, prepare in CASES[service].items():
        _, _, operation = _operations(service)[case.partition("/")[0]]
        for name in _answered(service, operation) | set(READ_ONLY):
            asked = await prepare(world)
            if not isinstance(asked.json, dict) or name in _named(service, operation):
                continue
            wanted = replace(asked, json={**asked.json, name: None})
            answer = await send(world, wanted, await world.signed_in("admin", frozenset()))
            pointers = {error["pointer"] for error in answer.json().get("errors", ())}
            if answer.status_code != 422 or f"/{name}" not in pointers:
                found.append(f"{case} takes {name}: {answer.status_code} {answer.text[:100]}")
    return found


def _schema(service: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
    document = json.loads((OPENAPI / f"{service}.json").read_text(encoding="utf-8"))
    schema: Mapping[str, Any] = content.get("application/json", {}).get("schema", {})
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _named(service: str, operation: Mapping[str, Any]) -> set[str]:
    return set(_schema(service, operation["requestBody"]["content"]).get("properties", ()))


def _answered(service: str, operation: Mapping[str, Any]) -> set[str]:
    done = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    return set(_schema(service, done.get("content", {})).get("properties", ()))
