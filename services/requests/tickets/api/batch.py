"""HTTP for many acts at once: each item in a transaction of its own, done once however often the whole is repeated."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import Request, Response

from services.requests.answers import json_answer
from services.requests.catalogue.terms import TermsCache
from services.requests.departments.api import AskIdentity
from services.requests.departments.service import Identity
from services.requests.tickets.api import Terms, Writer
from services.requests.tickets.schemas.working import ItemsDoneOrRefused, NewBatch, TicketActs
from services.requests.tickets.service.batch import act_on_ticket
from services.shared.auth import Actor, authenticate
from services.shared.db import OUTAGES, Connection, hot_connection
from services.shared.idempotency import IdempotencyKey, KeyUsedForAnother, StillRunning, key_of, remember, replay
from services.shared.language import Texts
from services.shared.problem_handlers import trace_id_of
from services.shared.problems import Problem, Unavailable, render
from services.shared.routing import Handler, HotTransaction, KeyedRoute, feature_router

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Batches that a process works on: each holds a connection for as long as it lasts."""
PATIENCE = 5.0
"""Seconds that another batch waits for its turn."""
SECONDS = 20.0
"""How long a batch may last, within what the gateway waits; what has not begun by then is told so."""
_HOLD = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
_LET_GO = "SELECT pg_advisory_unlock(hashtextextended($1, 0))"


class OutOfTime(Unavailable):
    code = "batch_out_of_time"
    detail = Texts(
        "The batch had no time left for this item; nothing was done. Send it again.",
        "El lote no tuvo tiempo para este elemento; no se hizo nada. Envíelo de nuevo.",
    )


class BatchRoute(KeyedRoute):
    """A route whose function makes its transactions itself, one after the other on one connection.

    No transaction lasts as long as the batch, so the key's lock is the session's. What an item has done is kept under
    the key and the item's place, in the item's own transaction: a repeat does only what is missing.
    """

    async def answer_in_transaction(self, request: Request, handle: Handler) -> Response:
        """Hold the key while the batch is worked on; its answer is kept once nothing in it is left to be done."""
        async with _turn(request.app.state.batches), hot_connection(request.app.state.engine) as connection:
            request.state.connection, request.state.is_whole = connection, False
            actor = await authenticate(request)
            key = request.state.key = await key_of(request, actor.id) if actor is not None else None
            if key is None:
                return await handle(request)
            async with _held(connection, key):
                async with connection.transaction():
                    kept = await replay(connection.fetch, key, datetime.now(UTC))
                if kept is not None:
                    return kept
                answer = await handle(request)
                if request.state.is_whole:
                    async with connection.transaction():
                        await remember(connection.fetch, key, answer, datetime.now(UTC))
                return answer


router = feature_router("tickets", BatchRoute)


@router.post("/v1/tickets/batch", status_code=207, response_model=ItemsDoneOrRefused)
async def act_on_tickets(
    new: NewBatch, actor: Writer, connection: HotTransaction, terms: Terms, identity: AskIdentity, request: Request
) -> Response:
    """Assign, comment on and move up to 500 tickets, in the given order; a refused item leaves the others alone.

    The acts of one item are one transaction: assignment, then comment, then transition. With an Idempotency-Key an item
    that was done is not done again; an answer in which an item has the status 503 is not kept: repeat it for the rest.
    """
    clock = asyncio.get_running_loop().time
    began_at = clock()
    told: list[dict[str, Any]] = []
    for index, item in enumerate(new.items):
        try:
            if clock() - began_at > SECONDS:
                raise OutOfTime
            told.append(await _done_once(request, connection, terms, identity, actor, index, item))
        except KeyUsedForAnother:
            raise
        except Problem as problem:
            told.append(_refused(problem, index, request))
        except OUTAGES as error:
            log.warning("an item of a batch was not done: %r", error)
            told.append(_refused(Unavailable(), index, request))
    request.state.is_whole = all(item["status"] != Unavailable.status for item in told)
    return json_answer({"items": told}, 207)


async def _done_once(
    request: Request,
    connection: Connection,
    terms: TermsCache,
    identity: Identity,
    actor: Actor,
    index: int,
    item: TicketActs,
) -> dict[str, Any]:
    """What the item came to, now or when it was done before under this key."""
    now = datetime.now(UTC)
    whole: IdempotencyKey | None = request.state.key
    key = replace(whole, key=f"{whole.key}\n{index}") if whole else None  # nobody can send a line feed in theirs
    async with connection.transaction():
        kept = await replay(connection.fetch, key, now) if key else None
        if kept is not None:
            done: dict[str, Any] = orjson.loads(kept.body)
            return done
        done = {"status": 201, "ticket": await act_on_ticket(connection, terms, identity, actor, item, now=now)}
        if key:
            await remember(connection.fetch, key, json_answer(done, 201), now)
        return done


def _refused(problem: Problem, index: int, request: Request) -> dict[str, Any]:
    status, _, body = render(
        problem,
        instance=f"#/items/{index}",
        trace_id=trace_id_of(request.headers.get("traceparent", "")),
        accept_language=request.headers.get("accept-language", ""),
    )
    return {"status": status, "problem": orjson.loads(body)}


@asynccontextmanager
async def _turn(places: asyncio.Semaphore) -> AsyncIterator[None]:
    """One of the few places for batches. Unavailable where none becomes free."""
    try:
        await asyncio.wait_for(places.acquire(), PATIENCE)
    except TimeoutError:
        raise Unavailable from None
    try:
        yield
    finally:
        places.release()


@asynccontextmanager
async def _held(connection: Connection, key: IdempotencyKey) -> AsyncIterator[None]:
    """The key's lock, for the session. StillRunning."""
    name = f"idempotency:{key.actor_id}:{key.key}"
    if not await connection.fetchval(_HOLD, name):
        raise StillRunning(pointer="#Idempotency-Key")
    try:
        yield
    finally:
        await _let_go(connection, name)


async def _let_go(connection: Connection, name: str) -> None:
    is_free = False
    try:
        with suppress(*OUTAGES):
            is_free = await connection.fetchval(_LET_GO, name)
    finally:
        if not is_free:  # the session ends, and its locks with it
            connection.terminate()
