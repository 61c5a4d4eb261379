"""Telling somebody something, for tests that are about other things."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from fastapi import FastAPI

from services.requests.messages.rules import MessageKind, Post
from services.requests.messages.service import post_messages
from services.shared.idempotency import session_fetch


async def told_of_a_breach(app: FastAPI, person_id: UUID) -> None:
    """One more thing for that person to read."""
    post = Post(person_id, MessageKind.CLOCK_BREACHED, f"/v1/tickets/{uuid4()}")
    async with app.state.sessions.begin() as session:
        await post_messages(session_fetch(session), [post], now=datetime.now(UTC))
