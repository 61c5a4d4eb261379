"""HTTP for tickets: asking (submit and find), acting (steps, comments), showing (history, ledger, clocks)."""

from datetime import UTC, datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Depends, Path, Request

from services.requests.catalogue.terms import TermsCache
from services.requests.departments.api import identity_for
from services.requests.departments.service import Identity
from services.shared.auth import Actor, requires
from services.shared.db import Connection

Reader = Annotated[Actor, requires("tickets:read")]
Writer = Annotated[Actor, requires("tickets:write")]
TicketId = Annotated[UUID, Path()]


async def _terms(request: Request) -> TermsCache:
    kept: TermsCache = request.app.state.terms
    return kept


Terms = Annotated[TermsCache, Depends(_terms)]
"""What new tickets are promised, and the calendars that all follow."""


class Desk(NamedTuple):
    """What it takes to ask for something."""

    connection: Connection
    terms: TermsCache
    identity: Identity
    now: datetime


async def _desk(request: Request) -> Desk:
    return Desk(request.state.connection, request.app.state.terms, await identity_for(request), datetime.now(UTC))


AtDesk = Annotated[Desk, Depends(_desk)]
"""`HotTransaction`, `Terms`, `AskIdentity` and `Now` for the busiest routes: FastAPI takes its time over each."""
