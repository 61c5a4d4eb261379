"""The issuer's public keys, fetched when needed and kept when the issuer is away; and the tokens already verified."""

import asyncio
import hashlib
import logging
import time
from collections import OrderedDict
from datetime import UTC, datetime

import httpx

from services.shared.tokens import LEEWAY, Claims, PublicKey, TokenRefused, UnknownKey, public_keys, verify_token

log = logging.getLogger(__name__)


class KeysUnavailable(Exception):
    """The issuer has not answered yet, so no token can be judged: neither good nor bad."""


FETCH_WINDOW = 5.0
"""Seconds in which the JWKS is fetched at most once, however many unknown keys are named."""
REFRESH_AFTER = 300.0
"""Seconds after which keys are fetched again, so that a withdrawn key is dropped."""
REMEMBERED_TOKENS = 10_000


class TokenVerifier:
    """Verifies access tokens against a JWKS address; remembers good ones until they expire.

    With the issuer away it goes on with the keys it has. Unknown keys lead to at most one fetch a window.
    """

    def __init__(self, jwks_url: str, *, issuer: str, audience: str, fetch_window: float = FETCH_WINDOW) -> None:
        self._jwks_url = jwks_url
        self._issuer = issuer
        self._audience = audience
        self._fetch_window = fetch_window
        self._keys: dict[str, PublicKey] = {}
        self._last_try = float("-inf")
        self._last_success = float("-inf")
        self._fetching = asyncio.Lock()
        self._refreshing: asyncio.Task[bool] | None = None
        self._verified: OrderedDict[bytes, Claims] = OrderedDict()

    async def verify(self, token: str) -> Claims:
        """The claims of a good token; TokenRefused for another, KeysUnavailable while there is no key to judge by."""
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        if time.monotonic() - self._last_success > REFRESH_AFTER:
            await self._refresh()
        known = self._verified.get(digest)
        if known is not None:
            if known.expires_at + LEEWAY > datetime.now(UTC):
                return known
            del self._verified[digest]
            raise TokenRefused("expired")
        claims = await self._verify_afresh(token)
        self._verified[digest] = claims
        if len(self._verified) > REMEMBERED_TOKENS:
            self._verified.popitem(last=False)
        return claims

    def use_keys(self, keys: dict[str, PublicKey]) -> None:
        """Take these keys from now on; tokens of others are verified again, and refused."""
        if set(keys) != set(self._keys):
            self.forget_tokens()
        self._keys = keys
        self._last_success = time.monotonic()

    def forget_tokens(self) -> None:
        """Drop what is remembered: each token is verified again when it comes."""
        self._verified.clear()

    async def _refresh(self) -> None:
        """Fetch again; where there are keys to go on with, nobody waits for it."""
        if not self._keys:
            await self._fetch()
        elif self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._fetch())

    async def _verify_afresh(self, token: str) -> Claims:
        try:
            return verify_token(token, self._keys, issuer=self._issuer, audience=self._audience)
        except UnknownKey:
            if not await self._fetch():
                if not self._keys:
                    raise KeysUnavailable from None
                raise
            return verify_token(token, self._keys, issuer=self._issuer, audience=self._audience)

    async def _fetch(self) -> bool:
        """Whether newer keys are here than when asked."""
        asked = time.monotonic()
        async with self._fetching:
            if self._last_success > asked:
                return True
            if time.monotonic() - self._last_try < self._fetch_window:
                return False
            self._last_try = time.monotonic()
            try:
                async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
                    answer = (await client.get(self._jwks_url)).raise_for_status()
                    keys = public_keys(answer.json())
            except (httpx.HTTPError, ValueError, KeyError) as error:
                log.warning("the keys at %s cannot be read: %s", self._jwks_url, error)
                return False
            self.use_keys(keys)
            return True
