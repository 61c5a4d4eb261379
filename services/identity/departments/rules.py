"""What a department's code, zone and place in the tree must satisfy."""

from functools import lru_cache
from zoneinfo import available_timezones

GREATEST_DEPTH = 32
"""Levels of the tree, the root's included."""
# Names that the machine's own files carry but that name no place.
_NOT_PLACES = frozenset({"localtime", "Factory", "posixrules"})


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NOT_PLACES)


def is_known_zone(name: str) -> bool:
    """Whether the IANA time zone database has that name.

    >>> is_known_zone("America/Mexico_City"), is_known_zone("Mars/Olympus"), is_known_zone("localtime")
    (True, False, False)
    """
    return name in _known_zones()


def fits(levels_above: int, levels_of_subtree: int) -> bool:
    """Whether a subtree may hang under a department that is itself on that level (0 for the root's place).

    >>> fits(0, 1), fits(31, 1), fits(31, 2)
    (True, True, False)
    """
    return levels_above + levels_of_subtree <= GREATEST_DEPTH
