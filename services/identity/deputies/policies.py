"""Who may name deputies."""

from uuid import UUID

from services.shared.auth import Actor


def can_name_deputies(actor: Actor, department_id: UUID) -> bool:
    """The department's own manager, administrators, and programs that one gave the scope; a deputy names no other."""
    return actor.is_client or actor.has_role("admin") or actor.has_department_role(department_id, "manager")
