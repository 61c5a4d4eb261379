"""Named reads of keys, sign-ins and refresh tokens."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.authorization.models import RefreshToken, SignIn, SigningKey


async def signing_keys(session: AsyncSession) -> Sequence[SigningKey]:
    """All keys, the one that begins to sign last at the end."""
    query = select(SigningKey).order_by(col(SigningKey.signs_from), col(SigningKey.kid))
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def lock_refresh_token(session: AsyncSession, token_hash: bytes) -> RefreshToken | None:
    return await session.get(RefreshToken, token_hash, with_for_update=True, populate_existing=True)


async def lock_sign_in(session: AsyncSession, sign_in_id: UUID) -> SignIn | None:
    return await session.get(SignIn, sign_in_id, with_for_update={"key_share": True}, populate_existing=True)


async def forget_expired_sign_ins(session: AsyncSession, now: datetime) -> None:
    """Delete sign-ins that have expired, and their tokens with them."""
    await session.execute(delete(SignIn).where(col(SignIn.expires_at) <= now))
