"""The subschemas of a form: where each stands, which apply to the same value, and what a pointer can find in them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

ONE: Final = ("additionalProperties", "propertyNames", "contains", "items", "not", "if", "then", "else")
"""Keywords with one subschema."""
SEVERAL: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED: Final = ("properties", "dependentSchemas", "$defs", "definitions")
_IN_PLACE: Final = ("allOf", "anyOf", "oneOf")
_DEFINITIONS: Final = ("$defs", "definitions")
_INDEX = re.compile("0|[1-9][0-9]*")


def step(pointer: str, *tokens: str | int) -> str:
    """The pointer, some steps further."""
    return pointer + "".join("/" + str(each).replace("~", "~0").replace("/", "~1") for each in tokens)


def subschemas(schema: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every subschema with its pointer, the schema itself first; what is nested in no keyword of ours is none.

    >>> [pointer for pointer, _ in subschemas({"properties": {"a": {"anyOf": [True, {}]}}})]
    ['', '/properties/a', '/properties/a/anyOf/0', '/properties/a/anyOf/1']
    """
    yield pointer, schema
    for where, inner in children(schema, pointer):
        yield from subschemas(inner, where)


def children(schema: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    """The subschemas directly within; of what is no schema, whatever looks like one."""
    if not isinstance(schema, Mapping):
        return
    for keyword in ONE:
        if keyword in schema:
            yield step(pointer, keyword), schema[keyword]
    for keyword in SEVERAL:
        several = schema.get(keyword)
        for place, inner in enumerate(several if isinstance(several, list) else ()):
            yield step(pointer, keyword, place), inner
    for keyword in NAMED:
        named = schema.get(keyword)
        for name, inner in named.items() if isinstance(named, Mapping) else ():
            yield step(pointer, keyword, name), inner


def target_of(reference: str) -> str:
    """The pointer in a reference of the form `#/…` (or `#`).

    >>> target_of("#/$defs/a%20b")
    '/$defs/a b'
    """
    return unquote(reference.removeprefix("#"))


class Circle(Exception):
    """A reference leads back to where it came from; `pointer` is of the reference."""

    def __init__(self, pointer: str) -> None:
        self.pointer = pointer
        super().__init__(pointer)


class Unfolded:
    """The form with its references followed: `size`, how many subschemas that makes, and `depth`; Circle."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self._known = known
        self._measured: dict[str, tuple[int, int]] = {}
        self._open: set[str] = set()
        self.size, self.depth = self._measure("")

    def _measure(self, pointer: str) -> tuple[int, int]:
        found = self._measured.get(pointer)
        if found is not None:
            return found
        schema = self._known[pointer]
        self._open.add(pointer)
        size, depth = 1, 0
        for target in self._below(pointer, schema):
            if target in self._open:
                raise Circle(step(pointer, "$ref"))
            inner = self._measure(target)
            size, depth = size + inner[0], max(depth, inner[1])
        self._open.remove(pointer)
        self._measured[pointer] = size, depth + 1
        return size, depth + 1

    def _below(self, pointer: str, schema: Any) -> Iterator[str]:
        definitions = tuple(step(pointer, keyword) + "/" for keyword in _DEFINITIONS)
        yield from (where for where, _ in children(schema, pointer) if not where.startswith(definitions))
        if isinstance(schema, Mapping) and "$ref" in schema:
            yield target_of(schema["$ref"])


def can_hold(known: Mapping[str, Any], pointer: str, tokens: list[str]) -> bool:
    """Whether the form can know a value there: where it lists fields, it must be one of them.

    >>> known = dict(subschemas({"properties": {"a": {"properties": {"b": {}}}}}))
    >>> [can_hold(known, "", path.split("/")) for path in ("a", "a/b", "a/c", "a/b/anything", "b")]
    [True, True, False, True, False]
    """
    if not tokens:
        return True
    head, *rest = tokens
    found: list[str] = []
    is_listed = False
    for where, schema in _in_place(known, pointer):
        if not isinstance(schema, Mapping):
            is_listed = is_listed or schema is False
            continue
        found.extend(_steps(schema, where, head))
        kinds = schema.get("type", "object")
        has_none_inside = {"object", "array"}.isdisjoint([kinds] if isinstance(kinds, str) else kinds)
        is_listed = is_listed or has_none_inside or not {"properties", "items", "prefixItems"}.isdisjoint(schema)
    if found:
        return any(known[where] is not False and can_hold(known, where, rest) for where in found)
    return not is_listed


def lists_fields(known: Mapping[str, Any]) -> bool:
    """Whether the form itself names fields, wherever it does so for the whole.

    >>> [lists_fields(dict(subschemas(each))) for each in ({"allOf": [{"properties": {"a": {}}}]}, {"required": ["a"]})]
    [True, False]
    """
    return any(isinstance(schema, Mapping) and "properties" in schema for _, schema in _in_place(known, ""))


def _in_place(known: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, Any]]:
    """The schemas that apply to the same value as the one there, itself included."""
    schema = known[pointer]
    yield pointer, schema
    if not isinstance(schema, Mapping):
        return
    for keyword in _IN_PLACE:
        for place in range(len(schema.get(keyword, ()))):
            yield from _in_place(known, step(pointer, keyword, place))
    for keyword in ("then", "else"):
        if keyword in schema:
            yield from _in_place(known, step(pointer, keyword))
    for name in schema.get("dependentSchemas", {}):
        yield from _in_place(known, step(pointer, "dependentSchemas", name))
    if "$ref" in schema:
        yield from _in_place(known, target_of(schema["$ref"]))


def _steps(schema: Mapping[str, Any], pointer: str, token: str) -> Iterator[str]:
    """Where the schema describes what lies under this token: a field's name, or the number of an item."""
    if token in schema.get("properties", {}):
        yield step(pointer, "properties", token)
    elif isinstance(schema.get("additionalProperties"), Mapping):
        yield step(pointer, "additionalProperties")
    if not _INDEX.fullmatch(token):
        return
    if int(token) < len(schema.get("prefixItems", ())):
        yield step(pointer, "prefixItems", token)
    elif "items" in schema:
        yield step(pointer, "items")
