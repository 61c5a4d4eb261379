"""Seeded work over eight weeks, played through the use cases, and each ticket refolded, for a recount by hand."""

import random
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.requests.departments.service import Identity, take_in_department
from services.requests.reports.schemas import ReportFilters
from services.requests.reports.service import report_attainment, report_time_held
from services.requests.tickets.queries.whole import next_whole_tickets
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas import NewComment, NewTicket, NewTransition, Priority
from services.requests.tickets.service import act
from services.requests.tickets.service.hand_off import give_back, take_over
from services.requests.tickets.service.recording import Unfolded, unfold
from services.requests.tickets.service.submit import submit_ticket
from services.requests.tickets.service.verify import FIRST
from services.requests.timeline.refusals import TimelineRefused
from services.requests.timeline.vocabulary import State
from services.shared.auth import Actor
from services.shared.db import Connection, hot_transaction
from services.shared.problems import Problem
from tests.requests.tickets.desk import Desk

BEGIN = datetime(2026, 2, 2, 6, tzinfo=UTC)
NOW = BEGIN + timedelta(weeks=8)
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

    async def time_held(self, filters: ReportFilters) -> Row:
        async with hot_transaction(self.desk.app.state.engine) as connection:
            return await report_time_held(connection, self.desk.app.state.terms, self.onlooker, filters, now=NOW)


async def played(desk: Desk, *, seed: int, tickets: int) -> Work:
    """So many tickets, each with up to nine acts until NOW."""
    drawn = random.Random(seed)
    async with hot_transaction(desk.app.state.engine) as connection:
        await take_in_department(connection.fetch, desk.network)
        for _ in range(tickets):
            await _live(connection, desk, drawn)
    return Work(desk, Actor(desk.agent_id, roles=frozenset({"viewer"})))


async def _live(connection: Connection, desk: Desk, drawn: random.Random) -> None:
    terms, identity = desk.app.state.terms, Identity(desk.app.state.identity, "")
    requester = Actor(desk.requester_id, department_roles={desk.hr.id: "member"})
    agent = Actor(desk.agent_id, department_roles={desk.it.id: "agent"})
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
                    link = await take_over(connection, terms, agent, ticket_id, "NET", now=now)
                case 2 if link is not None:
                    await give_back(connection, terms, agent, ticket_id, link, now=now)
                case 3:
                    to = State(drawn.choice(["closed", "in_progress", "cancelled"]))
                    await act.move_ticket(connection, terms, requester, ticket_id, NewTransition(to=to), now=now)
                case _:
                    step = NewTransition(to=State(drawn.choice(STEPS)), reason="because", comment="Which?")
                    await act.move_ticket(connection, terms, agent, ticket_id, step, now=now)
