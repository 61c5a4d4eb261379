"""Reading the JSON of callers: nothing that is nested so deeply that what walks through it later runs out of stack."""

import json
from typing import Any

import orjson

MOST_LEVELS = 64


def parsed_json(raw: bytes) -> Any:
    """The value that strict JSON says (no NaN, no lone surrogates, at most 64 levels).

    Raises json.JSONDecodeError for anything else.

    >>> parsed_json(b"[" * 64 + b"]" * 64) is not None
    True
    >>> parsed_json(b"[" * 65 + b"]" * 65)
    Traceback (most recent call last):
    json.decoder.JSONDecodeError: nested deeper than 64 levels: line 1 column 1 (char 0)
    """
    value = orjson.loads(raw)
    if raw.count(b"[") + raw.count(b"{") > MOST_LEVELS and _levels_exceed(value):
        raise json.JSONDecodeError(f"nested deeper than {MOST_LEVELS} levels", "", 0)
    return value


def _levels_exceed(value: Any) -> bool:
    level = [value]
    for _ in range(MOST_LEVELS):
        inside = (inner for each in level for inner in (each.values() if isinstance(each, dict) else each))
        level = [inner for inner in inside if isinstance(inner, dict | list)]
    return bool(level)
