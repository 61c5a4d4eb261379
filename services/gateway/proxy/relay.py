"""The answer's way back: piece by piece, at the client's pace, compressed where that helps."""

import asyncio
import zlib

from services.gateway.admission.shape import Headers
from services.gateway.exchange import Exchange, Fields
from services.gateway.proxy.headers import to_client
from services.gateway.upstreams.hop import AnswerBroke, HopAnswer
from services.gateway.upstreams.upstream import Slot

WORTH_COMPRESSING = 1024
EVENT_STREAM = b"text/event-stream"
_GZIP_LEVEL = 1
_GZIP_WINDOW = 31
_BODILESS = frozenset({204, 304})


class Relay:
    """Sends one service's answer on; `idle_seconds` bounds each wait for more of it, except on event streams."""

    def __init__(self, exchange: Exchange, headers: Headers, *, origin: str, idle_seconds: float) -> None:
        self._exchange = exchange
        self._headers = headers
        self._origin = origin
        self._idle_seconds = idle_seconds

    async def send(self, answer: HopAnswer, slot: Slot) -> None:
        """Send all of it. Raises AnswerBroke when the service breaks off."""
        fields = to_client(answer.headers, self._origin)
        described = dict(fields)
        if b"cache-control" not in described:
            fields.append((b"cache-control", b"private, no-cache" if b"etag" in described else b"no-store"))
        is_stream = described.get(b"content-type", b"").startswith(EVENT_STREAM)
        if self._exchange.method == "HEAD" or answer.status in _BODILESS:
            await self._send_head_only(answer, fields)
            return
        if is_stream:
            slot.stream()
        if answer.is_complete:
            await self._send_whole(answer, fields, described)
            return
        await self._send_pieces(answer, fields, described, is_stream=is_stream)

    async def _send_head_only(self, answer: HopAnswer, fields: Fields) -> None:
        await self._exchange.begin(answer.status, fields)
        await self._exchange.write(b"", more=False)

    async def _send_whole(self, answer: HopAnswer, fields: Fields, described: Headers) -> None:
        body = answer.rest()
        if self._is_compressible(described):
            fields = _varied(fields)
            if len(body) >= WORTH_COMPRESSING and accepts_gzip(self._headers):
                body = zlib.compress(body, _GZIP_LEVEL, wbits=_GZIP_WINDOW)
                fields = _gzipped(fields)
                fields.append((b"content-length", b"%d" % len(body)))
        await self._exchange.begin(answer.status, fields)
        await self._exchange.write(body, more=False)

    async def _send_pieces(self, answer: HopAnswer, fields: Fields, described: Headers, *, is_stream: bool) -> None:
        compressor = None
        if self._is_compressible(described):
            fields = _varied(fields)
            if int(described.get(b"content-length", WORTH_COMPRESSING)) >= WORTH_COMPRESSING and accepts_gzip(
                self._headers
            ):
                compressor = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW)
                fields = _gzipped(fields)
        await self._exchange.begin(answer.status, fields)
        while chunk := await self._next(answer, is_stream=is_stream):
            if compressor is not None:
                chunk = compressor.compress(chunk)
            if chunk and is_stream:
                await self._write_in_time(chunk)
            elif chunk:
                await self._exchange.write(chunk, more=True)
        await self._exchange.write(compressor.flush() if compressor is not None else b"", more=False)

    async def _write_in_time(self, chunk: bytes) -> None:
        """Whoever takes nothing of an event stream for that long loses it: it would keep its place for ever."""
        try:
            async with asyncio.timeout(self._idle_seconds):
                await self._exchange.write(chunk, more=True)
        except TimeoutError:
            raise AnswerBroke(f"the client took nothing for {self._idle_seconds} s") from None

    async def _next(self, answer: HopAnswer, *, is_stream: bool) -> bytes:
        if is_stream:
            return await answer.read()
        try:
            async with asyncio.timeout(self._idle_seconds):
                return await answer.read()
        except TimeoutError:
            raise AnswerBroke(f"no more of the answer came within {self._idle_seconds} s") from None

    def _is_compressible(self, described: Headers) -> bool:
        return described.get(b"content-type", b"").startswith(b"application/json") and not (
            b"content-encoding" in described or b"no-transform" in described.get(b"cache-control", b"")
        )


def accepts_gzip(headers: Headers) -> bool:
    """Whether the client takes gzip (RFC 9110, 12.5.3).

    >>> accepts_gzip({b"accept-encoding": b"br, GZIP;q=0.5"}), accepts_gzip({b"accept-encoding": b"gzip;q=0, br"})
    (True, False)
    >>> accepts_gzip({}), accepts_gzip({b"accept-encoding": b"*"})
    (False, False)
    """
    for part in headers.get(b"accept-encoding", b"").lower().split(b","):
        coding, _, parameters = part.partition(b";")
        if coding.strip() == b"gzip":
            return parameters.replace(b" ", b"").strip() not in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"}
    return False


def _varied(fields: Fields) -> Fields:
    """The fields, saying that the answer depends on Accept-Encoding."""
    vary = [value for name, value in fields if name == b"vary"]
    return [(name, value) for name, value in fields if name != b"vary"] + [
        (b"vary", b", ".join([*vary, b"Accept-Encoding"]))
    ]


def _gzipped(fields: Fields) -> Fields:
    return [(name, value) for name, value in fields if name != b"content-length"] + [(b"content-encoding", b"gzip")]
