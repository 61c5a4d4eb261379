"""A document as a PDF/UA-1, from our template alone: what people wrote comes in as data and is never mark-up."""

from datetime import datetime
from pathlib import Path

import orjson
import typst

from services.requests.review.document.parts import Document

TEMPLATE = Path(__file__).with_name("pack.typ")


def pdf_of(document: Document, origin: str) -> bytes:
    """The PDF, whose links begin with `origin`: the same bytes for the same document.

    The fonts are those that the library brings, and its date is that of the document.
    """
    told = orjson.dumps({"origin": origin, "document": document}, default=list)  # a cell as its text and its path
    pdf: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"pack": told.decode()},
        ignore_system_fonts=True,
        pdf_standards="ua-1",
        timestamp=int(datetime.fromisoformat(document.made_at).timestamp()),
    )
    return pdf
