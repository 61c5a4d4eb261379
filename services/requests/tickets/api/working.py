"""HTTP for working on many tickets: queues by nearest deadline."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.requests.absences.service import stood_in_for
from services.requests.answers import json_answer
from services.requests.tickets.api import Reader
from services.requests.tickets.policies import serving_departments
from services.requests.tickets.queries.queue import QueueWanted, page_of_queue, position_of
from services.requests.tickets.schemas.working import Queue, QueuedTicketPublic
from services.shared.paging import BadCursor, Paging
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses
from services.shared.schemas import Id, Page

router = feature_router("tickets", HotRoute)


@router.get("/v1/tickets/queue", response_model=Page[QueuedTicketPublic], responses=problem_responses(BadCursor))
async def list_queue(
    actor: Reader,
    connection: HotTransaction,
    page: Paging,
    now: Now,
    whose: Annotated[Queue, Query(description="what is assigned to the caller, or what their departments serve")] = (
        Queue.MINE
    ),
    department_id: Annotated[Id | None, Query(description="of this provider or holder of a hand-off alone")] = None,
    is_assigned: Annotated[bool | None, Query(description="only what is somebody's to work on, or nobody's")] = None,
) -> Response:
    """What is to be worked on, the nearest deadline first, then by priority; what is paused or has none comes last.

    A queue holds open tickets that are not fulfilled; a department's also the open hand-offs to it, each by itself.
    What awaits its first approval is not there yet: its approvers find it by `GET /v1/tickets?awaits_my_approval=true`.
    The caller's own queue also holds what is assigned to people for whom they are there today (`deputy_for`).
    """
    is_mine, serving = whose is Queue.MINE, serving_departments(actor)
    absent = await stood_in_for(connection.fetch, actor.id, serving, now) if is_mine else {}
    wanted = QueueWanted(is_mine, department_id, is_assigned, absent)
    after = page.typed_after(datetime, int, UUID, UUID)
    place = (after[0], after[1], after[2], after[3]) if after else None
    rows = await page_of_queue(connection, actor, wanted, after=place, limit=page.limit + 1)
    shown, more = page.split(rows)
    following = page.cursor(position_of(shown[-1])) if more else None
    items = [row | {"deputy_for": row["assignee_id"] if row["assignee_id"] in absent else None} for row in shown]
    fields = QueuedTicketPublic.model_fields
    return json_answer({"items": [{name: item[name] for name in fields} for item in items], "next": following})
