"""Use cases of local accounts: one-time links, setting a password, checking one."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.accounts.models import Account, PasswordLink
from services.identity.accounts.queries import find_link, forget_links, lock_link
from services.identity.accounts.rules import is_easy_to_guess
from services.identity.accounts.service.passwords import Passwords
from services.identity.people.models import Person
from services.identity.people.policies import can_give_roles
from services.identity.people.queries import find_person, lock_person
from services.shared.auth import Actor
from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound

LINK_PATH = "/oauth2/password"
"""Where a person opens the link: a page that needs no token."""


class EasyPassword(Conflict):
    code = "password_easy_to_guess"
    detail = Texts(
        "This password is easy to guess. Take several words that do not belong together.",
        "Esta contraseña es fácil de adivinar. Use varias palabras que no vayan juntas.",
    )


class LinkUnknown(NotFound):
    code = "password_link_unknown"
    detail = Texts(
        "This link has been used or has expired. Ask for a new one.",
        "Este enlace ya se usó o ha caducado. Pida uno nuevo.",
    )


class PersonDisabled(Conflict):
    code = "person_disabled"
    detail = Texts("This person is disabled.", "Esta persona está desactivada.")


async def invite(session: AsyncSession, person: Person, *, base_url: str, life: timedelta, now: datetime) -> str:
    """A fresh link with which the person sets a password once; links made before stop working."""
    token = secrets.token_urlsafe(32)
    await forget_links(session, person.id)
    session.add(PasswordLink(token_hash=_hash(token), person_id=person.id, created_at=now, expires_at=now + life))
    await session.flush()
    return f"{base_url.rstrip('/')}{LINK_PATH}?token={token}"


async def make_password_link(
    session: AsyncSession, actor: Actor, person_id: UUID, *, base_url: str, life: timedelta, now: datetime
) -> str:
    """As `invite`, for an administrator (whoever holds the link can sign in as that person); NotFound, Forbidden."""
    person = await lock_person(session, person_id)
    if person is None:
        raise NotFound
    if not can_give_roles(actor):
        raise Forbidden
    if not person.is_active:
        raise PersonDisabled
    return await invite(session, person, base_url=base_url, life=life, now=now)


async def person_of_link(session: AsyncSession, token: str, *, now: datetime) -> Person:
    """Whose password the link sets; LinkUnknown. Changes nothing."""
    return await _owner(session, await find_link(session, _hash(token)), now)


async def set_password_by_link(
    session: AsyncSession, passwords: Passwords, *, token: str, password: str, now: datetime
) -> Person:
    """Set the password and use the link up; LinkUnknown, EasyPassword."""
    person = await _owner(session, await lock_link(session, _hash(token)), now)
    await set_password(session, passwords, person, password, now=now)
    await forget_links(session, person.id)
    return person


async def set_password(
    session: AsyncSession, passwords: Passwords, person: Person, password: str, *, now: datetime
) -> None:
    """Give the person this password and sign them out everywhere; EasyPassword."""
    local_part = person.email.partition("@")[0]
    if is_easy_to_guess(password, known_words=(person.email, local_part, person.display_name)):
        raise EasyPassword(pointer="/password")
    values = {"password_hash": await passwords.hash(password), "changed_at": now}
    row = insert(Account).values(person_id=person.id, **values)
    await session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=values))
    person.signed_out_at = now
    await session.flush()


async def renew_hash(session: AsyncSession, person_id: UUID, password_hash: str) -> None:
    """Keep a hash of the same password made with today's parameters."""
    account = await session.get(Account, person_id, with_for_update=True)
    if account is not None:
        account.password_hash = password_hash


async def _owner(session: AsyncSession, link: PasswordLink | None, now: datetime) -> Person:
    if link is None or link.expires_at <= now:
        raise LinkUnknown(pointer="/token")
    person = await find_person(session, link.person_id)
    if person is None or not person.is_active:
        raise LinkUnknown(pointer="/token")
    return person


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
