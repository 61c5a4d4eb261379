"""Who disputes for which side of a ticket or a hand-off, and who decides what the other side disputes.

A hand-off is disputed by its own two departments: whoever asked for the ticket is no side of it.
"""

from collections.abc import Mapping
from typing import Any

from services.requests.agreements.policies import stands_for
from services.requests.tickets.policies import can_read_ticket, serves, sides_of
from services.requests.timeline.vocabulary import Side, other_side
from services.shared.auth import Actor

Row = Any
_COLUMN = {Side.CUSTOMER: "customer_department_id", Side.PROVIDER: "provider_department_id"}


def as_part(ticket: Row, sides: Mapping[str, Any]) -> Row:
    """The ticket as a hand-off of it is disputed: `sides` are its two departments, and what else is the hand-off's.

    Both work on the ticket, so nothing of it is kept from either; nobody asked for it in person.
    """
    nobody: dict[str, Any] = {
        "requester_id": None,
        "beneficiary_id": None,
        "participants": [],
        "is_confidential": False,
    }
    return {**ticket, **nobody, **sides, "is_part": True}


def manages(actor: Actor, ticket: Row, side: Side) -> bool:
    """Whether the actor gives that side's word: its manager, or a deputy; none for what is kept from them."""
    if side is Side.CUSTOMER and ticket["is_confidential"]:
        return False
    department_id = ticket[_COLUMN[side]]
    return department_id is not None and stands_for(actor, department_id)


def can_see_dispute(actor: Actor, ticket: Row, holders: list[Any]) -> bool:
    """Who reads the ticket, and who stands for one of its sides."""
    return can_read_ticket(actor, ticket, holders) or any(manages(actor, ticket, side) for side in _COLUMN)


def disputing_sides(actor: Actor, ticket: Row, holders: list[Any]) -> list[Side]:
    """The sides for which the actor may dispute something, the more likely first; of a hand-off who serves either."""
    sides = [side for side in sides_of(actor, ticket, holders) if side in _COLUMN]
    if ticket.get("is_part") and Side.CUSTOMER not in sides and serves(actor, ticket[_COLUMN[Side.CUSTOMER]]):
        sides.append(Side.CUSTOMER)
    return sides + [side for side in _COLUMN if side not in sides and manages(actor, ticket, side)]


def deciding_side(actor: Actor, ticket: Row, disputed_by: Side, role: str | None) -> Side | None:
    """For which side the actor decides what `disputed_by` disputes; None where they may not.

    The other side's managers and their deputies, who has the role that the agreement names ("provider:agent"), and
    administrators, who decide as nobody's (`system`).
    """
    if manages(actor, ticket, other_side(disputed_by)):
        return other_side(disputed_by)
    if role is not None:
        side, _, named = role.partition(":")
        department = ticket[_COLUMN[Side(side)]]
        if serves(actor, department) if named == "agent" else manages(actor, ticket, Side(side)):
            return Side(side)
    return Side.SYSTEM if actor.has_role("admin") else None
