"""Refusals of pure rooms, which know no HTTP, told to callers as problems: the same codes and the same sentences."""

from typing import Any, ClassVar, Protocol, cast

from services.shared.language import Texts, instants_spelled
from services.shared.problems import Conflict


class Refusal(Protocol):
    """What a pure room raises: a `code` that never changes, sentences in en and es, and the values in them."""

    code: ClassVar[str]
    sentences: ClassVar[dict[str, str]]
    values: dict[str, object]


def conflict_of(refusal: type[Refusal]) -> type[Conflict]:
    """The problem (409) that tells a refusal.

    >>> class TooLate(Exception):
    ...     code, sentences = "too_late", {"en": "Until {until}.", "es": "Hasta {until}."}
    >>> conflict_of(TooLate).code
    'too_late'
    """
    told = {"code": refusal.code, "detail": Texts(**refusal.sentences), "__doc__": refusal.__doc__}
    return cast(type[Conflict], type(refusal.__name__, (Conflict,), told))


def as_conflict(told: type[Conflict], refused: Refusal, pointer: str | None) -> Conflict:
    """The refusal as that problem, with its values, and a pointer to the field that it is about."""
    values: dict[str, Any] = instants_spelled(refused.values)
    return told(pointer=pointer, **values)
