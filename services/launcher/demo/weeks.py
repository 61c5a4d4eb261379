"""The stage on which a story's weeks pass in process: use cases with `now` passed in, in the demo organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from services.feedback.invitations.models import Invitation
from services.feedback.responses.rules import Answer
from services.feedback.responses.service import answer_in_person
from services.launcher.chapters.stage import Agreed, Moment, Promise
from services.launcher.demo.house import House
from services.launcher.demo.organisation import ZONE
from services.requests.agreements.schemas import NewAgreement, NewAgreementVersion, NewSignature
from services.requests.agreements.service.propose import propose_agreement, propose_version
from services.requests.agreements.service.sign import sign_agreement
from services.requests.catalogue.schemas import NewOffering
from services.requests.catalogue.service import publish_offering
from services.requests.departments.rules import Department
from services.requests.standing_orders.queries import page_of_runs
from services.requests.standing_orders.schemas import NewStandingOrder
from services.requests.standing_orders.service.setting import set_up_order
from services.requests.tickets.schemas import NewComment, NewTicket, NewTransition
from services.requests.tickets.service.act import comment_on_ticket, move_ticket
from services.requests.tickets.service.submit import submit_ticket
from services.shared.auth import Actor


@dataclass
class WeeksStage:
    """`cast` are the people by name, `departments` by code; `now` is where the story stands."""

    house: House
    cast: Mapping[str, Actor]
    departments: Mapping[str, Department]
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    async def at(self, moment: Moment) -> None:
        self.now = max(self.now + timedelta(microseconds=1), _instant(moment))
        await self.house.until(self.now)

    def day(self, moment: Moment) -> str:
        return moment.weeks[:10]

    def instant(self, moment: Moment) -> str:
        return moment.weeks[:10]

    def amount(self, promise: Promise) -> str:
        return promise.weeks

    async def department(self, code: str) -> UUID:
        return self.departments[code].id

    async def calendar(self, code: str) -> UUID:
        current = await self.house.terms.current(self.house.connection.fetch)
        resolved = await current.calendar_of(self.house.connection.fetch, self.departments[code].id)
        return resolved.calendar_id

    async def publish(self, manager: str, offering: Mapping[str, Any]) -> UUID:
        new = NewOffering.model_validate(offering)
        async with self.house.sessions.begin() as session:
            made = await publish_offering(session, self.cast[manager], self.house.identity, new, now=self.now)
        return made.id

    async def propose(self, person: str, content: Mapping[str, Any], counters: Agreed | None = None) -> Agreed:
        actor, identity, now = self.cast[person], self.house.identity, self.now
        async with self.house.sessions.begin() as session:
            if counters is None:
                first = NewAgreement.model_validate(content)
                made = await propose_agreement(session, actor, identity, first, now=now)
            else:
                another = NewAgreementVersion.model_validate(content)
                made = await propose_version(session, actor, identity, counters.id, another, now=now)
        return Agreed(made.id, made.latest_number)

    async def sign(self, person: str, agreed: Agreed) -> None:
        async with self.house.sessions.begin() as session:
            new = NewSignature(version=agreed.version)
            await sign_agreement(session, self.house.calculator, self.cast[person], agreed.id, new, now=self.now)

    async def submit(self, person: str, ticket: Mapping[str, Any]) -> UUID:
        house, new = self.house, NewTicket.model_validate(ticket)
        row = await submit_ticket(house.connection, house.terms, house.identity, self.cast[person], new, now=self.now)
        ticket_id: UUID = row["id"]
        return ticket_id

    async def stand(self, person: str, order: Mapping[str, Any]) -> UUID:
        house, new = self.house, NewStandingOrder.model_validate(order)
        row = await set_up_order(house.connection, house.terms, house.identity, self.cast[person], new, now=self.now)
        order_id: UUID = row["id"]
        return order_id

    async def ordered(self, standing: UUID) -> UUID:
        (run,) = await page_of_runs(self.house.connection, standing, before=None, limit=1)
        if run["ticket_id"] is None:
            raise LookupError(f"the standing order {standing} came to nothing: {run}")
        return UUID(str(run["ticket_id"]))

    async def move(self, person: str, ticket_id: UUID, to: str, **said: Any) -> None:
        new = NewTransition.model_validate({"to": to, **said})
        await move_ticket(self.house.connection, self.house.terms, self.cast[person], ticket_id, new, now=self.now)

    async def comment(self, person: str, ticket_id: UUID, body: str) -> None:
        new, house = NewComment(body=body), self.house
        await comment_on_ticket(house.connection, house.terms, self.cast[person], ticket_id, new, now=self.now)

    async def rate(self, person: str, ticket_id: UUID, score: int, comment: str | None = None) -> None:
        await self.house.pass_on(self.now)
        actor = self.cast[person]
        asked = select(Invitation).where(col(Invitation.ticket_id) == ticket_id, col(Invitation.person_id) == actor.id)
        async with self.house.feedback_sessions.begin() as session:
            invitation = (await session.scalars(asked.order_by(col(Invitation.cycle).desc()))).first()
            if invitation is None:
                raise LookupError(f"{person} was not asked about {ticket_id}")
            await answer_in_person(session, actor, invitation.id, Answer(score, comment), now=self.now)


def _instant(moment: Moment) -> datetime:
    return datetime.fromisoformat(moment.weeks).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
