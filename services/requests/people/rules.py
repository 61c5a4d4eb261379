"""A person as this service knows them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

SERVING_ROLES = ("agent", "manager")
"""The roles in a department that work on its tickets."""


@dataclass(frozen=True, slots=True)
class Person:
    """`departments` holds one role per department; `version` grows with each change, a copy never goes back."""

    id: UUID
    customer_type: str
    relation: str
    is_active: bool
    version: int
    departments: Mapping[UUID, str] = field(default_factory=dict)

    def serves_any(self, departments: Collection[UUID]) -> bool:
        """Whether they work in one of these departments as an agent or manager.

        >>> it = UUID(int=1)
        >>> Person(UUID(int=9), "operative", "employee", True, 1, {it: "member"}).serves_any([it])
        False
        """
        return self.is_active and any(self.departments.get(each) in SERVING_ROLES for each in departments)
