"""Named reads of service accounts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.clients.models import Client, ClientMembership, ClientSecret
from services.identity.clients.schemas import ClientPublic
from services.shared.paging import PageWanted, older_than


async def find_client(session: AsyncSession, client_id: UUID) -> Client | None:
    return await session.get(Client, client_id)


async def lock_client(session: AsyncSession, client_id: UUID) -> Client | None:
    """The service account, locked until the transaction ends."""
    return await session.get(Client, client_id, with_for_update={"key_share": True}, populate_existing=True)


async def page_of_clients(session: AsyncSession, page: PageWanted) -> Sequence[Client]:
    """Newest first, one more than the page holds."""
    query = select(Client).order_by(col(Client.id).desc()).limit(page.limit + 1)
    after = page.typed_after(UUID)
    if after is not None:
        query = query.where(older_than([col(Client.id)], after))
    return (await session.scalars(query)).all()


async def client_memberships(session: AsyncSession, client_id: UUID) -> Sequence[ClientMembership]:
    query = select(ClientMembership).where(col(ClientMembership.client_id) == client_id)
    return (await session.scalars(query.order_by(col(ClientMembership.department_id)))).all()


async def secrets_of(session: AsyncSession, client_id: UUID) -> Sequence[ClientSecret]:
    """Its secrets' hashes, oldest first."""
    query = select(ClientSecret).where(col(ClientSecret.client_id) == client_id)
    return (await session.scalars(query.order_by(col(ClientSecret.id)))).all()


async def clients_public(session: AsyncSession, clients: Iterable[Client]) -> list[ClientPublic]:
    """Service accounts as we answer them, each with its memberships and secrets."""
    rows = list(clients)
    ids = [row.id for row in rows]
    memberships: defaultdict[UUID, list[ClientMembership]] = defaultdict(list)
    for membership in await session.scalars(
        select(ClientMembership)
        .where(col(ClientMembership.client_id).in_(ids))
        .order_by(col(ClientMembership.department_id))
    ):
        memberships[membership.client_id].append(membership)
    secrets: defaultdict[UUID, list[ClientSecret]] = defaultdict(list)
    for secret in await session.scalars(
        select(ClientSecret).where(col(ClientSecret.client_id).in_(ids)).order_by(col(ClientSecret.id))
    ):
        secrets[secret.client_id].append(secret)
    return [
        ClientPublic.model_validate(
            {**row.model_dump(), "memberships": memberships[row.id], "secrets": secrets[row.id]}
        )
        for row in rows
    ]
