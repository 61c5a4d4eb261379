"""What breaks nobody goes through the breaking-change check."""

import pytest

from services.cli.contract_changes import breaking_changes
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

FINE: list[tuple[str, Document, Document]] = [
    ("a new endpoint", {"paths": {}}, PLAIN),
    ("a new optional parameter", PLAIN, with_parameter(STRING)),
    ("a parameter that need not be sent any more", with_parameter(STRING, required=True), with_parameter(STRING)),
    ("a new optional field", asking(an_object(a=STRING)), asking(an_object(a=STRING, b=STRING))),
    ("a field that may be left out now", asking(an_object(("a",), a=STRING)), asking(an_object(a=STRING))),
    ("a wider type", asking(an_object(n={"type": "integer"})), asking(an_object(n={"type": "number"}))),
    ("null is taken now", asking(an_object(n=STRING)), asking(an_object(n={"anyOf": [NULL, STRING]}))),
    (
        "null spelled otherwise",
        asking(an_object(n={"type": ["string", "null"], "maxLength": 3})),
        asking(an_object(n={"anyOf": [NULL, {"type": "string", "maxLength": 3}]})),
    ),
    ("another value is taken", asking({"enum": ["a"]}), asking({"enum": ["a", "b"]})),
    ("a wider bound", with_parameter({**STRING, "maxLength": 3}), with_parameter({**STRING, "maxLength": 4})),
    ("a body that may be left out", asking(STRING), a_document({**asking(STRING)["paths"]["/v1/things"]["post"]})),
    (
        "a new field in an answer",
        answering(an_object(("a",), a=STRING)),
        answering(an_object(("a", "b"), a=STRING, b=STRING)),
    ),
    (
        "an answer's field that is always there now",
        answering(an_object(a=STRING)),
        answering(an_object(("a",), a=STRING)),
    ),
    ("an answer never null any more", answering({"anyOf": [STRING, NULL]}), answering(STRING)),
    ("a value that is never answered any more", answering({"enum": ["a", "b"]}), answering({"enum": ["a"]})),
    ("a narrower bound in an answer", answering(STRING), answering({**STRING, "maxLength": 3})),
    (
        "a new problem",
        answering(STRING),
        {
            "paths": {
                "/v1/things": {
                    "post": {"responses": {**answering(STRING)["paths"]["/v1/things"]["post"]["responses"], "409": {}}}
                }
            }
        },
    ),
    (
        "a schema under another name",
        answering(REFERENCE, Thing=an_object(a=STRING)),
        answering({"$ref": "#/components/schemas/Item"}, Item=an_object(a=STRING)),
    ),
    (
        "a tree",
        asking(NODE, Node=an_object(children={"type": "array", "items": NODE})),
        asking(NODE, Node=an_object(children={"type": "array", "items": NODE}, name=STRING)),
    ),
]


@pytest.mark.parametrize(("old", "new"), [case[1:] for case in FINE], ids=[case[0] for case in FINE])
def test_what_breaks_nobody_is_let_through(old: Document, new: Document) -> None:
    assert breaking_changes(old, new) == []
