"""Use cases of responses: an answer is given by a link or by the signed-in person, and counted at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.feedback.db import Outbox
from services.feedback.events import ResponseGiven
from services.feedback.interactions.queries import add_counts
from services.feedback.invitations.models import Fulfilment, Invitation
from services.feedback.invitations.policies import is_invited
from services.feedback.invitations.queries import find_invitation
from services.feedback.invitations.rules.links import Linked
from services.feedback.invitations.rules.standing import LinkUnknown, check_takes_answers
from services.feedback.invitations.service import pair_of
from services.feedback.people.queries import find_people
from services.feedback.responses.models import Response
from services.feedback.responses.queries import is_answered, latest_score, response_to
from services.feedback.responses.rules import Answer, RatesOwnDepartment, counts_of
from services.shared.auth import Actor
from services.shared.outbox import enqueue
from services.shared.problems import NotFound

Asked = tuple[Invitation, Fulfilment]


async def asked_by_link(session: AsyncSession, linked: Linked, *, now: datetime, for_update: bool = False) -> Asked:
    """The invitation of a link, if an answer may be given or changed by it now.

    LinkUnknown, InvitationExpired, InvitationWithdrawn, AnswerFinal, RatesOwnDepartment.
    """
    found = await find_invitation(session, linked.invitation_id, for_update=for_update)
    if found is None:
        raise LinkUnknown
    if found[0].answered_at is None and found[0].withdrawn_at is None:
        linked.check_in_time(now)
    await _check_may_answer(session, *found, now=now)
    return found


async def answer_in_person(
    session: AsyncSession, actor: Actor, invitation_id: UUID, answer: Answer, *, now: datetime
) -> tuple[Response, bool]:
    """The signed-in person answers; the response, and whether it is new.

    NotFound where the invitation is not theirs, else the refusals of `asked_by_link`.
    """
    found = await find_invitation(session, invitation_id, for_update=True)
    if found is None or not is_invited(actor, found[0]):
        raise NotFound(pointer="/invitation_id")
    await _check_may_answer(session, *found, now=now)
    return await give_answer(session, *found, answer, now=now)


async def give_answer(
    session: AsyncSession, invitation: Invitation, fulfilment: Fulfilment, answer: Answer, *, now: datetime
) -> tuple[Response, bool]:
    """Keep this answer, the first or in place of the one before; the response, and whether it is new.

    The invitation is held and takes answers. The same answer once more changes nothing.
    """
    response, pair = await response_to(session, invitation.id), pair_of(fulfilment)
    if response is not None and Answer(response.score, response.comment) == answer:
        return response, False
    await add_counts(session, pair)  # others who answer about the same ticket wait here
    before = counts_of(await latest_score(session, invitation.ticket_id, pair))
    is_first = not await is_answered(session, (invitation.ticket_id, invitation.cycle))
    is_new = response is None
    if response is None:
        response = _new_response(invitation, fulfilment, answer, now)
        invitation.answered_at = now
        session.add(response)
    else:
        response.score, response.comment = answer.score, answer.comment
        response.changed_at, response.version = now, response.version + 1
    await session.flush()
    after = counts_of(await latest_score(session, invitation.ticket_id, pair))
    await add_counts(session, pair, answered=int(is_first), **{name: after[name] - before[name] for name in after})
    await enqueue(session, Outbox, _told(response, invitation, fulfilment), now=now)
    return response, is_new


async def _check_may_answer(
    session: AsyncSession, invitation: Invitation, fulfilment: Fulfilment, *, now: datetime
) -> None:
    """Whether it takes answers, and whether the person is still none of those who are rated."""
    check_takes_answers(
        expires_at=invitation.expires_at,
        withdrawn_at=invitation.withdrawn_at,
        answered_at=invitation.answered_at,
        now=now,
    )
    person = (await find_people(session, [invitation.person_id])).get(invitation.person_id)
    if person is not None and fulfilment.provider_department_id in person.departments:
        raise RatesOwnDepartment


def _new_response(invitation: Invitation, fulfilment: Fulfilment, answer: Answer, now: datetime) -> Response:
    return Response(
        id=uuid7(),
        invitation_id=invitation.id,
        ticket_id=invitation.ticket_id,
        cycle=invitation.cycle,
        customer_department_id=fulfilment.customer_department_id,
        provider_department_id=fulfilment.provider_department_id,
        person_id=invitation.person_id,
        score=answer.score,
        comment=answer.comment,
        answered_at=now,
        changed_at=now,
        version=1,
    )


def _told(response: Response, invitation: Invitation, fulfilment: Fulfilment) -> ResponseGiven:
    return ResponseGiven(
        response_id=response.id,
        version=response.version,
        ticket_id=response.ticket_id,
        cycle=response.cycle,
        survey=invitation.survey,
        survey_version=invitation.survey_version,
        customer_department_id=response.customer_department_id,
        provider_department_id=response.provider_department_id,
        offering_id=fulfilment.offering_id,
        agreement_version_id=fulfilment.agreement_version_id,
        score=response.score,
        answered_at=response.answered_at,
    )
