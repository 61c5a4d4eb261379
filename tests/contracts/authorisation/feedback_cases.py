"""The matrix's requests to feedback, on one interaction: HR asks IT, and `asker` was asked how it was."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid_utils.compat import uuid7

from services.feedback.app import create_app
from services.feedback.inbound import TicketFulfilled
from services.feedback.interactions.queries import add_ticket
from services.feedback.invitations.service import ask_about_fulfilment
from services.feedback.settings import FeedbackSettings
from services.shared.db import make_engine
from services.shared.inbox import EventMeta
from tests.contracts.authorisation.asking import DEPUTIES, ROLES, Asked, Headers, Prepare, scopes_of_caller
from tests.embedded import Databases
from tests.issuer import Issuer

LINK_SECRET = "b7e1f0c2a4d86935d1c3a5e7090b2d4f"


class FeedbackWorld:
    """The service, and everybody's token."""

    def __init__(self, app: FastAPI, owner: AsyncEngine, client: httpx.AsyncClient, issuer: Issuer) -> None:
        self.app = app
        self._owner = owner
        self.client = client
        self._issuer = issuer
        self.departments: dict[str, UUID] = {code: uuid4() for code in ("IT", "HR", "SUPPORT")}
        self.people = {caller: uuid4() for caller in ROLES}

    async def signed_in(self, caller: str, scopes: frozenset[str]) -> Headers:
        if caller == "nobody":
            return {}
        scope = " ".join(sorted(scopes_of_caller(caller, scopes)))
        if caller not in ROLES:
            return {"Authorization": f"Bearer {self._issuer.token(scope=scope, client=True)}"}
        code, role = ROLES[caller]
        departments = {str(self.departments[code]): role} if code else {}
        roles = [] if code else [role]
        deputy_of = [str(self.departments[DEPUTIES[caller]])] if caller in DEPUTIES else []
        claims = {"departments": departments, "roles": roles, "deputy_of": deputy_of}
        token = self._issuer.token(subject=self.people[caller], scope=scope, **claims)
        return {"Authorization": f"Bearer {token}"}

    async def invitation(self) -> tuple[UUID, UUID, str]:
        """A new one of the asker's: its id, its ticket and the token of its link."""
        now = datetime.now(UTC)
        event = TicketFulfilled(
            ticket_id=uuid7(),
            cycle=1,
            ticket_key="IT-1042",
            customer_department_id=self.departments["HR"],
            provider_department_id=self.departments["IT"],
            offering_id=uuid4(),
            offering_name="A computer",
            agreement_version_id=None,
            requester_id=self.people["asker"],
            participants=[],
            assignee_id=None,
            is_confidential=False,
            is_imported=False,
            fulfilled_at=now,
            version=7,
        )
        meta = EventMeta(id=uuid7(), type=event.subject, source="urn:acuerdo:requests", subject="", time=now)
        async with self._owner.begin() as connection:
            # as though they had been asked long ago: they may be asked again
            await connection.execute(text("UPDATE request_sent SET sent_at = sent_at - interval '1 year'"))
        async with self.app.state.sessions() as session, session.begin():
            await ask_about_fulfilment(session, event, meta)
            of_ticket = text("SELECT id, expires_at FROM invitation WHERE ticket_id = :ticket")
            invitation, expires_at = (await session.execute(of_ticket, {"ticket": event.ticket_id})).one()
        return invitation, event.ticket_id, self.app.state.links.token(invitation, expires_at)


@asynccontextmanager
async def feedback_world(databases: Databases, issuer: Issuer) -> AsyncIterator[FeedbackWorld]:
    """On a database of its own."""
    urls = await databases.fresh("feedback")
    settings = {"database_url": urls.runtime, "link_secret": LINK_SECRET}
    owner = make_engine(urls.owner, pool_size=1)
    app = create_app(FeedbackSettings.model_validate(settings))
    app.state.tokens = issuer.verifier
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://feedback") as client:
        world = FeedbackWorld(app, owner, client, issuer)
        async with app.state.sessions() as session, session.begin():
            await add_ticket(
                session,
                customer_department_id=world.departments["HR"],
                provider_department_id=world.departments["IT"],
                submitted_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
            )
        yield world
    await app.state.engine.dispose()
    await owner.dispose()


async def _interactions(world: FeedbackWorld) -> Asked:
    return Asked("GET", "/v1/interactions", concerned=str(world.departments["IT"]))


async def _surveys(world: FeedbackWorld) -> Asked:
    return Asked("GET", "/v1/surveys")


async def _invitations(world: FeedbackWorld) -> Asked:
    invitation, _, _ = await world.invitation()
    return Asked("GET", "/v1/invitations", concerned=str(invitation))


async def _invitations_of_somebody(world: FeedbackWorld) -> Asked:
    invitation, _, _ = await world.invitation()
    return Asked("GET", f"/v1/invitations?person_id={world.people['asker']}", concerned=str(invitation))


async def _budget(world: FeedbackWorld) -> Asked:
    return Asked("GET", "/v1/invitations/budget")


async def _invitation(world: FeedbackWorld) -> Asked:
    invitation, _, _ = await world.invitation()
    return Asked("GET", f"/v1/invitations/{invitation}")


async def _page(world: FeedbackWorld) -> Asked:
    _, _, token = await world.invitation()
    return Asked("GET", f"/answers/{token}")


async def _form(world: FeedbackWorld) -> Asked:
    invitation, _, token = await world.invitation()
    mark = world.app.state.links.page_mark(invitation, datetime.now(UTC))
    return Asked("POST", f"/answers/{token}", form={"page": mark, "score": "4", "confirm": "yes"})


async def _answer(world: FeedbackWorld) -> Asked:
    invitation, _, _ = await world.invitation()
    return Asked("POST", "/v1/responses", json={"invitation_id": str(invitation), "score": 4})


async def _responses(world: FeedbackWorld) -> Asked:
    given = await _form(world)
    await world.client.post(given.path, data=given.form)
    async with world.app.state.sessions() as session:
        response = await session.scalar(text("SELECT id FROM response ORDER BY answered_at DESC LIMIT 1"))
    return Asked("GET", "/v1/responses", concerned=str(response))


async def _scores(world: FeedbackWorld) -> Asked:
    _, ticket, _ = await world.invitation()
    return Asked("GET", "/v1/scores", concerned=str(ticket))


FEEDBACK_CASES: Mapping[str, Prepare] = {
    "interactions_list_interactions": _interactions,
    "surveys_list_surveys": _surveys,
    "invitations_list_invitations": _invitations,
    "invitations_list_invitations/of somebody": _invitations_of_somebody,
    "invitations_get_budget": _budget,
    "invitations_get_invitation": _invitation,
    "responses_show_answer_page": _page,
    "responses_answer_by_page": _form,
    "responses_give_response": _answer,
    "responses_list_responses": _responses,
    "scores_list_scores": _scores,
}
