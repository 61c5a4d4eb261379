"""Frozen dataclasses of plain values as JSON and back: what events carry and what tickets pin, without defaults."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

T = TypeVar("T")
Reader = Callable[[Any], Any]
Writer = Callable[[Any], Any]


class _Fields(NamedTuple):
    """The names of a dataclass's fields with their defaults (`MISSING` equals no value), and how each is read."""

    defaults: tuple[tuple[str, object], ...]
    readers: dict[str, Reader]


_KNOWN: dict[Any, _Fields] = {}
_WRITERS: dict[type, Writer] = {}


def write_record(record: Any) -> dict[str, Any]:
    """The JSON-safe object of a dataclass, without what has its default; `read_record` reads it back equal."""
    document: dict[str, Any] = {}
    for name, default in _fields_of(type(record)).defaults:
        value = getattr(record, name)
        if value != default:
            document[name] = _written(value)
    return document


def read_record(kind: type[T], document: Mapping[str, Any]) -> T:
    """The record of this dataclass that was written so.

    Raises `KeyError` (a field that it does not have), `TypeError` (one that it needs is missing, or is of another
    kind), `ValueError` and `AttributeError` (a value that its field cannot hold).
    """
    readers = _fields_of(kind).readers
    return kind(**{name: readers[name](value) for name, value in document.items()})


def _written(value: Any) -> Any:
    kind = type(value)
    writer = _WRITERS.get(kind)
    if writer is None:
        writer = _WRITERS[kind] = _writer(kind)
    return writer(value)


def _writer(kind: type) -> Writer:
    if issubclass(kind, StrEnum):
        return _value_of
    if issubclass(kind, UUID):
        return str
    if issubclass(kind, datetime):
        return datetime.isoformat
    if issubclass(kind, tuple | list):
        return _write_list
    if issubclass(kind, Mapping):
        return _write_mapping
    return write_record if is_dataclass(kind) else _as_is


def _value_of(value: StrEnum) -> str:
    return value.value


def _write_list(values: Iterable[Any]) -> list[Any]:
    return [_written(each) for each in values]


def _write_mapping(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _written(each) for key, each in values.items()}


def _fields_of(kind: Any) -> _Fields:
    known = _KNOWN.get(kind)
    if known is None:
        hints = get_type_hints(kind)
        declared: tuple[Field[Any], ...] = fields(kind)
        known = _KNOWN[kind] = _Fields(
            tuple((field.name, _default_of(field)) for field in declared),
            {field.name: _reader(hints[field.name]) for field in declared},
        )
    return known


def _default_of(field: Field[Any]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _reader(hint: Any) -> Reader:
    origin, of = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        kinds = [each for each in of if each is not NoneType]
        return partial(_read_optional, _reader(kinds[0])) if len(kinds) == 1 else _as_is
    if origin is tuple:
        return partial(_read_tuple, _reader(of[0]))
    if origin is Mapping:
        return partial(_read_mapping, _reader(of[1]))
    if isinstance(hint, type) and issubclass(hint, UUID | StrEnum):
        return hint
    if hint is datetime:
        return datetime.fromisoformat
    if is_dataclass(hint) and isinstance(hint, type):
        return partial(read_record, hint)
    return _as_is


def _as_is(value: Any) -> Any:
    return value


def _read_optional(reader: Reader, value: Any) -> Any:
    return None if value is None else reader(value)


def _read_tuple(reader: Reader, values: Any) -> tuple[Any, ...]:
    return tuple(reader(value) for value in values)


def _read_mapping(reader: Reader, values: Any) -> dict[str, Any]:
    return {key: reader(value) for key, value in values.items()}
