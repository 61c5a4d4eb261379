"""A form in parts, read as it comes: however large its file, a piece of it is in memory and no more."""

from collections.abc import AsyncIterator
from typing import NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from services.requests.attachments.refusals import NoForm

LONGEST_VALUE = 1000
"""Of a field beside the file, in bytes."""


class PartBegins(NamedTuple):
    """A part of the form: its name, and the name of its file where it is one."""

    name: str
    filename: str | None


FormEvent = PartBegins | bytes


async def form_events(content_type: str, pieces: AsyncIterator[bytes]) -> AsyncIterator[FormEvent]:
    """What a form holds, in order: where each part begins, then its content in pieces. NoForm."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise NoForm(pointer="#content-type", why=kind.decode("latin-1") or "no Content-Type")
    reader = _Reader(boundary)
    try:
        async for piece in pieces:
            for event in reader.read(piece):
                yield event
        reader.end()
    except FormParserError as error:
        raise NoForm(pointer="", why=str(error)) from error


class _Reader:
    def __init__(self, boundary: bytes) -> None:
        self._events: list[FormEvent] = []
        self._field = self._value = b""
        self._disposition = b""
        self._has_ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._read_field,
                "on_header_value": self._read_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._tell,
                "on_part_data": self._read_data,
                "on_end": self._end,
            },
        )

    def read(self, piece: bytes) -> list[FormEvent]:
        """The events of the next piece."""
        self._parser.write(piece)
        events, self._events = self._events, []
        return events

    def end(self) -> None:
        """Nothing more comes. NoForm where something is missing."""
        self._parser.finalize()
        if not self._has_ended:
            raise NoForm(pointer="", why="it breaks off")

    def _begin(self) -> None:
        self._disposition = b""

    def _read_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _read_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field = self._value = b""

    def _tell(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise NoForm(pointer="", why="a part has no name")
        name, filename = options[b"name"], options.get(b"filename")
        self._events.append(PartBegins(_text(name), None if filename is None else _text(filename)))

    def _read_data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(data[start:end])

    def _end(self) -> None:
        self._has_ended = True


def _text(name: bytes) -> str:
    """A name as its form spells it: a quotation mark is the one character that browsers escape."""
    return name.decode("utf-8", "replace").replace("%22", '"')
