"""How tickets belong together, and how the same is told from the other ticket."""

from enum import StrEnum


class RelationKind(StrEnum):
    """What a ticket is to another one."""

    FOLLOWS = "follows"
    """It goes on with what the other one ended."""
    DUPLICATES = "duplicates"
    """It asks for the same."""
    BLOCKS = "blocks"
    """The other one cannot go on before it."""


class RelationShown(StrEnum):
    """A relation as a ticket at either end of it is shown it."""

    FOLLOWS = "follows"
    FOLLOWED_BY = "followed_by"
    DUPLICATES = "duplicates"
    DUPLICATED_BY = "duplicated_by"
    BLOCKS = "blocks"
    BLOCKED_BY = "blocked_by"


_INVERSE = {
    RelationKind.FOLLOWS: RelationShown.FOLLOWED_BY,
    RelationKind.DUPLICATES: RelationShown.DUPLICATED_BY,
    RelationKind.BLOCKS: RelationShown.BLOCKED_BY,
}


def shown_from(kind: RelationKind, *, is_other: bool) -> RelationShown:
    """How the relation reads from the ticket that has it, or from the other one.

    >>> shown_from(RelationKind.BLOCKS, is_other=False).value, shown_from(RelationKind.BLOCKS, is_other=True).value
    ('blocks', 'blocked_by')
    """
    return _INVERSE[kind] if is_other else RelationShown(kind.value)
