"""Use cases of sign-ins: begin one, refresh its tokens, end it."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.identity.authorization.models import RefreshToken, SignIn
from services.identity.authorization.queries import lock_refresh_token, lock_sign_in
from services.identity.authorization.rules import DEPUTY, REPEAT_WINDOW, narrowed, scopes_of
from services.identity.authorization.service.issuing import TokenIssuer
from services.identity.deputies.queries import deputy_of
from services.identity.people.models import Person
from services.identity.people.queries import find_person, memberships_of

REFRESH_PREFIX = "acr_"


@dataclass(frozen=True, slots=True)
class Lives:
    """How long a sign-in lasts at most, and how long one refresh token waits to be used."""

    sign_in: timedelta
    refresh_token: timedelta


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in or a grant gives; `expires_in` is about the access token."""

    access_token: str
    expires_in: timedelta
    scopes: frozenset[str]
    refresh_token: str | None = None


async def begin_sign_in(
    session: AsyncSession, issuer: TokenIssuer, lives: Lives, person: Person, *, now: datetime
) -> Tokens:
    """Sign in a person who has proved who they are."""
    sign_in = SignIn(
        id=uuid7(),
        person_id=person.id,
        chain_secret=secrets.token_bytes(32),
        created_at=now,
        expires_at=now + lives.sign_in,
    )
    session.add(sign_in)
    await session.flush()
    token = REFRESH_PREFIX + secrets.token_urlsafe(32)
    session.add(_row(token, sign_in, lives, now))
    await session.flush()
    tokens = await _tokens(session, issuer, sign_in, person, token, None, now)
    if tokens is None:
        raise AssertionError("without a wish all scopes are given")
    return tokens


async def refresh(
    session: AsyncSession, issuer: TokenIssuer, lives: Lives, token: str, *, scope: str | None, now: datetime
) -> Tokens | None:
    """The next tokens for a refresh token, none where it is no good or the scope too wide.

    A repeat within ten seconds gets the same successor; any later one ends the sign-in, which is a change to commit.
    """
    row = await lock_refresh_token(session, _hash(token))
    sign_in = await lock_sign_in(session, row.sign_in_id) if row else None
    if row is None or sign_in is None or sign_in.ended_at is not None or min(row.expires_at, sign_in.expires_at) <= now:
        return None
    if row.used_at is not None and now - row.used_at > REPEAT_WINDOW:
        sign_in.ended_at = now
        return None
    person = await find_person(session, sign_in.person_id)
    if person is None or not is_alive(sign_in, person):
        return None
    successor = _successor(sign_in, token)
    tokens = await _tokens(session, issuer, sign_in, person, successor, scope, now)
    if tokens is not None and row.used_at is None:
        row.used_at = now
        session.add(_row(successor, sign_in, lives, now))
    return tokens


async def end_sign_in(session: AsyncSession, sign_in_id: UUID, *, now: datetime) -> bool:
    """Sign out: its refresh tokens stop working. False where there is no such sign-in."""
    sign_in = await lock_sign_in(session, sign_in_id)
    if sign_in is None:
        return False
    sign_in.ended_at = sign_in.ended_at or now
    return True


def is_alive(sign_in: SignIn, person: Person) -> bool:
    """Whether the person is active and was not signed out everywhere since."""
    return person.is_active and (person.signed_out_at is None or sign_in.created_at > person.signed_out_at)


async def _tokens(
    session: AsyncSession,
    issuer: TokenIssuer,
    sign_in: SignIn,
    person: Person,
    refresh_token: str,
    scope: str | None,
    now: datetime,
) -> Tokens | None:
    memberships = (await memberships_of(session, [person.id])).get(person.id, [])
    deputyships = await deputy_of(session, person.id, now=now)
    roles = [*person.roles, *(each.role for each in memberships), *([DEPUTY] if deputyships else [])]
    scopes = narrowed(scope, scopes_of(roles))
    if scopes is None:
        return None
    access_token = issuer.for_person(person, memberships, scopes, deputy_of=deputyships, sign_in_id=sign_in.id, now=now)
    return Tokens(access_token, issuer.life, scopes, refresh_token)


def _row(token: str, sign_in: SignIn, lives: Lives, now: datetime) -> RefreshToken:
    expires_at = min(now + lives.refresh_token, sign_in.expires_at)
    return RefreshToken(token_hash=_hash(token), sign_in_id=sign_in.id, issued_at=now, expires_at=expires_at)


def _successor(sign_in: SignIn, token: str) -> str:
    digest = hmac.digest(sign_in.chain_secret, token.encode(), "sha256")
    return REFRESH_PREFIX + urlsafe_b64encode(digest).rstrip(b"=").decode()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
