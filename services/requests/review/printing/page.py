"""A document as a page: a tree, so that what writes it escapes every text; no script, nothing from elsewhere."""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from services.requests.review.document.parts import Cell, Document, Section, Table
from services.requests.review.look import STYLE


def page_of(document: Document) -> bytes:
    """The page, in UTF-8: one h1, a h2 for each chapter, a h3 for each section, headers for columns and rows."""
    html = Element("html", lang=document.language)
    head = SubElement(html, "head")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    SubElement(head, "meta", name="robots", content="noindex")
    SubElement(head, "title").text = document.title
    SubElement(head, "style").text = STYLE
    main = SubElement(SubElement(html, "body"), "main")
    SubElement(SubElement(main, "h1"), "bdi").text = document.title
    _add_table(main, document.facts)
    for chapter in document.chapters:
        SubElement(SubElement(main, "h2"), "bdi").text = chapter.heading
        for section in chapter.sections:
            _add_section(main, section)
    written: bytes = tostring(html, encoding="utf-8", method="html")
    return b"<!doctype html>" + written


def _add_section(main: Element, section: Section) -> None:
    SubElement(SubElement(main, "h3"), "bdi").text = section.heading
    for sentence in section.sentences:
        SubElement(SubElement(main, "p"), "bdi").text = sentence
    for table in section.tables:
        _add_table(main, table, has_caption=table.caption != section.heading)
    for source in section.sources:
        _add_cell(SubElement(main, "p", {"class": "sources"}), Cell(source, source))


def _add_table(main: Element, table: Table, *, has_caption: bool = True) -> None:
    around = SubElement(main, "div", {"class": "wide", "tabindex": "0", "role": "region", "aria-label": table.caption})
    element = SubElement(around, "table")
    if has_caption:
        SubElement(SubElement(element, "caption"), "bdi").text = table.caption
    _add_row(SubElement(element, "thead"), [Cell(each) for each in table.columns], ["col"] * len(table.columns))
    body = SubElement(element, "tbody")
    for row in table.rows:
        _add_row(body, row, ["row"] + [""] * (len(row) - 1))


def _add_row(around: Element, cells: Sequence[Cell], scopes: Iterable[str]) -> None:
    row = SubElement(around, "tr")
    for cell, scope in zip(cells, scopes, strict=True):
        _add_cell(SubElement(row, "th", scope=scope) if scope else SubElement(row, "td"), cell)


def _add_cell(around: Element, cell: Cell) -> None:
    """The text by itself: whatever direction it is written in turns nothing beside it."""
    inside = SubElement(around, "a", href=cell.path) if cell.path else around
    SubElement(inside, "bdi").text = cell.text
