"""Routes of interactions."""

from typing import Annotated

from fastapi import Query

from services.feedback.interactions.models import Interaction
from services.feedback.interactions.queries import page_of_interactions
from services.feedback.interactions.schemas import AttainmentPublic, InteractionPublic, KeptPublic, ScorePublic
from services.feedback.statistics.rules import satisfaction, wilson
from services.shared.auth import Actor, requires
from services.shared.paging import BadCursor, Paging
from services.shared.routing import Transaction, feature_router, problem_responses
from services.shared.schemas import Id, Page

router = feature_router("interactions")


@router.get("/v1/interactions", responses=problem_responses(BadCursor))
async def list_interactions(
    actor: Annotated[Actor, requires("interactions:read")],
    session: Transaction,
    page: Paging,
    customer_department_id: Annotated[Id | None, Query(description="only what this department asks for")] = None,
    provider_department_id: Annotated[Id | None, Query(description="only what this department is asked for")] = None,
) -> Page[InteractionPublic]:
    """List the interactions that you may see, in the order of their ids.

    Administrators, auditors, listeners, viewers and service accounts see all; agents and managers those of their
    departments on either side; members those in which their department is the customer.
    """
    rows, has_more = page.split(
        await page_of_interactions(
            session,
            actor,
            page,
            customer_department_id=customer_department_id,
            provider_department_id=provider_department_id,
        )
    )
    last = rows[-1] if has_more else None
    return Page(
        items=[_public(row) for row in rows],
        next=page.cursor([last.customer_department_id, last.provider_department_id]) if last else None,
    )


def _public(row: Interaction) -> InteractionPublic:
    return InteractionPublic.model_validate(
        {
            **row.model_dump(),
            "attainment": AttainmentPublic(
                provider=_kept(row.provider_met, row.provider_missed),
                customer=_kept(row.customer_met, row.customer_missed),
            ),
            "score": ScorePublic.model_validate(satisfaction(row.scored, row.score_sum, row.satisfied)),
        }
    )


def _kept(met: int, missed: int) -> KeptPublic:
    share = wilson(met, met + missed)
    return KeptPublic(met=met, missed=missed, share=share.share, low=share.low, high=share.high)
