"""Who may write what a department offers. (Who may read it: everybody with the scope.)"""

from uuid import UUID

from services.shared.auth import Actor


def can_write_offerings(actor: Actor, provider_department_id: UUID) -> bool:
    """The provider's own manager, admins; a service account has the scope because an admin gave it."""
    is_manager = actor.has_department_role(provider_department_id, "manager")
    return is_manager or actor.is_client or actor.has_role("admin")
