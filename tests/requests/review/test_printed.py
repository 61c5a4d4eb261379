"""The pack as a page and as a PDF: the same figures as in JSON, whatever people wrote, in both languages."""

import io
import re
import subprocess
import sys
from typing import Any

import orjson
import pytest
from pypdf import PdfReader

from services.requests.review.document.whole import document_of
from services.requests.review.printing import child
from services.requests.review.printing.paper import pdf_of
from tests.requests.review.read_page import Page
from tests.requests.review.reviewed import PATH, SHOWN, Reviewed
from tests.requests.tickets.desk import Desk

CLOCKS = {"acknowledge": "acuse de recibo", "first_response": "primera respuesta", "resolution": "resolución"}
TURNS = "\u202e"


async def page_of(done: Reviewed, **query: Any) -> Page:
    answer = await done.ask(format="html", **query)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


async def pdf_text(done: Reviewed, **query: Any) -> str:
    """All that is printed, with one blank where there is any, and no places to break at."""
    answer = await done.ask(format="pdf", **query)
    assert answer.status_code == 200, answer.text
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    return re.sub(r"\s+", " ", text.replace("\u200b", ""))


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


def board_rows(pack: dict[str, Any]) -> list[list[str]]:
    """What the JSON says of targets, as a table would."""
    return [
        [
            *(str(row[name]) for name in ("n", "met", "missed")),
            percent(row["share"]),
            f"{row['low'] * 100:.1f}–{row['high'] * 100:.1f} %",
            percent(row["objective"]),
            "–",
            *(str(row[name]) for name in ("open", "void", "best_effort", "refuted")),
            *(str(row["after_decisions"][name]) for name in ("met", "missed")),
            percent(row["after_decisions"]["share"]),
        ]
        for row in pack["items"][0]["scoreboard"]["targets"]
    ]


def point(row: dict[str, Any]) -> str:
    """What a month's cell says of a clock: met of counted, and what decisions make of it if that is another thing."""
    after = row["after_decisions"]
    first = f"{row['met']} / {row['n']} ({percent(row['share'])})" if row["n"] else "–"
    is_moved = (after["met"], after["missed"]) != (row["met"], row["missed"])
    return f"{first} → {after['met']} / {after['n']}" if is_moved else first


async def test_a_page_shows_the_figures_of_the_json(done: Reviewed) -> None:
    pack, page = await done.pack(), await page_of(done)
    (targets,) = page.tables["What Sistemas & Cía promised"]
    assert [row[1:] for row in targets.rows] == board_rows(pack)
    assert targets.columns[:5] == ["Promise", "n", "Met", "Missed", "Share met"]
    flows = page.tables["Work that came and went"]
    for direction, flow in zip(pack["items"], flows, strict=True):
        names = ("created", "fulfilled", "closed", "declined", "cancelled", "reopened", "hand_offs", "bounces")
        told = [[row["from"][:7], *(str(row[name]) for name in names)] for row in direction["flow"]["items"]]
        assert [row[:9] for row in flow.rows] == told
    (trend,) = page.tables["Met of counted, month by month"]
    cells = [cell.replace("*", "") for row in trend.rows for cell in row[1:]]
    points = {(row["from"], row["clock"]): point(row) for row in pack["items"][0]["trend"]["items"]}
    months = [row["from"] for row in pack["items"][0]["flow"]["items"]]
    assert cells == [points[month, clock] for month in months for clock in CLOCKS]
    assert any("→" in cell for cell in cells)
    (held,) = page.tables["Who held the time"]
    parties = [row["party"].replace("excluded", "left out") for row in pack["items"][0]["time_held"]["items"]]
    assert [row[0] for row in held.rows] == parties
    backlog: dict[str, Any] = pack["items"][0]["backlog"]
    dues = ("overdue", "due_soon", "customer_overdue", "customer_due_soon")
    assert [row[1:] for row in page.tables["What is open now"][0].rows] == [
        [str(backlog["tickets"]), *(str(counts[name]) for name in dues)]
        for counts in (backlog, backlog["after_decisions"])
    ]


async def test_a_page_shows_what_is_open_decided_and_signed(done: Reviewed) -> None:
    pack, page = await done.pack(), await page_of(done)
    there = pack["items"][0]
    (late,) = page.tables["Open tickets past due"]
    assert [row[0] for row in late.rows] == [each["key"] for each in there["overdue"]["items"]]
    (breaches,) = page.tables["Breaches not yet decided"]
    assert len(breaches.rows) == len(there["breaches"]["items"])
    assert any(f"{SHOWN} [letter.pdf]" in row[-1] for row in breaches.rows)
    (contests,) = page.tables["Contests decided in the period"]
    assert [row[6] for row in contests.rows] == ["upheld"]
    assert [row[5] for row in page.tables["Exclusions decided in the period"][0].rows] == ["granted and applied"]
    assert [row[3] for row in page.tables["Freezes of the period"][0].rows] == ["agreed"]
    (versions,) = page.tables["Versions and signatures"]
    assert [row[0] for row in versions.rows] == ["2", "1"]
    assert all("Iñaki Sáez" in row[5] and f"Ana Núñez {SHOWN}" in row[5] for row in versions.rows)
    (changes,) = page.tables["What changed in the period"]
    assert ["2", "/targets/resolution:all/duration", "P5D", "P3D"] in changes.rows
    sources = [href for _, attributes in page.elements if (href := attributes.get("href"))]
    assert {there["scoreboard"]["source"], there["overdue"]["items"][0]["explanation"]} <= set(sources)
    assert set(there["feedback"]) <= set(sources)


