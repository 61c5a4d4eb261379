"""Eight weeks of seeded work, five under an agreement, played through the use cases, and refolded for a recount."""

import random
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.requests.agreements.schemas import NewAgreement, NewSignature
from services.requests.agreements.service.budgets import Calculator
from services.requests.agreements.service.propose import propose_agreement
from services.requests.agreements.service.sign import sign_agreement
from services.requests.calendars.queries import calendar_of_department
from services.requests.departments.service import Identity, take_in_department
from services.requests.handoffs.schemas import NewHandOff
from services.requests.handoffs.service.answer import accept_hand_off, return_hand_off
from services.requests.handoffs.service.offer import offer_hand_off
from services.requests.reports.schemas import PairAsked, ReportFilters
from services.requests.reports.service.attainment import report_attainment
from services.requests.reports.service.scoreboard import report_scoreboard
from services.requests.reports.service.time_held import report_time_held
from services.requests.tickets.queries.whole import next_whole_tickets
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas import NewComment, NewTicket, NewTransition, Priority
from services.requests.tickets.service import act
from services.requests.tickets.service.recording import Unfolded, unfold
from services.requests.tickets.service.submit import submit_ticket
from services.requests.tickets.service.verify import FIRST
from services.requests.timeline.refusals import TimelineRefused
from services.requests.timeline.vocabulary import State
from services.shared.auth import Actor
from services.shared.db import Connection, hot_transaction
from services.shared.idempotency import session_fetch
from services.shared.problems import Problem
from tests.requests.tickets.desk import Desk

BEGIN = datetime(2026, 2, 2, 6, tzinfo=UTC)
AGREED = BEGIN + timedelta(weeks=3)
NOW = BEGIN + timedelta(weeks=8)
PROMISED = [
    {"clock": "acknowledge", "priority": None, "duration": "PT4H", "objective": 0.9},
    {"clock": "first_response", "priority": None, "duration": "PT8H", "objective": 0.2},
    {"clock": "update", "priority": None, "duration": "PT16H", "objective": 0.8},
    {"clock": "resolution", "priority": None, "duration": "P3D", "objective": 0.95},
    {"clock": "resolution", "priority": "urgent", "duration": "PT8H", "objective": 0.6},
]
OWED = [
    {"clock": "reply", "duration": "PT8H", "effect": "best_effort"},
    {"clock": "acceptance", "duration": "P2D", "effect": "none"},
]
STEPS = ("in_progress", "waiting_on_customer", "waiting_on_third_party", "fulfilled", "fulfilled", "declined")


@dataclass(frozen=True)
class Work:
    """A desk after the weeks, and who sees all its figures."""

    desk: Desk
    onlooker: Actor

    async def refolded(self) -> list[Unfolded]:
        """Every ticket with its events folded anew."""
        app = self.desk.app
        async with hot_transaction(app.state.engine) as connection:
            current = await app.state.terms.current(connection.fetch)
            whole = await next_whole_tickets(connection, FIRST, 10_000)
            return [await unfold(connection, current, each.ticket) for each in whole]

    async def attainment(self, filters: ReportFilters) -> list[Row]:
        async with hot_transaction(self.desk.app.state.engine) as connection:
            rows: list[Row] = (await report_attainment(connection, self.onlooker, filters, now=NOW))["items"]
        return rows

    async def scoreboard(self, pair: PairAsked) -> list[Row]:
        identity = Identity(self.desk.app.state.identity, "")
        async with hot_transaction(self.desk.app.state.engine) as connection:
            report = await report_scoreboard(connection, identity, self.onlooker, pair, now=NOW)
        rows: list[Row] = report["items"]
        return rows

    async def time_held(self, filters: ReportFilters) -> Row:
        async with hot_transaction(self.desk.app.state.engine) as connection:
            return await report_time_held(connection, self.desk.app.state.terms, self.onlooker, filters, now=NOW)


