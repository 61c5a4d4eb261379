"""Who may write calendars, and choose who works by them. (Who may read them: everybody with the scope.)"""

from uuid import UUID

from services.shared.auth import Actor


def can_write_calendars(actor: Actor) -> bool:
    """Managers of any department, admins; a service account has the scope because an admin gave it."""
    return actor.is_client or actor.has_role("admin") or "manager" in actor.department_roles.values()


def can_assign_calendar(actor: Actor, department_id: UUID | None) -> bool:
    """The department's own manager, admins, service accounts; the organisation's calendar (None) is the admins'."""
    if department_id is None:
        return actor.has_role("admin")
    return actor.is_client or actor.has_role("admin") or actor.has_department_role(department_id, "manager")
