"""The strict bases of what comes in and what goes out, and the few types that every shape uses."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    Strict,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError
from typing_extensions import TypeAliasType

T = TypeVar("T")
_YEAR_AND_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


def _only_text(value: object) -> object:
    """JSON has no instants, dates or ids of its own: only strings are read as such, never numbers."""
    if not isinstance(value, str | datetime | date | UUID):
        raise PydanticCustomError("string_type", "Input should be a string")
    return value


def _only_spelled(value: object) -> object:
    """Pydantic takes a number in a string ("0.5") for the seconds since 1970; here years have four digits."""
    if isinstance(value, str) and not _YEAR_AND_MONTH.match(value):
        raise PydanticCustomError("date_format", "Input should begin with year and month, as 2026-03")
    return _only_text(value)


def _refuse_nul(value: object, path: str = "") -> None:
    match value:
        case str():
            if "\x00" in value:
                raise PydanticCustomError("nul_character", "Text must not hold the character U+0000", {"path": path})
        case dict():
            for key, inner in value.items():
                _refuse_nul(key, path)
                _refuse_nul(inner, f"{path}/{key}")
        case list():
            for index, inner in enumerate(value):
                _refuse_nul(inner, f"{path}/{index}")


class Input(BaseModel):
    """The base of everything that a caller sends: no coercion, no unknown field, no NUL in any text."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _check_text(cls, value: Any) -> Any:
        _refuse_nul(value)
        return value


class Output(BaseModel):
    """The base of everything that we answer; read from tables by attribute."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


def seconds_of(value: timedelta) -> int | float:
    """A duration as our JSON tells it: a whole number of seconds, or one with a fraction where there is one.

    >>> seconds_of(timedelta(minutes=2)), seconds_of(timedelta(milliseconds=1500))
    (120, 1.5)
    """
    seconds, rest = divmod(value, timedelta(seconds=1))
    return seconds + rest / timedelta(seconds=1) if rest else seconds


def instant_text(value: datetime) -> str:
    """An instant as we spell it everywhere: UTC, `Z`, microseconds only where there are any.

    >>> instant_text(datetime(2026, 3, 2, 9, tzinfo=UTC)), instant_text(datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=UTC))
    ('2026-03-02T09:00:00Z', '2026-03-02T09:00:00.000005Z')
    """
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _to_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise PydanticCustomError("datetime_overflow", "This instant cannot be told in UTC") from error


Id = Annotated[UUID, Strict(strict=False), BeforeValidator(_only_text)]
Instant = Annotated[
    AwareDatetime,
    Strict(strict=False),
    BeforeValidator(_only_spelled),
    AfterValidator(_to_utc),
    PlainSerializer(instant_text, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Date = Annotated[date, Strict(strict=False), BeforeValidator(_only_spelled)]
Seconds = Annotated[
    timedelta,
    PlainSerializer(seconds_of, return_type=int | float, when_used="json"),
    WithJsonSchema({"type": "number", "description": "seconds"}),
]
Lax = Strict(strict=False)
"""`Annotated[SomeEnum, Lax]`: an enum is read from its string."""
NO_NUL = r"^[^\x00]*$"
"""In the contract: PostgreSQL keeps every character but this one."""
_NOT_BLANK = r"^[^\x00]*[^\x00-\x20\x7f-\xa0\s][^\x00]*$"
"""Control characters are spelled out: engines of regular expressions differ over which of them are `\\s`."""
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_NOT_BLANK)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000, pattern=_NOT_BLANK)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]


class InContract:
    """`Annotated[dict[str, Any], InContract(FreeObject)]`: read as the first, told in the contract as the second."""

    def __init__(self, described: Any) -> None:
        self._described: TypeAdapter[Any] = TypeAdapter(described)

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(self._described.core_schema)


_FreeText = Annotated[str, StringConstraints(pattern=NO_NUL)]
FreeObject = Annotated["dict[str, FreeValue]", Field(json_schema_extra={"propertyNames": {"pattern": NO_NUL}})]
FreeValue = TypeAliasType("FreeValue", "_FreeText | int | float | bool | list[FreeValue] | FreeObject | None")
"""In the contract: any JSON that holds no U+0000."""


class Page(BaseModel, Generic[T]):
    """One page of a collection; `next` is the cursor of the following page, null on the last."""

    items: Sequence[T]
    next: str | None = Field(default=None, description="cursor of the next page; null on the last")
