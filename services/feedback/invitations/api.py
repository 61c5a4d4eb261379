"""Routes of invitations."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request

from services.feedback.invitations.models import Fulfilment, Invitation
from services.feedback.invitations.policies import can_deliver, is_invited
from services.feedback.invitations.queries import page_of_invitations, requests_sent
from services.feedback.invitations.refusals import ForDeliverersAlone
from services.feedback.invitations.rules.asking import BUDGET, budget_opens_at
from services.feedback.invitations.rules.links import Links
from services.feedback.invitations.rules.standing import Standing, editable_until, standing_of
from services.feedback.invitations.schemas import BudgetPublic, InvitationPublic, InvitationWithLink, LimitPublic
from services.feedback.invitations.service import readable_invitation
from services.shared.auth import Actor, requires
from services.shared.paging import BadCursor, Paging
from services.shared.routing import Now, Transaction, feature_router, problem_responses
from services.shared.schemas import Id, Page

router = feature_router("invitations")
Reader = Annotated[Actor, requires("surveys:read")]


async def _links(request: Request) -> Links:
    links: Links = request.app.state.links
    return links


LinkMaking = Annotated[Links, Depends(_links)]


@router.get("/v1/invitations", responses=problem_responses(BadCursor, ForDeliverersAlone))
async def list_invitations(
    actor: Reader, session: Transaction, page: Paging, now: Now, person_id: Annotated[Id | None, Query()] = None
) -> Page[InvitationPublic]:
    """List the invitations that you have got, newest first.

    Service accounts with `invitations:deliver` name the person whose they want.
    """
    if person_id not in (None, actor.id) and not can_deliver(actor):
        raise ForDeliverersAlone(pointer="?person_id")
    rows, has_more = page.split(await page_of_invitations(session, person_id or actor.id, page))
    last = rows[-1][0] if has_more else None
    return Page(
        items=[InvitationPublic.model_validate(_told(invitation, about, now)) for invitation, about in rows],
        next=page.cursor([last.issued_at, last.id]) if last else None,
    )


@router.get("/v1/invitations/budget")
async def get_budget(actor: Reader, session: Transaction, now: Now) -> BudgetPublic:
    """Read how many requests to answer something you have had, and when the next may come."""
    sent = await requests_sent(session, actor.id, now)
    opens_at = budget_opens_at(sent, now)
    limits = [
        LimitPublic(most=limit.most, within_seconds=limit.within, used=len(limit.counted(sent, now)))
        for limit in BUDGET
    ]
    return BudgetPublic(is_open=opens_at is None, opens_at=opens_at, limits=limits)


@router.get("/v1/invitations/{invitation_id}")
async def get_invitation(
    actor: Reader, invitation_id: Id, session: Transaction, links: LinkMaking, now: Now
) -> InvitationWithLink:
    """Read an invitation of yours, with the link to answer by.

    Service accounts with `invitations:deliver` read anybody's, with the link until it is answered.
    """
    invitation, fulfilment = await readable_invitation(session, actor, invitation_id)
    told = InvitationPublic.model_validate(_told(invitation, fulfilment, now))
    is_editable = told.editable_until is not None and now < told.editable_until and is_invited(actor, invitation)
    link = links.link(invitation.id, invitation.expires_at) if told.state is Standing.OPEN or is_editable else None
    return InvitationWithLink(**told.model_dump(), link=link)


def _told(invitation: Invitation, fulfilment: Fulfilment, now: datetime) -> dict[str, object]:
    answered_at = invitation.answered_at
    return {
        **fulfilment.model_dump(),
        **invitation.model_dump(),
        "state": standing_of(
            expires_at=invitation.expires_at, withdrawn_at=invitation.withdrawn_at, answered_at=answered_at, now=now
        ),
        "editable_until": editable_until(answered_at) if answered_at else None,
    }
