"""Forms on their own: which are taken, what they then refuse, and what of the expected is missing."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from services.requests.catalogue.form import Form, missing, read_form, refused, refused_quickly
from services.requests.catalogue.form_check import MOST_SUBSCHEMAS, check_form
from services.requests.catalogue.patterns import states_of
from services.shared.problems import Problem

COMPUTER: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "model": {"enum": ["light", "strong"]},
        "start": {"type": "string", "format": "date"},
        "asset": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$"},
        "places": {"type": "array", "items": {"$ref": "#/$defs/place"}, "uniqueItems": True, "maxItems": 3},
        "a/b": {"type": "integer", "minimum": 1},
    },
    "required": ["model"],
    "additionalProperties": False,
    "$defs": {"place": {"type": "object", "properties": {"room": {"type": "string"}}, "required": ["room"]}},
}


def a_form(schema: dict[str, Any], *expected: str) -> Form:
    size = check_form(schema, expected)
    return read_form(json.dumps({"schema": schema, "expected": expected, "size": size}))


def nested(levels: int, inner: Any = True) -> dict[str, Any]:
    for _ in range(levels):
        inner = {"properties": {"a": inner}}
    return dict(inner)


def chained(levels: int) -> dict[str, Any]:
    """Definitions of which each refers to the next."""
    defs: dict[str, Any] = {f"d{n}": {"not": {"$ref": f"#/$defs/d{n + 1}"}} for n in range(levels)}
    return {"$ref": "#/$defs/d0", "$defs": {**defs, f"d{levels}": {}}}


def doubling(levels: int) -> dict[str, Any]:
    """Definitions of which each refers to the next twice."""
    defs: dict[str, Any] = {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(levels)}
    return {"$ref": "#/$defs/d0", "$defs": {**defs, f"d{levels}": {}}}


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"model": "light"}, {}),
        ({"model": "light", "start": "2026-03-02", "asset": "PC-7", "places": [{"room": "1"}], "a/b": 1}, {}),
        ({}, {"/fields/model": "required"}),
        ({"model": "huge"}, {"/fields/model": "enum"}),
        ({"model": "light", "colour": "red"}, {"/fields/colour": "additional_properties"}),
        ({"model": "light", "start": "2026-02-30"}, {"/fields/start": "format"}),
        ({"model": "light", "start": 7}, {"/fields/start": "type"}),
        ({"model": "light", "asset": "7"}, {"/fields/asset": "pattern"}),
        ({"model": "light", "a/b": 0}, {"/fields/a~1b": "minimum"}),
        ({"model": "light", "places": [{"room": "1"}, {}]}, {"/fields/places/1/room": "required"}),
        ({"model": "light", "places": [{"room": "1"}, {"room": "1"}]}, {"/fields/places": "unique_items"}),
        (
            {"asset": 1, "x": 1},
            {"/fields/model": "required", "/fields/asset": "type", "/fields/x": "additional_properties"},
        ),
    ],
)
def test_what_a_form_refuses(fields: dict[str, Any], found: dict[str, str]) -> None:
    refusals = refused(a_form(COMPUTER), fields)
    assert {each.pointer: each.code for each in refusals} == found
    assert all(each.message.en and each.message.es and each.message.en != each.message.es for each in refusals)


@pytest.mark.parametrize(
    ("fields", "lacking"),
    [
        ({"start": "2026-03-02", "places": [{"room": "1"}], "a/b": 0}, ()),
        ({}, ("/start", "/places/0/room", "/a~1b")),
        ({"start": "", "places": [], "a/b": None}, ("/start", "/places/0/room", "/a~1b")),
        ({"start": False, "places": [{}], "a/b": 1}, ("/places/0/room",)),
        ({"start": "x", "places": "text", "a/b": 1}, ("/places/0/room",)),
    ],
)
def test_what_is_expected_and_missing(fields: dict[str, Any], lacking: tuple[str, ...]) -> None:
    assert missing(a_form(COMPUTER, "/start", "/places/0/room", "/a~1b"), fields) == lacking


@pytest.mark.parametrize(
    ("schema", "code", "pointer"),
    [
        ({"properties": {"a": {"type": "strin"}}}, "form_no_schema", "/form/schema/properties/a/type"),
        ({"properties": []}, "form_no_schema", "/form/schema/properties"),
        ({"properties": {"a": 7}}, "form_no_schema", "/form/schema/properties/a"),
        ({"required": "a"}, "form_no_schema", "/form/schema/required"),
        ({"$ref": 7}, "form_no_schema", "/form/schema/$ref"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "form_no_schema", "/form/schema/$schema"),
        ({"type": ["string", "null"]}, "form_no_schema", "/form/schema/type"),
        ({"$ref": "https://example.org/schema"}, "form_reference_elsewhere", "/form/schema/$ref"),
        ({"$ref": "other#/a"}, "form_reference_elsewhere", "/form/schema/$ref"),
        ({"$ref": "#anchor"}, "form_reference_elsewhere", "/form/schema/$ref"),
        ({"$ref": "#/enum/0", "enum": [{}]}, "form_reference_elsewhere", "/form/schema/$ref"),
        ({"not": {"$ref": "#/$defs/none"}}, "form_reference_elsewhere", "/form/schema/not/$ref"),
        ({"properties": {"a": {"$ref": "#"}}}, "form_goes_in_circles", "/form/schema/properties/a/$ref"),
        (
            {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
            "form_goes_in_circles",
            "/form/schema/$defs/b/$ref",
        ),
        ({"patternProperties": {"a": {}}}, "form_keyword_left_out", "/form/schema/patternProperties"),
        ({"not": {"$dynamicRef": "#"}}, "form_keyword_left_out", "/form/schema/not/$dynamicRef"),
        ({"not": {"$id": "https://example.org"}}, "form_keyword_left_out", "/form/schema/not/$id"),
        ({"unevaluatedItems": False}, "form_keyword_left_out", "/form/schema/unevaluatedItems"),
        ({"properties": {"a": {"pattern": "("}}}, "form_pattern_unreadable", "/form/schema/properties/a/pattern"),
        ({"propertyNames": {"pattern": "(?=a)"}}, "form_pattern_unreadable", "/form/schema/propertyNames/pattern"),
        ({"title": "x" * 70_000}, "form_too_large", "/form/schema"),
        (nested(45), "form_too_large", "/form/schema"),
        (chained(30), "form_too_large", "/form/schema"),
        (doubling(9), "form_too_large", "/form/schema"),
        (doubling(200), "form_too_large", "/form/schema"),
        ({"allOf": [{}] * MOST_SUBSCHEMAS}, "form_too_large", "/form/schema"),
        ({"allOf": [{"pattern": f"{n}"} for n in range(51)]}, "form_too_large", "/form/schema"),
    ],
)
def test_which_forms_are_not_taken(schema: dict[str, Any], code: str, pointer: str) -> None:
    with pytest.raises(Problem) as refusal:
        check_form(schema, [])
    assert (refusal.value.code, refusal.value.pointer) == (code, pointer)
    assert "{" not in refusal.value.text("en")


@pytest.mark.parametrize(
    ("schema", "size"),
    [
        ({}, 1),
        ({"$id": "https://example.org/a", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {}, "b": {}}}, 3),
        ({"properties": {"$defs": {"$ref": "#/properties/a%20b"}, "a b": True}}, 4),
        (nested(30), 31),
        (chained(16), 34),
        (doubling(6), 254),
    ],
)
def test_which_forms_are_taken(schema: dict[str, Any], size: int) -> None:
    assert check_form(schema, []) == size
    assert refused(a_form(schema), {}) == []


@pytest.mark.parametrize(
    ("schema", "expected", "is_known"),
    [
        ({}, "/anything/below", True),
        ({"additionalProperties": True}, "/anything", True),
        (COMPUTER, "/model", True),
        (COMPUTER, "/modell", False),
        (COMPUTER, "/model/name", True),
        (COMPUTER, "/start/day", False),
        (COMPUTER, "/a~1b", True),
        (COMPUTER, "/places/0/room", True),
        (COMPUTER, "/places/0/rooms", False),
        (COMPUTER, "/places/first", False),
        (COMPUTER, "/places/01", False),
        ({"properties": {"a": False}}, "/a", False),
        ({"properties": {}, "additionalProperties": {"properties": {"b": {}}}}, "/any/b", True),
        ({"properties": {}, "additionalProperties": {"properties": {"b": {}}}}, "/any/c", False),
        ({"properties": {}, "allOf": [{"properties": {"a": {}}}]}, "/a", True),
        ({"properties": {}, "if": {}, "then": {"properties": {"a": {}}}}, "/a", True),
        ({"properties": {}, "dependentSchemas": {"b": {"properties": {"a": {}}}}}, "/a", True),
        ({"properties": {}, "not": {"properties": {"a": {}}}}, "/a", False),
        ({"properties": {"a": {"prefixItems": [{}, False]}}}, "/a/0", True),
        ({"properties": {"a": {"prefixItems": [{}, False]}}}, "/a/1", False),
        ({"properties": {"a": {"prefixItems": [{}, False]}}}, "/a/2", False),
    ],
)
def test_expected_is_what_the_schema_can_know(schema: dict[str, Any], expected: str, is_known: bool) -> None:
    if is_known:
        check_form(schema, [expected])
        return
    with pytest.raises(Problem) as refusal:
        check_form(schema, ["/places", expected] if schema is COMPUTER else [expected])
    assert refusal.value.code == "form_expects_unknown"
    assert refusal.value.pointer == ("/form/expected/1" if schema is COMPUTER else "/form/expected/0")


def test_what_is_expected_is_expected_once() -> None:
    with pytest.raises(Problem) as refusal:
        check_form({}, ["/a", "/b", "/a"])
    assert (refusal.value.code, refusal.value.pointer) == ("form_expects_twice", "/form/expected/2")


def test_no_pattern_and_no_heap_of_values_stops_the_service() -> None:
    catastrophe = a_form({"properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}})
    wide = a_form({"properties": {"a": {"items": {"anyOf": [{"minLength": n} for n in range(400)]}}}})
    pairs = a_form({"properties": {"a": {"uniqueItems": True}}})
    started = time.perf_counter()
    assert refused(catastrophe, {"a": "a" * 100_000 + "b"})
    assert [each.code for each in refused(wide, {"a": ["x"] * 100_000})] == ["form_too_full"]
    assert refused(pairs, {"a": [{"n": [n]} for n in range(10_000)]}) == []
    assert time.perf_counter() - started < 5
    assert len(refused(a_form({"additionalProperties": False}), {f"f{n}": n for n in range(200)})) == 20


@pytest.mark.parametrize(
    ("schema", "fields"),
    [
        ({"properties": {"a": {"pattern": "(?:[a-z]{0,100}){100}x"}}}, {"a": "a" * 30_000}),
        ({"propertyNames": {"pattern": "[a-z]{0,3000}x"}}, {"a" * 20_000: 1}),
        ({"properties": {"a": {"items": {"enum": list(range(10_000))}}}}, {"a": [9_999] * 10_000}),
        (
            {"properties": {"a": {"items": {"not": {"required": [f"x{n}" for n in range(6_000)]}}}}},
            {"a": [{}] * 40_000},
        ),
        (
            {"properties": {"a": {"items": {"dependentRequired": {f"x{n}": [] for n in range(5_000)}}}}},
            {"a": [{}] * 40_000},
        ),
    ],
)
def test_no_pattern_and_no_list_holds_the_service_for_long(schema: dict[str, Any], fields: dict[str, Any]) -> None:
    form = a_form(schema)
    started = time.perf_counter()
    assert refused_quickly(form, fields) is None
    assert time.perf_counter() - started < 0.2
    assert [each.code for each in refused(form, fields)] == ["form_too_full"]
    assert time.perf_counter() - started < 3


def test_what_a_pattern_may_take_is_bounded_when_it_is_published() -> None:
    assert check_form({"allOf": [{"pattern": "^[A-Za-z ]{1,300}$"}] * 50}, []) == 51
    with pytest.raises(Problem) as refusal:
        check_form({"allOf": [{"pattern": "(?:[a-z]{0,100}){100}"}] * 3}, [])
    assert (refusal.value.code, refusal.value.pointer) == ("form_too_large", "/form/schema")


@given(st.text(alphabet="a(){}[]\\\\?:*+^$,0123w<>|-", max_size=40))
def test_whatever_a_pattern_says_its_size_is_told(pattern: str) -> None:
    assert states_of(pattern) >= 1


@pytest.mark.parametrize(
    ("unit", "number", "is_multiple"),
    [
        (0.01, 19.99, True),
        (0.01, 1_000_000.07, True),
        (0.01, 19.995, False),
        (0.1, 0.3, True),
        (1e-300, 1e308, True),
        (3, 9.0, True),
        (3, 2**64 - 1, True),
        (7, 10**19, False),
    ],
)
def test_multiples_are_those_of_the_decimals_that_are_written(unit: float, number: float, is_multiple: bool) -> None:
    assert (refused(a_form({"properties": {"a": {"multipleOf": unit}}}), {"a": number}) == []) is is_multiple


@pytest.mark.parametrize(
    ("values", "are_unique"),
    [
        ([1, 1.0], False),
        ([{"a": 1, "b": 2}, {"b": 2.0, "a": 1}], False),
        ([None, None], False),
        ([1, True], True),
        ([0, False], True),
        ([["bool", 1], True], True),
        ([[1], [True]], True),
        ([{}, []], True),
        (["1", 1], True),
    ],
)
def test_equal_items_are_those_of_json_schema(values: list[Any], are_unique: bool) -> None:
    assert (refused(a_form({"properties": {"a": {"uniqueItems": True}}}), {"a": values}) == []) is are_unique


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "light", "PC-7", "2026-03-02", "é"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["room", "x"]), inner, max_size=2),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*COMPUTER["properties"], "other"]), JSON, max_size=6))
def test_refuses_exactly_what_the_library_does(fields: dict[str, Any]) -> None:
    library = Draft202012Validator(COMPUTER, format_checker=FormatChecker())
    assert (refused(a_form(COMPUTER), fields) == []) is library.is_valid(fields)
