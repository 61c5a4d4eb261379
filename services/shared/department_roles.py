"""The roles of somebody with too many departments for a token: asked of the issuer once per token, and remembered."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import httpx
from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is in departments: one role per department id, and those whose deputy they are today."""

    roles: Mapping[UUID, str]
    deputy_of: frozenset[UUID] = frozenset()


REMEMBERED = 1_000


class RolesUnavailable(Exception):
    """The issuer did not answer, so nobody can say what this actor may do."""


class _Membership(BaseModel):
    department_id: UUID
    role: str


class _Me(BaseModel):
    """As much of /v1/me as is read here."""

    memberships: list[_Membership]
    deputy_of: list[UUID] = []


class RolesFromMe:
    """Asks `GET /v1/me` of identity with the token itself; the answer holds as long as the token does."""

    def __init__(self, identity_url: str) -> None:
        self._url = f"{identity_url.rstrip('/')}/v1/me"
        self._known: OrderedDict[bytes, Standing] = OrderedDict()

    async def __call__(self, subject: UUID, token: str) -> Standing:
        """The roles and deputyships; RolesUnavailable where identity is away or no longer knows the token's subject."""
        digest = hashlib.sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known is not None:
            return known
        try:
            async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
                answer = await client.get(self._url, headers={"Authorization": f"Bearer {token}"})
                me = _Me.model_validate_json(answer.raise_for_status().content)
        except (httpx.HTTPError, ValueError) as error:
            raise RolesUnavailable from error
        standing = Standing({each.department_id: each.role for each in me.memberships}, frozenset(me.deputy_of))
        self._known[digest] = standing
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return standing
