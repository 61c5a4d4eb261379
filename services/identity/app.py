"""The identity service, put together."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from fastapi import FastAPI

from services.identity.absences import api as absences
from services.identity.absences.queries import forget_past_absences
from services.identity.accounts.api import links, page
from services.identity.accounts.queries import forget_expired_links
from services.identity.accounts.service.passwords import passwords_of
from services.identity.accounts.service.throttle import SignInThrottle
from services.identity.authorization.api import me, oauth, sessions
from services.identity.authorization.queries import forget_expired_sign_ins
from services.identity.authorization.service.issuing import TokenIssuer
from services.identity.authorization.service.keys import KeySeal, SigningKeys, ensure_signing_key
from services.identity.clients import api as clients
from services.identity.clients.models import ClientMembership
from services.identity.clients.queries import client_memberships
from services.identity.db import Outbox
from services.identity.departments import api as departments
from services.identity.deputies import api as deputies
from services.identity.deputies.queries import deputy_of
from services.identity.people.api import members, people
from services.identity.people.models import Membership
from services.identity.people.queries import memberships_of
from services.identity.settings import IdentitySettings
from services.shared.db import OUTAGES
from services.shared.department_roles import Standing
from services.shared.relay import Relay
from services.shared.service_app import service_app
from services.shared.upkeep import outbox_check, tidy

log = logging.getLogger(__name__)
ROUTERS = (
    departments.router,
    members.router,
    deputies.router,
    absences.router,
    people.router,
    links.people_router,
    links.sessions_router,
    sessions.router,
    clients.router,
    oauth.router,
    page.router,
    me.router,
)
KEYS_EVERY = 30.0
"""Seconds after which a key that another replica has made is known here: less than it is published ahead."""
AFTER_OUTAGE = 1.0


def create_app(settings: IdentitySettings | None = None) -> FastAPI:
    """The app, with the settings of the environment where none are given."""
    settings = settings or IdentitySettings()
    app = service_app(
        settings,
        name="identity",
        routers=ROUTERS,
        tasks=lambda app: (
            lambda: _keep_keys(app),
            lambda: tidy(app, forget_expired_links, forget_expired_sign_ins, forget_past_absences),
            _relay(settings).run,
        ),
        around=_password_threads,
        checks=lambda app: {"keys": lambda: _keys_are_loaded(app), "outbox": lambda: outbox_check(app, Outbox)},
    )
    secret = settings.key_encryption_secret
    app.state.seal = KeySeal(secret.get_secret_value() if secret else None)
    app.state.keys = SigningKeys(app.state.seal, app.state.tokens)
    app.state.issuer = TokenIssuer(app.state.keys, settings.issuer, settings.audience, settings.access_token_life)
    app.state.passwords = passwords_of(settings)
    app.state.throttle = SignInThrottle()
    app.state.department_roles = partial(_department_roles, app)
    return app


@asynccontextmanager
async def _password_threads(app: FastAPI) -> AsyncIterator[None]:
    try:
        yield
    finally:
        app.state.passwords.close()


async def _department_roles(app: FastAPI, subject: UUID, token: str) -> Standing:
    """What other services ask of /v1/me about somebody with too many departments for a token."""
    async with app.state.sessions() as session:
        of_person = (await memberships_of(session, [subject])).get(subject, [])
        of_program = await client_memberships(session, subject)
        deputyships = await deputy_of(session, subject, now=datetime.now(UTC))
    roles: list[Membership | ClientMembership] = [*of_person, *of_program]
    return Standing({each.department_id: each.role for each in roles}, deputyships)


def _relay(settings: IdentitySettings) -> Relay:
    return Relay(service="identity", database_url=settings.database_url, nats_url=settings.nats_url)


async def load_keys(app: FastAPI) -> None:
    """Have the signing keys in memory; make the first one where there is none."""
    now = datetime.now(UTC)
    async with app.state.sessions() as session, session.begin():
        if not app.state.keys.is_loaded:
            await ensure_signing_key(session, app.state.seal, now=now)
        await app.state.keys.load(session, now=now)


async def _keep_keys(app: FastAPI) -> None:
    while True:
        try:
            await load_keys(app)
            pause = KEYS_EVERY
        except OUTAGES as error:
            log.warning("the signing keys cannot be read: %r", error)
            pause = AFTER_OUTAGE
        await asyncio.sleep(pause)


async def _keys_are_loaded(app: FastAPI) -> tuple[bool, object]:
    return (True, "loaded") if app.state.keys.is_loaded else (False, "not loaded yet")
