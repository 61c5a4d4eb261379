"""Routes of service accounts."""

from typing import Annotated

from fastapi import Request, Response

from services.identity.clients import service
from services.identity.clients.queries import clients_public, page_of_clients
from services.identity.clients.schemas import ClientPublic, NewClient, NewClientPublic, NewSecretPublic
from services.identity.clients.service import RolesInDepartmentsNotYours, ScopesNotYours, TooManySecrets
from services.identity.people.service.people import DepartmentTwice, DepartmentUnknown
from services.shared.auth import Actor, requires
from services.shared.etags import IfMatch, tag_answer
from services.shared.paging import BadCursor, Paging
from services.shared.problems import PreconditionFailed, PreconditionRequired
from services.shared.routing import Now, SecretRoute, Transaction, feature_router, problem_responses
from services.shared.schemas import Id, Page

router = feature_router("clients", SecretRoute)
Reader = Annotated[Actor, requires("clients:read")]
Writer = Annotated[Actor, requires("clients:write")]
ONE = "/v1/clients/{client_id}"


@router.post(
    "/v1/clients",
    status_code=201,
    responses=problem_responses(ScopesNotYours, RolesInDepartmentsNotYours, DepartmentUnknown, DepartmentTwice),
)
async def add_client(
    actor: Writer, new: NewClient, session: Transaction, now: Now, request: Request, response: Response
) -> NewClientPublic:
    """Create a service account. Its `id` is the `client_id` at /oauth2/token; the secret is shown this once."""
    client, secret = await service.add_client(session, actor, new, now=now)
    tag_answer(request, response, client.version)
    response.headers["Location"] = f"/v1/clients/{client.id}"
    response.headers["Cache-Control"] = "no-store"
    (public,) = await clients_public(session, [client])
    return NewClientPublic(**public.model_dump(), client_secret=secret)


@router.get("/v1/clients", responses=problem_responses(BadCursor))
async def list_clients(actor: Reader, session: Transaction, page: Paging) -> Page[ClientPublic]:
    """List service accounts, newest first."""
    rows, has_more = page.split(await page_of_clients(session, page))
    items = await clients_public(session, rows)
    return Page(items=items, next=page.cursor([rows[-1].id]) if has_more else None)


@router.get(ONE)
async def get_client(
    actor: Reader, client_id: Id, session: Transaction, request: Request, response: Response
) -> ClientPublic:
    """Read a service account."""
    client = await service.get_client(session, client_id)
    tag_answer(request, response, client.version)
    return client


@router.delete(ONE, status_code=204, responses=problem_responses(PreconditionFailed, PreconditionRequired))
async def remove_client(actor: Writer, client_id: Id, expected: IfMatch, session: Transaction) -> None:
    """Remove a service account with all its secrets; tokens that it has stay good until they expire."""
    await service.remove_client(session, actor, client_id, expected=expected)


@router.post(
    ONE + "/secrets",
    status_code=201,
    responses=problem_responses(TooManySecrets, ScopesNotYours, RolesInDepartmentsNotYours),
)
async def add_secret(
    actor: Writer, client_id: Id, session: Transaction, now: Now, response: Response
) -> NewSecretPublic:
    """Add a secret, shown this once. Those before stay good, so that they can be replaced without a gap."""
    row, secret = await service.add_secret(session, actor, client_id, now=now)
    response.headers["Cache-Control"] = "no-store"
    return NewSecretPublic(id=row.id, client_id=client_id, client_secret=secret, created_at=row.created_at)


@router.delete(
    ONE + "/secrets/{secret_id}",
    status_code=204,
    responses=problem_responses(PreconditionFailed, PreconditionRequired),
)
async def remove_secret(
    actor: Writer, client_id: Id, secret_id: Id, expected: IfMatch, session: Transaction, now: Now
) -> None:
    """Remove a secret. `If-Match` names the service account's version."""
    await service.remove_secret(session, actor, client_id, secret_id, expected=expected, now=now)
