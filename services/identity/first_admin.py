"""How an empty organisation gets its first people, from within: an administrator by link, and a demo's people."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.accounts.models import Account
from services.identity.accounts.queries import has_admin_who_can_sign_in
from services.identity.accounts.service.accounts import invite, set_password
from services.identity.accounts.service.passwords import Passwords
from services.identity.clients.rules import Scope
from services.identity.db import lock_for_transaction
from services.identity.people.models import Person
from services.identity.people.queries import find_membership, find_person_by_email
from services.identity.people.rules import OrganisationRole
from services.identity.people.schemas import NewPerson
from services.identity.people.service.memberships import add_membership
from services.identity.people.service.people import add_person
from services.shared.auth import Actor

PLATFORM = Actor(
    id=UUID(int=0), roles=frozenset({OrganisationRole.ADMIN.value}), scopes=frozenset(scope.value for scope in Scope)
)
"""Who acts while nobody can sign in yet: the platform itself, from within and never by a token."""
FIRST_EMAIL = "admin@localhost"
LINK_LIFE = timedelta(days=7)


async def invite_first_admin(session: AsyncSession, *, base_url: str, now: datetime) -> str | None:
    """A one-time link that sets the first administrator's password; none once an administrator can sign in.

    Makes that administrator (`admin@localhost`) where there is none. A new link makes the one before it useless.
    """
    await lock_for_transaction(session, "administrators")
    if await has_admin_who_can_sign_in(session):
        return None
    admin = await _some_admin(session)
    if admin is None:
        new = NewPerson(email=FIRST_EMAIL, display_name="Administrator", roles=[OrganisationRole.ADMIN])
        admin = await add_person(session, PLATFORM, new, now=now)
    return await invite(session, admin, base_url=base_url, life=LINK_LIFE, now=now)


async def ensure_person(
    session: AsyncSession, passwords: Passwords, new: NewPerson, *, password: str, now: datetime
) -> Person:
    """The person with this address, made where missing, with at least these memberships and with a password.

    A password that is there already stays.
    """
    person = await find_person_by_email(session, new.email)
    if person is None:
        person = await add_person(session, PLATFORM, new, now=now)
    for each in new.memberships:
        if await find_membership(session, person.id, each.department_id) is None:
            await add_membership(session, PLATFORM, each.department_id, person.id, each.role, now=now)
    if await session.get(Account, person.id) is None:
        await set_password(session, passwords, person, password, now=now)
    return person


async def _some_admin(session: AsyncSession) -> Person | None:
    query = select(Person).where(col(Person.is_active), col(Person.roles).contains([OrganisationRole.ADMIN.value]))
    found: Person | None = await session.scalar(query.order_by(col(Person.id)).limit(1))
    return found
