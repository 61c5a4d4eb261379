"""Which scopes a role gives, what a token tells of departments, and when a key signs and is believed."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.identity.clients.rules import Scope
from services.identity.people.rules import DepartmentRole, OrganisationRole

EVERYBODY: Final = frozenset(
    {
        Scope.DEPARTMENTS_READ,
        Scope.ABSENCES_READ,
        Scope.ABSENCES_WRITE,
        Scope.PEOPLE_READ,
        Scope.CALENDARS_READ,
        Scope.OFFERINGS_READ,
        Scope.AGREEMENTS_READ,
        Scope.TICKETS_READ,
        Scope.TICKETS_WRITE,
        Scope.INTERACTIONS_READ,
        Scope.SURVEYS_READ,
        Scope.RESPONSES_READ,
        Scope.RESPONSES_WRITE,
        Scope.REPORTS_READ,
    }
)
"""What every signed-in person has; policies in the services narrow it to what is theirs."""

DEPUTY: Final = "deputy"
"""Who stands in for a manager today, in `scopes_of`."""

SCOPES_OF_ROLE: Final[Mapping[str, frozenset[Scope]]] = {
    OrganisationRole.ADMIN: frozenset(Scope),
    OrganisationRole.AUDITOR: frozenset({Scope.AUDIT_EVENTS_READ, Scope.CLIENTS_READ}),
    OrganisationRole.LISTENER: frozenset(),
    OrganisationRole.VIEWER: frozenset(),
    DepartmentRole.MANAGER: frozenset(
        {Scope.DEPARTMENTS_WRITE, Scope.CALENDARS_WRITE, Scope.OFFERINGS_WRITE, Scope.AGREEMENTS_WRITE}
    ),
    DEPUTY: frozenset({Scope.AGREEMENTS_WRITE}),
    DepartmentRole.AGENT: frozenset(),
    DepartmentRole.MEMBER: frozenset(),
}
"""The one table of what each role adds."""

MOST_DEPARTMENTS_IN_TOKEN = 50
REPEAT_WINDOW = timedelta(seconds=10)
"""How long a refresh token that was used once more gives the same successor; later use of it ends the sign-in."""
KEY_LEAD = timedelta(minutes=1)
"""How long a new key is published before it signs: longer than any verifier waits between two looks."""
KEY_OVERLAP = timedelta(hours=1)
"""How long a key that no longer signs is published: longer than any access token lives."""


def scopes_of(roles: Iterable[str]) -> frozenset[str]:
    """The scopes of a person with these roles, in the organisation and in departments.

    >>> "calendars:write" in scopes_of(["agent"]), "calendars:write" in scopes_of(["agent", "manager"])
    (False, True)
    >>> scopes_of(["admin"]) == frozenset(Scope)
    True
    """
    scopes = EVERYBODY.union(*(SCOPES_OF_ROLE[role] for role in roles))
    return frozenset(scope.value for scope in scopes)


def narrowed(requested: str | None, allowed: frozenset[str]) -> frozenset[str] | None:
    """The scopes for a `scope` parameter: all that are allowed without one, none at all where it asks for more.

    >>> ours = frozenset({"a", "b"})
    >>> narrowed(None, ours) == ours, narrowed("a", ours), narrowed("a c", ours)
    (True, frozenset({'a'}), None)
    """
    if requested is None:
        return allowed
    wanted = frozenset(requested.split())
    return wanted if wanted and wanted <= allowed else None


def department_claims(roles: Mapping[UUID, str], deputy_of: Collection[UUID] = ()) -> dict[str, object]:
    """What a token says of its owner's departments: each with the role, those whose deputy they are today; or too many.

    >>> department_claims({})
    {'departments': {}}
    >>> department_claims({}, {UUID(int=7)})
    {'departments': {}, 'deputy_of': ['00000000-0000-0000-0000-000000000007']}
    """
    if len(roles) + len(deputy_of) > MOST_DEPARTMENTS_IN_TOKEN:
        return {"departments_elided": True}
    departments = {str(department_id): str(role) for department_id, role in roles.items()}
    return {"departments": departments} | ({"deputy_of": sorted(map(str, deputy_of))} if deputy_of else {})


def is_published(retires_at: datetime | None, now: datetime) -> bool:
    """Whether verifiers should (still) hold a key that stops signing then."""
    return retires_at is None or now < retires_at + KEY_OVERLAP
