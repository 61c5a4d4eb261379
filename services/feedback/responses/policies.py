"""Who sees who said what: those whom the page names before its first question, and nobody else.

The page's words are the survey's `notice`; who changes one of the two changes the other.
"""

from uuid import UUID

from services.shared.auth import Actor


def sees_all_responses(actor: Actor) -> bool:
    """Whether no response is hidden from the actor."""
    return actor.is_client or actor.has_role("admin", "listener")


def departments_answered_to(actor: Actor) -> list[UUID]:
    """The providers whose responses the actor sees: those that they serve in or manage."""
    return [department for department, role in actor.department_roles.items() if role in ("agent", "manager")]
