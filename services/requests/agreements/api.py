"""HTTP for agreements."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response

from services.requests.agreements.models import AgreementSignature
from services.requests.agreements.queries.read import Wanted, page_of_signatures
from services.requests.agreements.refusals import (
    BUDGET_PROBLEMS,
    SIGNING_PROBLEMS,
    UNDERPINNING_PROBLEMS,
    AgreementHasEnded,
    EndsOutside,
    MayNotPropose,
    MayNotSign,
    OfferingOfAnother,
    OtherPair,
    ReassignsToOutsider,
    UnknownAgreement,
    UnknownAgreementVersion,
)
from services.requests.agreements.rules.contradictions import CONTENT_PROBLEMS
from services.requests.agreements.rules.covered import AgreementState
from services.requests.agreements.schemas import (
    AgreementListed,
    AgreementPublic,
    AgreementVersionPublic,
    ComparisonPublic,
    NewAgreement,
    NewAgreementVersion,
    NewSignature,
    NewTermination,
    Number,
    SignaturePublic,
    TerminationPublic,
)
from services.requests.agreements.schemas.stages import FeasibilityPublic
from services.requests.agreements.service import budgets, propose, reading, sign
from services.requests.calendars.refusals import UnknownCalendar
from services.requests.catalogue.service import UnknownOffering
from services.requests.departments.api import DEPARTMENT_PROBLEMS, AskIdentity
from services.requests.people.service import PERSON_PROBLEMS
from services.shared.auth import Actor, requires
from services.shared.etags import etag
from services.shared.paging import BadCursor, Paging
from services.shared.problems import Problem
from services.shared.routing import Now, Transaction, feature_router, problem_responses
from services.shared.schemas import Id, Page

router = feature_router("agreements")

Reader = Annotated[Actor, requires("agreements:read")]
Writer = Annotated[Actor, requires("agreements:write")]
VersionNumber = Annotated[Number, Path()]


def _calculator(request: Request) -> budgets.Calculator:
    return budgets.Calculator(request.app.state.terms.working_times, request.app.state.computing)


Calculating = Annotated[budgets.Calculator, Depends(_calculator)]
_PROPOSING: tuple[type[Problem], ...] = (
    *CONTENT_PROBLEMS,
    *PERSON_PROBLEMS,
    UnknownCalendar,
    UnknownOffering,
    OfferingOfAnother,
    ReassignsToOutsider,
    MayNotPropose,
    UnknownAgreement,
    *UNDERPINNING_PROBLEMS,
)


@router.post("/v1/agreements", status_code=201, responses=problem_responses(*DEPARTMENT_PROBLEMS, *_PROPOSING))
async def propose_agreement(
    new: NewAgreement, actor: Writer, session: Transaction, identity: AskIdentity, now: Now, response: Response
) -> AgreementPublic:
    """Propose an agreement between two departments. Proposing is no signature: both sides sign by an act of their own.

    For a manager of either department, or a manager's deputy. `offering_ids` are the provider's, or of departments
    below it; tickets of departments below the two are covered too, unless a nearer agreement covers them.
    """
    agreement = await propose.propose_agreement(session, actor, identity, new, now=now)
    response.headers["Location"] = f"/v1/agreements/{agreement.id}"
    response.headers["ETag"] = etag(agreement.version)
    return await reading.show_agreement(session, agreement, now=now)


@router.get("/v1/agreements", responses=problem_responses(BadCursor))
async def list_agreements(
    actor: Reader,
    session: Transaction,
    page: Paging,
    now: Now,
    department_id: Annotated[Id | None, Query(description="on either side")] = None,
    customer_department_id: Annotated[Id | None, Query()] = None,
    provider_department_id: Annotated[Id | None, Query()] = None,
    offering_id: Annotated[Id | None, Query(description="named in any version")] = None,
    state: Annotated[AgreementState | None, Query(description="as of today")] = None,
) -> Page[AgreementListed]:
    """Agreements that the caller may read, newest first."""
    customers, providers = ([each] if each else None for each in (customer_department_id, provider_department_id))
    wanted = Wanted(department_id, customers, providers, offering_id, state)
    return await reading.list_agreements(session, actor, page, wanted, now=now)


@router.get("/v1/agreements/{agreement_id:uuid}", responses=problem_responses(UnknownAgreement))
async def get_agreement(
    agreement_id: Id, actor: Reader, session: Transaction, now: Now, response: Response
) -> AgreementPublic:
    """One agreement, as it stands today."""
    agreement = await reading.readable_agreement(session, actor, agreement_id)
    response.headers["ETag"] = etag(agreement.version)  # never 304: the state changes by the date alone, too
    return await reading.show_agreement(session, agreement, now=now)


@router.post(
    "/v1/agreements/{agreement_id:uuid}/versions",
    status_code=201,
    responses=problem_responses(AgreementHasEnded, OtherPair, *_PROPOSING),
)
async def propose_version(
    agreement_id: Id,
    new: NewAgreementVersion,
    actor: Writer,
    session: Transaction,
    identity: AskIdentity,
    now: Now,
    response: Response,
) -> AgreementVersionPublic:
    """Propose another version, or counter one: what was proposed before and lacks a signature is off the table."""
    agreement = await propose.propose_version(session, actor, identity, agreement_id, new, now=now)
    response.headers["Location"] = f"/v1/agreements/{agreement.id}/versions/{agreement.latest_number}"
    return await reading.show_version(session, agreement, agreement.latest_number, now=now)


@router.get("/v1/agreements/{agreement_id:uuid}/versions", responses=problem_responses(UnknownAgreement, BadCursor))
async def list_versions(
    agreement_id: Id, actor: Reader, session: Transaction, page: Paging, now: Now
) -> Page[AgreementVersionPublic]:
    """Every version of an agreement, newest first: who proposed what and when, and who signed."""
    agreement = await reading.readable_agreement(session, actor, agreement_id)
    return await reading.list_versions(session, agreement, page, now=now)


@router.get(
    "/v1/agreements/{agreement_id:uuid}/versions/{number}",
    responses=problem_responses(UnknownAgreement, UnknownAgreementVersion),
)
async def get_version(
    agreement_id: Id, number: VersionNumber, actor: Reader, session: Transaction, now: Now
) -> AgreementVersionPublic:
    """One version."""
    agreement = await reading.readable_agreement(session, actor, agreement_id)
    return await reading.show_version(session, agreement, number, now=now)


@router.get(
    "/v1/agreements/{agreement_id:uuid}/versions/{number}/diff",
    responses=problem_responses(UnknownAgreement, UnknownAgreementVersion),
)
async def compare_versions(
    agreement_id: Id,
    number: VersionNumber,
    actor: Reader,
    session: Transaction,
    against: Annotated[Number | None, Query(description="another version; left out: the one before")] = None,
) -> ComparisonPublic:
    """What differs from another version to this one, row by row."""
    agreement = await reading.readable_agreement(session, actor, agreement_id)
    return await reading.compare_versions(session, agreement, number, against)


@router.post(
    "/v1/agreements/{agreement_id:uuid}/signatures", status_code=201, responses=problem_responses(*SIGNING_PROBLEMS)
)
async def sign_agreement(
    agreement_id: Id, new: NewSignature, actor: Writer, session: Transaction, calculator: Calculating, now: Now
) -> SignaturePublic:
    """Sign the latest version for a side; with the second signature it takes effect from its date on.

    For a manager of that department, or a manager's deputy. One person cannot sign for both sides. A version whose
    stages can be late is signed by nobody: see its feasibility.
    """
    return _signed(await sign.sign_agreement(session, calculator, actor, agreement_id, new, now=now))


@router.get(
    "/v1/agreements/{agreement_id:uuid}/feasibility",
    responses=problem_responses(UnknownAgreement, UnknownAgreementVersion, *BUDGET_PROBLEMS),
)
async def get_feasibility(
    agreement_id: Id,
    actor: Reader,
    session: Transaction,
    calculator: Calculating,
    now: Now,
    number: Annotated[Number | None, Query(description="of the version; left out: the latest")] = None,
) -> FeasibilityPublic:
    """Whether the stages of a version keep its promises of `resolution`, for every second of a year from its first day.

    Exact: the worst start, by how much, and how the stages run then.
    """
    agreement = await reading.readable_agreement(session, actor, agreement_id)
    pointer = None if number is None else "?number"
    version = await reading.known_version(session, agreement, number or agreement.latest_number, pointer=pointer)
    return await budgets.tell_feasibility(session, calculator, agreement, version, now=now)


@router.get("/v1/agreements/{agreement_id:uuid}/signatures", responses=problem_responses(UnknownAgreement, BadCursor))
async def list_signatures(agreement_id: Id, actor: Reader, session: Transaction, page: Paging) -> Page[SignaturePublic]:
    """Who has signed which version when, those of the latest version first."""
    agreement = await reading.readable_agreement(session, actor, agreement_id)
    rows, following = await page_of_signatures(session, agreement.id, page)
    return Page(items=[_signed(row) for row in rows], next=following)


@router.post(
    "/v1/agreements/{agreement_id:uuid}/terminations",
    status_code=201,
    responses=problem_responses(UnknownAgreement, MayNotSign, AgreementHasEnded, EndsOutside),
)
async def terminate_agreement(
    agreement_id: Id, new: NewTermination, actor: Writer, session: Transaction, now: Now
) -> TerminationPublic:
    """End an agreement for one side: from `ends_on` on it covers nothing, and nobody signs or proposes any more.

    Tickets keep what they pinned. A proposal that nobody wants any longer is ended in the same way.
    """
    return TerminationPublic.model_validate(await sign.terminate_agreement(session, actor, agreement_id, new, now=now))


def _signed(signature: AgreementSignature) -> SignaturePublic:
    return SignaturePublic.model_validate(signature)
