"""HTTP for tickets: asking (submit and find), acting (steps, comments), showing (history, ledger, clocks)."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request

from services.requests.catalogue.terms import TermsCache
from services.shared.auth import Actor, requires

Reader = Annotated[Actor, requires("tickets:read")]
Writer = Annotated[Actor, requires("tickets:write")]
TicketId = Annotated[UUID, Path()]


async def _terms(request: Request) -> TermsCache:
    kept: TermsCache = request.app.state.terms
    return kept


Terms = Annotated[TermsCache, Depends(_terms)]
"""What new tickets are promised, and the calendars that all follow."""
