"""What a message is about, and which tellings make one message instead of a storm."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID


class MessageKind(StrEnum):
    """What an item tells."""

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
    """A ticket was closed, cancelled or declined because nobody said anything in time."""
    HAND_OFF_OFFERED = "hand_off_offered"
    """Your department was offered part of a ticket."""
    HAND_OFF_ENDED = "hand_off_ended"
    """An offer of yours was refused, or nobody answered it in time."""
    TICKET_MERGED = "ticket_merged"
    """A ticket was merged into another one, which goes on for both."""
    APPROVAL_ASKED = "approval_asked"
    """Your approval is asked for a ticket."""
    APPROVAL_ANSWERED = "approval_answered"
    """Somebody approved or declined what you asked for, or what you asked approval for."""
    HAND_OFF_ASKED = "hand_off_asked"
    """A department that works on a part of a ticket asks you something."""
    HAND_OFF_ANSWERED = "hand_off_answered"
    """What you asked about your part of a ticket was answered."""
    STANDING_ORDER_REFUSED = "standing_order_refused"
    """A standing order of yours could not be submitted this time."""
    AGREEMENT_REVIEW_DUE = "agreement_review_due"
    """An agreement of your department is to be reviewed within two weeks."""
    AGREEMENT_ENDS = "agreement_ends"
    """An agreement of your department ends within thirty days, and nothing signed goes on after it."""
    DEPUTY_NAMED = "deputy_named"
    """Somebody will be away, and you are to take care of their tickets."""
    SURVEY = "survey"
    """Somebody would like to know how it went."""


DIGEST = "digest"
"""The kind of a message whose items are of several."""
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
    """What makes two posts one message: the recipient, and the minute or the link."""

    person_id: UUID
    digest: str


def digested(posts: Iterable[Post], now: datetime) -> dict[Head, list[Post]]:
    """The posts of each message, in one order everywhere: of two who post to the same people none waits in a circle.

    >>> from datetime import UTC
    >>> now, me = datetime(2026, 3, 2, 9, 0, 59, tzinfo=UTC), UUID(int=1)
    >>> posts = [Post(me, kind, "/v1/invitations/1") for kind in (MessageKind.SURVEY, MessageKind.CLOCK_WARNED)]
    >>> [head.digest for head in digested(posts, now)]
    ['/v1/invitations/1', '2026-03-02T09:00Z']
    """
    minute = f"{now:%Y-%m-%dT%H:%MZ}"
    messages: dict[Head, list[Post]] = {}
    for post in posts:
        head = Head(post.person_id, post.link if post.kind in ONE_BY_ONE else minute)
        messages.setdefault(head, []).append(post)
    return {head: messages[head] for head in sorted(messages)}


def kind_of(posts: Iterable[Post]) -> str:
    """The kind of the message that tells these.

    >>> kinds = MessageKind.CLOCK_WARNED, MessageKind.CLOCK_BREACHED, MessageKind.CLOCK_BREACHED
    >>> posts = [Post(UUID(int=1), kind, "/v1/tickets/1") for kind in kinds]
    >>> kind_of(posts), kind_of(posts[1:])
    ('digest', 'clock_breached')
    """
    kinds = {post.kind for post in posts}
    return DIGEST if len(kinds) > 1 else kinds.pop().value
