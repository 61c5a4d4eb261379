"""An offering's form at work: whether what a ticket fills in satisfies it, and what of the expected is lacking."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from operator import eq
from typing import Any, Final, Self

import orjson
from jsonschema import FormatChecker
from jsonschema.protocols import Validator
from referencing import Registry

from services.requests.catalogue.form_reasons import reason_of
from services.requests.catalogue.keywords import FormValidator, TooMuchWork, at_most
from services.requests.catalogue.subschemas import can_hold, lists_fields, subschemas
from services.shared.language import Texts
from services.shared.problems import Unprocessable

MOST_REFUSALS = 20
"""Of a form with more faults the first are told."""
MOST_STEPS = 200_000
"""Subschemas times values: what a ticket may make its form look at, some tenths of a second at the worst."""
MOST_WORK = 10_000_000
"""Steps of patterns and comparisons with listed values: some tenths of a second at the worst."""
QUICK_STEPS, QUICK_WORK = 500, 20_000
"""No more than these take a millisecond: less than others would notice, and hardly more than a thread costs."""
_INDEX = re.compile("0|[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing in a ticket's fields that the form does not allow; `pointer` begins with /fields."""

    pointer: str
    code: str
    message: Texts


class FormRefused(Unprocessable):
    """What a ticket fills in does not satisfy the offering's form; each refusal names its field."""

    code = "form_refused"
    title = Texts("The form is not filled in as the offering asks", "El formulario no está como pide la oferta")

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__()
        self.refusals = refusals

    def listed_errors(self, language: str) -> list[dict[str, str]]:
        """Each refusal, in the caller's language."""
        return [
            {"pointer": each.pointer, "code": each.code, "message": each.message.to(language)} for each in self.refusals
        ]


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was checked when it was published; `size` is how many subschemas it has, references followed."""

    expected: tuple[str, ...]
    size: int
    validator: Validator

    @classmethod
    def read(cls, text: str) -> Self:
        """The form that was stored as this JSON: {schema, expected, size}."""
        document = orjson.loads(text)
        return cls(tuple(document["expected"]), document["size"], _validator_of(document["schema"]))


read_form = lru_cache(maxsize=512)(Form.read)
"""The same text is the same form: it is compiled once a process, whichever version of an offering holds it."""


def refused(form: Form, fields: Mapping[str, Any]) -> list[Refusal]:
    """What of a ticket's fields the form does not allow; none where it is satisfied."""
    if steps(form, fields) > MOST_STEPS:
        return [_TOO_FULL]
    try:
        with at_most(MOST_WORK):
            return _refused(form, fields)
    except TooMuchWork:
        return [_TOO_FULL]


def refused_quickly(form: Form, fields: Mapping[str, Any]) -> list[Refusal] | None:
    """The same, if a millisecond is enough; None where it is not."""
    if steps(form, fields) > QUICK_STEPS:
        return None
    try:
        with at_most(QUICK_WORK):
            return _refused(form, fields)
    except TooMuchWork:
        return None


def _refused(form: Form, fields: Mapping[str, Any]) -> list[Refusal]:
    found: dict[tuple[str, str], Refusal] = {}
    for error in islice(form.validator.iter_errors(fields), MOST_REFUSALS):
        for refusal in _refusals_of(error):
            found.setdefault((refusal.pointer, refusal.code), refusal)
    return list(found.values())[:MOST_REFUSALS]


def steps(form: Form, fields: Mapping[str, Any]) -> int:
    """How much the form has to look at in these fields: subschemas times values."""
    return form.size * _values(fields)


def missing(form: Form, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """The expected pointers at which the fields hold nothing: no value, null, or an empty text.

    >>> form = read_form('{"schema": {}, "expected": ["/model", "/size/0", "/why"], "size": 1}')
    >>> missing(form, {"model": "A", "size": [], "why": ""})
    ('/size/0', '/why')
    """
    return tuple(pointer for pointer in form.expected if value_at(fields, pointer) in (None, ""))


def knows(form: Form, pointer: str) -> bool:
    """Whether the form asks for something there: its schema lists it, or where that lists no fields, it is expected.

    A form that says neither may mean anything.

    >>> listing = read_form('{"schema": {"properties": {"model": {"type": "string"}}}, "expected": [], "size": 2}')
    >>> expecting = read_form('{"schema": {}, "expected": ["/places/0"], "size": 1}')
    >>> silent = read_form('{"schema": {}, "expected": [], "size": 1}')
    >>> [knows(listing, each) for each in ("/model", "/modle", "/model/size")]
    [True, False, False]
    >>> [knows(expecting, each) for each in ("/places/0/room", "/places", "/rooms")], knows(silent, "/rooms")
    ([True, True, False], True)
    """
    known = dict(subschemas(form.validator.schema))
    wanted = tokens_of(pointer)
    if lists_fields(known) or not form.expected:
        return can_hold(known, "", wanted)
    return any(all(map(eq, tokens_of(each), wanted)) for each in form.expected)


def tokens_of(pointer: str) -> list[str]:
    """The steps of a JSON pointer (RFC 6901).

    >>> tokens_of("/a~1b/0")
    ['a/b', '0']
    """
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def value_at(value: Any, pointer: str) -> Any:
    """What stands at the pointer in this value; None where nothing does."""
    for token in tokens_of(pointer):
        if isinstance(value, Mapping) and token in value:
            value = value[token]
        elif isinstance(value, list) and _INDEX.fullmatch(token) and int(token) < len(value):
            value = value[int(token)]
        else:
            return None
    return value


def _values(value: Any) -> int:
    """How many values there are in it, itself included."""
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return 1 + sum(map(_values, inside))


_NEVER: Final = "false"
"""In place of a keyword: the schema `false` allows nothing."""
_TOO_FULL: Final = Refusal(
    "/fields",
    "form_too_full",
    Texts("There is more here than a form can look at.", "Hay más de lo que un formulario puede revisar."),
)


def _refusals_of(error: Any) -> Iterator[Refusal]:
    """`error` is a ValidationError; its types allow for parts that are not there yet."""
    path = ["fields", *error.absolute_path]
    keyword, rule = error.validator or _NEVER, error.validator_value
    code = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", keyword)
    match keyword:
        case "required":
            for name in rule:
                if name not in error.instance:
                    yield Refusal(_pointer([*path, name]), code, reason_of(keyword))
        case "additionalProperties" if rule is False:
            for name in error.instance:
                if name not in error.schema.get("properties", ()):
                    yield Refusal(_pointer([*path, name]), code, reason_of(keyword))
        case _:
            yield Refusal(_pointer(path), code, reason_of(keyword, rule))


def _pointer(path: Sequence[str | int]) -> str:
    return "".join("/" + str(each).replace("~", "~0").replace("/", "~1") for each in path)


_FORMATS = FormatChecker(formats=("date", "email", "uuid"))
"""The formats that a form can rely on; others are left unread, as JSON Schema says."""


@_FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or ("T" in value and datetime.fromisoformat(value).tzinfo is not None)


def _validator_of(schema: Mapping[str, Any]) -> Validator:
    """An empty registry: what is not in the schema itself is asked of nobody."""
    made: Validator = FormValidator(schema, registry=Registry(), format_checker=_FORMATS)
    return made
