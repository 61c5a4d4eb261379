"""Keywords of JSON Schema as forms evaluate them: those that could cost much are bounded, and numbers are exact."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators
from jsonschema.protocols import Validator
from pydantic_core import SchemaValidator, core_schema

from services.requests.catalogue.patterns import states_of

Check = Callable[[Validator, Any, Any, Any], Iterator[ValidationError] | None]
COMPARISON = 20
"""What comparing two values costs beside one step of a pattern (some 40 ns)."""


class TooMuchWork(Exception):
    """The form would look at more than was allowed."""


class _Allowance:
    """How much may be looked at yet."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left


_ALLOWANCE: ContextVar[_Allowance] = ContextVar("allowance")


@contextmanager
def at_most(steps: int) -> Iterator[None]:
    """Within it patterns and lists may take so many steps together; TooMuchWork from the one that would be too many.

    What a pattern may take is told beforehand, since nothing interrupts it: it holds the whole process meanwhile.
    """
    token = _ALLOWANCE.set(_Allowance(steps))
    try:
        yield
    finally:
        _ALLOWANCE.reset(token)


def _spend(steps: int) -> None:
    allowance = _ALLOWANCE.get()
    allowance.left -= steps
    if allowance.left < 0:
        raise TooMuchWork


@lru_cache(maxsize=256)
def matcher(pattern: str) -> SchemaValidator:
    """The regular expression, by an engine that takes linear time: a form's author cannot stop the service with one.

    pydantic_core.SchemaError where it cannot be read (or looks around or back, which that engine cannot).
    """
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))


_states_of = lru_cache(maxsize=256)(states_of)


def _pattern(_: Validator, pattern: str, instance: Any, __: object) -> Iterator[ValidationError]:
    if not isinstance(instance, str):
        return
    _spend(_states_of(pattern) * len(instance))
    if not matcher(pattern).isinstance_python(instance):
        yield ValidationError("pattern")


def _unique_items(_: Validator, wanted: bool, instance: Any, __: object) -> Iterator[ValidationError]:
    """The library compares each with each."""
    if wanted and isinstance(instance, list) and len(set(map(_comparable, instance))) < len(instance):
        yield ValidationError("uniqueItems")


def _comparable(value: Any) -> object:
    """Equal where JSON Schema calls two values equal: 1 is 1.0, and neither is true."""
    match value:
        case dict():
            return frozenset((name, _comparable(inner)) for name, inner in value.items())
        case list():
            return tuple(map(_comparable, value))
        case bool():
            return (bool, value)
        case _:
            return value


def _multiple_of(_: Validator, unit: float, instance: Any, __: object) -> Iterator[ValidationError]:
    """In the decimals that people write: the library divides binary fractions, where 19.99 is no multiple of 0.01."""
    is_number = isinstance(instance, int | float) and not isinstance(instance, bool)
    if is_number and Fraction(repr(instance)) % Fraction(repr(unit)):
        yield ValidationError("multipleOf")


def _enum(_: Validator, values: list[Any], instance: Any, __: object) -> Iterator[ValidationError]:
    _spend(COMPARISON * len(values))
    wanted = _comparable(instance)
    if all(_comparable(value) != wanted for value in values):
        yield ValidationError("enum")


def _weighed(keyword: str, weight: Callable[[Any], int]) -> Check:
    """The library's keyword, paid for by what its value in the schema weighs."""
    check: Check = Draft202012Validator.VALIDATORS[keyword]

    def paid(validator: Validator, rule: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        _spend(weight(rule))
        yield from check(validator, rule, instance, schema) or ()

    return paid


_extended: Any = validators.extend
FormValidator = _extended(
    Draft202012Validator,
    {
        "pattern": _pattern,
        "uniqueItems": _unique_items,
        "multipleOf": _multiple_of,
        "enum": _enum,
        "required": _weighed("required", len),
        "dependentRequired": _weighed("dependentRequired", lambda rule: len(rule) + sum(map(len, rule.values()))),
    },
)
