"""A person as this service knows them."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Person:
    """`departments` are those that they belong to, in any role; of two states the higher `version` is the later."""

    id: UUID
    is_active: bool
    version: int
    departments: frozenset[UUID] = frozenset()
