"""A log as XES (IEEE 1849): each event of each trace is a record, trace attributes under `case:` and their key."""

from collections.abc import Iterator, Mapping
from xml.parsers.expat import ExpatError, ParserCreate

from services.requests.imports.rules.records import NotThisFormat, Records, RowError

CASE = "case:"
CHUNK = 65_536
_ATTRIBUTES = frozenset({"string", "date", "int", "float", "boolean", "id"})


class _Refused(Exception):
    """The document holds what no log needs."""


class _Traces:
    """Gathers the events of one trace after another while the parser walks over the document."""

    def __init__(self) -> None:
        self._parser = ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._within: list[str] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] = {}
        self._events: list[dict[str, str]] = []
        self._done: list[dict[str, str]] = []

    @property
    def has_begun(self) -> bool:
        return bool(self._within) or bool(self._done)

    def read(self, chunk: bytes) -> None:
        """The next part of the document; the empty one ends it."""
        self._parser.Parse(chunk, not chunk)

    def taken(self) -> list[dict[str, str]]:
        """The records of the traces that have ended since the latest call."""
        done, self._done = self._done, []
        return done

    def end_trace(self) -> None:
        """The trace has ended, or the document breaks off within it."""
        self._done += [{**event, **self._trace} for event in self._events]
        self._trace, self._events = {}, []

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name, parent = tag.rpartition(" ")[2], self._within[-1] if self._within else ""
        if not self._within and name != "log":
            raise _Refused(f"the document is a {name[:50]}, no log")
        self._within.append(name)
        if name == "event":
            self._event = {}
        if name in _ATTRIBUTES and "key" in attributes:
            if parent == "trace":
                self._trace.setdefault(CASE + attributes["key"], attributes.get("value", ""))
            elif parent == "event":
                self._event.setdefault(attributes["key"], attributes.get("value", ""))

    def _end(self, tag: str) -> None:
        match self._within.pop():
            case "event":
                self._events.append(self._event)
            case "trace":
                self.end_trace()

    def _refuse(self, *_: object) -> None:
        raise _Refused("it declares a document type or entities, which no log needs")


def check_xes(content: bytes) -> None:
    """NotThisFormat where the file does not begin as a log."""
    traces = _Traces()
    try:
        for chunk in _chunks(content):
            traces.read(chunk)
            if traces.has_begun:
                return
    except (ExpatError, _Refused, ValueError) as error:
        raise NotThisFormat(str(error)) from error
    raise NotThisFormat("it holds no log")


def xes_records(content: bytes) -> Records:
    """The events in the order of the file, as far as it can be read."""
    traces, number = _Traces(), 1
    for chunk in _chunks(content):
        broken = _read(traces, chunk)
        if broken:
            traces.end_trace()
        for record in traces.taken():
            number += 1
            yield number, record
        if broken:
            yield number + 1, RowError(number + 1, None, "broken_log", f"The log breaks off here: {broken}.")
            return


def _read(traces: _Traces, chunk: bytes) -> str | None:
    """What is wrong with the next part, if anything."""
    try:
        traces.read(chunk)
    except (ExpatError, _Refused, ValueError) as error:
        return str(error)
    return None


def _chunks(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]
    yield b""
