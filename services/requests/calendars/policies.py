"""Who may write calendars, and choose who works by them. (Who may read them: everybody with the scope.)"""

from collections.abc import Collection
from uuid import UUID

from services.shared.auth import Actor


def can_write_calendars(actor: Actor) -> bool:
    """Managers of any department, admins; a service account has the scope because an admin gave it."""
    return actor.is_client or actor.has_role("admin") or "manager" in actor.department_roles.values()


def can_change_calendar(actor: Actor, followers: Collection[UUID | None], author_id: UUID | None) -> bool:
    """Whether the actor may give a calendar its next version, which moves the due times of all who follow it.

    `followers` are the departments to which it is assigned, None for the organisation. Admins and service accounts may;
    a manager where all followers are departments they manage, or, while nobody follows it, where they made it.
    """
    if actor.is_client or actor.has_role("admin"):
        return True
    if not followers:
        return author_id == actor.id and can_write_calendars(actor)
    return all(each is not None and actor.has_department_role(each, "manager") for each in followers)


def can_assign_calendar(actor: Actor, department_id: UUID | None) -> bool:
    """The department's own manager, admins, service accounts; the organisation's calendar (None) is the admins'."""
    if department_id is None:
        return actor.has_role("admin")
    return actor.is_client or actor.has_role("admin") or actor.has_department_role(department_id, "manager")
