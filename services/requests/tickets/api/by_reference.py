"""HTTP for integrators: a request by the reference under which another system keeps the same work."""

from typing import Annotated

from fastapi import Depends, Header, Path, Response

from services.requests.answers import json_answer
from services.requests.departments.api import AskIdentity
from services.requests.tickets.api import Terms, Writer
from services.requests.tickets.queries.read import public_of
from services.requests.tickets.refusals import (
    AMENDMENT_PROBLEMS,
    SUBMISSION_PROBLEMS,
    FixedAtSubmission,
)
from services.requests.tickets.schemas import NewTicket, TicketPublic
from services.requests.tickets.service.upsert import NOT_THERE, upsert_ticket
from services.shared.etags import IF_MATCH_MEANS, IF_MATCH_PATTERN, Expected, etag
from services.shared.problems import PreconditionFailed, PreconditionRequired
from services.shared.routing import HotRoute, HotTransaction, Now, feature_router, problem_responses
from services.shared.schemas import ShortText

router = feature_router("tickets", HotRoute)


async def _expected_or_not_there(
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", description=IF_MATCH_MEANS, json_schema_extra={"pattern": IF_MATCH_PATTERN}),
    ] = None,
    if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", description="`*`: only where there is no such ticket yet")
    ] = None,
) -> Expected:
    if if_match is not None:
        return Expected(if_match)
    if if_none_match is not None and if_none_match.strip() == "*":
        return Expected(etag(NOT_THERE))
    raise PreconditionRequired(pointer="#If-Match")


@router.put(
    "/v1/tickets/by-ref/{system}/{external_id:path}",
    response_model=TicketPublic,
    responses={
        201: {"description": "It is new", "model": TicketPublic},
        **problem_responses(
            *dict.fromkeys((*SUBMISSION_PROBLEMS, *AMENDMENT_PROBLEMS)),
            FixedAtSubmission,
            PreconditionFailed,
            PreconditionRequired,
        ),
    },
)
async def upsert_ticket_by_reference(
    system: Annotated[ShortText, Path()],
    external_id: Annotated[ShortText, Path()],
    new: NewTicket,
    actor: Writer,
    connection: HotTransaction,
    terms: Terms,
    identity: AskIdentity,
    expected: Annotated[Expected, Depends(_expected_or_not_there)],
    now: Now,
) -> Response:
    """Ask, or bring the ticket with this reference up to date: what is left out stays, references are only added.

    `If-Match: *` takes it as it is, there or not; `If-None-Match: *` only asks; the ETag that was read only changes.
    """
    row, is_new = await upsert_ticket(connection, terms, identity, actor, (system, external_id), new, expected, now=now)
    headers = {"Location": f"/v1/tickets/{row['id']}", "ETag": etag(row["version"])}
    return json_answer(public_of(row), 201 if is_new else 200, headers)
