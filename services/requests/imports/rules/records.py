"""What a log's format makes of its bytes: one record after another, each a value by column name, or why it is none."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class RowError(NamedTuple):
    """Why a row stays out: its number in the file (the header is 1), the column, a stable code, a sentence."""

    row: int
    column: str | None
    code: str
    message: str


Records = Iterator[tuple[int, Mapping[str, str] | RowError]]
"""Records with their numbers, which begin with 2 in every format."""


class NotThisFormat(ValueError):
    """The file does not begin as a file of its format does."""
