"""Who sees which figures."""

from uuid import UUID

from services.requests.tickets.policies import serving_departments
from services.shared.auth import Actor


def departments_reported_to(actor: Actor) -> list[UUID] | None:
    """The departments whose tickets, on either side, the actor sees in figures; None for all of them.

    Who looks on for the organisation (admin, auditor, viewer) sees all; agents and managers see their own.
    """
    if actor.has_role("admin", "auditor", "viewer") or (actor.is_client and "reports:read" in actor.scopes):
        return None
    return serving_departments(actor)
