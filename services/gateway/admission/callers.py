"""Who is calling: the token's subject where there is one, else the client's address."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from services.gateway.admission.shape import Headers
from services.gateway.exchange import Scope
from services.gateway.routes import Route
from services.shared.key_ring import KeysUnavailable, TokenVerifier
from services.shared.problems import Unauthenticated, Unavailable
from services.shared.tokens import Claims, TokenRefused

Networks = Sequence[IPv4Network | IPv6Network]
UNKNOWN_ADDRESS = "unknown"


class InvalidToken(Unauthenticated):
    """A token was sent and is no good (RFC 6750, section 3.1)."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.headers["WWW-Authenticate"] = 'Bearer realm="acuerdo", error="invalid_token"'


async def identify(verifier: TokenVerifier, route: Route, method: str, headers: Headers) -> Claims | None:
    """The claims of the token that was sent, or None where none is needed; one that is sent must be good.

    Other schemes than Bearer (a client's Basic credentials at /oauth2/token) pass on public routes; the service judges.
    """
    authorization = headers.get(b"authorization")
    is_public = method in route.public
    if authorization is None:
        if is_public:
            return None
        raise Unauthenticated
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"bearer":
        if is_public:
            return None
        raise Unauthenticated
    try:
        return await verifier.verify(token.strip().decode("latin-1"))
    except TokenRefused:
        raise InvalidToken from None
    except KeysUnavailable:
        raise Unavailable from None


def client_address(scope: Scope, headers: Headers, trusted: Networks) -> str:
    """The address that we talk to, or, where that is a trusted proxy, the nearest one that is not."""
    address = _peer(scope)
    if not is_from_proxy(scope, trusted):
        return address
    hops = [part.strip() for part in headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")]
    for hop in reversed(hops):
        if not _is_address(hop):
            return address
        address = hop
        if not _is_in(hop, trusted):
            return address
    return address


def is_from_proxy(scope: Scope, trusted: Networks) -> bool:
    """Whether what X-Forwarded-… says is to be believed."""
    return bool(trusted) and _is_in(_peer(scope), trusted)


def rate_principal(claims: Claims | None, address: str) -> str:
    """Whose bucket a request draws on; IPv6 clients share one per /64, which is what one of them owns.

    >>> rate_principal(None, "2001:db8::1:2"), rate_principal(None, "192.0.2.1")
    ('2001:db8::/64', '192.0.2.1')
    """
    if claims is not None:
        return str(claims.all["sub"])
    return str(ip_network((address, 64), strict=False)) if ":" in address else address


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else UNKNOWN_ADDRESS


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_in(address: str, networks: Networks) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)
