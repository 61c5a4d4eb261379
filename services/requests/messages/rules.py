"""What a message is about, and which tellings make one message instead of a storm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID


class MessageKind(StrEnum):
    """What happened."""

    CLOCK_WARNED = "clock_warned"
    """A share of a clock's time is used up."""
    CLOCK_BREACHED = "clock_breached"
    """A due time has passed."""
    CLOCK_PASSED = "clock_passed"
    """A ruling or a late fact has passed shares of a clock's time, or its due time."""
    BREACH_REFUTED = "breach_refuted"
    """A late fact says that a breach which was announced was none."""
    TICKET_ASSIGNED = "ticket_assigned"
    """An escalation made a ticket yours to work on."""
    TICKET_LAPSED = "ticket_lapsed"
    """A ticket was closed or cancelled because nobody said anything in time."""
    SURVEY = "survey"
    """Somebody would like to know how it went."""


ONE_BY_ONE = frozenset({MessageKind.SURVEY})
"""Kinds of which each link is a message of its own: it wants an answer of its own."""


@dataclass(frozen=True, slots=True)
class Post:
    """Something to tell one person. `link` leads to it; `about` is plain JSON, different for each kind."""

    person_id: UUID
    kind: MessageKind
    link: str
    about: Mapping[str, Any] = field(default_factory=dict)


class Head(NamedTuple):
    """What makes two posts one message: the recipient, the kind, and the minute or the link."""

    person_id: UUID
    kind: MessageKind
    digest: str


def head_of(post: Post, now: datetime) -> Head:
    """The message to which a post belongs.

    >>> from datetime import UTC
    >>> now = datetime(2026, 3, 2, 9, 0, 59, tzinfo=UTC)
    >>> head_of(Post(UUID(int=1), MessageKind.CLOCK_WARNED, "/v1/tickets/1"), now).digest
    '2026-03-02T09:00Z'
    >>> head_of(Post(UUID(int=1), MessageKind.SURVEY, "/v1/invitations/1"), now).digest
    '/v1/invitations/1'
    """
    if post.kind in ONE_BY_ONE:
        return Head(post.person_id, post.kind, post.link)
    return Head(post.person_id, post.kind, f"{now:%Y-%m-%dT%H:%MZ}")


def digested(posts: Sequence[Post], now: datetime) -> dict[Head, list[Post]]:
    """The posts of each message, in one order everywhere: of two who post to the same people none waits in a circle."""
    messages: dict[Head, list[Post]] = {}
    for post in posts:
        messages.setdefault(head_of(post, now), []).append(post)
    return {head: messages[head] for head in sorted(messages)}
