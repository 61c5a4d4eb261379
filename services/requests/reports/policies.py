"""Who sees which figures."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from services.requests.tickets.policies import managed_departments, serves, serving_departments
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


def can_see_scoreboard(actor: Actor, customer_department_id: UUID, provider_department_id: UUID) -> bool:
    """Agents and managers of either department, and who looks on for the organisation."""
    reported = tickets_reported_to(actor)
    return reported is None or not {customer_department_id, provider_department_id}.isdisjoint(reported.serving)


def counts_confidential(actor: Actor, provider: UUID, *, below: bool) -> bool:
    """Whether what the provider does in confidence is in the actor's figures: not for those who only ask for it.

    What departments `below` do in confidence is for those who see everything.
    """
    reported = tickets_reported_to(actor)
    return reported is None or (provider in reported.serving and not below)


def answers_for(actor: Actor, departments: Iterable[UUID]) -> bool:
    """Whether the actor serves or manages one of these, and so sees the figures of what is below them."""
    return any(serves(actor, department) for department in departments)
