"""Routes of the OAuth 2.0 server: tokens, keys, what it can do."""

from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from services.identity.authorization.api.dependencies import Issuer, SignInLives
from services.identity.authorization.schemas import Jwks, OAuthError, OAuthTokens, ServerMetadata
from services.identity.authorization.service.grants import FORM, GrantRefused, grant_tokens, read_form
from services.identity.clients.rules import Scope
from services.shared.problems import Unavailable
from services.shared.routing import Now, SecretRoute, Transaction, feature_router

router = feature_router("oauth2", SecretRoute)
_NEVER_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_FIELDS = ("grant_type", "scope", "refresh_token", "client_id", "client_secret")
_TOKEN_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in _FIELDS},
                    "required": ["grant_type"],
                }
            }
        },
    }
}


@router.post(
    "/oauth2/token",
    response_model=OAuthTokens,
    response_model_exclude_none=True,
    responses={400: {"model": OAuthError}, 401: {"model": OAuthError}},
    openapi_extra=_TOKEN_FORM,
)
async def issue_token(
    session: Transaction, issuer: Issuer, lives: SignInLives, now: Now, request: Request
) -> JSONResponse:
    """Get tokens by `client_credentials` (client_secret_basic or client_secret_post) or `refresh_token` (RFC 6749).

    A refresh token works once; repeated within ten seconds it gives the same successor, later it ends the sign-in.
    """
    authorization = request.headers.get("authorization")
    try:
        form = read_form(request.headers.get("content-type", ""), await request.body())
        tokens = await grant_tokens(session, issuer, lives, form, authorization=authorization, now=now)
    except GrantRefused as refused:  # answered, not raised: what a refusal ends stays ended
        error = OAuthError(error=refused.error, error_description=refused.description)
        challenge = {"WWW-Authenticate": 'Basic realm="acuerdo"'} if refused.status == 401 else {}
        return JSONResponse(error.model_dump(), refused.status, {**_NEVER_KEPT, **challenge})
    answer = OAuthTokens(
        access_token=tokens.access_token,
        expires_in=int(tokens.expires_in.total_seconds()),
        scope=" ".join(sorted(tokens.scopes)),
        refresh_token=tokens.refresh_token,
    )
    return JSONResponse(answer.model_dump(exclude_none=True), headers=_NEVER_KEPT)


@router.get("/oauth2/jwks", response_model=Jwks)
async def list_keys(issuer: Issuer, now: Now) -> JSONResponse:
    """The public keys that our access tokens are verified with (RFC 7517)."""
    if not issuer.keys.is_loaded:
        raise Unavailable
    return JSONResponse(issuer.keys.jwks(now), headers={"Cache-Control": "public, max-age=30"})


@router.get("/.well-known/oauth-authorization-server")
async def get_metadata(request: Request) -> ServerMetadata:
    """What this authorization server can do today (RFC 8414)."""
    settings = request.app.state.settings
    origin = settings.public_url.rstrip("/")
    return ServerMetadata(
        issuer=settings.issuer,
        token_endpoint=f"{origin}/oauth2/token",
        jwks_uri=f"{origin}/oauth2/jwks",
        scopes_supported=sorted(Scope),
    )
