"""Accepting a simulation: what is supposed is checked and kept whole; the worker does the rest."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.requests.agreements.policies import stands_for
from services.requests.agreements.rules.content import content_from
from services.requests.agreements.rules.contradictions import check_content
from services.requests.agreements.schemas import AgreementText
from services.requests.agreements.schemas import document_of as version_document
from services.requests.agreements.service.offered import check_offered
from services.requests.agreements.service.propose import check_calendars
from services.requests.agreements.service.reading import known_version, readable_agreement
from services.requests.calendars.queries import current_version, find_calendar
from services.requests.calendars.refusals import UnknownCalendar
from services.requests.calendars.service import given_definition
from services.requests.departments.queries import departments_below
from services.requests.departments.service import Identity, require_departments
from services.requests.reports.refusals import UnknownReportZone
from services.requests.simulations.models import Simulation
from services.requests.simulations.queries import (
    WAITING,
    Which,
    count_tickets,
    find_simulation,
    tickets_to_be_read,
)
from services.requests.simulations.refusals import (
    EmptySimulation,
    MayNotSimulate,
    SimulationHasEnded,
    TooManyTickets,
    UnknownSimulation,
    VersionOfOtherPair,
)
from services.requests.simulations.schemas import NewSimulation, OtherCalendar, VersionNamed
from services.requests.tickets.policies import can_read_ticket, serves
from services.requests.tickets.refusals import check_instant
from services.requests.worktime import document_of as calendar_document
from services.requests.worktime.zones import known_zones
from services.shared.auth import Actor
from services.shared.idempotency import session_fetch
from services.shared.problems import Problem

MOST_TICKETS = 20_000


async def accept_simulation(
    session: AsyncSession, actor: Actor, identity: Identity, new: NewSimulation, *, now: datetime
) -> Simulation:
    """The job, queued. MayNotSimulate, UnknownDepartment, EmptySimulation, TooManyTickets, and what is supposed."""
    fetch = session_fetch(session)
    customer_id, provider_id = new.customer_department_id, new.provider_department_id
    pointers = {provider_id: "/provider_department_id", customer_id: "/customer_department_id"}
    await require_departments(fetch, identity, pointers)
    if not (actor.has_role("admin") or stands_for(actor, customer_id) or stands_for(actor, provider_id)):
        raise MayNotSimulate
    period, providers = _period(new), await departments_below(fetch, provider_id)
    supposed = {
        "customers": sorted(str(each) for each in await departments_below(fetch, customer_id)),
        "providers": sorted(map(str, providers)),
        "start": period[0].isoformat(),
        "end": period[1].isoformat(),
        "in_confidence": sorted(str(each) for each in providers if actor.has_role("admin") or serves(actor, each)),
        **await _supposed(session, actor, new, now),
    }
    if await count_tickets(fetch, which_of(supposed), most=MOST_TICKETS) > MOST_TICKETS:
        raise TooManyTickets(pointer="/ends_on", most=MOST_TICKETS)
    job = Simulation(
        id=uuid7(),
        state="queued",
        progress=0.0,
        supposed=supposed,
        errors=[],
        result=None,
        created_by=actor.id,
        created_at=now,
        ended_at=None,
    )
    session.add(job)
    await session.flush()
    return job


def which_of(supposed: dict[str, Any]) -> Which:
    """The tickets of a simulation that was kept."""
    return Which(
        [UUID(each) for each in supposed["customers"]],
        [UUID(each) for each in supposed["providers"]],
        datetime.fromisoformat(supposed["start"]),
        datetime.fromisoformat(supposed["end"]),
        in_confidence=[UUID(each) for each in supposed.get("in_confidence", ())],
    )


async def readable_simulation(
    session: AsyncSession, actor: Actor, simulation_id: UUID, *, lock: bool = False
) -> Simulation:
    """The job, for whoever asked for it and for administrators. UnknownSimulation."""
    job = await find_simulation(session, simulation_id, lock=lock)
    if job is None or not (job.created_by == actor.id or actor.has_role("admin")):
        raise UnknownSimulation
    return job


async def cancel_simulation(session: AsyncSession, actor: Actor, simulation_id: UUID, *, now: datetime) -> Simulation:
    """Stop it. UnknownSimulation, SimulationHasEnded."""
    job = await readable_simulation(session, actor, simulation_id, lock=True)
    if job.state not in WAITING:
        raise SimulationHasEnded
    job.state, job.ended_at, job.version = "cancelled", now, job.version + 1
    return job


async def readable_changes(session: AsyncSession, actor: Actor, job: Simulation) -> list[dict[str, Any]]:
    """The listed changes of tickets that the actor may read today."""
    listed = job.result["changes"] if job.result else []
    rows = await tickets_to_be_read(session_fetch(session), {UUID(change["ticket_id"]) for change in listed})
    readable = {str(row["id"]) for row in rows if can_read_ticket(actor, row, row["holders"])}
    return [change for change in listed if change["ticket_id"] in readable]


def _period(new: NewSimulation) -> tuple[datetime, datetime]:
    """UnknownReportZone, InstantOutside, EmptySimulation."""
    if new.time_zone not in known_zones():
        raise UnknownReportZone(pointer="/time_zone", zone=new.time_zone)
    check_instant(new.starts_on, "/starts_on")
    check_instant(new.ends_on, "/ends_on")
    if new.ends_on <= new.starts_on:
        raise EmptySimulation(pointer="/ends_on")
    start, end = (datetime.combine(day, time(), ZoneInfo(new.time_zone)) for day in (new.starts_on, new.ends_on))
    return start, end


async def _supposed(session: AsyncSession, actor: Actor, new: NewSimulation, now: datetime) -> dict[str, Any]:
    match new:
        case NewSimulation(agreement=VersionNamed() as named):
            return {"content": await _named_version(session, actor, new, named)}
        case NewSimulation(version=AgreementText() as text):
            return {"content": await _written_version(session, actor, new, text, now)}
        case NewSimulation(replacing=OtherCalendar() as other):
            return await _other_calendar(session, other, now)
        case _:
            raise TypeError("a simulation supposes one thing")


async def _named_version(
    session: AsyncSession, actor: Actor, new: NewSimulation, named: VersionNamed
) -> dict[str, Any]:
    """UnknownAgreement, VersionOfOtherPair, UnknownAgreementVersion."""
    agreement = await readable_agreement(session, actor, named.agreement_id, pointer="/agreement/agreement_id")
    pair = agreement.customer_department_id, agreement.provider_department_id
    if pair != (new.customer_department_id, new.provider_department_id):
        raise VersionOfOtherPair(pointer="/agreement/agreement_id")
    number = named.number or agreement.latest_number
    return (await known_version(session, agreement, number, pointer="/agreement/number")).document


async def _written_version(
    session: AsyncSession, actor: Actor, new: NewSimulation, text: AgreementText, now: datetime
) -> dict[str, Any]:
    """CONTENT_PROBLEMS, UnknownCalendar, UnknownOffering, OfferingOfAnother, UnknownAgreement."""
    document = version_document(text, new.customer_department_id, new.provider_department_id)
    content, fetch = content_from(document), session_fetch(session)
    with _under_version():
        check_content(content, now.date())
        await check_calendars(fetch, content)
        await check_offered(fetch, content.offering_ids, new.provider_department_id)
        for place, stage in enumerate(content.stages):
            if stage.agreement_id is not None:
                await readable_agreement(session, actor, stage.agreement_id, pointer=f"/stages/{place}/agreement")
    return document


@contextmanager
def _under_version() -> Iterator[None]:
    """Pointers into a version lead into the simulation's `version`."""
    try:
        yield
    except Problem as problem:
        if problem.pointer is not None:
            problem.pointer = f"/version{problem.pointer}"
        raise


async def _other_calendar(session: AsyncSession, other: OtherCalendar, now: datetime) -> dict[str, Any]:
    """UnknownCalendar, VERSION_PROBLEMS."""
    replaced = await find_calendar(session, other.calendar_id)
    if replaced is None:
        raise UnknownCalendar(pointer="/replacing/calendar_id", calendar_id=other.calendar_id)
    if other.calendar is not None:
        definition = calendar_document(given_definition(other.calendar, now.date(), at="/replacing/calendar"))
    else:
        by = await find_calendar(session, other.by_calendar_id) if other.by_calendar_id is not None else None
        if by is None:
            raise UnknownCalendar(pointer="/replacing/by_calendar_id", calendar_id=other.by_calendar_id)
        version = await current_version(session, by)
        definition = {**version.definition, "public_holidays": version.public_holidays}
    return {"calendar_id": str(other.calendar_id), "definition": definition}
