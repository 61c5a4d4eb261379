from pathlib import Path
from typing import Any

import pytest

from services.gateway.contract import ContractError, merge, read_documents
from services.gateway.operations import OWN_DOCUMENT
from services.gateway.routes import ROUTES, RouteTable
from services.gateway.settings import PROJECT_ROOT
from services.shared.routing import ProblemDocument

TABLE = RouteTable(ROUTES)
SHARED = {"type": "object", "properties": {"code": {"type": "string"}}}


def a_document(path: str, operation: str = "op", method: str = "get", **schemas: Any) -> dict[str, Any]:
    answer = {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "paths": {path: {method: {"operationId": operation, "tags": ["x"], "responses": {"200": answer}}}},
        "components": {"schemas": {"Thing": SHARED, **schemas}},
        "tags": [{"name": "x"}],
    }


def thing_of(merged: dict[str, Any], path: str) -> str:
    reference = merged["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    return str(reference).removeprefix("#/components/schemas/")


def test_equal_components_are_shared_and_the_paths_are_full() -> None:
    merged = merge({"identity": a_document("/v1/me", "a"), "requests": a_document("/v1/tickets", "b")}, TABLE)
    assert merged["openapi"] == "3.1.0"
    assert merged["servers"] == [{"url": "/"}]
    assert {"/v1/me", "/v1/tickets", "/openapi.json", "/docs", "/health/live", "/health/ready"} == set(merged["paths"])
    assert thing_of(merged, "/v1/me") == thing_of(merged, "/v1/tickets") == "Thing"
    assert [tag["name"] for tag in merged["tags"]] == ["gateway", "x"]


def test_components_that_differ_get_their_services_name() -> None:
    other = a_document("/v1/tickets", "b", Thing={"type": "string"})
    merged = merge({"identity": a_document("/v1/me", "a"), "requests": other}, TABLE)
    assert thing_of(merged, "/v1/me") == "IdentityThing"
    assert thing_of(merged, "/v1/tickets") == "RequestsThing"
    assert merged["components"]["schemas"]["RequestsThing"] == {"type": "string"}
    assert "Thing" not in merged["components"]["schemas"]


def test_components_that_only_lead_to_different_ones_differ_too() -> None:
    leads = {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}
    first = a_document("/v1/me", "a", Thing=leads, Item={"type": "string"})
    second = a_document("/v1/tickets", "b", Thing=leads, Item={"type": "integer"})
    merged = merge({"identity": first, "requests": second}, TABLE)
    assert thing_of(merged, "/v1/me") == "IdentityThing"
    assert merged["components"]["schemas"]["IdentityThing"]["items"] == {"$ref": "#/components/schemas/IdentityItem"}
    assert merged["components"]["schemas"]["RequestsItem"] == {"type": "integer"}


def test_security_schemes_are_merged_and_renamed_where_they_are_required() -> None:
    documents = {"identity": a_document("/v1/me", "a"), "requests": a_document("/v1/tickets", "b")}
    for document, scheme in zip(
        documents.values(), ({"type": "http", "scheme": "bearer"}, {"type": "oauth2"}), strict=True
    ):
        document["components"]["securitySchemes"] = {"token": scheme}
        document["paths"][next(iter(document["paths"]))]["get"]["security"] = [{"token": []}]
    merged = merge(documents, TABLE)
    assert set(merged["components"]["securitySchemes"]) == {"IdentityToken", "RequestsToken"}
    required = merged["paths"]["/v1/me"]["get"]["security"][0]
    assert required == {"IdentityToken": []}


def test_every_operation_lists_what_the_gateway_may_answer() -> None:
    merged = merge({"requests": a_document("/v1/tickets", method="post")}, TABLE)
    responses = merged["paths"]["/v1/tickets"]["post"]["responses"]
    expected = {"400", "401", "404", "408", "413", "414", "415", "429", "431", "502", "503", "504", "200"}
    assert set(responses) == expected
    for status in expected - {"200"}:
        name = responses[status]["$ref"].removeprefix("#/components/responses/")
        assert "application/problem+json" in merged["components"]["responses"][name]["content"]


def test_the_same_documents_make_the_same_contract_in_any_order() -> None:
    documents = {
        "identity": a_document("/v1/me", "a", Thing={"type": "string"}),
        "requests": a_document("/v1/tickets", "b"),
    }
    assert list(merge(documents, TABLE)["paths"]) == list(merge(dict(reversed(documents.items())), TABLE)["paths"])
    assert merge(documents, TABLE) == merge(dict(reversed(documents.items())), TABLE)


@pytest.mark.parametrize(
    ("documents", "says"),
    [
        ({"identity": a_document("/v1/me", "a"), "requests": a_document("/v1/tickets", "a")}, "operationId a"),
        ({"identity": a_document("/v1/tickets")}, "/v1/tickets of identity.json cannot be reached"),
        ({"identity": a_document("/v1/nowhere")}, "/v1/nowhere of identity.json cannot be reached"),
    ],
)
def test_documents_that_make_no_contract_are_refused(documents: dict[str, Any], says: str) -> None:
    with pytest.raises(ContractError, match=says):
        merge(documents, TABLE)


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"identity\.json is missing"):
        read_documents(tmp_path, ("identity",))
    (tmp_path / "identity.json").write_text("{")
    with pytest.raises(ContractError, match=r"identity\.json is no JSON"):
        read_documents(tmp_path, ("identity",))


def test_our_problem_is_the_services_problem() -> None:
    schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    field_error = schema.pop("$defs")["FieldError"]
    assert OWN_DOCUMENT["components"]["schemas"]["ProblemDocument"] == schema
    assert OWN_DOCUMENT["components"]["schemas"]["FieldError"] == field_error


def test_the_committed_documents_make_a_contract() -> None:
    directory = PROJECT_ROOT / "openapi"
    assert merge(read_documents(directory, tuple(TABLE.services)), TABLE)["paths"]