async def played(desk: Desk, *, seed: int, tickets: int) -> Work:
    """So many tickets, each with up to nine acts until NOW."""
    drawn = random.Random(seed)
    await _agree(desk)
    async with hot_transaction(desk.app.state.engine) as connection:
        await take_in_department(connection.fetch, desk.network)
        for _ in range(tickets):
            await _live(connection, desk, drawn)
    return Work(desk, Actor(desk.agent_id, roles=frozenset({"viewer"})))


async def _agree(desk: Desk) -> None:
    """What People operations and IT promise each other from AGREED on; the customer owes answers and acceptance."""
    identity = Identity(desk.app.state.identity, "")
    managers = [Actor(uuid4(), department_roles={each.id: "manager"}) for each in (desk.hr, desk.it)]
    calculator = Calculator(desk.app.state.terms.working_times, desk.app.state.computing)
    async with desk.app.state.sessions() as session, session.begin():
        calendar_id = (await calendar_of_department(session_fetch(session), desk.it.id)).calendar_id
        new = NewAgreement.model_validate(
            {
                "customer_department_id": str(desk.hr.id),
                "provider_department_id": str(desk.it.id),
                "customer_calendar_id": str(calendar_id),
                "provider_calendar_id": str(calendar_id),
                "offering_ids": [str(desk.offering_id)],
                "targets": PROMISED,
                "obligations": OWED,
                "effective_from": AGREED.date().isoformat(),
            }
        )
        agreement = await propose_agreement(session, managers[0], identity, new, now=BEGIN)
        for manager in managers:
            await sign_agreement(session, calculator, manager, agreement.id, NewSignature(version=1), now=BEGIN)


async def _live(connection: Connection, desk: Desk, drawn: random.Random) -> None:
    terms, identity = desk.app.state.terms, Identity(desk.app.state.identity, "")
    requester = Actor(desk.requester_id, department_roles={desk.hr.id: "member"})
    agent = Actor(desk.agent_id, department_roles={desk.it.id: "agent"})
    helper = Actor(desk.agent_id, department_roles={desk.network.id: "agent"})
    now = BEGIN + timedelta(seconds=drawn.randrange(8 * 7 * 86_400))
    new = NewTicket(subject="x", offering_id=desk.offering_id, priority=drawn.choice(list(Priority)))
    ticket_id = (await submit_ticket(connection, terms, identity, requester, new, now=now))["id"]
    link = None
    for _ in range(drawn.randrange(9)):
        now += timedelta(seconds=drawn.randrange(3 * 86_400), microseconds=drawn.randrange(1_000_000))
        if now >= NOW:
            return
        with suppress(Problem, TimelineRefused):
            match drawn.randrange(6):
                case 0:
                    actor = drawn.choice([requester, agent])
                    await act.comment_on_ticket(connection, terms, actor, ticket_id, NewComment(body="x"), now=now)
                case 1 if link is None:
                    offer = NewHandOff(department_id=desk.network.id)
                    link = (await offer_hand_off(connection, terms, identity, agent, ticket_id, offer, now=now))["id"]
                    await accept_hand_off(connection, terms, helper, ticket_id, link, now=now)
                case 2 if link is not None:
                    await return_hand_off(connection, terms, helper, ticket_id, link, reason=None, now=now)
                case 3:
                    to = State(drawn.choice(["closed", "in_progress", "cancelled"]))
                    await act.move_ticket(connection, terms, requester, ticket_id, NewTransition(to=to), now=now)
                case _:
                    step = NewTransition(to=State(drawn.choice(STEPS)), reason="because", comment="Which?")
                    await act.move_ticket(connection, terms, agent, ticket_id, step, now=now)
                    if step.to is State.WAITING_ON_CUSTOMER and drawn.random() < 0.7:
                        now += timedelta(hours=drawn.randrange(20))
                        answer = NewComment(body="This one.")
                        await act.comment_on_ticket(connection, terms, requester, ticket_id, answer, now=min(now, NOW))
