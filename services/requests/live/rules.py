"""How changes are told on an event stream, and where in their order a listener stands.

A place is a transaction id of PostgreSQL: all changes of earlier transactions were told. Several later ones may have
been told too, and are told again to who comes back: nothing is left out, whatever order transactions end in.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

_PLACE = re.compile(r"[0-9]{1,18}")
_EPOCH = 1 << 32
"""No transaction has an id that is a multiple of it, and PostgreSQL reads no snapshot that names one."""


class Kind(StrEnum):
    """The types of event on the stream."""

    CHANGED = "ticket.changed"
    RESET = "reset"


class Reason(StrEnum):
    """Why a listener must read its lists again: changes from its place on are no longer kept, or are too many."""

    EXPIRED = "expired"
    TOO_MANY = "too_many"


def place_of(last_event_id: str) -> int | None:
    """The place that a listener names; None for what we never gave.

    >>> place_of("731"), place_of("x"), place_of(""), place_of("0")
    (731, None, None, None)
    """
    place = int(last_event_id) if _PLACE.fullmatch(last_event_id) else 0
    return place if place % _EPOCH else None


def oldest_of(snapshot: str) -> int:
    """The place of a snapshot of PostgreSQL: the oldest transaction that had not ended.

    >>> oldest_of("731:735:731,733")
    731
    """
    return int(snapshot.partition(":")[0])


def snapshot_at(place: int) -> str:
    """The snapshot in which just the transactions before this place had ended.

    >>> snapshot_at(731)
    '731:731:'
    """
    return f"{place}:{place}:"


def told(kind: Kind, place: int, data: str) -> bytes:
    """An event as the stream spells it; `data` is one line.

    >>> told(Kind.RESET, 7, "{}")
    b'id: 7\\nevent: reset\\ndata: {}\\n\\n'
    """
    return f"id: {place}\nevent: {kind}\ndata: {data}\n\n".encode()


def still_here(place: int) -> bytes:
    """A sign of life, which also moves the listener's place.

    >>> still_here(7)
    b': still here\\nid: 7\\n\\n'
    """
    return f": still here\nid: {place}\n\n".encode()


def shown_of(change: Mapping[str, Any]) -> dict[str, Any]:
    """What a listener is told of a change: the ticket as it was then, and what happened."""
    return {
        "id": change["event_id"],
        "ticket_id": change["ticket_id"],
        "key": change["key"],
        "version": change["version"],
        "state": change["state"],
        "sequence": change["sequence"],
        "kind": change["kind"],
        "name": change["name"],
        "recorded_at": change["recorded_at"],
    }
