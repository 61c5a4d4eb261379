"""A form read in pieces is the same form however it was cut, and a large one takes no more memory than a small one."""

import tracemalloc
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.requests.attachments.folder import FolderStorage
from services.requests.attachments.parts import PartBegins, form_events
from services.requests.attachments.receiving import Limits, receive
from services.requests.attachments.rules import clean_name

FORM = (
    b'--edge\r\nContent-Disposition: form-data; name="visibility"\r\n\r\ninternal\r\n'
    b"--edge\r\nContent-Type: application/pdf\r\n"
    b'content-disposition: form-data; name="file"; filename="\xc3\xb1.pdf"\r\n'
    b"\r\n%PDF-\r\n--edg\r\n-- \r\n--edge--\r\n"
)
TYPE = "multipart/form-data; boundary=edge"


async def pieces(content: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    bounds = [0, *sorted(cuts), len(content)]
    for start, end in pairwise(bounds):
        yield content[start:end]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, len(FORM)), max_size=20))
async def test_a_form_is_the_same_however_it_is_cut(cuts: list[int]) -> None:
    parts: list[tuple[PartBegins, bytes]] = []
    async for event in form_events(TYPE, pieces(FORM, cuts)):
        if isinstance(event, PartBegins):
            parts.append((event, b""))
        else:
            parts[-1] = (parts[-1][0], parts[-1][1] + event)
    assert parts == [
        (PartBegins("visibility", None), b"internal"),
        (PartBegins("file", "ñ.pdf"), b"%PDF-\r\n--edg\r\n-- "),
    ]


async def test_a_large_file_passes_through_little_memory(tmp_path: Path) -> None:
    piece, many = b"\x00" * 65_536, 400

    async def form() -> AsyncIterator[bytes]:
        yield b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-'
        for _ in range(many):
            yield piece
        yield b"\r\n--edge--\r\n"

    storage = FolderStorage(tmp_path)
    limits = Limits(size=len(piece) * many + 5, extensions={"pdf"}, on_ticket=1)
    tracemalloc.start()
    try:
        received = await receive(uuid4(), form_events(TYPE, form()), storage, limits)
        read = sum([len(each) async for each in await storage.read(received.id)])
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert received.size == read == len(piece) * many + 5
    assert most < 2_000_000


@pytest.mark.parametrize("name", ["x", "file; filename", 'file"'])
async def test_names_of_parts_are_taken_as_they_are(name: str) -> None:
    quoted = name.replace('"', '\\"').encode()
    form = b'--edge\r\nContent-Disposition: form-data; name="' + quoted + b'"\r\n\r\n1\r\n--edge--\r\n'
    events = [event async for event in form_events(TYPE, pieces(form, []))]
    assert events[0] == PartBegins(name, None)


@pytest.mark.parametrize("mark", "\u061c\u200b\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff\u00ad\ufff9\x85\x00")
def test_what_nobody_sees_in_a_name_is_not_kept(mark: str) -> None:
    """Marks that turn the direction or hide something: a name is what it looks like."""
    assert clean_name(f"{mark}in{mark}voice.{mark}pdf{mark}") == "invoice.pdf"


@pytest.mark.parametrize("name", ["می\u200cخواهم.pdf", "👩\u200d💻.png", "ñandú 日本.pdf"])
def test_what_joins_letters_stays_in_a_name(name: str) -> None:
    assert clean_name(name) == name
