"""The demo's calendars, offerings and tickets, made through the use cases of requests with `now` passed in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.identity.first_admin import PLATFORM
from services.launcher.demo.organisation import CALENDARS, OFFERINGS, WORKS_BY
from services.launcher.demo.people import DemoPerson
from services.launcher.demo.story import Act, DemoTicket, Step, tickets
from services.requests.calendars.schemas import NewCalendar
from services.requests.calendars.service import add_calendar, assign_calendar
from services.requests.catalogue.models import Offering
from services.requests.catalogue.schemas import NewOffering
from services.requests.catalogue.service import publish_offering
from services.requests.catalogue.terms import TermsCache
from services.requests.departments.rules import Department
from services.requests.departments.service import Identity, identity_client, take_in_department
from services.requests.tickets.schemas import NewAssignment, NewComment, NewTicket, NewTransition, Priority
from services.requests.tickets.service import act
from services.requests.tickets.service.hand_off import give_back, take_over
from services.requests.tickets.service.submit import submit_ticket
from services.requests.timeline.vocabulary import State
from services.requests.worktime import WorkingTime
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.idempotency import session_fetch

Hours = dict[str, WorkingTime]


async def ensure_offerings(session: AsyncSession, departments: Mapping[str, Department], *, now: datetime) -> None:
    """The departments' copies, their calendars and what they offer; nothing where an offering of theirs is there."""
    fetch = session_fetch(session)
    for department in departments.values():
        await take_in_department(fetch, department)
    providers = [department.id for department in departments.values()]
    if await session.scalar(select(Offering).where(col(Offering.provider_department_id).in_(providers)).limit(1)):
        return
    calendars = {key: await _calendar(session, key, now) for key in CALENDARS}
    async with _nobody() as client:
        identity = Identity(client, "")
        await _assign(session, identity, None, calendars["office"], now)
        for code, key in WORKS_BY.items():
            await _assign(session, identity, departments[code].id, calendars[key], now)
        for offering in OFFERINGS:
            new = NewOffering.model_validate(
                {
                    "code": offering.code,
                    "name": offering.name,
                    "provider_department_id": departments[offering.provider].id,
                    "default_targets": offering.targets(),
                }
            )
            await publish_offering(session, PLATFORM, identity, new, now=now)


async def _calendar(session: AsyncSession, key: str, now: datetime) -> UUID:
    calendar, _ = await add_calendar(session, PLATFORM, NewCalendar.model_validate(CALENDARS[key]), now=now)
    return calendar.id


async def _assign(
    session: AsyncSession, identity: Identity, department_id: UUID | None, calendar_id: UUID, now: datetime
) -> None:
    await assign_calendar(
        session, PLATFORM, identity, department_id, calendar_id, check_version=lambda version: None, now=now
    )


def _nobody() -> httpx.AsyncClient:
    """Identity is never asked: every department of the demo is known here, and nobody names another person."""
    return identity_client("http://127.0.0.1:9", timeout=0.1)


class Simulation:
    """The weeks before `now`, played through the use cases on one connection: all of them or none."""

    def __init__(
        self, connection: Connection, departments: Mapping[str, Department], people: Sequence[DemoPerson]
    ) -> None:
        self._connection = connection
        self._departments = departments
        self._terms = TermsCache()
        self._staff: dict[str, list[Actor]] = {}
        for person in people:
            if person.department is not None:
                self._staff.setdefault(person.department, []).append(person.actor)

    async def play(self, count: int, now: datetime) -> int:
        """Submit `count` tickets and let happen what happened until `now`; how many, 0 where there are tickets."""
        if await self._connection.fetchval("SELECT EXISTS (SELECT FROM ticket)"):
            return 0
        offerings = await self._offerings()
        async with _nobody() as client:
            identity = Identity(client, "")
            for ticket in tickets(count, now, await self._hours()):
                await self._live(ticket, offerings[ticket.offering.provider, ticket.offering.code], identity)
        return count

    async def _offerings(self) -> dict[tuple[str, str], UUID]:
        codes = {department.id: code for code, department in self._departments.items()}
        rows = await self._connection.fetch(
            "SELECT id, code, provider_department_id FROM offering WHERE provider_department_id = ANY($1::uuid[])",
            list(codes),
        )
        return {(codes[row["provider_department_id"]], row["code"]): row["id"] for row in rows}

    async def _hours(self) -> Hours:
        current, fetch = await self._terms.current(self._connection.fetch), self._connection.fetch
        resolved = {code: await current.calendar_of(fetch, each.id) for code, each in self._departments.items()}
        histories = await current.calendars(fetch, [each.calendar_id for each in resolved.values()])
        return {code: histories[each.calendar_id].versions[-1] for code, each in resolved.items()}

    async def _live(self, ticket: DemoTicket, offering_id: UUID, identity: Identity) -> None:
        requester = self._staff[ticket.customer][ticket.requester]
        agent = self._staff[ticket.offering.provider][ticket.agent]
        new = NewTicket(subject=ticket.offering.name, offering_id=offering_id, priority=Priority(ticket.priority))
        at = ticket.submitted_at
        row = await submit_ticket(self._connection, self._terms, identity, requester, new, now=at)
        link_id: UUID | None = None
        for step in ticket.steps:
            match step.act:
                case Act.HAND_OFF if step.helper:
                    helper = self._staff[step.helper][ticket.agent]
                    link_id = await take_over(
                        self._connection, self._terms, helper, row["id"], step.helper, now=step.at
                    )
                case Act.GIVE_BACK if step.helper and link_id:
                    helper = self._staff[step.helper][ticket.agent]
                    await give_back(self._connection, self._terms, helper, row["id"], link_id, now=step.at)
                case _:
                    await self._act(row["id"], step, requester, agent, identity)

    async def _act(self, ticket_id: UUID, step: Step, requester: Actor, agent: Actor, identity: Identity) -> None:
        match step.act:
            case Act.ASSIGN:
                new = NewAssignment(assignee_id=agent.id)
                await act.assign_ticket(self._connection, self._terms, identity, agent, ticket_id, new, now=step.at)
            case Act.REPLY:
                await self._comment(ticket_id, agent, step)
            case Act.ANSWER:
                await self._comment(ticket_id, requester, step)
            case Act.CLOSE | Act.REOPEN | Act.CANCEL:
                await self._move(ticket_id, requester, step)
            case _:
                await self._move(ticket_id, agent, step)

    async def _comment(self, ticket_id: UUID, actor: Actor, step: Step) -> None:
        new = NewComment(body=step.says or "Noted.")
        await act.comment_on_ticket(self._connection, self._terms, actor, ticket_id, new, now=step.at)

    async def _move(self, ticket_id: UUID, actor: Actor, step: Step) -> None:
        to = _STATES[step.act]
        is_question = to is State.WAITING_ON_CUSTOMER
        new = NewTransition(
            to=to,
            comment=step.says if is_question else None,
            reason=None if is_question else step.says,
            third_party=step.helper,
        )
        await act.move_ticket(self._connection, self._terms, actor, ticket_id, new, now=step.at)


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
