"""Keyset paging: a page ends with a cursor that says where the next begins and which filter it belongs to."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request
from sqlalchemy import ColumnElement, literal, tuple_

from services.shared.language import Texts
from services.shared.problems import BadRequest

GREATEST_NUMBER = 2**31 - 1
"""What PostgreSQL's `integer` holds: versions and ordinals."""
_ALPHABET = "^[A-Za-z0-9_-]*$"
Position = Sequence[str | int | float | datetime | UUID]


class BadCursor(BadRequest):
    code = "bad_cursor"
    detail = Texts(
        "This cursor is damaged, or belongs to another list or filter.",
        "Este cursor está dañado o pertenece a otra lista o filtro.",
    )


@dataclass(frozen=True, slots=True)
class PageWanted:
    """Which page is asked for: its size and the position after which it begins (none for the first)."""

    limit: int
    after: tuple[Any, ...] | None
    filter_hash: str

    def split(self, rows: Sequence[Any]) -> tuple[Sequence[Any], bool]:
        """From `limit + 1` rows read: the page's own, and whether more follow."""
        return rows[: self.limit], len(rows) > self.limit

    def cursor(self, position: Position) -> str:
        """The cursor of a next page that begins after this position."""
        raw = orjson.dumps([self.filter_hash, *position], default=str)
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def typed_after(self, *types: type) -> tuple[Any, ...] | None:
        """The position, each part read as its type (`datetime`, `UUID`, `str`, `int`); BadCursor when it cannot be."""
        if self.after is None:
            return None
        if len(self.after) != len(types):
            raise BadCursor(pointer="?cursor")
        try:
            return tuple(_read(part, kind) for part, kind in zip(self.after, types, strict=True))
        except (TypeError, ValueError, OverflowError) as error:
            raise BadCursor(pointer="?cursor") from error


def _read(part: object, kind: type) -> Any:
    if kind is UUID and isinstance(part, str):
        return UUID(part)
    if kind is datetime and isinstance(part, str):
        return _utc(datetime.fromisoformat(part))
    if type(part) is not kind:
        raise TypeError(f"{part!r} is no {kind.__name__}")
    if isinstance(part, int) and abs(part) > GREATEST_NUMBER:
        raise OverflowError(f"{part} is no number of ours")
    return part


def _utc(instant: datetime) -> datetime:
    """The same in UTC; ValueError for one without a zone, OverflowError where UTC cannot tell it."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no zone")
    return instant.astimezone(UTC)


def older_than(columns: Sequence[Any], position: Sequence[Any]) -> ColumnElement[bool]:
    """The condition of a next page under a descending sort on these columns."""
    return tuple_(*columns) < tuple_(*(literal(value) for value in position))


def newer_than(columns: Sequence[Any], position: Sequence[Any]) -> ColumnElement[bool]:
    """The condition of a next page under an ascending sort on these columns."""
    return tuple_(*columns) > tuple_(*(literal(value) for value in position))


def _filter_hash(request: Request) -> str:
    kept = sorted(
        (name, value) for name, value in request.query_params.multi_items() if name not in ("cursor", "limit")
    )
    return hashlib.sha256(orjson.dumps([request.url.path, kept])).hexdigest()[:16]


async def _page_wanted(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200, description="items per page")] = 50,
    cursor: Annotated[
        str | None,
        # The contract alone says which characters it has: a malformed one is answered 400 as any foreign one.
        Query(max_length=1000, description="`next` of the page before", json_schema_extra={"pattern": _ALPHABET}),
    ] = None,
) -> PageWanted:
    expected = _filter_hash(request)
    if cursor is None:
        return PageWanted(limit, None, expected)
    try:
        found = orjson.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise BadCursor(pointer="?cursor") from error
    if not isinstance(found, list) or not found or found[0] != expected:
        raise BadCursor(pointer="?cursor")
    return PageWanted(limit, tuple(found[1:]), expected)


Paging = Annotated[PageWanted, Depends(_page_wanted)]
