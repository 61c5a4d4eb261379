"""Who may do what with service accounts."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from services.identity.people.rules import DepartmentRole
from services.shared.auth import Actor

_RISING = list(DepartmentRole)


def can_give_scopes(actor: Actor, scopes: Iterable[str]) -> bool:
    """Nobody gives a program more than they have themselves."""
    return actor.scopes.issuperset(scopes)


def can_give_department_roles(actor: Actor, roles: Mapping[UUID, DepartmentRole]) -> bool:
    """Administrators any; a program only what it is there itself, or less: else it would make what it may not be."""
    if actor.has_role("admin"):
        return True
    return all(
        department_id in actor.department_roles
        and _RISING.index(role) <= _RISING.index(DepartmentRole(actor.department_roles[department_id]))
        for department_id, role in roles.items()
    )


def can_manage_clients(actor: Actor) -> bool:
    """Administrators; a service account with the scope, which only an administrator can give."""
    return actor.is_client or actor.has_role("admin")
