"""A department as this service knows it, and how one that is heard of late finds its place."""

from dataclasses import dataclass
from uuid import UUID

DEEPEST = 64
"""Levels of the tree that are followed upwards; a bound, should the tree ever hold a circle."""


@dataclass(frozen=True, slots=True)
class Department:
    """`version` grows with each change at identity; a copy never goes back to a lower one."""

    id: UUID
    code: str
    parent_id: UUID | None
    time_zone: str
    is_open: bool
    version: int
