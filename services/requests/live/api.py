"""HTTP for live events: one endless answer, written at its reader's pace, which ends with the reader's token."""

import asyncio
from contextlib import suppress
from typing import Annotated, Any

from fastapi import Header, Request, Response
from starlette.types import Receive, Scope, Send

from services.requests.live.rules import LONGEST_PLACE, Place, place_of, still_here
from services.requests.live.service.hub import Hub, TooManyStreams, missed
from services.requests.live.service.seats import Seat
from services.requests.tickets.api import Reader
from services.shared.auth import Actor
from services.shared.db import hot_connection
from services.shared.problems import Unauthenticated
from services.shared.routing import Handler, Now, SecretRoute, feature_router, problem_responses
from services.shared.tokens import TokenRefused

HEARTBEAT = 15.0
"""Seconds between two signs of life: less than proxies wait."""
PATIENCE = 20.0
"""Seconds that a reader has to take what is written, before it is given up."""
RETRY = b"retry: 1000\n"
EVENT_STREAM = "text/event-stream"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class StreamRoute(SecretRoute):
    """A route whose answer outlasts every transaction: it opens its own for as long as it reads."""

    async def answer_in_transaction(self, request: Request, handle: Handler) -> Response:
        """No transaction."""
        return await handle(request)


class EventStream(Response):
    """What the actor may see of what happens to tickets, from `last_event_id` on, for so many seconds at most."""

    media_type = EVENT_STREAM

    def __init__(self, hub: Hub, engine: Any, actor: Actor, last_event_id: str | None, seconds: float) -> None:
        super().__init__()
        self._hub, self._engine, self._actor = hub, engine, actor
        self._last_event_id, self._seconds = last_event_id, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a seat, catch up, then tell what comes; no connection to the database is held meanwhile."""
        ends_at = asyncio.get_running_loop().time() + self._seconds
        place = None if self._last_event_id is None else place_of(self._last_event_id)
        async with self._hub.seat(self._actor, place) as seat:
            first = RETRY + still_here(Place(seat.snapshot)) if self._last_event_id is None else RETRY + b"\n"
            if self._last_event_id is not None:
                async with hot_connection(self._engine) as connection:
                    first += b"".join(await missed(connection, seat, place))
            watch = asyncio.create_task(_end_when_gone(receive, seat))
            try:
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                await self._tell(send, seat, first, ends_at)
            finally:
                watch.cancel()
                with suppress(asyncio.CancelledError):
                    await watch

    async def _tell(self, send: Send, seat: Seat, first: bytes, ends_at: float) -> None:
        """Until the time is over, the seat is, or the reader does not take what is written."""
        clock = asyncio.get_running_loop().time
        events = first
        with suppress(TimeoutError):
            while True:
                is_over = seat.is_over or clock() >= ends_at
                async with asyncio.timeout(PATIENCE):
                    await send({"type": "http.response.body", "body": events, "more_body": not is_over})
                if is_over:
                    return
                events = await seat.next(max(0.0, min(HEARTBEAT, ends_at - clock())))
                if not events and not seat.is_over:
                    events = still_here(Place(seat.seen))


async def _end_when_gone(receive: Receive, seat: Seat) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    seat.end()


router = feature_router("tickets", StreamRoute)


@router.get(
    "/v1/tickets/events",
    status_code=200,
    response_class=EventStream,
    responses={
        200: {
            "description": "Server-sent events. `ticket.changed`: `{id, ticket_id, key, version, state, sequence,"
            " kind, name, recorded_at}`, an event of the ticket's history and what the ticket came to, or of its"
            " attachments and steps (`sequence` null). `reset`: `{reason}`, changes were missed; read your lists again."
            " Each `id` is a place to come back to, from which on everything is told once.",
        },
        **problem_responses(TooManyStreams),
    },
)
async def stream_events(
    actor: Reader,
    request: Request,
    now: Now,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=LONGEST_PLACE)] = None,
) -> EventStream:
    """What happens, from now on or from `Last-Event-ID` on, to the tickets that the caller may see.

    It ends with the access token, or after an hour, or when its reader is too slow; come back with the last id.
    """
    live: Hub = request.app.state.live
    try:
        claims = await request.app.state.tokens.verify(actor.token)
    except TokenRefused as refused:
        raise Unauthenticated from refused
    seconds = min(live.longest, claims.all["exp"] - now.timestamp())
    return EventStream(live, request.app.state.engine, actor, last_event_id, seconds)
