"""Asking the process that prints: bounded in time and memory, and in how much it prints."""

import logging

import orjson

from services.requests.child import ChildFailed, ask_child
from services.requests.review.refusals import PackNotPrinted, PackTooLarge

log = logging.getLogger(__name__)

MOST_CELLS = 10_000
MOST_CHARACTERS = 300_000
SECONDS = 15.0
_MODULE = "services.requests.review.printing"


def printed(pack: bytes, format_: str, language: str, origin: str) -> bytes:
    """The pack, given as it is answered in JSON, as a page (`html`) or a `pdf`. PackTooLarge, PackNotPrinted."""
    given = orjson.dumps(
        {
            "pack": orjson.Fragment(pack),
            "format": format_,
            "language": language,
            "origin": origin,
            "most_cells": MOST_CELLS,
            "most_characters": MOST_CHARACTERS,
        }
    )
    try:
        content = ask_child(_MODULE, given=given, seconds=SECONDS)
    except (ChildFailed, OSError) as error:
        log.warning("a pack of %d bytes was not printed: %s", len(pack), error)
        raise PackNotPrinted from error
    if not content:
        raise PackTooLarge(pointer="?from", cells=MOST_CELLS, characters=MOST_CHARACTERS)
    return content
