"""Who is away now, by each department's own date, and who is there instead when deputies may be away too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence as identity tells it; `version` grows with each change, a copy never goes back."""

    id: UUID
    person_id: UUID
    department_id: UUID
    first_day: date
    last_day: date
    deputy_id: UUID | None
    is_ended: bool
    version: int


class Noted(NamedTuple):
    """An absence with what tells whether it is now: its department's zone. Its deputy serves the department today."""

    person_id: UUID
    department_id: UUID
    first_day: date
    last_day: date
    deputy_id: UUID | None
    time_zone: str


class Away(NamedTuple):
    """Somebody is away from a department today, to the end of that day; `deputy_id` is there for them, or nobody."""

    person_id: UUID
    department_id: UUID
    until: date
    deputy_id: UUID | None


def away_at(now: datetime, noted: Iterable[Noted]) -> list[Away]:
    """Who is away at that instant, each with the first in the chain of deputies who is not.

    >>> ana, ben, eva, it = (UUID(int=each) for each in (1, 2, 3, 9))
    >>> monday, friday, zone = date(2026, 3, 2), date(2026, 3, 6), "America/Mexico_City"
    >>> noted = [Noted(ana, it, monday, friday, ben, zone), Noted(ben, it, friday, friday, eva, zone)]
    >>> instants = [datetime.fromisoformat(f"2026-03-0{each}:00Z") for each in ("2T05", "2T06", "6T06", "7T06")]
    >>> [[(each.person_id.int, each.deputy_id.int) for each in away_at(now, noted)] for now in instants]
    [[], [(1, 2)], [(1, 3), (2, 3)], []]
    """
    today = [
        each for each in noted if each.first_day <= now.astimezone(ZoneInfo(each.time_zone)).date() <= each.last_day
    ]
    deputies: dict[UUID, dict[UUID, UUID | None]] = {}
    for each in today:
        deputies.setdefault(each.department_id, {})[each.person_id] = each.deputy_id
    return [
        Away(each.person_id, each.department_id, each.last_day, _there_for(each, deputies[each.department_id]))
        for each in today
    ]


def _there_for(absent: Noted, deputies: Mapping[UUID, UUID | None]) -> UUID | None:
    """Nobody where the chain ends in one who is away; or leads round, which identity refuses and roles may bring."""
    passed = {absent.person_id}
    current = absent.deputy_id
    while current is not None and current in deputies and current not in passed:
        passed.add(current)
        current = deputies[current]
    return None if current in passed else current
