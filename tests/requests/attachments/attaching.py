"""Attaching for tests: a few files, and what the service answers to them."""

from typing import Any

import httpx

from tests.requests.tickets.desk import Desk, Headers

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


async def attached(
    desk: Desk,
    ticket: dict[str, Any],
    content: bytes = PDF,
    filename: str = "offer.pdf",
    headers: Headers | None = None,
    **fields: str,
) -> httpx.Response:
    """The answer to attaching this, by the requester (or another)."""
    path = f"/v1/tickets/{ticket['id']}/attachments"
    files = {"file": (filename, content, "text/html")}  # what a client says it is counts for nothing
    return await desk.client.post(path, files=files, data=fields, headers=headers or desk.requester)


def told(answer: httpx.Response) -> tuple[int, str | None, str | None]:
    body = answer.json()
    return answer.status_code, body.get("code"), next((each["pointer"] for each in body.get("errors", [])), None)
