"""Routes of signing in and out with a local password."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from services.identity.accounts.service.sign_in import WrongCredentials, prove_password
from services.identity.accounts.service.throttle import TooManySignIns
from services.identity.authorization.api.dependencies import Issuer, SignInLives
from services.identity.authorization.schemas import NewSession, TokensPublic
from services.identity.authorization.service.sign_ins import begin_sign_in, end_sign_in
from services.identity.people.queries import find_person
from services.shared.auth import Actor, requires
from services.shared.problems import NotFound
from services.shared.routing import Now, SecretRoute, Transaction, feature_router, problem_responses

router = feature_router("sessions", SecretRoute)


@router.post("/v1/sessions", status_code=201, responses=problem_responses(WrongCredentials, TooManySignIns))
async def begin_session(
    proof: NewSession,
    session: Transaction,
    issuer: Issuer,
    lives: SignInLives,
    now: Now,
    request: Request,
    response: Response,
) -> TokensPublic:
    """Sign in with e-mail and password. After five failures in a row from one place each try has to wait longer."""
    state = request.app.state
    person_id = await prove_password(
        state.sessions,
        state.passwords,
        state.throttle,
        email=proof.email,
        password=proof.password,
        address=_address_of(request),
        now=now,
    )
    person = await find_person(session, person_id)
    if person is None or not person.is_active:
        raise WrongCredentials
    tokens = await begin_sign_in(session, issuer, lives, person, now=now)
    response.headers["Cache-Control"] = "no-store"
    return TokensPublic(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token or "",
        expires_in=int(tokens.expires_in.total_seconds()),
    )


@router.delete("/v1/sessions/current", status_code=204, responses=problem_responses(NotFound))
async def end_session(actor: Annotated[Actor, requires()], session: Transaction, now: Now, request: Request) -> None:
    """Sign out: the refresh token stops working now, the access token when it expires. Needs no If-Match."""
    claims = await request.app.state.tokens.verify(actor.token)
    sign_in_id = claims.all.get("sid")
    if sign_in_id is None or not await end_sign_in(session, UUID(sign_in_id), now=now):
        raise NotFound


def _address_of(request: Request) -> str:
    """The client's address as the gateway tells it, which lets no caller's own X-Forwarded-For through."""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return forwarded or (request.client.host if request.client else "")
