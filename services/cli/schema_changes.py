"""What a client notices when a JSON schema of the contract changes: pure comparison of an old and a new schema.

A request breaks when something that was accepted is refused now; an answer breaks when it may hold something that it
never held, or lacks what was always there. So answers are compared with old and new in each other's place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any

Schema = Mapping[str, Any]


class Rule(StrEnum):
    """The ways to break a client."""

    ENDPOINT_REMOVED = "endpoint removed"
    REQUIRED_REQUEST_FIELD_ADDED = "required request field added"
    REQUIRED_PARAMETER_ADDED = "required parameter added"
    REQUEST_TYPE_CHANGED = "request type changed"
    REQUEST_ENUM_VALUE_REMOVED = "enum value removed from a request"
    NULL_NO_LONGER_ALLOWED = "null no longer allowed"
    BOUND_NARROWED = "bound narrowed"
    RESPONSE_FIELD_REMOVED = "response field removed"
    RESPONSE_FIELD_MADE_OPTIONAL = "response field made optional"
    RESPONSE_TYPE_CHANGED = "response type changed"
    RESPONSE_ENUM_VALUE_ADDED = "response enum value added"
    SUCCESS_STATUS_CHANGED = "success status changed"
    # Unknown fields and parameters are refused here, so that one that goes away breaks whoever sends it.
    REQUEST_FIELD_REMOVED = "request field removed"
    PARAMETER_REMOVED = "parameter removed"


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One breaking change: where in the contract, by which rule, and what exactly."""

    where: str
    rule: Rule
    what: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}" + (f" ({self.what})" if self.what else "")


_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "multipleOf")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_NARROWER = {("integer", "number")}
_ANY: Schema = {}


