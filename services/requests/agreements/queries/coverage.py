"""Which dates a signed version covers: the statements that give, cut and find that."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from services.requests.agreements.models import Agreement
from services.requests.agreements.rules.covered import Span
from services.shared.idempotency import Fetch

# What begins after today never will; what began today and is cut today did hold, and tickets may have pinned it.
_NEVER = "DELETE FROM agreement_coverage WHERE agreement_id = $1 AND lower(during) >= $2 AND lower(during) > $3"
_CUT = """
UPDATE agreement_coverage SET during = daterange(lower(during), $2),
    began_on = CASE WHEN lower(during) = $2 THEN lower(during) END
WHERE agreement_id = $1 AND during && daterange($2, NULL)
"""
_COVER = """
INSERT INTO agreement_coverage
    (agreement_id, number, customer_department_id, provider_department_id, offering_id, priority, during)
SELECT $1, $2, $3, $4, covered.*, daterange($7, $8) FROM unnest($5::uuid[], $6::text[]) AS covered
"""
_COVERED_ELSEWHERE = """
SELECT c.agreement_id, c.offering_id, c.priority
FROM agreement_coverage c JOIN unnest($3::uuid[], $4::text[]) AS wanted (offering_id, priority)
    ON c.offering_id = wanted.offering_id AND c.priority = wanted.priority
WHERE c.customer_department_id = $1 AND c.provider_department_id = $2 AND c.during && daterange($5, $6)
LIMIT 1
"""


async def cut_coverage(fetch: Fetch, agreement_id: UUID, ends_on: date, *, today: date) -> None:
    """From that date on, which is not before today, no version of the agreement covers anything."""
    await fetch(_NEVER, agreement_id, ends_on, today)
    await fetch(_CUT, agreement_id, ends_on)


async def cover(
    fetch: Fetch, agreement: Agreement, number: int, covered: Collection[tuple[UUID, str]], span: Span
) -> None:
    """Let a version cover these offerings and priorities. IntegrityError where another one covers one of them then."""
    await fetch(
        _COVER,
        agreement.id,
        number,
        agreement.customer_department_id,
        agreement.provider_department_id,
        [offering_id for offering_id, _ in covered],
        [priority for _, priority in covered],
        *span,
    )


async def covered_elsewhere(
    fetch: Fetch, agreement: Agreement, covered: Collection[tuple[UUID, str]], span: Span
) -> tuple[UUID, UUID, str] | None:
    """(agreement, offering, priority) of one that covers one of these in that time; none where nothing does."""
    rows = await fetch(
        _COVERED_ELSEWHERE,
        agreement.customer_department_id,
        agreement.provider_department_id,
        [offering_id for offering_id, _ in covered],
        [priority for _, priority in covered],
        *span,
    )
    return tuple(rows[0]) if rows else None


async def hold_generation(fetch: Fetch) -> None:
    """Let those who change what is covered do so one after the other."""
    await fetch("SELECT FROM catalogue_generation FOR UPDATE")
