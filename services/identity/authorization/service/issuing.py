"""Making access tokens: what they say of a person or of a service account."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from services.identity.authorization.rules import department_claims
from services.identity.authorization.service.keys import SigningKeys
from services.identity.clients.models import Client, ClientMembership
from services.identity.people.models import Membership, Person


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Signs access tokens that live for `life` and are meant for `audience`."""

    keys: SigningKeys
    issuer: str
    audience: str
    life: timedelta

    def for_person(
        self,
        person: Person,
        memberships: Sequence[Membership],
        scopes: frozenset[str],
        *,
        deputy_of: Collection[UUID] = (),
        sign_in_id: UUID,
        now: datetime,
    ) -> str:
        """An access token of a person who signed in, and who is the deputy of these departments' managers today."""
        claims = {
            "roles": person.roles,
            "customer_type": person.customer_type.value,
            "sid": str(sign_in_id),
            **department_claims({each.department_id: each.role for each in memberships}, deputy_of),
        }
        return self._sign(person.id, scopes, claims, now)

    def for_client(
        self, client: Client, memberships: Sequence[ClientMembership], scopes: frozenset[str], *, now: datetime
    ) -> str:
        """An access token of a service account."""
        claims = {
            "client": True,
            "client_id": str(client.id),
            **department_claims({each.department_id: each.role for each in memberships}),
        }
        return self._sign(client.id, scopes, claims, now)

    def _sign(self, subject: UUID, scopes: frozenset[str], claims: Mapping[str, object], now: datetime) -> str:
        issued = int(now.timestamp())
        standard = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(subject),
            "iat": issued,
            "exp": issued + int(self.life.total_seconds()),
            "jti": str(uuid7()),
            "scope": " ".join(sorted(scopes)),
        }
        return self.keys.signer(now).sign({**standard, **claims})
