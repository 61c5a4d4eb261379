"""Named reads of local accounts."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.accounts.models import Account, PasswordLink
from services.identity.people.models import Person
from services.identity.people.rules import OrganisationRole


class SignInFacts(NamedTuple):
    """What a password is checked against."""

    person_id: UUID
    password_hash: str


async def sign_in_facts(session: AsyncSession, email: str) -> SignInFacts | None:
    """Of an active person with a password, by normalised address."""
    query = (
        select(col(Account.person_id), col(Account.password_hash))
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(col(Person.email) == email, col(Person.is_active))
    )
    row = (await session.execute(query)).one_or_none()
    return SignInFacts(*row) if row else None


async def lock_link(session: AsyncSession, token_hash: bytes) -> PasswordLink | None:
    return await session.get(PasswordLink, token_hash, with_for_update=True)


async def find_link(session: AsyncSession, token_hash: bytes) -> PasswordLink | None:
    return await session.get(PasswordLink, token_hash)


async def forget_links(session: AsyncSession, person_id: UUID) -> None:
    """Make all of a person's links useless."""
    await session.execute(delete(PasswordLink).where(col(PasswordLink.person_id) == person_id))


async def forget_expired_links(session: AsyncSession, now: datetime) -> None:
    await session.execute(delete(PasswordLink).where(col(PasswordLink.expires_at) <= now))


async def has_admin_who_can_sign_in(session: AsyncSession) -> bool:
    """Whether an active administrator has a password."""
    query = (
        select(col(Account.person_id))
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(col(Person.is_active), col(Person.roles).contains([OrganisationRole.ADMIN.value]))
        .limit(1)
    )
    return await session.scalar(query) is not None
