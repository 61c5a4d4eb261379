"""Budgets: what a stage may rest on, and whether a version's promises can be kept by its stages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.agreements.models import Agreement
from services.requests.agreements.policies import answered_for, can_read_agreement
from services.requests.agreements.queries.read import SavedVersion
from services.requests.agreements.queries.underpinning import Underpinning, named_by, rests_on, underpinning_of
from services.requests.agreements.refusals import (
    AgreementCycle,
    Infeasible,
    StageHasEnded,
    StageOfAnother,
    StageUnsigned,
    UnknownAgreement,
    VersionOver,
)
from services.requests.agreements.rules.budgets import Budget, Wait, budgets_of
from services.requests.agreements.rules.content import AgreementContent
from services.requests.agreements.rules.covered import begins_on, starts_until
from services.requests.agreements.rules.feasibility import Feasibility, Margin, feasibility
from services.requests.agreements.rules.stages import MOST_LOOKS, Leg
from services.requests.agreements.schemas.stages import (
    BudgetPublic,
    CalendarUsed,
    FeasibilityPublic,
    MarginPublic,
    StageRun,
)
from services.requests.calendars.queries import WorkingTimes, calendars_by_id
from services.requests.calendars.refusals import told_as_problems
from services.requests.calendars.rules import local_date
from services.requests.departments.queries import departments_above
from services.requests.worktime import WorkingTime, parse_duration
from services.shared.auth import Actor
from services.shared.bounded_threads import BoundedThreads
from services.shared.idempotency import Fetch, session_fetch


@dataclass(frozen=True, slots=True)
class Calculator:
    """Compiled calendars, and threads in which long sums are done."""

    working_times: WorkingTimes
    threads: BoundedThreads


async def check_underpinning(
    fetch: Fetch, actor: Actor, agreement: Agreement, content: AgreementContent, *, on: date
) -> dict[UUID, Underpinning]:
    """What holds on that day of the agreements that the stages name; whoever counters may keep what was named before.

    What ends before the last start of a year from then on is no ground to rest on.

    UnknownAgreement with a pointer, UNDERPINNING_PROBLEMS.
    """
    wanted = {
        stage.agreement_id: f"/stages/{place}/agreement"
        for place, stage in reversed(list(enumerate(content.stages)))
        if stage.agreement_id is not None
    }
    if not wanted:
        return {}
    found = await underpinning_of(fetch, wanted, on)
    line = await departments_above(fetch, answered_for(actor))
    named = await named_by(fetch, agreement.id)
    asking = await departments_above(fetch, {agreement.provider_department_id})
    for agreement_id, pointer in wanted.items():
        below = found.get(agreement_id)
        if below is None or not (agreement_id in named or can_read_agreement(actor, _sides(below), line)):
            raise UnknownAgreement(pointer=pointer)
        if await rests_on(fetch, agreement_id, agreement.id):
            raise AgreementCycle(pointer=pointer)
        if below.customer_department_id not in asking:
            raise StageOfAnother(pointer=pointer)
        if below.has_ended or (below.ends_on is not None and below.ends_on < starts_until(content.effective_until, on)):
            raise StageHasEnded(pointer=pointer)
    return found


def _sides(below: Underpinning) -> tuple[UUID, UUID]:
    return below.customer_department_id, below.provider_department_id


async def check_budget(
    session: AsyncSession,
    calculator: Calculator,
    actor: Actor,
    agreement: Agreement,
    version: SavedVersion,
    *,
    now: datetime,
) -> None:
    """What is signed rests on what is signed, and can be kept. StageUnsigned, Infeasible, and what the others raise."""
    if not version.content.stages:
        return
    today = local_date(now, agreement.time_zone)
    first_day = begins_on(version.content, today)
    below = await check_underpinning(session_fetch(session), actor, agreement, version.content, on=first_day)
    for place, stage in enumerate(version.content.stages):
        if stage.agreement_id is not None and not below[stage.agreement_id].is_signed:
            raise StageUnsigned(pointer=f"/stages/{place}/agreement")
    answer = await tell_feasibility(session, calculator, agreement, version, now=now)
    if answer.feasible is False:
        worst = answer.items[0].worst
        start, due, done = (at.isoformat() for at in (worst.start_at, worst.due_at, worst.done_at))
        raise Infeasible(pointer="/version", start=start, due=due, done=done)


async def tell_feasibility(
    session: AsyncSession, calculator: Calculator, agreement: Agreement, version: SavedVersion, *, now: datetime
) -> FeasibilityPublic:
    """Each promise of a version held against its stages, for a year of starts from its first day. BUDGET_PROBLEMS."""
    content, fetch = version.content, session_fetch(session)
    first, after = _days(agreement, version, now)
    named = {stage.agreement_id for stage in content.stages if stage.agreement_id is not None}
    below = await underpinning_of(fetch, named, first)
    budgets = budgets_of(content, {each: found.content for each, found in below.items()}) if content.stages else []
    calendars = await calendars_by_id(fetch, sorted(set().union(*(each.calendar_ids for each in budgets))))
    versions = await calculator.working_times.get_all(fetch, [each.version_id for each in calendars.values()])
    compiled = {each.calendar_id: versions[each.version_id] for each in calendars.values()}
    span = tuple(datetime.combine(day, time(), ZoneInfo(agreement.time_zone)) for day in (first, after))
    found = await calculator.threads.run(_all_found, budgets, compiled, span[0], span[1])
    order = sorted(zip(found, budgets, strict=True), key=lambda each: (each[0].is_feasible, each[0].worst.slack))
    return FeasibilityPublic(
        agreement_id=agreement.id,
        number=version.number,
        feasible=all(each.is_feasible for each in found) if found else None,
        starts_on=first,
        starts_until=after,
        items=[_told(budget, each, content, below) for each, budget in order],
        calendars=[CalendarUsed.model_validate(each) for each in calendars.values()],
    )


def _days(agreement: Agreement, version: SavedVersion, now: datetime) -> tuple[date, date]:
    """The first day of a year of starts and the one after its last. VersionOver."""
    first, until = begins_on(version.content, local_date(now, agreement.time_zone)), version.effective_until
    if until is not None and until <= first:
        raise VersionOver(number=version.number, until=until.isoformat())
    return first, starts_until(version.content.effective_until, first)


def _all_found(
    budgets: Sequence[Budget], calendars: Mapping[UUID, WorkingTime], begin: datetime, end: datetime
) -> list[Feasibility]:
    found: list[Feasibility] = []
    with told_as_problems(otherwise="/stages"):
        for budget in budgets:
            left = MOST_LOOKS - sum(each.looks for each in found)
            found.append(_found(budget, calendars, begin, end, left))
    return found


def _found(
    budget: Budget, calendars: Mapping[UUID, WorkingTime], begin: datetime, end: datetime, most_looks: int
) -> Feasibility:
    def leg(wait: Wait) -> Leg:
        return Leg(calendars[wait.calendar_id], parse_duration(wait.duration), wait.due)

    stages = [[[leg(wait) for wait in lane.waits] for lane in lanes] for lanes in budget.steps]
    return feasibility(leg(budget.promised), stages, begin, end, most_looks=most_looks)


def _told(
    budget: Budget, found: Feasibility, content: AgreementContent, below: Mapping[UUID, Underpinning]
) -> BudgetPublic:
    return BudgetPublic(
        target=f"/targets/{budget.target}",
        offering_ids=budget.offering_ids,
        priorities=budget.priorities,
        duration=budget.promised.duration,
        feasible=found.is_feasible,
        worst=_margin(found.worst),
        first_broken=None if found.first_broken is None else _margin(found.first_broken),
        stages=_runs(budget, found, content, below),
        starts_checked=found.starts,
    )


def _runs(
    budget: Budget, found: Feasibility, content: AgreementContent, below: Mapping[UUID, Underpinning]
) -> list[StageRun]:
    """Each stage at the worst start; of the rows under which it may be handed off, the slowest."""
    runs: list[StageRun] = []
    begins = found.worst.start
    for lanes, ends in zip(budget.steps, found.ends, strict=True):
        slowest: dict[int, Sequence[datetime]] = {}
        for lane, ended in zip(lanes, ends, strict=True):
            if lane.stage not in slowest or ended[-1] > slowest[lane.stage][-1]:
                slowest[lane.stage] = ended
        for place, ended in slowest.items():
            agreement_id = content.stages[place].agreement_id
            runs.append(
                StageRun(
                    stage=f"/stages/{place}",
                    agreement=agreement_id,
                    agreement_version_id=None if agreement_id is None else below[agreement_id].version_id,
                    begins_at=begins,
                    acknowledged_at=None if agreement_id is None else ended[0],
                    ends_at=ended[-1],
                )
            )
        begins = max(ended[-1] for ended in ends)
    return runs


def _margin(margin: Margin) -> MarginPublic:
    return MarginPublic(start_at=margin.start, done_at=margin.done, due_at=margin.due, slack_seconds=margin.slack)
