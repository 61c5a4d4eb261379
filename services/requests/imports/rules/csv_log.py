"""A log as CSV: its header and its records. A broken record costs its first line, not the lines that it swallowed."""

import csv
import io
from collections.abc import Iterable, Iterator

from services.requests.imports.rules.records import NotThisFormat, Records, RowError


class _Lines:
    """Lines that can be taken up again: `taken` are those since the latest `begin`."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: list[str] = []
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self.taken.append(line)
        return line

    def begin(self) -> None:
        """A new record begins."""
        self.taken.clear()

    def go_back(self) -> bool:
        """Take up again what follows the record's first line; whether there is anything."""
        swallowed = self.taken[1:]
        self._again.extend(reversed(swallowed))
        return bool(swallowed)


def text_of(content: bytes) -> io.TextIOWrapper:
    """The file's lines as text; what is no UTF-8 becomes U+FFFD, which no value may hold."""
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", errors="replace", newline="")


def header_of(content: bytes, delimiter: str) -> list[str]:
    """The names of the columns. NotThisFormat where the first line holds none."""
    try:
        header = next(csv.reader(text_of(content), delimiter=delimiter, strict=True))
    except (StopIteration, csv.Error) as error:
        raise NotThisFormat from error
    if not any(name.strip() for name in header):
        raise NotThisFormat
    return header


def csv_records(content: bytes, delimiter: str) -> Records:
    """The records below the header. NotThisFormat where there is none."""
    header = header_of(content, delimiter)
    lines = _Lines(text_of(content))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    next(reader)
    number = 1
    while True:
        number += 1
        lines.begin()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lines.go_back()
            yield number, RowError(number, None, "broken_row", f"This row is no CSV: {error}.")
            continue
        if len(row) == len(header):
            yield number, dict(zip(header, row, strict=True))
        elif row:
            lines.go_back()  # an unclosed quote may have swallowed good rows
            why = f"{len(row)} columns where the header has {len(header)}."
            yield number, RowError(number, None, "wrong_number_of_columns", why)
