"""Route of who am I."""

from datetime import datetime
from typing import Annotated

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.authorization.schemas import Me
from services.identity.clients.queries import client_memberships, find_client
from services.identity.deputies.queries import deputy_of
from services.identity.people.queries import find_person
from services.identity.people.schemas import MembershipPublic
from services.identity.people.service.people import person_public
from services.shared.auth import Actor, requires
from services.shared.problems import Unauthenticated
from services.shared.routing import Now, Transaction, feature_router

router = feature_router("me")


@router.get("/v1/me", response_model_exclude_none=True)
async def get_me(actor: Annotated[Actor, requires()], session: Transaction, now: Now, response: Response) -> Me:
    """Read whom the token speaks for: roles and memberships as they are now, scopes as the token has them."""
    response.headers["Cache-Control"] = "no-store"
    me = await (_client(session, actor) if actor.is_client else _person(session, actor, now))
    if me is None:
        raise Unauthenticated
    return me


async def _person(session: AsyncSession, actor: Actor, now: datetime) -> Me | None:
    person = await find_person(session, actor.id)
    if person is None or not person.is_active:
        return None
    public = await person_public(session, person)
    shown = public.model_dump(
        include={"id", "email", "display_name", "locale", "customer_type", "roles", "memberships"}
    )
    deputyships = sorted(await deputy_of(session, actor.id, now=now))
    return Me(kind="person", scopes=sorted(actor.scopes), deputy_of=deputyships, **shown)


async def _client(session: AsyncSession, actor: Actor) -> Me | None:
    client = await find_client(session, actor.id)
    if client is None:
        return None
    memberships = [MembershipPublic.model_validate(row) for row in await client_memberships(session, client.id)]
    return Me(
        id=client.id, kind="client", display_name=client.name, memberships=memberships, scopes=sorted(actor.scopes)
    )
