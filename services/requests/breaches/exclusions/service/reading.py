"""An exclusion as its readers see it.

Of two departments: everybody in one of them, and who answers for one below; of one ticket: who may dispute or read it.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.agreements.policies import answered_for, sees_every_agreement
from services.requests.agreements.queries.between import Between
from services.requests.agreements.rules.content import AgreementSide
from services.requests.breaches.exclusions.queries import (
    decisions_on,
    find_exclusion,
    jobs_of,
    page_of_exclusions,
    seen_by,
)
from services.requests.breaches.exclusions.refusals import UnknownExclusion
from services.requests.breaches.exclusions.schemas import ExclusionDecisionPublic, ExclusionPublic, ExclusionState
from services.requests.breaches.models import Exclusion, ExclusionDecision, ExclusionJob
from services.requests.departments.queries import departments_above
from services.shared.auth import Actor
from services.shared.idempotency import session_fetch
from services.shared.paging import PageWanted
from services.shared.schemas import Page


async def readable_exclusion(session: AsyncSession, actor: Actor, exclusion_id: UUID) -> Exclusion:
    """The exclusion, if the actor may read it. UnknownExclusion."""
    exclusion = await find_exclusion(session, exclusion_id, await _seen_by(session, actor))
    if exclusion is None:
        raise UnknownExclusion
    return exclusion


async def list_exclusions(
    session: AsyncSession, actor: Actor, page: PageWanted, wanted: Between
) -> Page[ExclusionPublic]:
    """What the actor may read of what is wanted, newest first."""
    rows, following = await page_of_exclusions(session, page, wanted, await _seen_by(session, actor))
    return Page(items=await _shown(session, rows), next=following)


async def _seen_by(session: AsyncSession, actor: Actor) -> ColumnElement[bool]:
    if sees_every_agreement(actor):
        return seen_by(actor, None)
    above = await departments_above(session_fetch(session), answered_for(actor))
    return seen_by(actor, {*actor.department_roles, *above})


async def show_exclusion(session: AsyncSession, exclusion: Exclusion) -> ExclusionPublic:
    """One exclusion as it stands now."""
    return (await _shown(session, [exclusion]))[0]


async def _shown(session: AsyncSession, exclusions: Sequence[Exclusion]) -> list[ExclusionPublic]:
    ids = [each.id for each in exclusions]
    decisions, jobs = await decisions_on(session, ids), await jobs_of(session, ids)
    return [_told(each, decisions.get(each.id), jobs.get(each.id)) for each in exclusions]


def _told(exclusion: Exclusion, decision: ExclusionDecision | None, job: ExclusionJob | None) -> ExclusionPublic:
    return ExclusionPublic(
        id=exclusion.id,
        customer_department_id=exclusion.customer_department_id,
        provider_department_id=exclusion.provider_department_id,
        offering_ids=exclusion.offering_ids,
        ticket_id=exclusion.ticket_id,
        link_id=exclusion.link_id,
        from_=exclusion.begins_at,
        to=exclusion.ends_at,
        reason=exclusion.reason,
        state=_state(decision, job),
        asked_by=exclusion.asked_by,
        asked_for=AgreementSide(exclusion.asked_for),
        created_at=exclusion.created_at,
        decision=ExclusionDecisionPublic.model_validate(decision) if decision else None,
        tickets=job.applied if job else 0,
    )


def _state(decision: ExclusionDecision | None, job: ExclusionJob | None) -> ExclusionState:
    if decision is None:
        return ExclusionState.ASKED
    if job is None:
        return ExclusionState.REFUSED
    return ExclusionState.GRANTED if job.done_at is None else ExclusionState.APPLIED
