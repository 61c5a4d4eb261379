"""A service account as callers send it and as they get it."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.identity.clients.rules import Scope
from services.identity.people.schemas import MembershipPublic, NewMembership
from services.shared.schemas import Input, Instant, Lax, Output, ShortText


class NewClient(Input):
    """What a service account is called, may do, and is in departments."""

    name: ShortText
    scopes: Annotated[list[Annotated[Scope, Lax]], Field(min_length=1, max_length=len(Scope))]
    memberships: Annotated[list[NewMembership], Field(max_length=500)] = []


class SecretPublic(Output):
    """A secret that exists, without saying it."""

    id: UUID
    created_at: Instant


class NewSecretPublic(Output):
    """A new secret: `client_secret` is shown now and never again."""

    id: UUID
    client_id: UUID
    client_secret: str
    created_at: Instant


class ClientPublic(Output):
    """A service account; its `id` is the `client_id` at /oauth2/token."""

    id: UUID
    name: str
    scopes: list[Scope]
    memberships: list[MembershipPublic]
    secrets: list[SecretPublic]
    version: int
    created_at: Instant


class NewClientPublic(ClientPublic):
    """A new service account with its first secret, which is shown now and never again."""

    client_secret: str