class Comparison:
    """Compares schemas of two documents; their `$ref` are looked up in the components of their own document."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self._old, self._new = old, new
        self._under_way: set[tuple[bool, str, str]] = set()

    def of_request(self, old: Schema, new: Schema, where: str) -> Iterator[Change]:
        """What was accepted by `old` and is refused by `new`."""
        yield from self._narrowed(old, new, where, is_answer=False)

    def of_answer(self, old: Schema, new: Schema, where: str) -> Iterator[Change]:
        """What `new` may answer and `old` never did."""
        yield from self._narrowed(new, old, where, is_answer=True)

    def _narrowed(self, sent: Schema, taken: Schema, where: str, *, is_answer: bool) -> Iterator[Change]:
        """What may be `sent` (old requests, new answers) and is not `taken` (by new services, old clients)."""
        key = (is_answer, str(sent.get("$ref")), str(taken.get("$ref")))
        if "$ref" in sent and "$ref" in taken:
            if key in self._under_way:
                return
            self._under_way.add(key)
        sent_document, taken_document = (self._new, self._old) if is_answer else (self._old, self._new)
        takers = list(alternatives(taken, taken_document))
        for sender in alternatives(sent, sent_document):
            yield from self._best(sender, takers, where, is_answer=is_answer)
        self._under_way.discard(key)

    def _best(self, sender: Schema, takers: list[Schema], where: str, *, is_answer: bool) -> Iterator[Change]:
        """Nothing where one of the alternatives takes it all; else what the nearest one does not take."""
        alike = [taker for taker in takers if is_taken(sender.get("type"), taker.get("type"))]
        changed = Rule.RESPONSE_TYPE_CHANGED if is_answer else Rule.REQUEST_TYPE_CHANGED
        if not alike:
            if sender.get("type") == "null" and not is_answer:
                changed = Rule.NULL_NO_LONGER_ALLOWED
            told = [str(taker.get("type", "any")) for taker in takers]
            yield Change(where, changed, f"{sender.get('type', 'any')} against {' | '.join(told)}")
            return
        found = [list(self._of_pair(sender, taker, where, is_answer=is_answer)) for taker in alike]
        yield from min(found, key=len)

    def _of_pair(self, sent: Schema, taken: Schema, where: str, *, is_answer: bool) -> Iterator[Change]:
        """Two schemas without alternatives whose types fit."""
        yield from _values(sent, taken, where, is_answer=is_answer)
        if not is_answer:
            yield from _bounds(sent, taken, where)
        yield from self._fields(sent, taken, where, is_answer=is_answer)
        if "items" in sent or "items" in taken:
            yield from self._narrowed(
                sent.get("items", _ANY), taken.get("items", _ANY), f"{where}/[]", is_answer=is_answer
            )

    def _fields(self, sent: Schema, taken: Schema, where: str, *, is_answer: bool) -> Iterator[Change]:
        mine, theirs = sent.get("properties", {}), taken.get("properties", {})
        missing = Rule.RESPONSE_FIELD_MADE_OPTIONAL if is_answer else Rule.REQUIRED_REQUEST_FIELD_ADDED
        gone = set(theirs) - set(mine) if is_answer else set()
        for name in sorted(gone):
            yield Change(f"{where}/{name}", Rule.RESPONSE_FIELD_REMOVED)
        for name in sorted(set(taken.get("required", ())) - set(sent.get("required", ())) - gone):
            yield Change(f"{where}/{name}", missing)
        if not is_answer and taken.get("additionalProperties") is False:
            for name in sorted(set(mine) - set(theirs)):
                yield Change(f"{where}/{name}", Rule.REQUEST_FIELD_REMOVED)
        for name in sorted(set(mine) & set(theirs)):
            yield from self._narrowed(mine[name], theirs[name], f"{where}/{name}", is_answer=is_answer)
        if sent.get("type") == "object":
            yield from self._others(sent, taken, where, is_answer=is_answer)

    def _others(self, sent: Schema, taken: Schema, where: str, *, is_answer: bool) -> Iterator[Change]:
        """Fields without a name of their own, as in a map."""
        mine, theirs = sent.get("additionalProperties", True), taken.get("additionalProperties", True)
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            yield from self._narrowed(mine, theirs, f"{where}/*", is_answer=is_answer)
        elif mine is not False and (isinstance(theirs, Mapping) or (theirs is False and not is_answer)):
            yield Change(f"{where}/*", Rule.RESPONSE_TYPE_CHANGED if is_answer else Rule.REQUEST_TYPE_CHANGED)


def _values(sent: Schema, taken: Schema, where: str, *, is_answer: bool) -> Iterator[Change]:
    """Enumerations and formats."""
    if "enum" in taken:
        lost = [value for value in sent["enum"] if value not in taken["enum"]] if "enum" in sent else ["any other"]
        for value in lost:
            rule = Rule.RESPONSE_ENUM_VALUE_ADDED if is_answer else Rule.REQUEST_ENUM_VALUE_REMOVED
            yield Change(where, rule, str(value))
    elif "format" in taken and taken["format"] != sent.get("format") and "enum" not in sent:
        rule = Rule.RESPONSE_TYPE_CHANGED if is_answer else Rule.REQUEST_TYPE_CHANGED
        yield Change(where, rule, f"format {sent.get('format', 'none')} against {taken['format']}")


def _bounds(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    for bound in _LOWER:
        if bound in new and (bound not in old or new[bound] > old[bound]):
            yield Change(where, Rule.BOUND_NARROWED, f"{bound} {old.get(bound, 'none')} to {new[bound]}")
    for bound in _UPPER:
        if bound in new and (bound not in old or new[bound] < old[bound]):
            yield Change(where, Rule.BOUND_NARROWED, f"{bound} {old.get(bound, 'none')} to {new[bound]}")
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield Change(where, Rule.BOUND_NARROWED, f"pattern {new['pattern']}")
    if new.get("uniqueItems") and not old.get("uniqueItems"):
        yield Change(where, Rule.BOUND_NARROWED, "uniqueItems")


def is_taken(sent: str | None, taken: str | None) -> bool:
    """Whether all values of one JSON type are of the other; none is any type.

    >>> is_taken("integer", "number"), is_taken("number", "integer"), is_taken(None, "string"), is_taken("null", None)
    (True, False, False, True)
    """
    return taken is None or sent == taken or (sent, taken) in _NARROWER


def alternatives(schema: Schema, document: Mapping[str, Any]) -> Iterator[Schema]:
    """The schema as alternatives of one type each: `$ref`, `allOf`, `anyOf`, `oneOf`, `const` and type lists resolved.

    >>> list(alternatives({"anyOf": [{"type": "string"}, {"type": "null"}], "maxLength": 3}, {}))
    [{'maxLength': 3, 'type': 'string'}, {'maxLength': 3, 'type': 'null'}]
    """
    if "$ref" in schema:
        target: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        yield from alternatives(_both({key: each for key, each in schema.items() if key != "$ref"}, target), document)
    elif "allOf" in schema:
        first, *others = schema["allOf"]
        rest = {key: each for key, each in schema.items() if key != "allOf"}
        remaining = {"allOf": others} if others else {}
        for part in alternatives(first, document):
            yield from alternatives({**_both(rest, part), **remaining}, document)
    elif choices := list(chain(schema.get("anyOf", ()), schema.get("oneOf", ()))):
        rest = {key: each for key, each in schema.items() if key not in ("anyOf", "oneOf")}
        for choice in choices:
            yield from alternatives(_both(rest, choice), document)
    elif isinstance(schema.get("type"), list):
        for kind in schema["type"]:
            yield {**schema, "type": kind}
    elif "const" in schema:
        yield {**{key: each for key, each in schema.items() if key != "const"}, "enum": [schema["const"]]}
    else:
        yield schema


def _both(one: Schema, other: Schema) -> dict[str, Any]:
    """A schema for what both demand; where both say the same keyword, the second counts."""
    merged = {**one, **other}
    if "properties" in one and "properties" in other:
        merged["properties"] = {**one["properties"], **other["properties"]}
    if "required" in one and "required" in other:
        merged["required"] = sorted({*one["required"], *other["required"]})
    return merged
