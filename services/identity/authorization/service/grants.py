"""The grants of /oauth2/token (RFC 6749): read, checked, and answered in OAuth's own terms."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl, unquote_plus

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.authorization.rules import narrowed
from services.identity.authorization.service.issuing import TokenIssuer
from services.identity.authorization.service.sign_ins import Lives, Tokens, refresh
from services.identity.clients.queries import client_memberships
from services.identity.clients.service import authenticate_client

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20


class GrantRefused(Exception):
    """A refusal with its code and description (RFC 6749, 5.2); 401 where the client did not prove who it is."""

    def __init__(self, error: str, description: str) -> None:
        self.error = error
        self.description = description
        self.status = 401 if error == "invalid_client" else 400
        super().__init__(error)


def read_form(content_type: str, body: bytes) -> dict[str, str]:
    """The form's parameters; one without a value counts as left out, one that comes twice is refused.

    >>> read_form("application/x-www-form-urlencoded", b"grant_type=refresh_token&scope=")
    {'grant_type': 'refresh_token'}
    """
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise GrantRefused("invalid_request", f"the body must be {FORM}")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise GrantRefused("invalid_request", "the body cannot be read as a form") from error
    form = dict(pairs)
    if len(form) < len(pairs):
        raise GrantRefused("invalid_request", "a parameter comes twice")
    return {name: value for name, value in form.items() if value}


def client_credentials(form: Mapping[str, str], authorization: str | None) -> tuple[str, str] | None:
    """Id and secret as the client sent them, in the header or in the form; none where it sent neither.

    >>> client_credentials({"client_id": "a", "client_secret": "b"}, None), client_credentials({}, "Basic YTpi")
    (('a', 'b'), ('a', 'b'))
    """
    if authorization is None:
        return (form.get("client_id", ""), form["client_secret"]) if "client_secret" in form else None
    if "client_secret" in form:
        raise GrantRefused("invalid_request", "credentials come in the header or in the form, not in both")
    scheme, _, encoded = authorization.partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, ValueError):
        decoded = ""
    identifier, colon, secret = decoded.partition(":")
    if not colon:
        raise GrantRefused("invalid_client", "the Authorization header cannot be read")
    return unquote_plus(identifier), unquote_plus(secret)


async def grant_tokens(
    session: AsyncSession,
    issuer: TokenIssuer,
    lives: Lives,
    form: Mapping[str, str],
    *,
    authorization: str | None,
    now: datetime,
) -> Tokens:
    """The tokens for a form; GrantRefused, after which the transaction must still be committed."""
    match form.get("grant_type"):
        case "client_credentials":
            return await _client_credentials(session, issuer, form, authorization, now)
        case "refresh_token":
            return await _refresh_token(session, issuer, lives, form, authorization, now)
        case None:
            raise GrantRefused("invalid_request", "grant_type is missing")
        case _:
            raise GrantRefused("unsupported_grant_type", "client_credentials and refresh_token are supported")


async def _client_credentials(
    session: AsyncSession, issuer: TokenIssuer, form: Mapping[str, str], authorization: str | None, now: datetime
) -> Tokens:
    credentials = client_credentials(form, authorization)
    client = await authenticate_client(session, *credentials) if credentials else None
    if client is None:
        raise GrantRefused("invalid_client", "unknown client or wrong secret")
    scopes = narrowed(form.get("scope"), frozenset(client.scopes))
    if scopes is None:
        raise GrantRefused("invalid_scope", "the client was not given all of these scopes")
    memberships = await client_memberships(session, client.id)
    return Tokens(issuer.for_client(client, memberships, scopes, now=now), issuer.life, scopes)


async def _refresh_token(
    session: AsyncSession,
    issuer: TokenIssuer,
    lives: Lives,
    form: Mapping[str, str],
    authorization: str | None,
    now: datetime,
) -> Tokens:
    token = form.get("refresh_token")
    if token is None:
        raise GrantRefused("invalid_request", "refresh_token is missing")
    if authorization is not None or "client_id" in form or "client_secret" in form:
        # Sign-ins are made at /v1/sessions without a client, so none of their tokens was issued to one.
        raise GrantRefused("invalid_grant", "the token was not issued to this client")
    tokens = await refresh(session, issuer, lives, token, scope=form.get("scope"), now=now)
    if tokens is None:
        raise GrantRefused("invalid_grant", "the token is unknown, used, expired, or does not reach that far")
    return tokens
