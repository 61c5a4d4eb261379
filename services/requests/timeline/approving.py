"""Who is asked for their approval, and how far that has come: the levels of one asking, one after the other.

Read where `agreements.md` is brief:
- Each asking (a new ticket's, or the provider's later) names its levels in the fact that asks; the first is open at
  once, the next when the one before approved. An answer of another level than the open one changes nothing.
- A question or a hand-off on top of an approval leaves its levels as they are.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.requests.timeline.vocabulary import Side


@dataclass(frozen=True, slots=True)
class Approver:
    """One level of an asking: a named person, or where none is named whoever manages the department.

    `side` is the customer's or the provider's; in that side's calendar `expires_after` ("P3D"; None: never) is counted.
    """

    side: Side
    department_id: UUID
    person_id: UUID | None = None
    expires_after: str | None = None

    @property
    def asked_id(self) -> UUID:
        """The person who is asked, else the department whose managers are."""
        return self.person_id or self.department_id


class Pending(NamedTuple):
    """An asking under way: its levels, which of them is open (from 1) and since when."""

    levels: tuple[Approver, ...]
    level: int
    since: datetime

    @property
    def asked(self) -> Approver | None:
        """Who is asked now; nobody once the last level approved.

        >>> pending = Pending((Approver(Side.CUSTOMER, UUID(int=1)),), 1, datetime(2026, 3, 2))
        >>> pending.asked is pending.levels[0], pending.approved(1, pending.since).asked
        (True, None)
        """
        return self.levels[self.level - 1] if self.level <= len(self.levels) else None

    def approved(self, level: int, at: datetime) -> "Pending":
        """The asking after that level approved, which opens the next."""
        return self._replace(level=level + 1, since=at) if level == self.level and self.asked else self
