"""Sign-ins, tokens and who am I, as callers send them and as they get them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.identity.people.rules import CustomerType, OrganisationRole
from services.identity.people.schemas import Email, MembershipPublic
from services.shared.schemas import NO_NUL, Input, Output


class NewSession(Input):
    """What proves who somebody is."""

    email: Email
    password: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
    otp: Annotated[
        str | None,
        StringConstraints(max_length=10, pattern=NO_NUL),
        Field(description="one-time password; ignored for a person who has enrolled no second factor"),
    ] = None


class TokensPublic(Output):
    """An access token for some minutes, and a refresh token that gives the next one, once."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int = Field(description="seconds")


class OAuthTokens(Output):
    """The answer of /oauth2/token (RFC 6749, 5.1); service accounts get no refresh token."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int = Field(description="seconds")
    scope: str
    refresh_token: str | None = None


class OAuthError(Output):
    """A refusal of /oauth2/token (RFC 6749, 5.2)."""

    error: str
    error_description: str


class Jwks(Output):
    """Our public keys (RFC 7517)."""

    keys: list[dict[str, Any]]


class ServerMetadata(Output):
    """What this authorization server can do today (RFC 8414)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    scopes_supported: list[str]
    response_types_supported: list[str] = []
    grant_types_supported: list[str] = ["client_credentials", "refresh_token"]
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic", "client_secret_post", "none"]


class Me(Output):
    """Whom the token speaks for, as they are now; `scopes` are the token's.

    `deputy_of` are the departments whose manager a person stands in for today.
    """

    id: UUID
    kind: Literal["person", "client"]
    display_name: str
    email: str | None = None
    locale: str | None = None
    customer_type: CustomerType | None = None
    roles: list[OrganisationRole] = []
    memberships: list[MembershipPublic]
    deputy_of: list[UUID] = []
    scopes: list[str]
