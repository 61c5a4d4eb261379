"""Who may see which interactions.

People who look at the whole see all of them: administrators, auditors, listeners, viewers; and service accounts, whose
scope an administrator gave for that. Who serves or manages a department answers for it on both sides. Its members ask
and do not serve: they see whom their department asks, not who asks it.
"""

from uuid import UUID

from services.shared.auth import Actor


def sees_all_interactions(actor: Actor) -> bool:
    """Whether no interaction is hidden from the actor."""
    return actor.is_client or actor.has_role("admin", "auditor", "listener", "viewer")


def departments_seen_as_customer(actor: Actor) -> list[UUID]:
    """The departments of which the actor sees whom they ask: all their own."""
    return list(actor.department_roles)


def departments_seen_as_provider(actor: Actor) -> list[UUID]:
    """The departments of which the actor sees who asks them: those that they serve in or manage."""
    return [department for department, role in actor.department_roles.items() if role in ("agent", "manager")]
