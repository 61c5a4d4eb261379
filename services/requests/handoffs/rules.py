"""Where a hand-off stands, and how often the work of a ticket moved."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from services.requests.timeline.links import Link
from services.requests.timeline.vocabulary import LinkEnd


class LinkState(StrEnum):
    """Where a hand-off stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    RETURNED = "returned"
    ENDED = "ended"
    """The ticket, or the hand-off above, ended first."""


def state_of(link: Link) -> LinkState:
    """Where it stands."""
    if link.end is not None:
        return LinkState(link.end.value)
    return LinkState.OFFERED if link.is_offered else LinkState.ACCEPTED


class Moves(NamedTuple):
    """How often the work of a ticket moved."""

    hand_offs: int
    bounces: int
    ping_pong: int


def moves_of(links: Iterable[Link]) -> Moves:
    """The moves of a ticket's work. A return and a bounce lead to whoever offered, who had the work before.

    >>> from datetime import datetime
    >>> from uuid import UUID
    >>> noon = datetime.fromisoformat("2024-05-06T12:00Z")
    >>> def link(number: int, end: LinkEnd | None) -> Link:
    ...     accepted_at = None if end is LinkEnd.BOUNCED else noon
    ...     return Link(UUID(int=number), "NET", None, True, noon, accepted_at, end and noon, end)
    >>> moves_of([link(1, LinkEnd.BOUNCED), link(2, LinkEnd.RETURNED), link(3, None)])
    Moves(hand_offs=2, bounces=1, ping_pong=3)
    """
    links = tuple(links)
    accepted = [link.department for link in links if link.accepted_at is not None]
    ends = [link.end for link in links]
    bounces = ends.count(LinkEnd.BOUNCED)
    again = len(accepted) - len(set(accepted))
    return Moves(len(accepted), bounces, ends.count(LinkEnd.RETURNED) + bounces + again)
