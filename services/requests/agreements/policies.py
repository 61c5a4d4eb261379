"""Who may read an agreement, and who speaks for a side of it."""

from collections.abc import Collection
from uuid import UUID

from services.requests.agreements.rules.content import AgreementSide
from services.shared.auth import Actor


def stands_for(actor: Actor, department_id: UUID) -> bool:
    """Whether the actor gives a department's word: its manager, or today's deputy of one. A program never does."""
    is_manager = actor.has_department_role(department_id, "manager")
    return not actor.is_client and (is_manager or department_id in actor.deputy_of)


def is_deputy_for(actor: Actor, department_id: UUID) -> bool:
    """Whether the actor speaks for the department only as a deputy."""
    return not actor.has_department_role(department_id, "manager")


def sides_of(actor: Actor, customer_id: UUID, provider_id: UUID) -> list[AgreementSide]:
    """The sides for which the actor may propose, sign and end: managers and deputies alone, administrators not."""
    departments = ((AgreementSide.CUSTOMER, customer_id), (AgreementSide.PROVIDER, provider_id))
    return [side for side, department_id in departments if stands_for(actor, department_id)]


def sees_every_agreement(actor: Actor) -> bool:
    """Administrators, auditors; a service account has the scope because an admin gave it."""
    return actor.is_client or actor.has_role("admin", "auditor")


def answered_for(actor: Actor) -> set[UUID]:
    """The departments for which the actor answers; what is agreed above them covers these too."""
    managed = {each for each, role in actor.department_roles.items() if role == "manager"}
    return managed | actor.deputy_of


def can_read_agreement(actor: Actor, sides: Collection[UUID], line: Collection[UUID]) -> bool:
    """Everybody in one of its two departments, and who answers for one below them (`line`: those and above)."""
    if sees_every_agreement(actor):
        return True
    return any(each in actor.department_roles or each in line for each in sides)
