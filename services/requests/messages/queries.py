"""Reads of somebody's messages, and the one statement that posts to many."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.requests.messages.models import Message, MessageItem
from services.requests.messages.rules import DIGEST, MessageKind
from services.shared.idempotency import Fetch
from services.shared.paging import PageWanted, older_than

# `posted` has the id that was given where the message is new: only then its event leaves.
_POST = f"""
WITH heads AS (
    SELECT h.* FROM jsonb_to_recordset($1::text::jsonb)
        AS h(id uuid, person_id uuid, kind text, digest text, link text, item_count integer, place integer)
), posted AS (
    INSERT INTO message (id, person_id, kind, digest, link, created_at, read_at, item_count, version)
    SELECT h.id, h.person_id, h.kind, h.digest, h.link, $4::timestamptz, NULL, h.item_count, 1
    FROM heads h ORDER BY h.place
    ON CONFLICT (person_id, digest) DO UPDATE SET
        kind = CASE message.kind WHEN excluded.kind THEN message.kind ELSE '{DIGEST}' END,
        item_count = message.item_count + excluded.item_count, read_at = NULL, version = message.version + 1
    RETURNING id, person_id, digest, item_count
), items AS (
    INSERT INTO message_item (message_id, position, kind, link, about, created_at)
    SELECT p.id, p.item_count - i.rest, i.kind, i.link, i.about, $4::timestamptz
    FROM jsonb_to_recordset($2::text::jsonb)
        AS i(person_id uuid, kind text, digest text, link text, about jsonb, rest integer)
    JOIN posted p USING (person_id, digest)
)
INSERT INTO outbox (id, aggregate, subject, body, created_at)
SELECT o.id, o.aggregate, o.subject, o.body, o.created_at
FROM jsonb_to_recordset($3::text::jsonb)
    AS o(id uuid, aggregate text, subject text, body jsonb, created_at timestamptz)
WHERE o.aggregate IN (SELECT p.id::text FROM posted p)
"""
_ITEMS = """
SELECT i.message_id, i.kind, i.link, i.about::text, i.created_at FROM unnest($1::uuid[]) AS m(id), LATERAL (
    SELECT * FROM message_item WHERE message_id = m.id ORDER BY position DESC LIMIT $2
) AS i ORDER BY i.message_id, i.position DESC
"""
_TOLD_OF_BREACH = f"""
SELECT DISTINCT i.about->>'clock', (i.about->>'cycle')::integer, m.person_id
FROM message_item i JOIN message m ON m.id = i.message_id
WHERE i.link = $1 AND i.kind IN ('{MessageKind.CLOCK_BREACHED}', '{MessageKind.CLOCK_PASSED}')
    AND (i.about->>'percent')::integer = 100
"""


async def store_posts(fetch: Fetch, heads: str, items: str, leaving: str, *, now: datetime) -> None:
    """Write messages with their items; JSON texts, whose fields `service.post_messages` names."""
    await fetch(_POST, heads, items, leaving, now)


async def told_of_breaches(fetch: Fetch, link: str) -> dict[tuple[str, int], set[UUID]]:
    """Who was told of breaches of what `link` leads to, by clock and cycle."""
    found: dict[tuple[str, int], set[UUID]] = {}
    for clock, cycle, person_id in await fetch(_TOLD_OF_BREACH, link):
        found.setdefault((clock, cycle), set()).add(person_id)
    return found


async def find_message(
    session: AsyncSession, person_id: UUID, message_id: UUID, *, hold: bool = False
) -> Message | None:
    """The message, if it is that person's; with `hold` until the transaction ends."""
    wanted = select(Message).where(col(Message.id) == message_id, col(Message.person_id) == person_id)
    found: Message | None = await session.scalar(wanted.with_for_update() if hold else wanted)
    return found


async def page_of_messages(
    session: AsyncSession, person_id: UUID, page: PageWanted, *, is_read: bool | None
) -> tuple[list[Message], str | None]:
    """A person's messages, newest first."""
    columns = (col(Message.created_at), col(Message.id))
    wanted = select(Message).where(col(Message.person_id) == person_id)
    if is_read is not None:
        read_at = col(Message.read_at)
        wanted = wanted.where(read_at.is_not(None) if is_read else read_at.is_(None))
    after = page.typed_after(datetime, UUID)
    if after is not None:
        wanted = wanted.where(older_than(columns, after))
    wanted = wanted.order_by(*(column.desc() for column in columns)).limit(page.limit + 1)
    rows, more = page.split((await session.scalars(wanted)).all())
    return list(rows), page.cursor((rows[-1].created_at, rows[-1].id)) if more else None


async def newest_items(fetch: Fetch, message_ids: Sequence[UUID], limit: int) -> Sequence[Any]:
    """The newest items of each message, `limit` at most: (message id, kind, link, about as JSON text, created_at)."""
    return await fetch(_ITEMS, list(message_ids), limit)


async def page_of_items(
    session: AsyncSession, message_id: UUID, page: PageWanted
) -> tuple[list[MessageItem], str | None]:
    """The items of a message, newest first."""
    position = col(MessageItem.position)
    wanted = select(MessageItem).where(col(MessageItem.message_id) == message_id)
    after = page.typed_after(int)
    if after is not None:
        wanted = wanted.where(older_than((position,), after))
    rows, more = page.split((await session.scalars(wanted.order_by(position.desc()).limit(page.limit + 1))).all())
    return list(rows), page.cursor((rows[-1].position,)) if more else None
