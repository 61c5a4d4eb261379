"""The one seam to a service: a request goes out, the head of its answer comes back, the body follows piece by piece."""

import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

import aiohttp
from aiohttp.connector import AddrInfoType
from yarl import URL


class HopFailed(Exception):
    """No answer came back.

    `is_connect`: there was no connection. `is_repeatable`: nothing was sent, or an idle connection had died under it.
    """

    def __init__(self, reason: str, *, is_connect: bool, is_timeout: bool = False, is_repeatable: bool = False) -> None:
        super().__init__(reason)
        self.is_connect = is_connect
        self.is_timeout = is_timeout
        self.is_repeatable = is_repeatable


class AnswerBroke(Exception):
    """The answer ended in the middle of its body."""


@dataclass(slots=True)
class _Attempt:
    connected_anew: bool = False


_attempt: ContextVar[_Attempt] = ContextVar("attempt")


def _open_socket(address: AddrInfoType) -> socket.socket:
    """Opens a socket and notes that this attempt did not find an idle connection."""
    family, kind, protocol, _, _ = address
    attempt = _attempt.get(None)
    if attempt is not None:
        attempt.connected_anew = True
    opened = socket.socket(family=family, type=kind, proto=protocol)
    opened.setblocking(False)
    return opened


class _Died(aiohttp.ClientError):
    """The connection ended before the head of an answer was whole."""

    def __init__(self, cause: aiohttp.ClientError) -> None:
        super().__init__(repr(cause))
        # aiohttp gives what it had parsed of a head in the place of its message
        self.has_begun_to_answer = not isinstance(getattr(cause, "message", ""), str)


class HopAnswer:
    """The head of an answer, and its body to be read."""

    __slots__ = ("_response", "headers", "status")

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers: Sequence[tuple[bytes, bytes]] = response.raw_headers

    @property
    def is_complete(self) -> bool:
        """Whether all of the body is here already."""
        return self._response.content.is_eof()

    def rest(self) -> bytes:
        """All of a complete body, without waiting."""
        try:
            return self._response.content.read_nowait()
        except aiohttp.ClientError as error:
            raise AnswerBroke(repr(error)) from error

    async def read(self) -> bytes:
        """The next piece of the body; empty at its end. Nothing more is taken off the wire until it is asked for."""
        try:
            return await self._response.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            raise AnswerBroke(repr(error)) from error

    @property
    def is_read(self) -> bool:
        """Whether the body is at its end and nothing is left to read."""
        return self._response.content.at_eof()

    def close(self) -> None:
        """Break off: the connection is closed unless the answer was read to its end."""
        self._response.close()


class Hopper:
    """Sends requests to replicas over kept connections; `again` sends on a connection made for it alone."""

    def __init__(self, *, keepalive_seconds: float, connect_seconds: float) -> None:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds)
        kept = aiohttp.TCPConnector(
            limit=0, keepalive_timeout=keepalive_seconds, socket_factory=_open_socket, ttl_dns_cache=10
        )
        single = aiohttp.TCPConnector(limit=0, force_close=True, socket_factory=_open_socket, ttl_dns_cache=10)
        self._kept = _session(kept, timeout)
        self._single = _session(single, timeout)

    async def close(self) -> None:
        """Close every connection."""
        await self._kept.close()
        await self._single.close()

    async def hop(
        self,
        origin: str,
        method: str,
        target: bytes,
        headers: Sequence[tuple[str, str]],
        body: bytes | Callable[[], AsyncIterator[bytes]],
        *,
        again: bool = False,
    ) -> HopAnswer:
        """Send one request to `origin`; `target` is the raw path and query, byte for byte. Raises HopFailed."""
        attempt = _Attempt()
        _attempt.set(attempt)
        session = self._single if again else self._kept
        data = body if isinstance(body, bytes) else body()
        try:
            response = await session.request(
                method, _url(origin, target), headers=headers, data=data or None, allow_redirects=False
            )
        except (aiohttp.ConnectionTimeoutError, aiohttp.ServerTimeoutError) as error:
            raise HopFailed(repr(error), is_connect=True, is_timeout=True, is_repeatable=True) from error
        except aiohttp.ClientConnectorError as error:
            raise HopFailed(repr(error), is_connect=True, is_repeatable=True) from error
        except _Died as error:
            is_repeatable = not attempt.connected_anew and not error.has_begun_to_answer
            raise HopFailed(str(error), is_connect=False, is_repeatable=is_repeatable) from error
        except aiohttp.ClientError as error:
            raise HopFailed(repr(error), is_connect=False) from error
        return HopAnswer(response)


def _session(connector: aiohttp.TCPConnector, timeout: aiohttp.ClientTimeout) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        timeout=timeout,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
        middlewares=(_never_retry,),
        max_line_size=16_384,
        max_field_size=16_384,
    )


async def _never_retry(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Whether to repeat is ours to say, so what aiohttp would repeat by itself is renamed on the way."""
    try:
        return await handler(request)
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
        if isinstance(error, aiohttp.ClientConnectorError):
            raise
        raise _Died(error) from error


def _url(origin: str, target: bytes) -> URL:
    path, _, query = target.decode("ascii").partition("?")
    scheme, _, authority = origin.partition("://")
    return URL.build(scheme=scheme, authority=authority, path=path, query_string=query, encoded=True)
