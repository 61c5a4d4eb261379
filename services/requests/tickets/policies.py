"""Who may see a ticket, and on which side of it somebody acts."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from services.requests.people.rules import SERVING_ROLES
from services.requests.timeline.vocabulary import Side
from services.shared.auth import Actor

IMPORT = "tickets:import"
"""The scope of connectors and imports: they date facts freely and speak for any department."""


def serves(actor: Actor, department_id: UUID) -> bool:
    """Whether the actor works in that department as an agent or manager."""
    return actor.has_department_role(department_id, *SERVING_ROLES)


def serving_departments(actor: Actor) -> list[UUID]:
    """The departments whose tickets the actor may work on."""
    return [department for department, role in actor.department_roles.items() if role in SERVING_ROLES]


def managed_departments(actor: Actor) -> list[UUID]:
    """The departments that the actor manages."""
    return [department for department, role in actor.department_roles.items() if role == "manager"]


def sees_all_tickets(actor: Actor) -> bool:
    """Whether every ticket may be read: administrators, auditors, and programs that bring tickets in."""
    return actor.has_role("admin", "auditor") or is_connector(actor)


def is_connector(actor: Actor) -> bool:
    """Whether the actor is a program that brings in other systems' work: it goes on with tickets on either side."""
    return actor.is_client and IMPORT in actor.scopes


def asking_people(ticket: Mapping[str, Any]) -> list[UUID]:
    """The people for whom the ticket is, each once: who asked, for whom, and who takes part."""
    people = (ticket["requester_id"], ticket["beneficiary_id"], *ticket["participants"])
    return [each for each in dict.fromkeys(people) if each is not None]


def approving_ids(actor: Actor) -> list[UUID]:
    """Whose approvals the actor gives: their own, and those of departments that they manage or stand in for."""
    return [] if actor.is_client else [actor.id, *managed_departments(actor), *actor.deputy_of]


def is_asking(actor: Actor, ticket: Mapping[str, Any]) -> bool:
    """Whether the actor is one of the people for whom the ticket is."""
    return actor.id in (ticket["requester_id"], ticket["beneficiary_id"], *ticket["participants"])


def speaks_for_customer(actor: Actor, ticket: Mapping[str, Any], holders: list[UUID]) -> bool:
    """Whether what the actor says is said for whom it is: as requester, beneficiary or participant.

    A participant who serves the provider or a holder of a link looks on from there, and answers no question of theirs.
    """
    if actor.id in (ticket["requester_id"], ticket["beneficiary_id"]):
        return True
    serving = (ticket["provider_department_id"], *holders)
    return actor.id in ticket["participants"] and not any(serves(actor, department) for department in serving)


def can_read_ticket(actor: Actor, ticket: Mapping[str, Any], holders: list[UUID]) -> bool:
    """Requester, beneficiary, participants; who serves the provider or a holder of a link; the customer's managers.

    Whoever's approval it awaits reads it for that long. A confidential offering's tickets are not for the customer's
    managers. `holders` are the departments of links.
    """
    if sees_all_tickets(actor) or is_asking(actor, ticket):
        return True
    asked_id = ticket["awaits_approval_of"]
    if asked_id is not None and asked_id in approving_ids(actor):
        return True
    if any(serves(actor, department) for department in (ticket["provider_department_id"], *holders)):
        return True
    return not ticket["is_confidential"] and actor.has_department_role(ticket["customer_department_id"], "manager")


def reads_internal(actor: Actor, ticket: Mapping[str, Any], holders: list[UUID]) -> bool:
    """Whether what is internal is for this reader: who serves; who asked, or manages the customer, does not read it."""
    if any(serves(actor, department) for department in (ticket["provider_department_id"], *holders)):
        return True
    return actor.has_role("admin", "auditor") and not is_asking(actor, ticket)


def sides_of(actor: Actor, ticket: Mapping[str, Any], holders: list[UUID]) -> list[Side]:
    """The sides on which this reader may act, the more likely first; none for those who only look on.

    Somebody of the provider who asked for it too acts for the provider first; administrators and connectors act on
    either side.
    """
    sides = []
    on_either = actor.has_role("admin") or is_connector(actor)
    if on_either or serves(actor, ticket["provider_department_id"]):
        sides.append(Side.PROVIDER)
    is_manager = actor.has_department_role(ticket["customer_department_id"], "manager")
    if on_either or speaks_for_customer(actor, ticket, holders) or (is_manager and not ticket["is_confidential"]):
        sides.append(Side.CUSTOMER)
    if any(serves(actor, department) for department in holders):
        sides.append(Side.DEPARTMENT)
    return sides


def can_submit_for(actor: Actor, department_id: UUID) -> bool:
    """Whether the actor may ask in the name of that department: its people, administrators, programs that import."""
    return department_id in actor.department_roles or actor.has_role("admin") or is_connector(actor)


def can_name_requester(actor: Actor, department_id: UUID) -> bool:
    """Whether the actor may submit for somebody else: the department's managers, administrators, service accounts."""
    return actor.is_client or actor.has_role("admin") or actor.has_department_role(department_id, "manager")


def amending_side(actor: Actor, sides: list[Side], changed: Collection[str]) -> Side | None:
    """For which of their sides the actor changes these fields of a ticket; None where they may not.

    The customer's side changes what it asks. Where another system keeps the same work (`external_refs`) the provider's
    side may note too; what a program notes there is nobody's act.
    """
    if set(changed) == {"external_refs"} and Side.PROVIDER in sides:
        return Side.SYSTEM if actor.is_client else Side.PROVIDER
    return Side.CUSTOMER if Side.CUSTOMER in sides else None
