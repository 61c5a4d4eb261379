"""JSON answers of hot routes, rendered once and straight from plain values."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import orjson
from fastapi import Response

from services.shared.schemas import seconds_of


def _plain(value: object) -> object:
    if isinstance(value, timedelta):
        return seconds_of(value)
    if isinstance(value, UUID):  # the driver's own subclass, which orjson does not know
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`value` as JSON: instants as UTC with `Z`, durations in seconds, ids as text.

    The route names its `response_model` for the contract; nothing is validated again on the way out.
    """
    body = orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z)
    return Response(body, status, headers, media_type="application/json")
