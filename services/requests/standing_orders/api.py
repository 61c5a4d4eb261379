"""HTTP for standing orders."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.requests.answers import json_answer
from services.requests.departments.api import AskIdentity
from services.requests.standing_orders import queries
from services.requests.standing_orders.refusals import (
    MayNotOrder,
    OrderHasEnded,
    ScheduleIncomplete,
    ScheduleOver,
    UnknownOrder,
)
from services.requests.standing_orders.schemas import (
    NewStandingOrder,
    OrderVersionPublic,
    RunPublic,
    StandingOrderChanges,
    StandingOrderPublic,
)
from services.requests.standing_orders.service import setting
from services.requests.tickets.api import Reader, Terms, Writer
from services.requests.tickets.refusals import SUBMISSION_PROBLEMS
from services.shared.etags import IfMatch, etag
from services.shared.paging import BadCursor, Paging
from services.shared.problems import PreconditionFailed, PreconditionRequired, Problem
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses
from services.shared.schemas import Id, Page

router = feature_router("standing-orders", HotRoute)
_ALL, _ONE = "/v1/standing-orders", "/v1/standing-orders/{order_id}"
_SAYING: tuple[type[Problem], ...] = (MayNotOrder, ScheduleIncomplete, ScheduleOver, *SUBMISSION_PROBLEMS)
_CHANGING = (UnknownOrder, OrderHasEnded, PreconditionFailed, PreconditionRequired)


@router.post(_ALL, status_code=201, response_model=StandingOrderPublic, responses=problem_responses(*_SAYING))
async def set_up_order(
    new: NewStandingOrder, actor: Writer, connection: HotTransaction, terms: Terms, identity: AskIdentity, now: Now
) -> Response:
    """Have the same request submitted on a schedule, in the caller's name for as long as they may ask it."""
    order = await setting.set_up_order(connection, terms, identity, actor, new, now=now)
    headers = {"Location": f"{_ALL}/{order['id']}", "ETag": etag(order["version"])}
    return json_answer(_public(order), 201, headers)


@router.get(_ALL, response_model=Page[StandingOrderPublic], responses=problem_responses(BadCursor))
async def list_orders(
    actor: Reader,
    connection: HotTransaction,
    page: Paging,
    customer_department_id: Annotated[Id | None, Query()] = None,
) -> Response:
    """The caller's own standing orders and those of departments that they manage, the newest first."""
    after = page.typed_after(datetime, UUID)
    place = (after[0], after[1]) if after else None
    rows = await queries.page_of_orders(connection, actor, customer_department_id, after=place, limit=page.limit + 1)
    shown, more = page.split(rows)
    following = page.cursor((shown[-1]["created_at"], shown[-1]["id"])) if more else None
    return json_answer({"items": [_public(row) for row in shown], "next": following})


@router.get(_ONE, response_model=StandingOrderPublic, responses=problem_responses(UnknownOrder))
async def get_order(order_id: Id, actor: Reader, connection: HotTransaction) -> Response:
    """One standing order."""
    order = await setting.readable_order(connection, actor, order_id)
    # Never 304: `next_at` moves by time alone, too.
    return json_answer(_public(order), headers={"ETag": etag(order["version"])})


@router.patch(_ONE, response_model=StandingOrderPublic, responses=problem_responses(*_CHANGING, *_SAYING))
async def change_order(
    order_id: Id,
    changes: StandingOrderChanges,
    actor: Writer,
    connection: HotTransaction,
    terms: Terms,
    identity: AskIdentity,
    expected: IfMatch,
    now: Now,
) -> Response:
    """Change what is asked or when, which is another version and in the caller's name; pause it, or let it go on."""
    order = await setting.change_order(connection, terms, identity, actor, order_id, changes, expected, now=now)
    return json_answer(_public(order), headers={"ETag": etag(order["version"])})


@router.delete(_ONE, status_code=204, responses=problem_responses(MayNotOrder, *_CHANGING))
async def end_order(order_id: Id, actor: Writer, connection: HotTransaction, expected: IfMatch, now: Now) -> Response:
    """End it. The order and what came of it stay to be read."""
    await setting.end_order(connection, actor, order_id, expected, now=now)
    return Response(status_code=204)


@router.get(f"{_ONE}/runs", response_model=Page[RunPublic], responses=problem_responses(UnknownOrder, BadCursor))
async def list_runs(order_id: Id, actor: Reader, connection: HotTransaction, page: Paging) -> Response:
    """What came of each instant: a ticket, a refusal with its reason, or missed; the latest first."""
    await setting.readable_order(connection, actor, order_id)
    after = page.typed_after(datetime)
    rows = await queries.page_of_runs(connection, order_id, before=after[0] if after else None, limit=page.limit + 1)
    shown, more = page.split(rows)
    return json_answer({"items": shown, "next": page.cursor((shown[-1]["due_at"],)) if more else None})


@router.get(
    f"{_ONE}/versions", response_model=Page[OrderVersionPublic], responses=problem_responses(UnknownOrder, BadCursor)
)
async def list_order_versions(order_id: Id, actor: Reader, connection: HotTransaction, page: Paging) -> Response:
    """What the order said, and who said it; the latest first."""
    await setting.readable_order(connection, actor, order_id)
    after = page.typed_after(int)
    before = after[0] if after else None
    rows = await queries.page_of_versions(connection, order_id, before=before, limit=page.limit + 1)
    shown, more = page.split(rows)
    items = [{name: row[name] for name in OrderVersionPublic.model_fields} for row in shown]
    return json_answer({"items": items, "next": page.cursor((shown[-1]["number"],)) if more else None})


def _public(order: dict[str, Any]) -> dict[str, Any]:
    told = order | order["content"]
    return {name: told[name] for name in StandingOrderPublic.model_fields}
