"""What an offering's form must be before tickets are held to it: JSON Schema 2020-12 that stands alone and ends."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from jsonschema import Draft202012Validator, FormatChecker, SchemaError
from pydantic_core import SchemaError as PatternError

from services.requests.catalogue.form import tokens_of
from services.requests.catalogue.keywords import matcher
from services.requests.catalogue.patterns import states_of
from services.requests.catalogue.subschemas import Circle, Unfolded, can_hold, step, subschemas, target_of
from services.shared.language import Texts
from services.shared.problems import Conflict

MOST_BYTES = 64 * 1024
MOST_SUBSCHEMAS = 500
MOST_LEVELS = 40
MOST_PATTERNS = 50
MOST_STATES = 20_000
"""Of all patterns together: what is repeated counts as often as it may come."""
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ROOT = "/form/schema"
# Each of these looks for schemas elsewhere, is slow without a bound, or is of no use; a form does without them.
_LEFT_OUT: Final = (
    "$dynamicRef",
    "$dynamicAnchor",
    "$recursiveRef",
    "$vocabulary",
    "patternProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contentSchema",
    "dependencies",
)


class FormTooLarge(Conflict):
    code = "form_too_large"
    detail = Texts(
        "A form has at most {bytes} bytes, {subschemas} subschemas (references followed), {levels} levels and"
        " {patterns} patterns, of {states} letters in all (each as often as it may be repeated).",
        "Un formulario tiene como máximo {bytes} bytes, {subschemas} subesquemas (siguiendo las referencias),"
        " {levels} niveles y {patterns} patrones, de {states} letras en total (cada una las veces que se repita).",
    )

    def __init__(self) -> None:
        super().__init__(
            pointer=_ROOT,
            bytes=MOST_BYTES,
            subschemas=MOST_SUBSCHEMAS,
            levels=MOST_LEVELS,
            patterns=MOST_PATTERNS,
            states=MOST_STATES,
        )


class FormNoSchema(Conflict):
    code = "form_no_schema"
    detail = Texts(
        "This is no JSON Schema 2020-12 for an object: {reason}",
        "Esto no es JSON Schema 2020-12 de un objeto: {reason}",
    )


class FormKeywordLeftOut(Conflict):
    code = "form_keyword_left_out"
    detail = Texts("A form does without {keyword}.", "Un formulario prescinde de {keyword}.")


class FormReferenceElsewhere(Conflict):
    code = "form_reference_elsewhere"
    detail = Texts(
        "A reference leads to a subschema of the form itself (#/…); {reference} does not.",
        "Una referencia lleva a un subesquema del propio formulario (#/…); {reference} no.",
    )


class FormGoesInCircles(Conflict):
    code = "form_goes_in_circles"
    detail = Texts("This reference leads back to where it stands.", "Esta referencia vuelve a donde está.")


class FormPatternUnreadable(Conflict):
    code = "form_pattern_unreadable"
    detail = Texts(
        "This pattern cannot be read (it may not look around or back): {reason}",
        "No se puede leer este patrón (no puede mirar alrededor ni atrás): {reason}",
    )


class FormExpectsUnknown(Conflict):
    code = "form_expects_unknown"
    detail = Texts("The form's schema knows no {expected}.", "El esquema del formulario no conoce {expected}.")


class FormExpectsTwice(Conflict):
    code = "form_expects_twice"
    detail = Texts("{expected} is expected twice.", "{expected} se espera dos veces.")


FORM_PROBLEMS = (
    FormTooLarge,
    FormNoSchema,
    FormKeywordLeftOut,
    FormReferenceElsewhere,
    FormGoesInCircles,
    FormPatternUnreadable,
    FormExpectsUnknown,
    FormExpectsTwice,
)


def check_form(schema: Mapping[str, Any], expected: Sequence[str]) -> int:
    """The form's size: how many subschemas a ticket is held to, references followed.

    FormTooLarge, FormNoSchema, FormKeywordLeftOut, FormReferenceElsewhere, FormGoesInCircles, FormPatternUnreadable,
    FormExpectsUnknown, FormExpectsTwice. Takes up to some tenths of a second.
    """
    if len(orjson.dumps(schema)) > MOST_BYTES:
        raise FormTooLarge
    known = dict(subschemas(schema))
    if len(known) > MOST_SUBSCHEMAS:
        raise FormTooLarge
    _check_left_out(schema, known)
    _check_is_schema(schema)
    _check_references_and_patterns(known)
    try:
        unfolded = Unfolded(known)
    except Circle as circle:
        raise FormGoesInCircles(pointer=_ROOT + circle.pointer) from circle
    if unfolded.size > MOST_SUBSCHEMAS or unfolded.depth > MOST_LEVELS:
        raise FormTooLarge
    for place, pointer in enumerate(expected):
        where = f"/form/expected/{place}"
        if pointer in expected[:place]:
            raise FormExpectsTwice(pointer=where, expected=pointer)
        if not can_hold(known, "", tokens_of(pointer)):
            raise FormExpectsUnknown(pointer=where, expected=pointer)
    return unfolded.size


def _check_left_out(schema: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    for pointer, each in known.items():
        left_out = _LEFT_OUT if each is schema else (*_LEFT_OUT, "$id", "$schema")
        for keyword in left_out:
            if isinstance(each, Mapping) and keyword in each:
                raise FormKeywordLeftOut(pointer=step(_ROOT + pointer, keyword), keyword=keyword)


def _check_is_schema(schema: Mapping[str, Any]) -> None:
    try:
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(formats=()))
    except SchemaError as error:
        raise FormNoSchema(pointer=step(_ROOT, *error.absolute_path), reason=_short(error.message)) from error
    if schema.get("$schema", DIALECT).removesuffix("#") != DIALECT:
        raise FormNoSchema(pointer=f"{_ROOT}/$schema", reason=_short(schema["$schema"]))
    kinds = schema.get("type", "object")
    if "object" not in ([kinds] if isinstance(kinds, str) else kinds):
        raise FormNoSchema(pointer=f"{_ROOT}/type", reason=_short(str(kinds)))


def _check_references_and_patterns(known: Mapping[str, Any]) -> None:
    patterns: dict[str, str] = {}
    for pointer, each in known.items():
        if not isinstance(each, Mapping):
            continue
        reference = each.get("$ref")
        if reference is not None and (not reference.startswith("#") or target_of(reference) not in known):
            raise FormReferenceElsewhere(pointer=step(_ROOT + pointer, "$ref"), reference=_short(reference))
        if "pattern" in each:
            patterns[step(_ROOT + pointer, "pattern")] = each["pattern"]
    if len(patterns) > MOST_PATTERNS or sum(map(states_of, patterns.values())) > MOST_STATES:
        raise FormTooLarge
    for where, pattern in patterns.items():
        _check_pattern(pattern, where)


def _check_pattern(pattern: str, pointer: str) -> None:
    try:
        matcher(pattern)
    except PatternError as error:
        raise FormPatternUnreadable(pointer=pointer, reason=str(error).rpartition("error: ")[2].strip()) from error


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"
