"""An HTTP server on the loopback that answers everything with one JSON document, hangs, or is gone."""

import asyncio
import json


class JsonServer:
    """Answers every request with `document`; `fetches` counts them, `is_hanging` leaves them unanswered."""

    def __init__(self) -> None:
        self.document: object = {}
        self.fetches = 0
        self.is_hanging = False
        self.url = ""
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        await reader.readuntil(b"\r\n\r\n")
        self.fetches += 1
        if not self.is_hanging:
            body = self.document if isinstance(self.document, bytes) else json.dumps(self.document).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
            writer.write(head + body)
            await writer.drain()
            writer.close()
            self._open.discard(writer)
