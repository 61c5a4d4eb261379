"""Taking one thing to many tickets: batch after batch until cancelled, and one broken ticket holds up no others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from math import inf
from typing import NamedTuple
from uuid import UUID

from asyncpg import DataError, IntegrityConstraintViolationError, ProgramLimitExceededError

from services.requests.catalogue.terms import Current, TermsCache
from services.requests.tickets.queries.read import events_of_all, existing, hold_some
from services.requests.tickets.queries.write import Superseded
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.appending import Act, Folded, fold_act, tell_of_acts, write_acts
from services.requests.tickets.service.recording import Unfolded, unfolded
from services.requests.working import work_on
from services.shared.db import OUTAGES, Connection
from services.shared.problems import Unavailable

log = logging.getLogger(__name__)

Rule = Callable[[Current, Unfolded], Awaitable[Act | None]]
REFUSED = (DataError, IntegrityConstraintViolationError, ProgramLimitExceededError)
"""What PostgreSQL will not take of a ticket, however often it is tried."""
_STAYS = "%s cannot be taken to the ticket %s, which stays as it is"

BATCH = 30
"""Tickets of one transaction: so long, some 50 ms, may an act on one of them have to wait."""
LOOK_BACK = 60.0
"""Seconds until tickets are looked for anew that it has not reached."""


async def tour(
    what: str, next_batch: Callable[[], Awaitable[bool]], look_back: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Go on until cancelled. `next_batch` is false where nothing is left to do; `what` names the thing in the log."""
    looked_back = -inf

    async def next_piece() -> bool:
        nonlocal looked_back
        seconds = asyncio.get_running_loop().time()
        if look_back is not None and seconds - looked_back >= LOOK_BACK:
            await look_back()
            looked_back = seconds
        return await next_batch()

    await work_on(what, next_piece)


class Visited(NamedTuple):
    """How many tickets it concerned, and up to which every one was visited; `is_whole`: up to the last."""

    concerned: int
    up_to: UUID | None
    is_whole: bool


async def visit(
    connection: Connection, terms: TermsCache, what: str, ticket_ids: Sequence[UUID], rule: Rule
) -> Visited:
    """Act on these tickets, in the connection's transaction: all are folded, then written in one statement.

    `rule` says what is to be done on a ticket that is held, if anything; without events it did not concern it. A ticket
    that cannot be folded or written stays as it is. What others hold is left, and asked for next.
    """
    if not ticket_ids:
        return Visited(0, None, True)
    rows = await hold_some(connection, ticket_ids)
    current = await terms.current(connection.fetch)  # a change after it supersedes what is written: it is folded again
    while True:
        acts = await _folded(connection, current, what, rows, rule)
        try:
            async with connection.transaction():
                written = await _written(connection, current, what, acts)
            break
        except Superseded as superseded:
            current = terms.of_generation(superseded.token)
    await tell_of_acts(connection, written)
    up_to, is_whole = await _up_to(connection, ticket_ids, {row["id"] for row in rows})
    return Visited(sum(bool(each.act.events) for each in written), up_to, is_whole)


async def _folded(connection: Connection, current: Current, what: str, rows: Sequence[Row], rule: Rule) -> list[Folded]:
    """What is to be written on them."""
    events = await events_of_all(connection, [row["id"] for row in rows])
    acts: list[Folded] = []
    for row in rows:
        await asyncio.sleep(0)  # whoever asks this process for something is answered between two tickets
        try:
            held = await unfolded(connection, current, row, events[row["id"]])
            act = await rule(current, held)
            if act is not None:
                acts.append(await fold_act(connection, current, act))
        except (*OUTAGES, Unavailable):
            raise  # that passes: the whole batch is tried again
        except Exception:
            log.exception(_STAYS, what, row["id"])
    return acts


async def _written(connection: Connection, current: Current, what: str, acts: Sequence[Folded]) -> Sequence[Folded]:
    """Those that could be written: where one cannot, each half of them by itself. Superseded."""
    if not acts:
        return acts
    try:
        async with connection.transaction():
            await write_acts(connection, current, acts)
    except REFUSED as refused:
        if len(acts) == 1:  # without its detail, which holds the row
            log.error(_STAYS + ": %s", what, acts[0].row["id"], refused.args[0])
            return ()
        half = len(acts) // 2
        halves = [await _written(connection, current, what, each) for each in (acts[:half], acts[half:])]
        return [act for written in halves for act in written]
    return acts


async def _up_to(
    connection: Connection, ticket_ids: Sequence[UUID], visited: Collection[UUID]
) -> tuple[UUID | None, bool]:
    """The last ticket before the first that others hold, and whether there is no such."""
    left = [each for each in ticket_ids if each not in visited]
    held = await existing(connection, left) if left else ()
    place = next((n for n, each in enumerate(ticket_ids) if each in held), len(ticket_ids))
    return (ticket_ids[place - 1] if place else None), place == len(ticket_ids)
