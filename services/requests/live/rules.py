"""How changes are told on an event stream, and where in their order a listener stands.

A place is a snapshot of PostgreSQL: all changes that it sees were told, and no other, whatever order transactions end
in. In the middle of what is told together it names the snapshot after as well, and how far in that the listener is. So
who comes back is told everything once.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple, Self

_SNAPSHOT = re.compile(r"([0-9]{1,18}):([0-9]{1,18}):((?:[0-9]{1,18}(?:,[0-9]{1,18})*)?)")
_POSITION = re.compile(r"[0-9]{1,18}")
_EPOCH = 1 << 32
"""No transaction has an id that is a multiple of it, and PostgreSQL reads no snapshot that names one."""
MOST_OPEN = 64
"""Transactions that a place names as not ended; of more it goes back to the oldest, and some changes come again."""
LONGEST_PLACE = 4_000
"""Characters of a place: two snapshots of so many."""


class Kind(StrEnum):
    """The types of event on the stream."""

    CHANGED = "ticket.changed"
    RESET = "reset"


class Reason(StrEnum):
    """Why a listener must read its lists again: changes from its place on are no longer kept, or are too many."""

    EXPIRED = "expired"
    TOO_MANY = "too_many"


class Snapshot(NamedTuple):
    """Which transactions had ended: all before `oldest`, none from `following` on, between them all but `under_way`."""

    oldest: int
    following: int
    under_way: tuple[int, ...] = ()

    @classmethod
    def read(cls, text: str) -> Self | None:
        """As PostgreSQL spells it; None for what it would not read.

        >>> Snapshot.read("731:735:731,733")
        Snapshot(oldest=731, following=735, under_way=(731, 733))
        >>> [Snapshot.read(wrong) for wrong in ("735:731:", "1:9:9", "1:9:4,4", "0:9:", "4294967296:4294967297:", "x")]
        [None, None, None, None, None, None]
        """
        match = _SNAPSHOT.fullmatch(text)
        if match is None:
            return None
        under_way = tuple(int(each) for each in match[3].split(",") if each)
        made = cls(int(match[1]), int(match[2]), under_way)
        is_in_order = all(
            a < b for a, b in zip((made.oldest - 1, *under_way), (*under_way, made.following), strict=True)
        )
        named = (made.oldest, made.following, *under_way)
        return made if is_in_order and made.oldest <= made.following and all(each % _EPOCH for each in named) else None

    def sees(self, xid: int) -> bool:
        """Whether that transaction had ended.

        >>> [Snapshot(731, 735, (731, 733)).sees(xid) for xid in (730, 731, 732, 733, 734, 735)]
        [True, False, True, False, True, False]
        """
        return xid < self.oldest or (xid < self.following and xid not in self.under_way)

    def is_later_than(self, other: "Snapshot") -> bool:
        """Of two snapshots of one server, whether this one sees more.

        >>> early, late, last = Snapshot(731, 735, (731, 733)), Snapshot(731, 735, (731,)), Snapshot(731, 736, (731,))
        >>> late.is_later_than(early), last.is_later_than(late), early.is_later_than(early)
        (True, True, False)
        """
        return (self.following, -len(self.under_way)) > (other.following, -len(other.under_way))

    def __str__(self) -> str:
        return f"{self.oldest}:{self.following}:{','.join(map(str, self.under_way))}"


class Place(NamedTuple):
    """All that `seen` sees was told, and of what `within` sees besides, what was written up to `position`."""

    seen: Snapshot
    within: Snapshot | None = None
    position: int = 0

    @property
    def newest(self) -> Snapshot:
        """The later one of its snapshots."""
        return self.within or self.seen

    def __str__(self) -> str:
        if any(len(each.under_way) > MOST_OPEN for each in (self.seen, self.newest)):
            return f"{self.seen.oldest}:{self.seen.oldest}:"
        return f"{self.seen}/{self.within}/{self.position}" if self.within else str(self.seen)


def place_of(last_event_id: str) -> Place | None:
    """The place that a listener names; None for what we never gave.

    >>> str(place_of("731:735:733")), str(place_of("731:735:733/740:740:/9000"))
    ('731:735:733', '731:735:733/740:740:/9000')
    >>> [place_of(wrong) for wrong in ("x", "", "0:0:", "731", "7:9:/10:10:", "7:9:/10:10:/x", "8:9:/7:7:/1")]
    [None, None, None, None, None, None, None]
    """
    seen, *rest = last_event_id.split("/")
    snapshots = [Snapshot.read(each) for each in (seen, *rest[:1])]
    match snapshots, rest[1:]:
        case [Snapshot() as first], []:
            return Place(first)
        case [Snapshot() as first, Snapshot() as second], [position] if _POSITION.fullmatch(position):
            return Place(first, second, int(position)) if second.is_later_than(first) else None
    return None


def told(kind: Kind, place: Place, data: str) -> bytes:
    """An event as the stream spells it; `data` is one line.

    >>> told(Kind.RESET, Place(Snapshot(7, 7)), "{}")
    b'id: 7:7:\\nevent: reset\\ndata: {}\\n\\n'
    """
    return f"id: {place}\nevent: {kind}\ndata: {data}\n\n".encode()


def still_here(place: Place) -> bytes:
    """A sign of life, which also moves the listener's place.

    >>> still_here(Place(Snapshot(7, 9, (7,))))
    b': still here\\nid: 7:9:7\\n\\n'
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
