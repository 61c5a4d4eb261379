"""HTTP for simulations: ask what if, follow the job, cancel it."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from services.requests.agreements.refusals import OfferingOfAnother, UnknownAgreement, UnknownAgreementVersion
from services.requests.agreements.rules.contradictions import CONTENT_PROBLEMS
from services.requests.calendars.refusals import VERSION_PROBLEMS, UnknownCalendar
from services.requests.catalogue.service import UnknownOffering
from services.requests.departments.api import DEPARTMENT_PROBLEMS, AskIdentity
from services.requests.reports.refusals import UnknownReportZone
from services.requests.reports.rules import wilson
from services.requests.simulations import refusals
from services.requests.simulations.models import Simulation
from services.requests.simulations.schemas import NewSimulation, SimulationPublic
from services.requests.simulations.service import accept
from services.requests.tickets.refusals import InstantOutside
from services.shared.auth import Actor, requires
from services.shared.problems import Problem
from services.shared.routing import Now, Transaction, feature_router, problem_responses

router = feature_router("simulations")

Reader = Annotated[Actor, requires("agreements:read")]
SimulationId = Annotated[UUID, Path()]
ASSUMPTION = {
    "en": "Facts stay as they were: people might have acted otherwise, and that is not supposed. Quotas are left out.",
    "es": "Los hechos quedan como fueron: se pudo haber actuado de otro modo, y eso no se supone. Sin las cuotas.",
}
_ASKING: tuple[type[Problem], ...] = (
    *DEPARTMENT_PROBLEMS,
    *CONTENT_PROBLEMS,
    *VERSION_PROBLEMS,
    UnknownAgreement,
    UnknownAgreementVersion,
    UnknownCalendar,
    UnknownOffering,
    OfferingOfAnother,
    UnknownReportZone,
    InstantOutside,
    refusals.MayNotSimulate,
    refusals.EmptySimulation,
    refusals.TooManyTickets,
    refusals.VersionOfOtherPair,
)


@router.post("/v1/agreements/simulations", status_code=202, responses=problem_responses(*_ASKING))
async def start_simulation(
    new: NewSimulation, actor: Reader, session: Transaction, identity: AskIdentity, now: Now, response: Response
) -> SimulationPublic:
    """What if: past tickets of two departments (and of those below them) under a version, or in another calendar.

    The clocks are measured anew from the same facts: attainment as it was and as it would be, and what changes. For
    managers of either department, their deputies and administrators. Nothing is written but the answer.
    """
    job = await accept.accept_simulation(session, actor, identity, new, now=now)
    response.headers["Location"] = f"/v1/agreements/simulations/{job.id}"
    return await _told(session, actor, job)


@router.get("/v1/agreements/simulations/{simulation_id:uuid}", responses=problem_responses(refusals.UnknownSimulation))
async def get_simulation(simulation_id: SimulationId, actor: Reader, session: Transaction) -> SimulationPublic:
    """A simulation as it stands, for whoever asked for it and for administrators."""
    return await _told(session, actor, await accept.readable_simulation(session, actor, simulation_id))


@router.post(
    "/v1/agreements/simulations/{simulation_id:uuid}/cancellations",
    status_code=201,
    responses=problem_responses(refusals.UnknownSimulation, refusals.SimulationHasEnded),
)
async def cancel_simulation(
    simulation_id: SimulationId, actor: Reader, session: Transaction, now: Now
) -> SimulationPublic:
    """Stop a simulation."""
    return await _told(session, actor, await accept.cancel_simulation(session, actor, simulation_id, now=now))


async def _told(session: Transaction, actor: Actor, job: Simulation) -> SimulationPublic:
    told = job.model_dump(exclude={"result"})
    if job.result is None:
        return SimulationPublic(**told, result=None)
    changes = await accept.readable_changes(session, actor, job)
    rows = [row | {side: _shared(row[side]) for side in ("was", "would_be")} for row in job.result["rows"]]
    hidden = len(job.result["changes"]) - len(changes)
    result = job.result | {"rows": rows, "changes": changes, "changes_hidden": hidden, "assumption": ASSUMPTION}
    return SimulationPublic(**told, result=result)


def _shared(counts: dict[str, int]) -> dict[str, float | None]:
    read = wilson(counts["met"], counts["met"] + counts["missed"])
    return {**counts, "share": read.share, "low": read.low, "high": read.high}
