"""Whose approval an offering asks for: up to two levels, each always or from a threshold of the form on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from services.requests.catalogue.form import tokens_of, value_at
from services.requests.catalogue.subschemas import can_hold, subschemas
from services.shared.language import Texts
from services.shared.problems import Conflict

MOST_LEVELS = 2


class ApprovalSide(StrEnum):
    """Which of the two departments approves."""

    CUSTOMER = "customer"
    PROVIDER = "provider"


class ApproverRole(StrEnum):
    """Who of a department approves."""

    MANAGER = "manager"


class RoleOrPerson(Conflict):
    code = "approver_role_or_person"
    detail = Texts(
        "A level is approved by a role or by a named person, not by both.",
        "Un nivel lo aprueba una función o una persona nombrada, no ambas.",
    )


class ThresholdOutsideForm(Conflict):
    code = "threshold_outside_form"
    detail = Texts("The form's schema knows no {field}.", "El esquema del formulario no conoce {field}.")


class HiddenFromApprover(Conflict):
    code = "confidential_from_approver"
    detail = Texts(
        "A confidential offering is hidden from the customer's managers: they cannot approve it. Name a person.",
        "Una oferta confidencial se oculta a la gerencia del cliente, que no puede aprobarla. Nombre a una persona.",
    )


APPROVAL_PROBLEMS = (RoleOrPerson, ThresholdOutsideForm, HiddenFromApprover)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number of the form, at `pointer` in the ticket's `fields`, from which on approval is needed."""

    pointer: str
    at_least: float

    def reached(self, fields: Mapping[str, Any]) -> bool:
        """Whether these fields reach it; where they tell no number, nobody knows that they do not.

        >>> [Threshold("/cost", 500).reached(fields) for fields in ({"cost": 499.5}, {"cost": 500}, {})]
        [False, True, True]
        """
        number = _number_at(fields, self.pointer)
        return number is None or number >= self.at_least


@dataclass(frozen=True, slots=True)
class ApprovalLevel:
    """One level. `person_id` None: whoever manages that side's department; `when` None: always.

    `expires_after` ("P3D") is counted in that side's calendar; None: it never expires.
    """

    side: ApprovalSide
    person_id: UUID | None = None
    when: Threshold | None = None
    expires_after: str | None = None

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The level that was stored as this document."""
        person_id, when = document["person_id"], document["when"]
        return cls(
            side=ApprovalSide(document["side"]),
            person_id=UUID(person_id) if person_id else None,
            when=Threshold(when["pointer"], when["at_least"]) if when else None,
            expires_after=document["expires_after"],
        )


def needed(levels: Sequence[ApprovalLevel], fields: Mapping[str, Any]) -> tuple[ApprovalLevel, ...]:
    """The levels that a ticket with these fields needs, in their order.

    >>> always, costly = ApprovalLevel(ApprovalSide.CUSTOMER), ApprovalLevel(
    ...     ApprovalSide.PROVIDER, when=Threshold("/cost", 500))
    >>> [level.side.value for level in needed([always, costly], {"cost": 80})]
    ['customer']
    """
    return tuple(level for level in levels if level.when is None or level.when.reached(fields))


def raised(levels: Sequence[ApprovalLevel], before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """The pointer of a threshold that a change of fields reaches with more than what was asked before; None: of none.

    >>> levels = [ApprovalLevel(ApprovalSide.CUSTOMER, when=Threshold("/cost", 500))]
    >>> [raised(levels, {"cost": 600}, {"cost": cost}) for cost in (700, 600, 550, 80)]
    ['/cost', None, None, None]
    """
    for level in levels:
        if level.when is not None and level.when.reached(after):
            asked, wanted = (_number_at(fields, level.when.pointer) for fields in (before, after))
            if asked is not None and (wanted is None or wanted > asked):
                return level.when.pointer
    return None


def check_approvals(
    levels: Sequence[ApprovalLevel], schema: Mapping[str, Any] | None, *, is_confidential: bool
) -> None:
    """ThresholdOutsideForm, HiddenFromApprover, each with a pointer into `approvals`.

    `schema` is the offering's form, None where a ticket's fields are free.
    """
    for place, level in enumerate(levels):
        if is_confidential and level.side is ApprovalSide.CUSTOMER and level.person_id is None:
            raise HiddenFromApprover(pointer=f"/approvals/{place}/side")
        if level.when is None:
            continue
        pointer = level.when.pointer
        if schema is None or not can_hold(dict(subschemas(schema)), "", tokens_of(pointer)):
            raise ThresholdOutsideForm(pointer=f"/approvals/{place}/when/pointer", field=pointer)


def _number_at(fields: Mapping[str, Any], pointer: str) -> float | None:
    value = value_at(fields, pointer)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
