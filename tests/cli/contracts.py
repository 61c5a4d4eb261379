"""OpenAPI documents of one operation, for the cases of the breaking-change check."""

from typing import Any

Document = dict[str, Any]
STRING = {"type": "string"}
NULL = {"type": "null"}


def an_object(required: tuple[str, ...] = (), **fields: Any) -> Document:
    return {"type": "object", "properties": fields, "required": list(required)}


def a_document(operation: Document, **schemas: Any) -> Document:
    return {"paths": {"/v1/things": {"post": operation}}, "components": {"schemas": schemas}}


def asking(schema: Document, **schemas: Any) -> Document:
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return a_document({"requestBody": body, "responses": {"200": {}}}, **schemas)


def answering(schema: Document, status: str = "200", **schemas: Any) -> Document:
    return a_document({"responses": {status: {"content": {"application/json": {"schema": schema}}}}}, **schemas)


def with_parameter(schema: Document, *, required: bool = False, name: str = "size") -> Document:
    parameter = {"in": "query", "name": name, "required": required, "schema": schema}
    return a_document({"parameters": [parameter], "responses": {"200": {}}})


PLAIN = a_document({"responses": {"200": {}}})
REFERENCE = {"$ref": "#/components/schemas/Thing"}
NODE = {"$ref": "#/components/schemas/Node"}
