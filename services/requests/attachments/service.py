"""Who attaches what to a ticket, who reads it, who removes it; the row comes after the file, and goes before it."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from services.requests.attachments import queries
from services.requests.attachments.receiving import Limits, Received
from services.requests.attachments.refusals import (
    AttachmentRemoved,
    NotYours,
    StorageAway,
    TooManyAttachments,
    UnknownAttachment,
)
from services.requests.attachments.schemas import AttachmentPublic
from services.requests.attachments.storage import Storage
from services.requests.tickets.policies import is_asking, reads_internal, sides_of
from services.requests.tickets.refusals import ForProviderOnly, OnlyLooksOn
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.recording import readable_ticket
from services.requests.timeline.vocabulary import Side, Visibility
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.etags import Expected
from services.shared.schemas import instant_text

log = logging.getLogger(__name__)


async def check_may_attach(connection: Connection, actor: Actor, ticket_id: UUID) -> None:
    """Before anything of the file is read. UnknownTicket, OnlyLooksOn."""
    row = await readable_ticket(connection, actor, ticket_id)
    _side(actor, row, Visibility.PUBLIC)


async def record_attachment(
    connection: Connection, actor: Actor, ticket_id: UUID, received: Received, limits: Limits, *, now: datetime
) -> Row:
    """The row of a file that the storage keeps.

    UnknownTicket, OnlyLooksOn, ForProviderOnly (what is internal), TooManyAttachments.
    """
    row = await readable_ticket(connection, actor, ticket_id, hold=True)
    side = _side(actor, row, received.visibility)
    if await queries.count_kept(connection, ticket_id) >= limits.on_ticket:
        raise TooManyAttachments(most=limits.on_ticket)
    return await queries.add_attachment(
        connection,
        received.id,
        ticket_id,
        received.filename,
        received.media_type,
        received.size,
        received.sha256,
        received.visibility.value,
        side.value,
        actor.id,
        now,
    )


def _side(actor: Actor, ticket: Row, visibility: Visibility) -> Side:
    """For which side they attach; as with words, who asked for it does so as the customer."""
    sides = sides_of(actor, ticket, ticket["holders"])
    if not sides:
        raise OnlyLooksOn
    if visibility is Visibility.INTERNAL:
        sides = [side for side in sides if side is not Side.CUSTOMER]
        if not sides:
            raise ForProviderOnly(pointer="/visibility")
    return Side.CUSTOMER if Side.CUSTOMER in sides and is_asking(actor, ticket) else sides[0]


async def list_attachments(connection: Connection, actor: Actor, ticket_id: UUID) -> list[Row]:
    """Those that the caller may see, the oldest first; of one that was removed, what was known of it. UnknownTicket."""
    ticket = await readable_ticket(connection, actor, ticket_id)
    return [row for row in await queries.attachments_of(connection, ticket_id) if _is_open_to(actor, ticket, row)]


async def readable_attachment(connection: Connection, actor: Actor, ticket_id: UUID, attachment_id: UUID) -> Row:
    """One that was not removed. UnknownTicket, UnknownAttachment, AttachmentRemoved."""
    ticket = await readable_ticket(connection, actor, ticket_id)
    row = await queries.find_attachment(connection, ticket_id, attachment_id)
    if row is None or not _is_open_to(actor, ticket, row):
        raise UnknownAttachment
    if row["removed_at"] is not None:
        raise AttachmentRemoved(removed_at=instant_text(row["removed_at"]))
    return row


async def remove_attachment(
    connection: Connection, actor: Actor, ticket_id: UUID, attachment_id: UUID, expected: Expected, *, now: datetime
) -> None:
    """Note that it was removed; its file goes when that is committed.

    UnknownTicket, UnknownAttachment, AttachmentRemoved, NotYours, PreconditionFailed.
    """
    row = await readable_attachment(connection, actor, ticket_id, attachment_id)
    if actor.id != row["uploaded_by"] and not actor.has_role("admin"):
        raise NotYours
    expected.check(row["version"])
    if not await queries.remove_attachment(connection, attachment_id, by=actor.id, now=now):
        raise AttachmentRemoved(removed_at=instant_text(now))


def _is_open_to(actor: Actor, ticket: Row, row: Row) -> bool:
    return row["visibility"] == Visibility.PUBLIC or reads_internal(actor, ticket, ticket["holders"])


def public_attachment(row: Row) -> dict[str, Any]:
    """An attachment as its readers see it."""
    return {name: row[name] for name in AttachmentPublic.model_fields}


async def forget_file(files: Storage, attachment_id: UUID) -> None:
    """The file of a row that was removed; where the storage is away, the sweep has it later."""
    try:
        await files.remove(attachment_id)
    except StorageAway:
        log.warning("the file of the removed attachment %s stays for now", attachment_id)
