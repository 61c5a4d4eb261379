"""HTTP for submitting tickets and finding them again."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from services.requests.answers import json_answer
from services.requests.departments.api import AskIdentity
from services.requests.tickets.api import Reader, Terms, TicketId, Writer
from services.requests.tickets.policies import approving_ids
from services.requests.tickets.queries.read import BY_REFERENCE, page_of_tickets, public_of
from services.requests.tickets.queries.search import page_of_found
from services.requests.tickets.refusals import SUBMISSION_PROBLEMS, HalfAReference, UnknownTicket
from services.requests.tickets.schemas import NewTicket, Priority, TicketPublic
from services.requests.tickets.schemas.preview import PreviewPublic
from services.requests.tickets.service.preview import preview_ticket as preview
from services.requests.tickets.service.recording import readable_ticket
from services.requests.tickets.service.submit import submit_ticket as submit
from services.requests.timeline.vocabulary import State
from services.shared.etags import NotModified, etag, names_version
from services.shared.paging import BadCursor, Paging
from services.shared.routing import HotTransaction, Now, OneStatementRoute, feature_router, problem_responses
from services.shared.schemas import Id, Instant, Page

router = feature_router("tickets", OneStatementRoute)


class TicketFilters(BaseModel):
    """Which tickets a list holds; each given condition holds for all of them."""

    state: Annotated[list[State], Field(max_length=20)] = []
    priority: Annotated[list[Priority], Field(max_length=4)] = []
    provider_department_id: Id | None = None
    customer_department_id: Id | None = None
    offering_id: Id | None = None
    requester_id: Id | None = None
    beneficiary_id: Id | None = None
    assignee_id: Id | None = None
    agreement_version_id: Id | None = None
    q: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="all these words, the best match first",
    )
    key: str | None = Field(default=None, max_length=100)
    external_system: str | None = Field(default=None, max_length=200)
    external_id: str | None = Field(default=None, max_length=200)
    submitted_from: Instant | None = Field(default=None, alias="submitted_at[gte]")
    submitted_before: Instant | None = Field(default=None, alias="submitted_at[lt]")
    created_from: Instant | None = Field(default=None, alias="created_at[gte]")
    created_before: Instant | None = Field(default=None, alias="created_at[lt]")
    promised_priority: Annotated[list[Priority], Field(max_length=4)] = []
    awaits_my_approval: bool = Field(
        default=False, description="true: those that await the caller's approval, as a manager, a deputy or by name"
    )

    def conditions(self) -> dict[str, Any]:
        """The conditions given, as `page_of_tickets` takes them. HalfAReference."""
        reference = [part for part in (self.external_system, self.external_id) if part is not None]
        if len(reference) == 1:
            raise HalfAReference(pointer="?external_system" if self.external_system is None else "?external_id")
        given = {
            "t.priority = ANY({}::text[])": [priority.value for priority in self.priority],
            "t.promised_priority = ANY({}::text[])": [priority.value for priority in self.promised_priority],
            "t.provider_department_id = {}": self.provider_department_id,
            "t.customer_department_id = {}": self.customer_department_id,
            "t.offering_id = {}": self.offering_id,
            "t.requester_id = {}": self.requester_id,
            "t.beneficiary_id = {}": self.beneficiary_id,
            "t.assignee_id = {}": self.assignee_id,
            "t.agreement_version_id = {}": self.agreement_version_id,
            "t.key = {}": self.key,
            BY_REFERENCE: reference,
            "t.submitted_at >= {}": self.submitted_from,
            "t.submitted_at < {}": self.submitted_before,
            "t.created_at >= {}": self.created_from,
            "t.created_at < {}": self.created_before,
        }
        return {condition: value for condition, value in given.items() if value not in (None, [])}


@router.post(
    "/v1/tickets",
    status_code=201,
    response_model=TicketPublic,
    responses=problem_responses(*SUBMISSION_PROBLEMS),
)
async def submit_ticket(
    new: NewTicket, actor: Writer, connection: HotTransaction, terms: Terms, identity: AskIdentity, now: Now
) -> Response:
    """Ask a department for one of its offerings. The answer leaves when the ticket is committed."""
    row = await submit(connection, terms, identity, actor, new, now=now)
    headers = {"Location": f"/v1/tickets/{row['id']}", "ETag": etag(row["version"])}
    return json_answer({name: row[name] for name in TicketPublic.model_fields}, 201, headers)


@router.post("/v1/tickets/preview", response_model=PreviewPublic, responses=problem_responses(*SUBMISSION_PROBLEMS))
async def preview_ticket(
    new: NewTicket, actor: Writer, connection: HotTransaction, terms: Terms, identity: AskIdentity, now: Now
) -> Response:
    """If I ask now, when do I get it? The same body as a new ticket's, and the same problems; nothing is written."""
    return json_answer(await preview(connection, terms, identity, actor, new, now=now))


@router.get("/v1/tickets", response_model=Page[TicketPublic], responses=problem_responses(BadCursor, HalfAReference))
async def list_tickets(
    filters: Annotated[TicketFilters, Query()], actor: Reader, connection: HotTransaction, page: Paging
) -> Response:
    """The tickets that the caller may see, newest first; with `q` those that hold all its words, best match first."""
    if filters.q is not None:
        return await _found(filters, filters.q, actor, connection, page)
    after = page.typed_after(datetime, UUID)
    rows = await page_of_tickets(
        connection,
        actor,
        filters.conditions(),
        after=(after[0], after[1]) if after else None,
        limit=page.limit + 1,
        states=[state.value for state in filters.state],
        awaits_own_approval=filters.awaits_my_approval,
    )
    shown, more = page.split(rows)
    following = page.cursor((shown[-1]["created_at"], shown[-1]["id"])) if more else None
    return json_answer({"items": [public_of(row) for row in shown], "next": following})


async def _found(
    filters: TicketFilters, words: str, actor: Reader, connection: HotTransaction, page: Paging
) -> Response:
    after = page.typed_after(float, datetime, UUID)
    conditions = filters.conditions()
    if filters.state:
        conditions["t.state = ANY({}::text[])"] = [state.value for state in filters.state]
    if filters.awaits_my_approval:
        conditions["t.awaits_approval_of = ANY({}::uuid[])"] = approving_ids(actor)
    rows = await page_of_found(
        connection,
        actor,
        words,
        conditions,
        after=(after[0], after[1], after[2]) if after else None,
        limit=page.limit + 1,
    )
    shown, more = page.split(rows)
    last = shown[-1] if more else None
    following = page.cursor((last["rank"], last["created_at"], last["id"])) if last else None
    return json_answer({"items": [public_of(row) for row in shown], "next": following})


@router.get("/v1/tickets/{ticket_id:uuid}", response_model=TicketPublic, responses=problem_responses(UnknownTicket))
async def get_ticket(ticket_id: TicketId, actor: Reader, connection: HotTransaction, request: Request) -> Response:
    """One ticket."""
    row = await readable_ticket(connection, actor, ticket_id)
    known = request.headers.get("if-none-match")
    if known is not None and names_version(known, row["version"], weak=True):
        raise NotModified(row["version"])
    return json_answer(public_of(row), headers={"ETag": etag(row["version"])})
