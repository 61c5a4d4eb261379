"""The answer page for every way of using it: well-formed, each field with a label, colours that can be read."""

import re
from html.parser import HTMLParser

from services.feedback.responses.api import html
from tests.feedback.asked import somebody_asked
from tests.feedback.world import World

VOID = {"meta", "input", "br"}


class Outline(HTMLParser):
    """What stands in what; complains about tags that do not close."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.fields: list[tuple[dict[str, str | None], list[str]]] = []
        self.ids: list[str] = []
        self.labels_for: set[str | None] = set()
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert len(given) == len(attrs)
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag == "label":
            self.labels_for.add(given.get("for"))
        if tag in ("input", "textarea"):
            self.fields.append((given, [name for name, _ in self.open]))
        if tag not in VOID:
            self.open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag


async def test_every_field_has_a_label_and_choices_have_a_legend(world: World) -> None:
    asked = await somebody_asked(world)
    async with world.browser() as browser:
        outline = Outline((await browser.get(f"{asked.path}?score=5&lang=es")).text)
        Outline((await browser.post(asked.path)).text)
        Outline((await browser.get("/answers/x")).text)
    assert len(set(outline.ids)) == len(outline.ids)
    for field, around in outline.fields:
        if field.get("type") != "hidden":
            assert "label" in around or field.get("id") in outline.labels_for, field
        if field.get("type") == "radio":
            assert "fieldset" in around
    assert [field["name"] for field, _ in outline.fields] == ["page", *["score"] * 5, "comment", "confirm"]


def test_headings_grow_smaller_from_the_first_on() -> None:
    sizes = dict(re.findall(r"(h\d)\{font-size:([\d.]+)rem", html._STYLE))
    assert float(sizes["h1"]) > float(sizes["h2"]) > 1


def test_colours_can_be_told_apart() -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text; 1.4.11: 3 to 1 for what shows a field or where the focus is."""
    for text, ground, least in (
        ("#1b1b1b", "#ffffff", 4.5),
        ("#1b1b1b", "#f1f1f1", 4.5),
        ("#a40000", "#ffffff", 4.5),
        ("#0b5394", "#ffffff", 4.5),
        ("#6b6b6b", "#ffffff", 3),
    ):
        assert _contrast(text, ground) >= least
        assert text in html._STYLE
    assert set(re.findall(r"#[0-9a-f]+", html._STYLE)) == {
        "#1b1b1b",
        "#fff",
        "#f1f1f1",
        "#a40000",
        "#0b5394",
        "#6b6b6b",
    }
    assert ":focus-visible{outline:" in html._STYLE


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
