"""Who offers a part of a ticket, and who answers an offer."""

from uuid import UUID

from services.requests.tickets.policies import is_connector, serves
from services.shared.auth import Actor


def can_act_for(actor: Actor, department_id: UUID | None) -> bool:
    """Whether the actor hands on, accepts, refuses or returns for that department (None: it is not known here).

    Its agents and managers do; administrators and connectors act on either side.
    """
    if actor.has_role("admin") or is_connector(actor):
        return True
    return department_id is not None and serves(actor, department_id)
