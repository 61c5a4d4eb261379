"""Who may do what with departments."""

from services.shared.auth import Actor


def can_manage_departments(actor: Actor) -> bool:
    """Administrators; a service account with the scope, which only an administrator can give."""
    return actor.is_client or actor.has_role("admin")
