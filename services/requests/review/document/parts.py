"""Pure: what a document is made of, and how a text of somebody's is made safe to stand beside others."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_TURNS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """The text without characters that nobody sees and that turn round, or end, what stands after them.

    Letters of scripts that are written from right to left stay as they are.

    >>> plain("to\\u202epay\\x07"), plain("\\u05e9\\u05dc\\u05d5\\u05dd")
    ('topay', '\\u05e9\\u05dc\\u05d5\\u05dd')
    """
    return _CONTROLS.sub("", _TURNS.sub("", text))


class Cell(NamedTuple):
    """A text, and the path that tells more of it."""

    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, what the columns are called, and rows of as many cells; the first cell of a row says what it is of."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, sentences and tables; `sources` are the paths that answer the same."""

    heading: str
    sentences: Sequence[str] = ()
    tables: Sequence[Table] = ()
    sources: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """What one department asked of the other, or what both should know."""

    heading: str
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole; `facts` say what it covers, `made_at` is an instant (ISO 8601, UTC)."""

    language: str
    title: str
    made_at: str
    facts: Table
    chapters: Sequence[Chapter]

    def tables(self) -> Iterator[Table]:
        """Every table, in order."""
        yield self.facts
        for chapter in self.chapters:
            for section in chapter.sections:
                yield from section.tables

    @property
    def cells(self) -> int:
        """How many cells its tables have."""
        return sum(len(table.rows) * len(table.columns) for table in self.tables())

    @property
    def characters(self) -> int:
        """How long the texts in them are, together."""
        return sum(len(cell.text) for table in self.tables() for row in table.rows for cell in row)
