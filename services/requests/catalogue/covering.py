"""Which agreements may cover the tickets of two departments about one offering, the nearest first.

What an agreement says is read in its own room (`agreements/`); here it is text that belongs to a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.requests.calendars.rules import local_date
from services.requests.departments.rules import DEEPEST
from services.shared.idempotency import Fetch

_LINE = f"""
    SELECT $%s::uuid AS id, 0 AS depth
    UNION ALL
    SELECT department_copy.parent_id, line.depth + 1
    FROM %s line JOIN department_copy ON department_copy.id = line.id
    WHERE line.depth < {DEEPEST} AND department_copy.parent_id IS NOT NULL
"""
_COVERING = f"""
WITH RECURSIVE customers AS ({_LINE % (1, "customers")}), providers AS ({_LINE % (2, "providers")})
SELECT version.agreement_id, version.id, version.number, array_agg(covered.priority),
    lower(covered.during), upper(covered.during), agreement.time_zone, version.content::text
FROM agreement_coverage covered
JOIN customers ON customers.id = covered.customer_department_id
JOIN providers ON providers.id = covered.provider_department_id
JOIN agreement_version version USING (agreement_id, number)
JOIN agreement ON agreement.id = version.agreement_id
WHERE ($3::uuid IS NULL OR covered.offering_id = $3) AND NOT isempty(covered.during)
GROUP BY version.id, agreement.time_zone, covered.during, customers.depth, providers.depth
ORDER BY customers.depth, providers.depth, lower(covered.during) DESC, version.id
"""


@dataclass(frozen=True, slots=True)
class Covering:
    """A signed version that covers some priorities of an offering from one date to another, on its own zone's wall.

    `ends` is the first date on which it no longer does, None without an end; `content` is its JSON.
    """

    agreement_id: UUID
    version_id: UUID
    number: int
    priorities: frozenset[str]
    begins: date
    ends: date | None
    time_zone: str
    content: str

    def covers(self, priority: str, now: datetime) -> bool:
        """Whether it covers a ticket of that priority that is submitted now.

        >>> from datetime import UTC
        >>> day = date(2026, 3, 2)
        >>> made = Covering(UUID(int=1), UUID(int=2), 1, frozenset({"high"}), day, None, "Europe/Madrid", "{}")
        >>> eve = datetime(2026, 3, 1, 22, 59, tzinfo=UTC), datetime(2026, 3, 1, 23, tzinfo=UTC)
        >>> [made.covers("high", each) for each in eve], made.covers("low", eve[1])
        ([False, True], False)
        """
        if priority not in self.priorities:
            return False
        today = local_date(now, self.time_zone)
        return self.begins <= today and (self.ends is None or today < self.ends)


async def agreements_covering(
    fetch: Fetch, offering_id: UUID | None, customer_id: UUID, provider_id: UUID
) -> Sequence[Covering]:
    """Those between the two or departments above them: the nearest first, the customer's side before the provider's.

    About that offering, or (None) about any. Of two that are as near the one that begins later: where their zones
    differ, both may hold for some hours.
    """
    rows = await fetch(_COVERING, customer_id, provider_id, offering_id)
    return [_covering(*row) for row in rows]


def _covering(
    agreement_id: UUID,
    version_id: UUID,
    number: int,
    priorities: Sequence[str],
    begins: date,
    ends: date | None,
    time_zone: str,
    content: str,
) -> Covering:
    return Covering(agreement_id, version_id, number, frozenset(priorities), begins, ends, time_zone, content)
