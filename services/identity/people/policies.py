"""Who may do what with people and memberships."""

from uuid import UUID

from services.shared.auth import Actor


def can_manage_people(actor: Actor) -> bool:
    """Administrators; a service account with the scope, which only an administrator can give."""
    return actor.is_client or actor.has_role("admin")


def can_give_roles(actor: Actor) -> bool:
    """Roles in the organisation are given by administrators themselves, never by a program."""
    return actor.has_role("admin")


def can_manage_members(actor: Actor, department_id: UUID) -> bool:
    """Administrators everywhere; a manager in their own department and in no other."""
    return can_manage_people(actor) or actor.has_department_role(department_id, "manager")
