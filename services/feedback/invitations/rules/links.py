"""Pure: links to answer pages, signed with the service's secret, and the mark of a page that we made ourselves.

A token is the invitation's id and the link's end, with an HMAC-SHA256 (RFC 2104) over both, cut to 128 bits. Nothing is
kept of it: the same invitation always gives the same link, and who reads the database cannot make one.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.feedback.invitations.rules.standing import InvitationExpired, LinkUnknown, spelled

PATH = "/answers/"
PAGE_LIFE = timedelta(days=1)
"""How long a page may lie open before what it sends must be sent once more."""
_SECONDS = 8
_MAC = 16


class Linked(NamedTuple):
    """What a token says."""

    invitation_id: UUID
    expires_at: datetime

    def check_in_time(self, now: datetime) -> None:
        """InvitationExpired where the link's time is over."""
        if now >= self.expires_at:
            raise InvitationExpired(expired_at=spelled(self.expires_at))


class Links:
    """Makes and reads links under `origin`; each purpose has a key of its own, drawn from the one secret.

    >>> from datetime import UTC
    >>> links = Links("a secret of a test, 32 characters", "https://acuerdo.example")
    >>> invitation, end = UUID(int=7), datetime(2026, 3, 16, 9, tzinfo=UTC)
    >>> token = links.token(invitation, end)
    >>> len(token), links.read(token) == (invitation, end), links.link(invitation, end).partition(token)[0]
    (54, True, 'https://acuerdo.example/answers/')
    >>> Links("another secret of 32 characters..", "").read(token)
    Traceback (most recent call last):
    services.feedback.invitations.rules.standing.LinkUnknown: This link is not valid. ...
    """

    def __init__(self, secret: str, origin: str) -> None:
        self._origin = origin.rstrip("/")
        self._link_key, self._page_key = (
            hmac.digest(secret.encode(), purpose, hashlib.sha256) for purpose in (b"acuerdo link", b"acuerdo page")
        )

    def link(self, invitation_id: UUID, expires_at: datetime) -> str:
        """The whole address of the answer page."""
        return f"{self._origin}{PATH}{self.token(invitation_id, expires_at)}"

    def token(self, invitation_id: UUID, expires_at: datetime) -> str:
        """The link's last part; `expires_at` is told in whole seconds."""
        return _sealed(self._link_key, invitation_id, expires_at)

    def read(self, token: str) -> Linked:
        """What the token says, whatever the time. LinkUnknown where we did not make it."""
        return _opened(self._link_key, token)

    def page_mark(self, invitation_id: UUID, now: datetime) -> str:
        """What the page's form sends back: that somebody opened it, and when."""
        return _sealed(self._page_key, invitation_id, now)

    def is_page_mark(self, mark: str, invitation_id: UUID, now: datetime) -> bool:
        """Whether we made this mark for that invitation's page within the last day."""
        try:
            page = _opened(self._page_key, mark)
        except LinkUnknown:
            return False
        return page.invitation_id == invitation_id and page.expires_at > now - PAGE_LIFE


def _sealed(key: bytes, invitation_id: UUID, at: datetime) -> str:
    told = invitation_id.bytes + int(at.timestamp()).to_bytes(_SECONDS)
    return _spelled(told + _mac(key, told))


def _opened(key: bytes, token: str) -> Linked:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise LinkUnknown from None
    told, mac = raw[:-_MAC], raw[-_MAC:]
    if not hmac.compare_digest(mac, _mac(key, told)) or _spelled(raw) != token:
        raise LinkUnknown
    return Linked(UUID(bytes=told[:16]), datetime.fromtimestamp(int.from_bytes(told[16:]), UTC))


def _spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _mac(key: bytes, told: bytes) -> bytes:
    return hmac.digest(key, told, hashlib.sha256)[:_MAC]
