"""One OpenAPI document out of the services' own: what clients see is one API at one origin."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from services.gateway.operations import OWN_DOCUMENT, SHARED_RESPONSES
from services.gateway.routes import Route, RouteTable
from services.gateway.templates import METHODS

Document = dict[str, Any]
GATEWAY = "gateway"
_REFERENCE = "#/components/"
_WITH_BODY = frozenset({"post", "put", "patch"})


class ContractError(Exception):
    """The documents do not make one contract; the gateway does not start."""


def read_documents(directory: Path, names: tuple[str, ...]) -> dict[str, Document]:
    """The committed documents of the services, by name; ContractError names the file that is missing or no JSON."""
    documents = {}
    for name in names:
        file = directory / f"{name}.json"
        try:
            documents[name] = json.loads(file.read_bytes())
        except FileNotFoundError:
            raise ContractError(f"{file} is missing: `make openapi` writes it") from None
        except ValueError as error:
            raise ContractError(f"{file} is no JSON: {error}") from error
    return documents


def merge(documents: Mapping[str, Document], table: RouteTable) -> Document:
    """One OpenAPI 3.1 document of all services and the gateway's own operations, sorted, the same for the same input.

    Components that are equal are shared; of those that differ under one name, each gets its service's name before it.
    Raises ContractError where a path, an operation id or a route stands against it.
    """
    own = {**documents, GATEWAY: OWN_DOCUMENT}
    clashing = _clashing(own)
    paths: Document = {}
    components: dict[str, Document] = {}
    tags: dict[str, Document] = {}
    for name in sorted(own):
        document = _renamed(own[name], name, clashing)
        for path, item in document.get("paths", {}).items():
            if path in paths:
                raise ContractError(f"{path} is in two documents, one of them {name}.json")
            paths[path] = item if name == GATEWAY else _as_seen_here(path, item, _route_of(path, name, table))
        for section, entries in document.get("components", {}).items():
            components.setdefault(section, {}).update(entries)
        tags.update({tag["name"]: tag for tag in document.get("tags", [])})
    _check_operation_ids(paths)
    return {
        "openapi": "3.1.0",
        "info": OWN_DOCUMENT["info"],
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {section: dict(sorted(entries.items())) for section, entries in sorted(components.items())},
        "tags": [tags[name] for name in sorted(tags)],
    }


def _route_of(path: str, service: str, table: RouteTable) -> Route:
    route = table.match(path)
    if route is None or route.service != service:
        raise ContractError(f"{path} of {service}.json cannot be reached: the route table sends it elsewhere")
    return route


def _as_seen_here(path: str, item: Document, route: Route) -> Document:
    """The path's operations with the answers that the gateway itself may give."""
    seen = dict(item)
    for method in METHODS:
        if method not in item:
            continue
        added = ["400", "404", "414", "429", "431", "502", "503", "504"]
        added += ["408", "413", "415"] if method in _WITH_BODY else []
        added += ["401"] if method.upper() not in route.public or "security" in item[method] else []
        references = {status: {"$ref": f"{_REFERENCE}responses/{SHARED_RESPONSES[status]}"} for status in added}
        responses = {**references, **item[method].get("responses", {})}
        seen[method] = {**item[method], "responses": dict(sorted(responses.items()))}
    return seen


def _clashing(documents: Mapping[str, Document]) -> set[tuple[str, str]]:
    """The (section, name) of components that mean different things: they differ, or lead to some that do."""
    by_name: dict[tuple[str, str], list[Any]] = {}
    for document in documents.values():
        for section, entries in document.get("components", {}).items():
            for name, component in entries.items():
                by_name.setdefault((section, name), []).append(component)
    clashing = {key for key, found in by_name.items() if any(component != found[0] for component in found)}
    grown = True
    while grown:
        leading = {
            key
            for key, found in by_name.items()
            if len(found) > 1 and any(target in clashing for target in _references(found[0]))
        }
        grown = not leading <= clashing
        clashing |= leading
    return clashing


def _references(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, str) and node.startswith(_REFERENCE):
        section, _, name = node.removeprefix(_REFERENCE).partition("/")
        yield section, name
    elif isinstance(node, dict | list):
        for value in node.values() if isinstance(node, dict) else node:
            yield from _references(value)


def _renamed(document: Document, service: str, clashing: set[tuple[str, str]]) -> Document:
    """The document with its share of the clashing components under names of its own."""

    def new_name(section: str, name: str) -> str:
        return service.capitalize() + name[:1].upper() + name[1:] if (section, name) in clashing else name

    def rewritten(node: Any) -> Any:
        match node:
            case str():
                for section, name in _references(node):
                    return f"{_REFERENCE}{section}/{new_name(section, name)}"
                return node
            case {"security": [*requirements], **rest} if all(isinstance(each, dict) for each in requirements):
                named = [
                    {new_name("securitySchemes", name): scopes for name, scopes in each.items()}
                    for each in requirements
                ]
                return {**rewritten(rest), "security": named}
            case dict():
                return {key: rewritten(value) for key, value in node.items()}
            case list():
                return [rewritten(value) for value in node]
        return node

    renamed: Document = rewritten(document)
    renamed["components"] = {
        section: {new_name(section, name): component for name, component in entries.items()}
        for section, entries in renamed.get("components", {}).items()
    }
    return renamed


def _check_operation_ids(paths: Document) -> None:
    seen: dict[str, str] = {}
    for path, item in paths.items():
        for method in METHODS:
            identifier = item.get(method, {}).get("operationId")
            if identifier is None:
                continue
            if identifier in seen:
                raise ContractError(f"operationId {identifier} is that of {path} and of {seen[identifier]}")
            seen[identifier] = path
