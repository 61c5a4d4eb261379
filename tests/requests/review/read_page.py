"""Reads a page as somebody would: its headings, its tables by what stands above them, and what it must not have."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta"}


@dataclass
class Shown:
    """A table: columns and rows of text, and the links in it."""

    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


class Page(HTMLParser):
    """What is on a page. Raises AssertionError where elements are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[tuple[str, str]] = []
        self.tables: dict[str, list[Shown]] = {}
        self.sentences: list[str] = []
        self._open: list[str] = []
        self._text = ""
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in VOID:
            return
        self._open.append(tag)
        if tag != "bdi":
            self._text = ""
        if dict(attrs).get("role") == "region":
            name = dict(attrs)["aria-label"] or ""
            self._table = Shown()
            self.tables.setdefault(name, []).append(self._table)
        if tag == "tr":
            self._row: list[str] = []

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        match tag:
            case "h1" | "h2" | "h3":
                self.headings.append((tag, self._text))
            case "p":
                self.sentences.append(self._text)
            case "th" | "td":
                self._row.append(self._text)
            case "tr" if "thead" in self._open:
                self._table.columns = self._row
            case "tr":
                self._table.rows.append(self._row)
