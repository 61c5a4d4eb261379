"""Who is there for whom on which day, when whoever stands in may be away too."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

FARTHEST: Final = timedelta(days=731)
"""How far ahead an absence may end: whoever is away for longer has left their work to others."""
KEPT: Final = timedelta(days=31)
"""How long an absence is kept after its last day."""


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is away from a department on these days, both included; nobody need stand in."""

    person_id: UUID
    first_day: date
    last_day: date
    deputy_id: UUID | None = None

    def is_on(self, day: date) -> bool:
        """Whether they are away on that day."""
        return self.first_day <= day <= self.last_day


class Circle(Exception):
    """Whoever stands in for the others would be one of them."""


def stands_in_on(day: date, person_id: UUID, absences: Iterable[Away]) -> UUID | None:
    """Who is there for an absent person: their deputy, or that one's if they are away too; None: nobody. Circle.

    >>> ana, ben, eva = (UUID(int=each) for each in (1, 2, 3))
    >>> monday, friday = date(2026, 3, 2), date(2026, 3, 6)
    >>> known = [Away(ana, monday, friday, ben), Away(ben, friday, friday, eva)]
    >>> [stands_in_on(day, ana, known).int for day in (monday, friday)]
    [2, 3]
    >>> stands_in_on(friday, ana, [known[0], Away(ben, friday, friday)]) is None
    True
    """
    deputies = {each.person_id: each.deputy_id for each in absences if each.is_on(day)}
    passed = {person_id}
    current = deputies.get(person_id)
    while current is not None and current in deputies:
        if current in passed:
            raise Circle
        passed.add(current)
        current = deputies[current]
    if current in passed:
        raise Circle
    return current


def days_to_look_at(new: Away, others: Iterable[Away]) -> Iterator[date]:
    """The days of an absence on which who stands in for whom may change: its first, and where others begin or are back.

    >>> monday, tuesday, friday = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)
    >>> other = Away(UUID(int=2), monday, tuesday)
    >>> [day.day for day in days_to_look_at(Away(UUID(int=1), monday, friday), [other])]
    [2, 4]
    """
    changes = {day for each in others for day in (each.first_day, each.last_day + timedelta(days=1))}
    return iter(sorted(day for day in {new.first_day, *changes} if new.is_on(day)))
