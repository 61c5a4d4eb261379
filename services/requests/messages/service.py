"""Telling people things, inside whichever transaction made them happen; and what they do with their messages."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.requests.events import MessagePosted
from services.requests.messages.models import Message
from services.requests.messages.queries import find_message, newest_items, store_posts
from services.requests.messages.refusals import UnknownMessage
from services.requests.messages.rules import MessageKind, Post, digested, kind_of
from services.requests.messages.schemas import MessageItemPublic, MessagePublic
from services.shared.auth import Actor
from services.shared.idempotency import Fetch, session_fetch
from services.shared.outbox import outbox_values

LISTED = 20
"""Items that a message shows; all of them have pages of their own."""


async def post_messages(fetch: Fetch, posts: Sequence[Post], *, now: datetime) -> None:
    """Tell people these things in the transaction of `fetch`: one statement, however many they are.

    Call it once in a transaction, after everything else: it holds messages that others want to add to.
    """
    if not posts:
        return
    heads: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    leaving: list[dict[str, Any]] = []
    for head, told in digested(posts, now).items():
        named = head._asdict() | {"person_id": str(head.person_id)}
        made = {"id": uuid7(), **named, "kind": kind_of(told), "link": told[0].link}
        heads.append({**made, "item_count": len(told), "place": len(heads)})
        items.extend(
            {**named, "kind": post.kind, "link": post.link, "about": post.about, "rest": len(told) - place}
            for place, post in enumerate(told, start=1)
        )
        event = MessagePosted(message_id=made["id"], person_id=head.person_id, kind=made["kind"], link=told[0].link)
        values = outbox_values(event, now=now)
        leaving.append(values._asdict() | {"body": orjson.Fragment(values.body)})
    await store_posts(fetch, *(orjson.dumps(each, default=str).decode() for each in (heads, items, leaving)), now=now)


async def readable_message(session: AsyncSession, actor: Actor, message_id: UUID) -> Message:
    """The actor's own message. UnknownMessage."""
    message = await find_message(session, actor.id, message_id)
    if message is None:
        raise UnknownMessage
    return message


async def mark_message(
    session: AsyncSession,
    actor: Actor,
    message_id: UUID,
    *,
    is_read: bool,
    check_version: Callable[[int], None],
    now: datetime,
) -> Message:
    """Say whether the message has been read, as it was when it was read: one that has grown since is another version.

    UnknownMessage, and what `check_version` raises.
    """
    message = await find_message(session, actor.id, message_id, hold=True)
    if message is None:
        raise UnknownMessage
    check_version(message.version)
    if is_read is not (message.read_at is not None):
        message.read_at = now if is_read else None
        message.version += 1
    return message


async def shown(session: AsyncSession, messages: Sequence[Message]) -> list[MessagePublic]:
    """Messages as their recipient reads them, with their newest items."""
    items: dict[UUID, list[MessageItemPublic]] = {message.id: [] for message in messages}
    for message_id, kind, link, about, created_at in await newest_items(session_fetch(session), list(items), LISTED):
        item = MessageItemPublic(kind=kind, link=link, about=orjson.loads(about), created_at=created_at)
        items[message_id].append(item)
    return [MessagePublic(**message.model_dump(), items=items[message.id]) for message in messages]


async def tell_of_survey(fetch: Fetch, person_id: UUID, invitation_id: UUID, *, now: datetime) -> None:
    """Tell a person that they are asked how it went; told again, the same message is unread again."""
    survey = Post(person_id, MessageKind.SURVEY, f"/v1/invitations/{invitation_id}")
    await post_messages(fetch, [survey], now=now)
