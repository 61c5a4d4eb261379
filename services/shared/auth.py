"""Who is asking: the actor that a token speaks for, and the scopes that a route asks of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase

from services.shared.department_roles import RolesUnavailable
from services.shared.key_ring import KeysUnavailable
from services.shared.language import Texts
from services.shared.problems import Forbidden, Unauthenticated, Unavailable
from services.shared.tokens import Claims, TokenRefused


class MissingScope(Forbidden):
    code = "missing_scope"
    detail = Texts("This needs the scope {scope}.", "Esto requiere el ámbito {scope}.")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a service account, as its token tells it.

    `roles` are those in the organisation, `department_roles` one role per department id, `deputy_of` the departments
    whose manager the actor stands in for today; `token` is what a call on the actor's behalf passes on.
    """

    id: UUID
    is_client: bool = False
    roles: frozenset[str] = frozenset()
    department_roles: Mapping[UUID, str] = field(default_factory=dict)
    deputy_of: frozenset[UUID] = frozenset()
    scopes: frozenset[str] = frozenset()
    customer_type: str | None = None
    token: str = field(default="", repr=False)

    def has_role(self, *roles: str) -> bool:
        """Whether the actor has one of these roles in the organisation."""
        return not self.roles.isdisjoint(roles)

    def has_department_role(self, department_id: UUID, *roles: str) -> bool:
        """Whether the actor has one of these roles in that department itself."""
        return self.department_roles.get(department_id) in roles


def actor_of(claims: Claims, token: str) -> Actor:
    """The actor of a verified token, from our claims `roles`, `departments`, `deputy_of`, `client`…"""
    departments: Mapping[str, str] = claims.all.get("departments") or {}
    return Actor(
        id=claims.subject,
        is_client=bool(claims.all.get("client")),
        roles=frozenset(claims.all.get("roles") or ()),
        department_roles={UUID(key): role for key, role in departments.items()},
        deputy_of=frozenset(UUID(key) for key in claims.all.get("deputy_of") or ()),
        scopes=claims.scopes,
        customer_type=claims.all.get("customer_type"),
        token=token,
    )


async def authenticate(request: Request) -> Actor | None:
    """The request's actor, none without an Authorization header; Unauthenticated for a bad one."""
    known: Any = getattr(request.state, "actor", None)
    if isinstance(known, Actor):
        return known
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or len(request.headers.getlist("authorization")) != 1:
        raise Unauthenticated
    try:
        claims = await request.app.state.tokens.verify(token.strip())
        actor = actor_of(claims, token.strip())
        if claims.all.get("departments_elided"):
            standing = await request.app.state.department_roles(actor.id, actor.token)
            actor = replace(actor, department_roles=standing.roles, deputy_of=standing.deputy_of)
    except (KeysUnavailable, RolesUnavailable) as unavailable:
        raise Unavailable from unavailable
    except TokenRefused as refused:
        raise Unauthenticated from refused
    request.state.actor = actor
    return actor


class _SignedIn(SecurityBase):
    """The dependency of routes that ask for a signed-in actor, and the contract's word about their token, in one."""

    model = HTTPBearer(bearerFormat="JWT")
    scheme_name = "access_token"

    async def __call__(self, request: Request, wanted: SecurityScopes) -> Actor:
        actor = await authenticate(request)
        if actor is None:
            raise Unauthenticated
        for scope in wanted.scopes:
            if scope not in actor.scopes:
                raise MissingScope(scope=scope)
        return actor


_signed_in = _SignedIn()


def requires(*scopes: str) -> Any:
    """A signature's word for "signed in, with these scopes": `actor: Annotated[Actor, requires("tickets:write")]`."""
    return Security(_signed_in, scopes=list(scopes))


OptionalActor = Annotated[Actor | None, Depends(authenticate)]
"""On a public route: none without a token; a token that is sent must be good."""


def is_protected(dependency: Any) -> bool:
    """Whether a route's dependant tree asks for a signed-in actor."""
    return dependency.call is _signed_in or any(is_protected(inner) for inner in dependency.dependencies)
