"""Who may answer at a level of an approval."""

from services.requests.timeline.approving import Approver
from services.shared.auth import Actor


def stands_for(actor: Actor, asked: Approver) -> bool:
    """Whether the actor is who is asked: that person, or a manager or today's deputy of the department.

    A program never is.
    """
    if actor.is_client:
        return False
    if asked.person_id is not None:
        return actor.id == asked.person_id
    return actor.has_department_role(asked.department_id, "manager") or asked.department_id in actor.deputy_of


def is_deputy(actor: Actor, asked: Approver) -> bool:
    """Whether the actor answers only as a deputy."""
    return asked.person_id is None and not actor.has_department_role(asked.department_id, "manager")
