"""The child process: reads a pack as JSON from its input and writes it as a page or a PDF to its output.

It is given `pack` as it is answered, `format`, `language`, `origin` (with which links of a PDF begin), and `most_cells`
and `most_characters`: of a document with more of them it writes nothing.
"""

import sys

import orjson

from services.requests.child import bound_this_process
from services.requests.review.document.whole import document_of
from services.requests.review.printing.page import page_of
from services.requests.review.printing.paper import pdf_of

MEMORY = 512 * 2**20
CPU_SECONDS = 12


def main(given: bytes) -> bytes:
    """The page or the PDF."""
    told = orjson.loads(given)
    document = document_of(told["pack"], told["language"])
    if document.cells > told["most_cells"] or document.characters > told["most_characters"]:
        return b""
    return page_of(document) if told["format"] == "html" else pdf_of(document, told["origin"])


if __name__ == "__main__":
    bound_this_process(memory=MEMORY, cpu_seconds=CPU_SECONDS)
    sys.stdout.buffer.write(main(sys.stdin.buffer.read()))
