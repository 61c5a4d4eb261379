"""The worker that carries standing orders out: each instant once, by any number of workers, killed at any point.

What came of an instant, its ticket and when the order is due next are one transaction, and an instant of an order has
one row at most.
"""

import asyncio
import logging
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.requests.calendars.rules import local_date
from services.requests.catalogue.terms import TermsCache
from services.requests.departments.service import Identity
from services.requests.messages.rules import MessageKind, Post
from services.requests.messages.service import post_messages
from services.requests.people.queries import find_people
from services.requests.standing_orders import queries
from services.requests.standing_orders.refusals import OwnerGone
from services.requests.standing_orders.rules import CatchUp, RunOutcome, Schedule, due_instants, is_carried_out
from services.requests.standing_orders.schemas import OrderRequest
from services.requests.standing_orders.service.setting import acting_as, calendar_of
from services.requests.tickets.service.submit import submit_ticket
from services.requests.working import work_on
from services.shared.db import Connection, hot_transaction
from services.shared.language import LANGUAGES
from services.shared.problems import Problem, Unavailable

log = logging.getLogger(__name__)

LAID_ASIDE_FOR = 60.0
"""Seconds until an order that could not be carried out for a fault of ours is tried again."""
Row = dict[str, Any]


class Fault(Exception):
    """The order could not be carried out, for no reason of its own; nothing of it was written."""

    def __init__(self, order_id: UUID) -> None:
        self.order_id = order_id
        super().__init__(str(order_id))


async def run_standing_orders(engine: AsyncEngine, terms: TermsCache, identity: Identity) -> None:
    """Carry orders out until cancelled."""
    laid_aside: dict[UUID, float] = {}

    async def next_order() -> bool:
        seconds = asyncio.get_running_loop().time()
        for order_id in [each for each, until in laid_aside.items() if until <= seconds]:
            del laid_aside[order_id]
        try:
            return await carry_out_next(engine, terms, identity, list(laid_aside), now=datetime.now(UTC))
        except Fault as fault:
            log.exception("the standing order %s waits a while", fault.order_id)
            laid_aside[fault.order_id] = seconds + LAID_ASIDE_FOR
            return True

    await work_on("standing orders", next_order)


async def carry_out_next(
    engine: AsyncEngine, terms: TermsCache, identity: Identity, but: Collection[UUID], *, now: datetime
) -> bool:
    """Carry out the order that is due first, without these; false where none is, or others hold all that are. Fault."""
    async with hot_transaction(engine) as connection:
        return await carry_out(connection, terms, identity, but, now=now)


async def carry_out(
    connection: Connection, terms: TermsCache, identity: Identity, but: Collection[UUID], *, now: datetime
) -> bool:
    """The same in a transaction of the caller's."""
    order = await queries.claim_due(connection, now, but)
    if order is None:
        return False
    try:
        await _carry_out(connection, terms, identity, order, now)
    except Exception as error:
        if connection.is_closed():
            raise
        raise Fault(order["id"]) from error
    return True


async def _carry_out(connection: Connection, terms: TermsCache, identity: Identity, order: Row, now: datetime) -> None:
    content = order["content"]
    current = await terms.current(connection.fetch)
    calendar = await calendar_of(connection, current, order["customer_department_id"])
    due = due_instants(Schedule.read(content["schedule"]), calendar, order["next_at"], now)
    runs: list[Row] = [_run(at, RunOutcome.MISSED) for at in due.instants]
    posts: list[Post] = []
    if is_carried_out(due, CatchUp(content["catch_up"]), now):
        at = due.instants[-1]
        runs[-1] = await _submitted(connection, terms, identity, order, at, calendar.definition.time_zone, now)
        if runs[-1]["outcome"] is RunOutcome.REFUSED:
            posts = _posts(order, at, runs[-1]["problem"])
    await queries.note_runs(connection, order, runs, due.following, now)
    await post_messages(connection.fetch, posts, now=now)


async def _submitted(
    connection: Connection, terms: TermsCache, identity: Identity, order: Row, at: datetime, zone: str, now: datetime
) -> Row:
    """The ticket of that instant, in the name of whom the order is, who has to be allowed to ask it to this day."""
    try:
        async with connection.transaction():
            person = (await find_people(connection.fetch, [order["owner_id"]])).get(order["owner_id"])
            department_id = order["customer_department_id"]
            if person is None or not person.is_active or department_id not in person.departments:
                raise OwnerGone
            new = OrderRequest(**order["content"]["request"]).ticket(department_id, local_date(at, zone))
            ticket = await submit_ticket(connection, terms, identity, acting_as(person), new, now=now)
            return _run(at, RunOutcome.SUBMITTED, ticket_id=ticket["id"])
    except Unavailable:
        raise
    except Problem as problem:
        return _run(at, RunOutcome.REFUSED, problem=_told(problem))


def _run(at: datetime, outcome: RunOutcome, *, ticket_id: UUID | None = None, problem: Row | None = None) -> Row:
    return {"due_at": at, "outcome": outcome, "ticket_id": ticket_id, "problem": problem}


def _told(problem: Problem) -> Row:
    """Why, in each of our languages."""
    detail = {language: problem.text(language) for language in LANGUAGES}
    return {"code": problem.code, "detail": detail, "errors": problem.listed_errors(LANGUAGES[0])}


def _posts(order: Row, at: datetime, problem: Row) -> list[Post]:
    about = {"order_id": str(order["id"]), "name": order["content"]["name"], "due_at": at, "code": problem["code"]}
    return [Post(order["owner_id"], MessageKind.STANDING_ORDER_REFUSED, f"/v1/standing-orders/{order['id']}", about)]
