"""Hand-offs as links: small tickets inside the ticket, which of them it waits for, and who of them holds it.

Read where `agreements.md` is brief: a link that is waited for holds the time of whoever waits, so the one charged is
found by going down from the first accepted (of several accepted in one instant: the first offered); `also` names those
at work beside it, not those above who wait as well. A link that ends takes the links beneath it with it, as the ticket
does when it ends.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.requests.timeline.vocabulary import Asks, LinkEnd

Links = tuple["Link", ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Part of a ticket that `department` (its code) was offered; `parent` is the link above, if any.

    It holds that part from `accepted_at` on: None while nobody has answered, or where nobody ever accepted. `asks` is
    whom it waits for with a question.
    """

    id: UUID
    department: str
    parent: UUID | None
    wait: bool
    offered_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None = None
    end: LinkEnd | None = None
    asks: Asks | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    @property
    def is_offered(self) -> bool:
        """Whether it still waits for an answer."""
        return self.accepted_at is None and self.ended_at is None


def open_link(links: Links, link_id: UUID) -> Link | None:
    """The link with this id, if it is open."""
    return next((link for link in links if link.id == link_id and link.is_open), None)


def accept_link(links: Links, link_id: UUID, at: datetime) -> Links:
    """`links` with this offer accepted; one that was answered stays as it is.

    >>> noon = datetime.fromisoformat("2024-05-06T12:00Z")
    >>> offered = Link(UUID(int=1), "IT", None, True, noon, None)
    >>> [link.accepted_at == noon for link in accept_link((offered,), offered.id, noon)]
    [True]
    """
    return tuple(replace(link, accepted_at=at) if link.id == link_id and link.is_offered else link for link in links)


def ask_from(links: Links, link_id: UUID, asks: Asks | None) -> Links:
    """`links` with this one waiting for an answer of that side, or (None) no longer."""
    return tuple(replace(link, asks=asks) if link.id == link_id else link for link in links)


def waited_for(links: Links, parent: UUID | None = None) -> list[Link]:
    """The open links that the holder of `parent` (None: the ticket's provider) waits for, first accepted first."""
    waiting = [link for link in links if link.parent == parent and link.wait and link.is_open]
    return sorted(waiting, key=lambda link: (link.accepted_at is None, link.accepted_at or link.offered_at))


def holders(links: Links, parent: UUID | None = None) -> list[Link]:
    """The accepted links whose departments hold what the holder of `parent` waits for; the first one is charged."""
    found: list[Link] = []
    for link in waited_for(links, parent):
        if link.accepted_at is not None:
            found.extend(holders(links, link.id) or [link])
    return found


def above(links: Links, link_id: UUID | None) -> list[Link]:
    """The open links from the ticket's own down to `link_id`, this one included; none for None or an ended one."""
    chain: list[Link] = []
    while link_id is not None and (link := open_link(links, link_id)) is not None:
        chain.append(link)
        link_id = link.parent
    return chain[::-1]


def charged_chain(links: Links) -> list[Link]:
    """The links from the ticket's own down to the one that is charged."""
    holding = holders(links)
    return above(links, holding[0].id) if holding else []


def end_link(links: Links, link_id: UUID, at: datetime, end: LinkEnd) -> Links:
    """`links` with this one ended, and those beneath it ended with it.

    >>> noon = datetime.fromisoformat("2024-05-06T12:00Z")
    >>> outer = Link(UUID(int=1), "IT", None, True, noon, noon)
    >>> inner = Link(UUID(int=2), "NET", outer.id, True, noon, noon)
    >>> [link.end.value for link in end_link((outer, inner), outer.id, noon, LinkEnd.RETURNED)]
    ['returned', 'ended']
    """
    ended = tuple(replace(x, ended_at=at, end=end, asks=None) if x.id == link_id and x.is_open else x for x in links)
    for beneath in [link.id for link in ended if link.parent == link_id and link.is_open]:
        ended = end_link(ended, beneath, at, LinkEnd.ENDED)
    return ended


def end_all(links: Links, at: datetime) -> Links:
    """`links` with every open one ended, because the ticket has."""
    return tuple(replace(link, ended_at=at, end=LinkEnd.ENDED, asks=None) if link.is_open else link for link in links)
