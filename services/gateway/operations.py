"""The gateway's part of the contract: what it answers itself, and the problems it answers in any service's place."""

from typing import Any

PROBLEM_SCHEMA = "ProblemDocument"

SHARED_RESPONSES = {
    "400": "BadRequest",
    "401": "Unauthenticated",
    "404": "NotFound",
    "408": "SlowBody",
    "413": "PayloadTooLarge",
    "414": "UriTooLong",
    "415": "UnsupportedMediaType",
    "429": "TooManyRequests",
    "431": "HeadersTooLarge",
    "502": "BadGateway",
    "503": "Unavailable",
    "504": "GatewayTimeout",
}
"""Component names of the problems that the gateway adds to every operation, by status."""

_DESCRIPTIONS = {
    "400": "The path, the framing or a header field can be read in two ways",
    "401": "No access token, or none that is good",
    "404": "Unknown, or not the caller's to see",
    "408": "The body came too slowly",
    "413": "The body is too large",
    "414": "The address is too long",
    "415": "Another media type, or a compressed body",
    "429": "Too many requests; `Retry-After` tells when to come back",
    "431": "Too many or too large header fields",
    "502": "The service behind refused the connection or broke it off",
    "503": "Not available at the moment; `Retry-After` tells when to come back",
    "504": "The service behind gave no answer in time",
}
_BODIES = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{PROBLEM_SCHEMA}"}}}


def _text(title: str) -> dict[str, str]:
    return {"title": title, "type": "string"}


def _field_error() -> dict[str, Any]:
    names = ("pointer", "code", "message")
    return {
        "properties": {name: _text(name.title()) for name in names},
        "required": list(names),
        "title": "FieldError",
        "type": "object",
    }


def _problem_document() -> dict[str, Any]:
    """The schema of a problem, as the services publish it; written out here, where FastAPI is not loaded."""
    names = ("type", "title", "status", "detail", "instance", "code", "errors", "trace_id")
    properties: dict[str, Any] = {name: _text(name.replace("_", " ").title()) for name in names}
    properties["status"]["type"] = "integer"
    properties["errors"] = {"items": {"$ref": "#/components/schemas/FieldError"}, "title": "Errors", "type": "array"}
    return {
        "description": "An RFC 9457 problem, as every operation may answer it.",
        "properties": properties,
        "required": list(names),
        "title": PROBLEM_SCHEMA,
        "type": "object",
    }


def _operation(name: str, summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    return {"get": {"operationId": f"gateway_{name}", "summary": summary, "tags": ["gateway"], "responses": responses}}


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _readiness() -> dict[str, Any]:
    status = {"type": "string", "enum": ["ready", "starting", "draining"]}
    service = {"type": "object", "properties": {"status": {"type": "string"}, "checks": {"type": "object"}}}
    return {
        "title": "Readiness",
        "type": "object",
        "required": ["status", "services"],
        "properties": {"status": status, "services": {"type": "object", "additionalProperties": service}},
    }


def _limits() -> dict[str, Any]:
    return {status: {"$ref": f"#/components/responses/{SHARED_RESPONSES[status]}"} for status in ("400", "414", "431")}


OWN_DOCUMENT: dict[str, Any] = {
    "info": {
        "title": "Acuerdo",
        "version": "1.0.0",
        "description": "The open backend for service between the departments of one organisation.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
    "paths": {
        "/health/live": _operation(
            "check_liveness",
            "Whether the gateway runs",
            {"200": _json("It runs", {"type": "object", "properties": {"status": {"const": "live"}}}), **_limits()},
        ),
        "/health/ready": _operation(
            "check_readiness",
            "Whether every service is ready",
            {
                "200": _json("All are", {"$ref": "#/components/schemas/Readiness"}),
                "503": _json("Not all are, yet", {"$ref": "#/components/schemas/Readiness"}),
                **_limits(),
            },
        ),
        "/openapi.json": _operation(
            "get_contract",
            "This document",
            {
                "200": _json("OpenAPI 3.1", {"type": "object"}),
                "304": {"description": "It is what `If-None-Match` names"},
                **_limits(),
            },
        ),
        "/docs": _operation(
            "get_documentation",
            "This document, to read and try",
            {"200": {"description": "A page", "content": {"text/html": {"schema": {"type": "string"}}}}, **_limits()},
        ),
    },
    "components": {
        "schemas": {PROBLEM_SCHEMA: _problem_document(), "FieldError": _field_error(), "Readiness": _readiness()},
        "responses": {
            name: {"description": _DESCRIPTIONS[status], "content": _BODIES}
            for status, name in SHARED_RESPONSES.items()
        },
    },
    "tags": [{"name": "gateway", "description": "What the gateway answers itself"}],
}
