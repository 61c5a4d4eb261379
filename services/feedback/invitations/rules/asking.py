"""Pure: whether somebody may be asked. Nobody rates their own department; requests to one person are few."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.feedback.people.rules import Person


class NotAskedBecause(StrEnum):
    """Why somebody whom a fulfilment concerns was not asked about it."""

    BELONGS_TO_PROVIDER = "belongs_to_provider"
    INACTIVE = "inactive"
    BUDGET_USED_UP = "budget_used_up"
    REOPENED = "reopened"
    """Work went on before the news of the fulfilment arrived here."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` requests within `within`."""

    most: int
    within: timedelta

    def counted(self, sent: Iterable[datetime], now: datetime) -> list[datetime]:
        """When those were sent that count now, oldest first.

        News may arrive out of order: what was sent after `now` counts too.
        """
        since = now - self.within
        return sorted(at for at in sent if at > since)


BUDGET = (Limit(1, timedelta(days=7)), Limit(4, timedelta(days=90)))
"""One person's budget over all surveys.

What was sent counts, whatever became of it: answered, expired, or withdrawn because the ticket was reopened.
"""


def budget_opens_at(sent: Sequence[datetime], now: datetime) -> datetime | None:
    """When the next request may be sent; None where it may be now.

    >>> from datetime import UTC
    >>> monday = datetime(2026, 3, 2, 9, tzinfo=UTC)
    >>> budget_opens_at([monday], monday + timedelta(days=6)).isoformat()
    '2026-03-09T09:00:00+00:00'
    >>> budget_opens_at([monday], monday + timedelta(days=7)) is None
    True
    """
    full = ((limit, limit.counted(sent, now)) for limit in BUDGET)
    return max((times[-limit.most] + limit.within for limit, times in full if len(times) >= limit.most), default=None)


def why_not_ask(
    person: Person | None, provider_department_id: UUID, sent: Sequence[datetime], now: datetime
) -> NotAskedBecause | None:
    """The reason not to ask this person, None where there is none.

    Somebody not known here (None) is asked: their answer is looked at again when it comes, and refused if by then
    they are known to belong to the department rated.
    """
    if person is not None and not person.is_active:
        return NotAskedBecause.INACTIVE
    if person is not None and provider_department_id in person.departments:
        return NotAskedBecause.BELONGS_TO_PROVIDER
    return None if budget_opens_at(sent, now) is None else NotAskedBecause.BUDGET_USED_UP