async def test_a_page_is_safe_and_for_everybody(done: Reviewed) -> None:
    answer = await done.ask(format="html")
    page = Page(answer.text)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == (
        "nosniff",
        "private, no-store",
    )
    tags = [tag for tag, _ in page.elements]
    assert not {"script", "img", "iframe", "form", "object", "link", "base"} & set(tags)
    assert not [
        name for _, attributes in page.elements for name in attributes if name == "style" or name.startswith("on")
    ]
    assert TURNS not in answer.text
    assert tags.count("h1") == 1
    assert [level for level, _ in page.headings][:3] == ["h1", "h2", "h3"]
    assert dict(page.elements)["html"] == {"lang": "en"}
    for tag, attributes in page.elements:
        if tag == "th":
            assert attributes["scope"] in ("col", "row")
    assert ("h3", f"Agreement: {SHOWN}") in page.headings
    assert all(href.startswith("/v1/") for _, each in page.elements if (href := each.get("href")))


async def test_it_speaks_the_language_that_is_asked_for(done: Reviewed) -> None:
    told = await done.ask(format="html", language="es-MX, en;q=0.5")
    assert (told.headers["content-language"], told.headers["vary"]) == ("es", "Accept-Language")
    page = Page(told.text)
    assert dict(page.elements)["html"] == {"lang": "es"}
    (targets,) = page.tables["Lo que prometió Sistemas & Cía"]
    assert [row[0] for row in targets.rows] == list(CLOCKS.values())
    assert "50,0 %" in targets.rows[-1][-1]
    assert (await done.ask(format="html", language="es", lang="en")).headers["content-language"] == "en"
    refused = await done.ask(format="pdf", language="es", time_zone="Mars/Base")
    assert (refused.headers["content-type"], refused.json()["code"]) == (
        "application/problem+json",
        "unknown_time_zone",
    )
    assert "zona horaria" in refused.json()["detail"]


async def test_a_pdf_shows_the_figures_of_the_json(done: Reviewed) -> None:
    pack, text = await done.pack(), await pdf_text(done)
    for row in board_rows(pack):
        assert " ".join(row) in text, row
    assert SHOWN in text
    for name in ("Iñaki Sáez", "Ana Núñez", "IT-1000", "Sistemas & Cía", "€"):
        assert name in text
    spanish = await pdf_text(done, lang="es")
    assert "Lo que prometió Sistemas & Cía" in spanish
    assert "50,0 %" in spanish


async def test_a_pdf_has_tags_a_title_a_language_and_links(done: Reviewed) -> None:
    answer = await done.ask(format="pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert re.fullmatch(r'attachment; filename="review-pack-[0-9-]{10}\.pdf"', answer.headers["content-disposition"])
    reader = PdfReader(io.BytesIO(answer.content))
    catalogue: Any = reader.trailer["/Root"]
    assert (catalogue["/Lang"], catalogue["/MarkInfo"]["/Marked"]) == ("en", True)
    assert reader.metadata is not None
    assert reader.metadata.title == "Review of People and Sistemas & Cía"
    notes = [note.get_object() for page in reader.pages for note in page.get("/Annots") or []]
    addresses = {str(note["/A"]["/URI"]) for note in notes if "/A" in note}
    assert addresses
    assert all(address.startswith("http://127.0.0.1:8080/v1/") for address in addresses)
    assert not {"/JavaScript", "/EmbeddedFiles"} & set(catalogue.get("/Names") or {})


async def test_the_same_pack_gives_the_same_bytes(done: Reviewed) -> None:
    document = document_of(orjson.loads((await done.ask()).content), "es")
    assert pdf_of(document, "https://a.example") == pdf_of(document, "https://a.example")


async def test_a_pair_of_which_nothing_is_known_prints(desk: Desk) -> None:
    pair = {"customer_department_id": str(desk.it.id), "provider_department_id": str(desk.network.id)}
    for as_ in ("html", "pdf"):
        headers = desk.people.one_of(desk.it.id, "manager")
        answer = await desk.client.get(PATH, params=pair | {"format": as_}, headers=headers)
        assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"%PDF-")


async def test_thirty_years_print(done: Reviewed) -> None:
    years: dict[str, Any] = {"from": "1997-01-01", "to": "2027-01-01"}
    pack = await done.ask(format="pdf", **years)
    assert pack.status_code == 200, pack.text
    assert len(PdfReader(io.BytesIO(pack.content)).pages) > 20


async def test_what_is_not_printed_is_told(done: Reviewed, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(child, "SECONDS", 0.01)
        late = await done.ask(format="pdf")
        assert (late.status_code, late.json()["code"]) == (503, "pack_not_printed")
        assert (await done.ask()).status_code == 200
    with monkeypatch.context() as patched:
        patched.setattr(child, "MOST_CELLS", 100)
        for as_ in ("html", "pdf"):
            large = await done.ask(format=as_)
            assert (large.status_code, large.json()["code"]) == (409, "pack_too_large")
            assert large.json()["errors"][0]["pointer"] == "?from"


def test_the_service_does_not_load_what_prints() -> None:
    loaded = "any(name in sys.modules for name in ('typst', 'services.requests.review.document.whole'))"
    told = f"import sys, services.requests.app; sys.exit({loaded})"
    subprocess.run([sys.executable, "-c", told], check=True)
