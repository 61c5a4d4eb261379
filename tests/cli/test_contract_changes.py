"""The table of cases of the breaking-change check: each way to break a client is found."""

import pytest

from services.cli.contract_changes import breaking_changes
from services.cli.schema_changes import Rule
from tests.cli.contracts import (
    NODE,
    NULL,
    PLAIN,
    REFERENCE,
    STRING,
    Document,
    a_document,
    an_object,
    answering,
    asking,
    with_parameter,
)

WHERE = "POST /v1/things"

BREAKS: list[tuple[str, Document, Document, Rule, str]] = [
    ("endpoint", PLAIN, {"paths": {}}, Rule.ENDPOINT_REMOVED, ""),
    ("method", PLAIN, {"paths": {"/v1/things": {"get": {"responses": {}}}}}, Rule.ENDPOINT_REMOVED, ""),
    (
        "a new field that is required",
        asking(an_object(name=STRING)),
        asking(an_object(("size",), name=STRING, size=STRING)),
        Rule.REQUIRED_REQUEST_FIELD_ADDED,
        " body/size",
    ),
    (
        "a field that becomes required",
        asking(an_object(name=STRING)),
        asking(an_object(("name",), name=STRING)),
        Rule.REQUIRED_REQUEST_FIELD_ADDED,
        " body/name",
    ),
    (
        "a body where there was none",
        PLAIN,
        asking(an_object()),
        Rule.REQUIRED_REQUEST_FIELD_ADDED,
        " body",
    ),
    (
        "a required field deep in arrays and references",
        asking(an_object(items={"type": "array", "items": REFERENCE}), Thing=an_object(a=STRING)),
        asking(an_object(items={"type": "array", "items": REFERENCE}), Thing=an_object(("a",), a=STRING)),
        Rule.REQUIRED_REQUEST_FIELD_ADDED,
        " body/items/[]/a",
    ),
    (
        "a required field in allOf",
        asking({"allOf": [REFERENCE, an_object(b=STRING)]}, Thing=an_object(a=STRING)),
        asking({"allOf": [REFERENCE, an_object(("b",), b=STRING)]}, Thing=an_object(a=STRING)),
        Rule.REQUIRED_REQUEST_FIELD_ADDED,
        " body/b",
    ),
    (
        "a parameter that is required",
        PLAIN,
        with_parameter(STRING, required=True),
        Rule.REQUIRED_PARAMETER_ADDED,
        " query size",
    ),
    (
        "a parameter that becomes required",
        with_parameter(STRING),
        with_parameter(STRING, required=True),
        Rule.REQUIRED_PARAMETER_ADDED,
        " query size",
    ),
    ("a parameter that goes", with_parameter(STRING), PLAIN, Rule.PARAMETER_REMOVED, " query size"),
    (
        "a field of another type",
        asking(an_object(size={"type": "number"})),
        asking(an_object(size={"type": "integer"})),
        Rule.REQUEST_TYPE_CHANGED,
        " body/size",
    ),
    (
        "a parameter of another type",
        with_parameter({"type": "integer"}),
        with_parameter({"type": "boolean"}),
        Rule.REQUEST_TYPE_CHANGED,
        " query size",
    ),
    (
        "a format that was not asked for",
        asking(an_object(id=STRING)),
        asking(an_object(id={"type": "string", "format": "uuid"})),
        Rule.REQUEST_TYPE_CHANGED,
        " body/id",
    ),
    (
        "one of several types that goes",
        asking(an_object(at={"anyOf": [STRING, {"type": "integer"}]})),
        asking(an_object(at=STRING)),
        Rule.REQUEST_TYPE_CHANGED,
        " body/at",
    ),
    (
        "values of a map",
        asking({"type": "object", "additionalProperties": STRING}),
        asking({"type": "object", "additionalProperties": {"type": "integer"}}),
        Rule.REQUEST_TYPE_CHANGED,
        " body/*",
    ),
    (
        "fields without a name are refused",
        asking({"type": "object"}),
        asking({"type": "object", "additionalProperties": False}),
        Rule.REQUEST_TYPE_CHANGED,
        " body/*",
    ),
    (
        "a field that nobody takes any more",
        asking({**an_object(a=STRING, b=STRING), "additionalProperties": False}),
        asking({**an_object(a=STRING), "additionalProperties": False}),
        Rule.REQUEST_FIELD_REMOVED,
        " body/b",
    ),
    (
        "a value that is not taken any more",
        asking(an_object(kind={"type": "string", "enum": ["a", "b"]})),
        asking(an_object(kind={"type": "string", "enum": ["a"]})),
        Rule.REQUEST_ENUM_VALUE_REMOVED,
        " body/kind",
    ),
    (
        "values where any was taken",
        asking(an_object(kind=STRING)),
        asking(an_object(kind={"type": "string", "const": "a"})),
        Rule.REQUEST_ENUM_VALUE_REMOVED,
        " body/kind",
    ),
    (
        "null by anyOf",
        asking(an_object(name={"anyOf": [STRING, NULL]})),
        asking(an_object(name=STRING)),
        Rule.NULL_NO_LONGER_ALLOWED,
        " body/name",
    ),
    (
        "null by a list of types, beside a reference",
        asking(an_object(name={"oneOf": [REFERENCE, NULL]}), Thing={"type": ["string", "integer"]}),
        asking(an_object(name=REFERENCE), Thing={"type": ["string", "integer"]}),
        Rule.NULL_NO_LONGER_ALLOWED,
        " body/name",
    ),
    *(
        (f"bound {bound}", with_parameter({**STRING, **old}), with_parameter({**STRING, **new}), rule, " query size")
        for bound, old, new, rule in (
            ("maxLength", {"maxLength": 9}, {"maxLength": 8}, Rule.BOUND_NARROWED),
            ("maxLength where none was", {}, {"maxLength": 8}, Rule.BOUND_NARROWED),
            ("minLength", {"minLength": 1}, {"minLength": 2}, Rule.BOUND_NARROWED),
            ("pattern", {"pattern": "^a"}, {"pattern": "^b"}, Rule.BOUND_NARROWED),
        )
    ),
    (
        "a maximum",
        with_parameter({"type": "integer", "maximum": 200}),
        with_parameter({"type": "integer", "maximum": 100}),
        Rule.BOUND_NARROWED,
        " query size",
    ),
    (
        "an answer's field that goes",
        answering(an_object(a=STRING, b=STRING)),
        answering(an_object(a=STRING)),
        Rule.RESPONSE_FIELD_REMOVED,
        " 200/b",
    ),
    (
        "an answer's required field that goes",
        answering(an_object(("a", "b"), a=STRING, b=STRING)),
        answering(an_object(("a",), a=STRING)),
        Rule.RESPONSE_FIELD_REMOVED,
        " 200/b",
    ),
    (
        "an answer's field that becomes optional",
        answering(an_object(("a",), a=STRING)),
        answering(an_object(a=STRING)),
        Rule.RESPONSE_FIELD_MADE_OPTIONAL,
        " 200/a",
    ),
    (
        "an answer's field of another type",
        answering(an_object(n={"type": "integer"})),
        answering(an_object(n={"type": "number"})),
        Rule.RESPONSE_TYPE_CHANGED,
        " 200/n",
    ),
    (
        "an answer's field that may be null now",
        answering(an_object(n=STRING)),
        answering(an_object(n={"anyOf": [STRING, NULL]})),
        Rule.RESPONSE_TYPE_CHANGED,
        " 200/n",
    ),
    (
        "an answer's format",
        answering(an_object(id={"type": "string", "format": "uuid"})),
        answering(an_object(id=STRING)),
        Rule.RESPONSE_TYPE_CHANGED,
        " 200/id",
    ),
    (
        "an answer in a tree",
        answering(NODE, Node=an_object(("children", "n"), n=STRING, children={"type": "array", "items": NODE})),
        answering(NODE, Node=an_object(("children",), n=STRING, children={"type": "array", "items": NODE})),
        Rule.RESPONSE_FIELD_MADE_OPTIONAL,
        " 200/n",
    ),
    (
        "an answer's new value",
        answering(an_object(state={"type": "string", "enum": ["a"]})),
        answering(an_object(state={"type": "string", "enum": ["a", "b"]})),
        Rule.RESPONSE_ENUM_VALUE_ADDED,
        " 200/state",
    ),
    ("a status", answering(STRING), answering(STRING, "201"), Rule.SUCCESS_STATUS_CHANGED, ""),
    (
        "an answer of another media type",
        answering(STRING),
        a_document({"responses": {"200": {"content": {"text/csv": {"schema": STRING}}}}}),
        Rule.RESPONSE_TYPE_CHANGED,
        " 200",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "rule", "place"), [case[1:] for case in BREAKS], ids=[case[0] for case in BREAKS]
)
def test_what_breaks_a_client_is_found(old: Document, new: Document, rule: Rule, place: str) -> None:
    (change,) = breaking_changes(old, new)
    assert (change.rule, change.where) == (rule, WHERE + place)


def test_every_rule_has_its_case() -> None:
    assert {case[3] for case in BREAKS} == set(Rule)
