"""Routes of one-time links: made by an administrator, used by a program on behalf of the person."""

from typing import Annotated

from fastapi import Depends, Request, Response

from services.identity.accounts.schemas import PasswordByLink, PasswordLinkPublic
from services.identity.accounts.service import accounts as service
from services.identity.accounts.service.accounts import EasyPassword, LinkUnknown, PersonDisabled
from services.identity.accounts.service.passwords import Passwords
from services.identity.settings import IdentitySettings
from services.shared.auth import Actor, requires
from services.shared.routing import Now, SecretRoute, Transaction, feature_router, problem_responses
from services.shared.schemas import Id


async def _passwords_of(request: Request) -> Passwords:
    passwords: Passwords = request.app.state.passwords
    return passwords


async def _settings_of(request: Request) -> IdentitySettings:
    settings: IdentitySettings = request.app.state.settings
    return settings


PasswordHashing = Annotated[Passwords, Depends(_passwords_of)]
Settings = Annotated[IdentitySettings, Depends(_settings_of)]

people_router = feature_router("people", SecretRoute)
sessions_router = feature_router("sessions", SecretRoute)


@people_router.post(
    "/v1/people/{person_id}/password-links", status_code=201, responses=problem_responses(PersonDisabled)
)
async def make_password_link(
    actor: Annotated[Actor, requires("people:write")],
    person_id: Id,
    session: Transaction,
    settings: Settings,
    now: Now,
    response: Response,
) -> PasswordLinkPublic:
    """Make a link with which the person sets a password once; administrators only. Earlier links stop working."""
    life = settings.password_link_life
    link = await service.make_password_link(session, actor, person_id, base_url=settings.public_url, life=life, now=now)
    response.headers["Cache-Control"] = "no-store"
    return PasswordLinkPublic(link=link, expires_at=now + life)


@sessions_router.post("/v1/sessions/passwords", status_code=204, responses=problem_responses(LinkUnknown, EasyPassword))
async def set_password(wanted: PasswordByLink, session: Transaction, passwords: PasswordHashing, now: Now) -> None:
    """Set a password with the token of a one-time link. Needs no access token; signs the person out everywhere."""
    await service.set_password_by_link(session, passwords, token=wanted.token, password=wanted.password, now=now)
