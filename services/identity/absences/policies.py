"""Who may record an absence, and who may know of one."""

from uuid import UUID

from services.identity.people.policies import can_manage_members
from services.shared.auth import Actor


def can_record_absence(actor: Actor, department_id: UUID, person_id: UUID) -> bool:
    """The person themselves; the department's manager, administrators, and programs that one gave the scope."""
    return actor.id == person_id or can_manage_members(actor, department_id)


def can_know_of_absences(actor: Actor, department_id: UUID) -> bool:
    """Whoever gives out the department's work or does it: its agents and managers; and who may record any there.

    Everybody knows of their own.
    """
    return can_manage_members(actor, department_id) or actor.has_department_role(department_id, "agent")
