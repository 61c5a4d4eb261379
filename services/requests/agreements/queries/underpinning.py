"""What holds of the agreements that stages name, and whether one agreement rests on another."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.requests.agreements.rules.content import AgreementContent, content_of
from services.shared.idempotency import Fetch

_UNDERPINNING = """
SELECT a.id, a.customer_department_id, a.provider_department_id, v.id, v.content::text, covered.number IS NOT NULL,
    ends.ends_on IS NOT NULL OR (covered.number IS NULL AND 2 = (
        SELECT count(*) FROM agreement_signature s WHERE s.agreement_id = a.id AND s.number = a.latest_number
    )),
    NULLIF(CASE WHEN covered.number IS NULL THEN v.effective_until ELSE (
        SELECT max(COALESCE(upper(c.during), 'infinity')) FROM agreement_coverage c WHERE c.agreement_id = a.id
    ) END, 'infinity')
FROM agreement a
LEFT JOIN agreement_termination ends ON ends.agreement_id = a.id
LEFT JOIN LATERAL (
    SELECT number FROM agreement_coverage c WHERE c.agreement_id = a.id AND c.during && daterange($2, NULL)
    ORDER BY lower(c.during) LIMIT 1
) AS covered ON true
JOIN agreement_version v ON v.agreement_id = a.id AND v.number = coalesce(covered.number, a.latest_number)
WHERE a.id = ANY($1::uuid[])
"""
_RESTS_ON = """
WITH RECURSIVE below (id) AS (
    SELECT $1::uuid
    UNION
    SELECT (stage->>'agreement')::uuid
    FROM below JOIN agreement a ON a.id = below.id
    JOIN agreement_version v ON v.agreement_id = a.id AND (v.number = a.latest_number OR EXISTS (
        SELECT FROM agreement_coverage c WHERE c.agreement_id = a.id AND c.number = v.number
    ))
    CROSS JOIN LATERAL jsonb_array_elements(v.content->'stages') AS stage
    WHERE stage->>'agreement' IS NOT NULL
)
SELECT id FROM below WHERE id = $2
"""
_NAMED = """
SELECT DISTINCT (stage->>'agreement')::uuid
FROM agreement_version v CROSS JOIN LATERAL jsonb_array_elements(v.content->'stages') AS stage
WHERE v.agreement_id = $1 AND stage->>'agreement' IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Underpinning:
    """An agreement on which a budget rests, with the version that holds then, begins next, or else is proposed.

    `ends_on` is the first day on which nothing of it holds any more, if one is known.
    """

    agreement_id: UUID
    customer_department_id: UUID
    provider_department_id: UUID
    version_id: UUID
    text: str
    is_signed: bool
    has_ended: bool
    ends_on: date | None

    @property
    def content(self) -> AgreementContent:
        """What that version says."""
        return content_of(self.text)


async def underpinning_of(fetch: Fetch, ids: Collection[UUID], on: date) -> dict[UUID, Underpinning]:
    """Those of these agreements that exist, as they are on that day."""
    return {row[0]: Underpinning(*row) for row in await fetch(_UNDERPINNING, list(ids), on)}


async def rests_on(fetch: Fetch, agreement_id: UUID, other_id: UUID) -> bool:
    """Whether an agreement is the other one, or rests on it through the stages of any that hold or are proposed."""
    return bool(await fetch(_RESTS_ON, agreement_id, other_id))


async def named_by(fetch: Fetch, agreement_id: UUID) -> set[UUID]:
    """The agreements that stages of any version of this one have named."""
    return {row[0] for row in await fetch(_NAMED, agreement_id)}
