"""Use cases of service accounts."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.identity.clients.models import Client, ClientMembership, ClientSecret
from services.identity.clients.policies import can_give_department_roles, can_give_scopes, can_manage_clients
from services.identity.clients.queries import client_memberships, clients_public, find_client, lock_client, secrets_of
from services.identity.clients.schemas import ClientPublic, NewClient
from services.identity.people.schemas import NewMembership
from services.identity.people.service.people import check_departments
from services.shared.auth import Actor
from services.shared.etags import Expected
from services.shared.language import Texts
from services.shared.problems import Conflict, Forbidden, NotFound

MOST_SECRETS = 10
SECRET_PREFIX = "acs_"  # noqa: S105  (what secret scanners look for)


class ScopesNotYours(Forbidden):
    code = "scopes_not_yours_to_give"
    detail = Texts(
        "A service account gets no scope that you do not have yourself.",
        "Una cuenta de servicio no recibe ámbitos que usted no tiene.",
    )


class RolesInDepartmentsNotYours(Forbidden):
    code = "department_roles_not_yours_to_give"
    detail = Texts(
        "A service account gets no role in a department above your own there.",
        "Una cuenta de servicio no recibe en un departamento una función superior a la de usted.",
    )


class TooManySecrets(Conflict):
    code = "too_many_secrets"
    detail = Texts(
        "A service account has at most {most} secrets.", "Una cuenta de servicio tiene hasta {most} secretos."
    )


async def add_client(session: AsyncSession, actor: Actor, new: NewClient, *, now: datetime) -> tuple[Client, str]:
    """A new service account and its first secret.

    Forbidden, ScopesNotYours, RolesInDepartmentsNotYours, DepartmentUnknown, DepartmentTwice.
    """
    _check_manager(actor)
    await check_departments(session, new.memberships)
    _check_gift(actor, new.scopes, new.memberships)
    scopes = sorted({scope.value for scope in new.scopes})
    client = Client(id=uuid7(), name=new.name, scopes=scopes, created_at=now, changed_at=now)
    session.add(client)
    await session.flush()
    for each in new.memberships:
        session.add(ClientMembership(client_id=client.id, department_id=each.department_id, role=each.role))
    secret, row = _new_secret(client.id, now)
    session.add(row)
    await session.flush()
    return client, secret


async def get_client(session: AsyncSession, client_id: UUID) -> ClientPublic:
    """The service account; NotFound."""
    client = await find_client(session, client_id)
    if client is None:
        raise NotFound
    (found,) = await clients_public(session, [client])
    return found


async def remove_client(session: AsyncSession, actor: Actor, client_id: UUID, *, expected: Expected) -> None:
    """Remove a service account; tokens that it has stay good for their ten minutes."""
    client = await _lock(session, actor, client_id)
    expected.check(client.version)
    await session.delete(client)


async def add_secret(
    session: AsyncSession, actor: Actor, client_id: UUID, *, now: datetime
) -> tuple[ClientSecret, str]:
    """One more secret beside those that it has, so that they can be replaced without a gap.

    Whoever knows a secret is that account: ScopesNotYours, RolesInDepartmentsNotYours as if it were made now;
    TooManySecrets.
    """
    client = await _lock(session, actor, client_id)
    _check_gift(actor, client.scopes, await client_memberships(session, client_id))
    if len(await secrets_of(session, client_id)) >= MOST_SECRETS:
        raise TooManySecrets(most=MOST_SECRETS)
    secret, row = _new_secret(client_id, now)
    session.add(row)
    _note_change(client, now)
    await session.flush()
    return row, secret


async def remove_secret(
    session: AsyncSession, actor: Actor, client_id: UUID, secret_id: UUID, *, expected: Expected, now: datetime
) -> None:
    """Make a secret useless; `expected` is about the service account's version."""
    client = await _lock(session, actor, client_id)
    row = await session.get(ClientSecret, secret_id)
    if row is None or row.client_id != client_id:
        raise NotFound
    expected.check(client.version)
    await session.delete(row)
    _note_change(client, now)


async def authenticate_client(session: AsyncSession, client_id: str, secret: str) -> Client | None:
    """The service account with this id and one of its secrets; none for any other pair."""
    try:
        identifier = UUID(client_id)
    except ValueError:
        return None
    digest = _hash(secret)
    matches = [hmac.compare_digest(row.secret_hash, digest) for row in await secrets_of(session, identifier)]
    return await find_client(session, identifier) if any(matches) else None


def _check_gift(actor: Actor, scopes: Iterable[str], memberships: Iterable[NewMembership | ClientMembership]) -> None:
    """Nobody makes or becomes a program that may more than they may."""
    if not can_give_scopes(actor, scopes):
        raise ScopesNotYours(pointer="/scopes")
    if not can_give_department_roles(actor, {each.department_id: each.role for each in memberships}):
        raise RolesInDepartmentsNotYours(pointer="/memberships")


def _check_manager(actor: Actor) -> None:
    if not can_manage_clients(actor):
        raise Forbidden


async def _lock(session: AsyncSession, actor: Actor, client_id: UUID) -> Client:
    client = await lock_client(session, client_id)
    if client is None:
        raise NotFound
    _check_manager(actor)
    return client


def _note_change(client: Client, now: datetime) -> None:
    client.version += 1
    client.changed_at = now


def _new_secret(client_id: UUID, now: datetime) -> tuple[str, ClientSecret]:
    secret = SECRET_PREFIX + secrets.token_urlsafe(32)
    return secret, ClientSecret(id=uuid7(), client_id=client_id, secret_hash=_hash(secret), created_at=now)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
