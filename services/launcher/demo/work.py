"""The demo's weeks: what happened to each ticket until `now`, in the order in which it happened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from services.feedback.invitations.models import Invitation
from services.feedback.responses.rules import Answer
from services.feedback.responses.service import answer_in_person
from services.launcher.demo.house import House
from services.launcher.demo.people import DemoPerson
from services.launcher.demo.story import Act, DemoTicket, Step, tickets
from services.requests.departments.rules import Department
from services.requests.handoffs.schemas import NewHandOff
from services.requests.handoffs.service.answer import accept_hand_off, return_hand_off
from services.requests.handoffs.service.offer import offer_hand_off
from services.requests.tickets.schemas import NewAssignment, NewComment, NewTicket, NewTransition, Priority
from services.requests.tickets.service import act
from services.requests.tickets.service.submit import submit_ticket
from services.requests.timeline.vocabulary import State
from services.requests.worktime import WorkingTime
from services.shared.auth import Actor

Hours = dict[str, WorkingTime]


@dataclass(slots=True)
class _Life:
    """A ticket as it goes through its steps; `link_id` is the hand-off that is open."""

    told: DemoTicket
    requester: Actor
    agent: Actor
    id: UUID | None = None
    link_id: UUID | None = field(default=None)


class Simulation:
    """The weeks before `now`, played through the use cases in the house."""

    def __init__(self, house: House, departments: Mapping[str, Department], people: Sequence[DemoPerson]) -> None:
        self._house = house
        self._departments = departments
        self._staff: dict[str, list[Actor]] = {}
        for person in people:
            if person.department is not None:
                self._staff.setdefault(person.department, []).append(person.actor)

    async def play(self, count: int, now: datetime) -> None:
        """Submit `count` tickets and let happen what happened until `now`."""
        offerings = await self._offerings()
        lives = [self._life(ticket) for ticket in tickets(count, now, await self._hours())]
        for at, life, step in sorted(_happenings(lives), key=lambda each: each[0]):
            await self._house.until(at)
            if step is None:
                life.id = await self._submit(life, offerings)
            elif life.id is not None:
                await self._take(life, life.id, step)
        await self._house.until(now)

    def _life(self, ticket: DemoTicket) -> _Life:
        staff, serving = self._staff[ticket.customer], self._staff[ticket.offering.provider]
        return _Life(ticket, staff[ticket.requester], serving[ticket.agent])

    async def _offerings(self) -> dict[tuple[str, str], UUID]:
        codes = {department.id: code for code, department in self._departments.items()}
        rows = await self._house.connection.fetch(
            "SELECT id, code, provider_department_id FROM offering WHERE provider_department_id = ANY($1::uuid[])",
            list(codes),
        )
        return {(codes[row["provider_department_id"]], row["code"]): row["id"] for row in rows}

    async def _hours(self) -> Hours:
        fetch = self._house.connection.fetch
        current = await self._house.terms.current(fetch)
        resolved = {code: await current.calendar_of(fetch, each.id) for code, each in self._departments.items()}
        histories = await current.calendars(fetch, [each.calendar_id for each in resolved.values()])
        return {code: histories[each.calendar_id].versions[-1] for code, each in resolved.items()}

    async def _submit(self, life: _Life, offerings: Mapping[tuple[str, str], UUID]) -> UUID:
        ticket, house = life.told, self._house
        new = NewTicket(
            subject=ticket.offering.name,
            offering_id=offerings[ticket.offering.provider, ticket.offering.code],
            priority=Priority(ticket.priority),
        )
        row = await submit_ticket(
            house.connection, house.terms, house.identity, life.requester, new, now=ticket.submitted_at
        )
        ticket_id: UUID = row["id"]
        return ticket_id

    async def _take(self, life: _Life, ticket_id: UUID, step: Step) -> None:
        """One step, unless a lapse has ended the ticket meanwhile."""
        house = self._house
        if await house.connection.fetchval("SELECT ended_at IS NOT NULL FROM ticket WHERE id = $1", ticket_id):
            return
        match step.act:
            case Act.HAND_OFF if step.helper:
                offer = NewHandOff(department_id=self._departments[step.helper].id, comment=step.says)
                told = await offer_hand_off(
                    house.connection, house.terms, house.identity, life.agent, ticket_id, offer, now=step.at
                )
                life.link_id = told["id"]
            case Act.TAKE_OVER if step.helper and life.link_id:
                helper = self._staff[step.helper][life.told.agent]
                await accept_hand_off(house.connection, house.terms, helper, ticket_id, life.link_id, now=step.at)
            case Act.GIVE_BACK if step.helper and life.link_id:
                helper = self._staff[step.helper][life.told.agent]
                await return_hand_off(
                    house.connection, house.terms, helper, ticket_id, life.link_id, reason=None, now=step.at
                )
            case Act.RATE if step.score:
                await self._rate(life.requester, ticket_id, Answer(step.score, None), step.at)
            case Act.ASSIGN:
                new = NewAssignment(assignee_id=life.agent.id)
                await act.assign_ticket(
                    house.connection, house.terms, house.identity, life.agent, ticket_id, new, now=step.at
                )
            case Act.REPLY:
                await self._comment(ticket_id, life.agent, step)
            case Act.ANSWER:
                await self._comment(ticket_id, life.requester, step)
            case Act.CLOSE | Act.REOPEN | Act.CANCEL:
                await self._move(ticket_id, life.requester, step)
            case _:
                await self._move(ticket_id, life.agent, step)

    async def _rate(self, actor: Actor, ticket_id: UUID, answer: Answer, at: datetime) -> None:
        """Whoever was asked answers; nobody is asked more often than their budget allows."""
        await self._house.pass_on(at)
        asked = select(Invitation).where(col(Invitation.ticket_id) == ticket_id, col(Invitation.person_id) == actor.id)
        async with self._house.feedback_sessions.begin() as session:
            open_ones = asked.where(col(Invitation.withdrawn_at).is_(None), col(Invitation.expires_at) > at)
            invitation = (await session.scalars(open_ones.order_by(col(Invitation.cycle).desc()))).first()
            if invitation is not None and invitation.answered_at is None:
                await answer_in_person(session, actor, invitation.id, answer, now=at)

    async def _comment(self, ticket_id: UUID, actor: Actor, step: Step) -> None:
        new = NewComment(body=step.says or "Noted.")
        await act.comment_on_ticket(self._house.connection, self._house.terms, actor, ticket_id, new, now=step.at)

    async def _move(self, ticket_id: UUID, actor: Actor, step: Step) -> None:
        to = _STATES[step.act]
        is_question = to is State.WAITING_ON_CUSTOMER
        new = NewTransition(
            to=to,
            comment=step.says if is_question else None,
            reason=None if is_question else step.says,
            third_party=step.helper,
        )
        await act.move_ticket(self._house.connection, self._house.terms, actor, ticket_id, new, now=step.at)


def _happenings(lives: Sequence[_Life]) -> Iterator[tuple[datetime, _Life, Step | None]]:
    """Everything that happens: the submission (no step) of each ticket, and its steps."""
    for life in lives:
        yield life.told.submitted_at, life, None
        for step in life.told.steps:
            yield step.at, life, step


_STATES = {
    Act.ACCEPT: State.ACCEPTED,
    Act.START: State.IN_PROGRESS,
    Act.ASK: State.WAITING_ON_CUSTOMER,
    Act.WAIT: State.WAITING_ON_THIRD_PARTY,
    Act.RESUME: State.IN_PROGRESS,
    Act.FULFIL: State.FULFILLED,
    Act.CLOSE: State.CLOSED,
    Act.REOPEN: State.IN_PROGRESS,
    Act.CANCEL: State.CANCELLED,
    Act.DECLINE: State.DECLINED,
}
