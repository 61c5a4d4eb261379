"""Who sees which figures."""

from typing import NamedTuple
from uuid import UUID

from services.requests.tickets.policies import managed_departments, serving_departments
from services.shared.auth import Actor


class Reported(NamedTuple):
    """Whose tickets somebody sees in figures: those that `serving` provide, and those that `managed` asked for."""

    serving: list[UUID]
    managed: list[UUID]


def tickets_reported_to(actor: Actor) -> Reported | None:
    """Which tickets the actor sees in figures; None for all of them.

    Who looks on for the organisation (admin, auditor, viewer) sees all, as service accounts with the scope do. Agents
    and managers see what their departments provide; managers also what theirs asked for, unless it is confidential.
    """
    if actor.has_role("admin", "auditor", "viewer") or (actor.is_client and "reports:read" in actor.scopes):
        return None
    return Reported(serving_departments(actor), managed_departments(actor))
