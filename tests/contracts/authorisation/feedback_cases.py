"""The matrix's requests to feedback, on one interaction: HR asks IT."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx

from services.feedback.app import create_app
from services.feedback.interactions.queries import add_ticket
from services.feedback.settings import FeedbackSettings
from tests.contracts.authorisation.asking import ROLES, Asked, Headers, Prepare, scopes_of_caller
from tests.embedded import Databases
from tests.issuer import Issuer


class FeedbackWorld:
    """The service, and everybody's token."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer) -> None:
        self.client = client
        self._issuer = issuer
        self.departments: dict[str, UUID] = {code: uuid4() for code in ("IT", "HR", "SUPPORT")}

    async def signed_in(self, caller: str, scopes: frozenset[str]) -> Headers:
        if caller == "nobody":
            return {}
        scope = " ".join(sorted(scopes_of_caller(caller, scopes)))
        if caller not in ROLES:
            return {"Authorization": f"Bearer {self._issuer.token(scope=scope, client=True)}"}
        code, role = ROLES[caller]
        departments = {str(self.departments[code]): role} if code else {}
        token = self._issuer.token(scope=scope, departments=departments, roles=[] if code else [role])
        return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def feedback_world(databases: Databases, issuer: Issuer) -> AsyncIterator[FeedbackWorld]:
    """On a database of its own."""
    app = create_app(FeedbackSettings(database_url=(await databases.fresh("feedback")).runtime))
    app.state.tokens = issuer.verifier
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://feedback") as client:
        world = FeedbackWorld(client, issuer)
        async with app.state.sessions() as session, session.begin():
            await add_ticket(
                session,
                customer_department_id=world.departments["HR"],
                provider_department_id=world.departments["IT"],
                submitted_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
            )
        yield world
    await app.state.engine.dispose()


async def _interactions(world: FeedbackWorld) -> Asked:
    return Asked("GET", "/v1/interactions", concerned=str(world.departments["IT"]))


FEEDBACK_CASES: Mapping[str, Prepare] = {"interactions_list_interactions": _interactions}
