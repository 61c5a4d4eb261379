"""Named reads of agreements, their versions, signatures and ends."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.requests.agreements.models import Agreement, AgreementSignature, AgreementTermination
from services.requests.agreements.rules.content import TAKEN_AS_SAID, AgreementContent, Escalation, content_of
from services.requests.agreements.rules.covered import Span
from services.shared.idempotency import Fetch
from services.shared.paging import PageWanted, older_than

_STANDING = """
WITH today AS (SELECT * FROM unnest($1::text[], $2::date[]) AS t (time_zone, day)), standing AS (
    SELECT agreement.*, ends.ends_on, spoken.name,
        (SELECT number FROM agreement_coverage c WHERE c.agreement_id = agreement.id AND c.during @> today.day LIMIT 1)
            AS number_in_force,
        (SELECT number FROM agreement_coverage c WHERE c.agreement_id = agreement.id AND lower(c.during) > today.day
            ORDER BY lower(c.during) LIMIT 1) AS number_upcoming,
        CASE WHEN ends.ends_on IS NULL AND 2 > (
            SELECT count(*) FROM agreement_signature s WHERE s.agreement_id = agreement.id AND s.number = latest_number
        ) AND (spoken.effective_until > today.day) IS NOT FALSE THEN latest_number END AS number_proposed
    FROM agreement
    JOIN today USING (time_zone)
    LEFT JOIN agreement_termination ends ON ends.agreement_id = agreement.id
    CROSS JOIN LATERAL (
        SELECT content->>'name' AS name, effective_until FROM agreement_version v
        WHERE v.agreement_id = agreement.id AND v.number = latest_number
    ) AS spoken
    WHERE ($3::uuid IS NULL OR agreement.id = $3)
        AND ($4::uuid IS NULL OR $4 IN (customer_department_id, provider_department_id))
        AND ($5::uuid[] IS NULL OR customer_department_id = ANY($5))
        AND ($6::uuid[] IS NULL OR provider_department_id = ANY($6))
        AND ($7::uuid[] IS NULL OR customer_department_id = ANY($7) OR provider_department_id = ANY($7))
        AND ($8::uuid IS NULL OR EXISTS (
            SELECT FROM agreement_version v
            WHERE v.agreement_id = agreement.id AND v.content->'offering_ids' ? $8::uuid::text
        ))
        AND ($9::timestamptz IS NULL OR (agreement.created_at, agreement.id) < ($9, $10::uuid))
), told AS (
    SELECT standing.*, CASE
        WHEN number_in_force IS NOT NULL THEN 'active'
        WHEN number_upcoming IS NOT NULL THEN 'signed'
        WHEN ends_on IS NOT NULL THEN 'terminated'
        WHEN number_proposed IS NOT NULL THEN 'proposed'
        ELSE 'expired'
    END AS state FROM standing
)
SELECT id, customer_department_id, provider_department_id, name, time_zone, state, latest_number, number_in_force,
    number_upcoming, number_proposed, ends_on, created_at, created_by, version
FROM told WHERE $11::text IS NULL OR state = $11 ORDER BY created_at DESC, id DESC LIMIT $12
"""
_VERSIONS = """
SELECT v.id, v.agreement_id, v.number, v.content::text, v.effective_until, v.proposed_by, v.proposed_for,
    v.proposed_at, v.number = agreement.latest_number,
    v.number = (SELECT max(number) FROM (
        SELECT number FROM agreement_signature s WHERE s.agreement_id = v.agreement_id
        GROUP BY number HAVING count(*) = 2
    ) AS whole),
    COALESCE(lower(covered.during), covered.began_on), COALESCE(upper(covered.during), covered.began_on),
    covered.during IS NOT NULL
FROM agreement_version v JOIN agreement ON agreement.id = v.agreement_id
LEFT JOIN LATERAL (
    SELECT during, began_on FROM agreement_coverage c
    WHERE c.agreement_id = v.agreement_id AND c.number = v.number LIMIT 1
) AS covered ON true
WHERE v.agreement_id = $1 AND ($2::int IS NULL OR v.number = $2) AND ($3::int IS NULL OR v.number < $3)
ORDER BY v.number DESC LIMIT $4
"""
_CONTENT = "SELECT id, content::text FROM agreement_version WHERE id = ANY($1::uuid[])"
_ESCALATIONS = "SELECT id, (content->'escalations')::text FROM agreement_version WHERE id = ANY($1::uuid[])"


@dataclass(frozen=True, slots=True)
class Standing:
    """An agreement as it stands on a date."""

    id: UUID
    customer_department_id: UUID
    provider_department_id: UUID
    name: str | None
    time_zone: str
    state: str
    latest_number: int
    number_in_force: int | None
    number_upcoming: int | None
    number_proposed: int | None
    ends_on: date | None
    created_at: datetime
    created_by: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which agreements a list asks for; None: whichever. `visible`: the departments that the reader sees."""

    department_id: UUID | None = None
    customers: Collection[UUID] | None = None
    providers: Collection[UUID] | None = None
    offering_id: UUID | None = None
    state: str | None = None
    visible: Collection[UUID] | None = None

    def seen_by(self, departments: Collection[UUID]) -> "Wanted":
        """The same for a reader who sees what these departments agreed."""
        return replace(self, visible=departments)


@dataclass(frozen=True, slots=True)
class SavedVersion:
    """A version as it is kept; `span` is what is left of its time, `text` its content as JSON."""

    id: UUID
    agreement_id: UUID
    number: int
    text: str
    effective_until: date | None
    proposed_by: UUID
    proposed_for: str
    proposed_at: datetime
    is_latest: bool
    is_last_signed: bool
    span: Span | None

    @property
    def content(self) -> AgreementContent:
        """What the version says."""
        return content_of(self.text)

    @property
    def document(self) -> dict[str, Any]:
        """The same as it was given."""
        return {**TAKEN_AS_SAID, **orjson.loads(self.text)}


_VERSION_FIELDS = tuple(each.name for each in fields(SavedVersion))[:9]


async def zones_of_agreements(fetch: Fetch) -> list[str]:
    """The zones in which agreements have their dates."""
    return [row[0] for row in await fetch("SELECT DISTINCT time_zone FROM agreement")]


async def page_of_agreements(
    fetch: Fetch, page: PageWanted, wanted: Wanted, *, today: Mapping[str, date]
) -> tuple[list[Standing], str | None]:
    """Agreements, newest first; `today` holds the date in each of their zones."""
    after = page.typed_after(datetime, UUID) or (None, None)
    rows, goes_on = page.split(await _standing(fetch, wanted, today, after=after, limit=page.limit + 1))
    found = [Standing(*row) for row in rows]
    return found, page.cursor((found[-1].created_at, found[-1].id)) if goes_on else None


async def standing_of(fetch: Fetch, agreement_id: UUID, *, today: Mapping[str, date]) -> Standing:
    """One agreement, which exists."""
    (row,) = await _standing(fetch, Wanted(), today, agreement_id=agreement_id)
    return Standing(*row)


async def _standing(
    fetch: Fetch,
    wanted: Wanted,
    today: Mapping[str, date],
    *,
    agreement_id: UUID | None = None,
    after: tuple[Any, ...] = (None, None),
    limit: int = 1,
) -> Sequence[Any]:
    return await fetch(
        _STANDING,
        list(today),
        list(today.values()),
        agreement_id,
        wanted.department_id,
        None if wanted.customers is None else list(wanted.customers),
        None if wanted.providers is None else list(wanted.providers),
        None if wanted.visible is None else list(wanted.visible),
        wanted.offering_id,
        *after,
        wanted.state,
        limit,
    )


async def find_agreement(session: AsyncSession, agreement_id: UUID, *, lock: bool = False) -> Agreement | None:
    """The agreement's row; with `lock` until the transaction ends."""
    return await session.get(Agreement, agreement_id, with_for_update=True if lock else None)


async def find_termination(session: AsyncSession, agreement_id: UUID) -> AgreementTermination | None:
    """The end that a side has set, if one has."""
    return await session.get(AgreementTermination, agreement_id)


async def find_version(fetch: Fetch, agreement_id: UUID, number: int) -> SavedVersion | None:
    """One version."""
    return next(iter(await _versions(fetch, agreement_id, number, None, 1)), None)


async def page_of_versions(
    fetch: Fetch, agreement_id: UUID, page: PageWanted
) -> tuple[Sequence[SavedVersion], str | None]:
    """An agreement's versions, newest first."""
    (before,) = page.typed_after(int) or (None,)
    rows, goes_on = page.split(await _versions(fetch, agreement_id, None, before, page.limit + 1))
    return rows, page.cursor((rows[-1].number,)) if goes_on else None


async def _versions(
    fetch: Fetch, agreement_id: UUID, number: int | None, before: int | None, limit: int
) -> list[SavedVersion]:
    rows = await fetch(_VERSIONS, agreement_id, number, before, limit)
    return [_saved(row) for row in rows]


def _saved(row: Sequence[Any]) -> SavedVersion:
    values: dict[str, Any] = dict(zip(_VERSION_FIELDS, row, strict=False))
    begins, ends, is_covering = row[10:]
    return SavedVersion(**values, is_last_signed=bool(row[9]), span=(begins, ends) if is_covering else None)


async def signatures_under(
    session: AsyncSession, agreement_id: UUID, numbers: Iterable[int]
) -> dict[int, list[AgreementSignature]]:
    """Who has signed these versions, in the order of time."""
    wanted = select(AgreementSignature).where(
        col(AgreementSignature.agreement_id) == agreement_id, col(AgreementSignature.number).in_(list(numbers))
    )
    found: dict[int, list[AgreementSignature]] = {}
    for signature in await session.scalars(wanted.order_by(col(AgreementSignature.signed_at))):
        found.setdefault(signature.number, []).append(signature)
    return found


async def page_of_signatures(
    session: AsyncSession, agreement_id: UUID, page: PageWanted
) -> tuple[Sequence[AgreementSignature], str | None]:
    """All signatures under an agreement, those of the latest version first."""
    columns = (col(AgreementSignature.number), col(AgreementSignature.side))
    wanted = select(AgreementSignature).where(col(AgreementSignature.agreement_id) == agreement_id)
    wanted = wanted.order_by(*(column.desc() for column in columns)).limit(page.limit + 1)
    after = page.typed_after(int, str)
    if after is not None:
        wanted = wanted.where(older_than(columns, after))
    rows, goes_on = page.split((await session.scalars(wanted)).all())
    return rows, page.cursor((rows[-1].number, rows[-1].side)) if goes_on else None


async def contents_of(fetch: Fetch, version_ids: Collection[UUID]) -> dict[UUID, AgreementContent]:
    """What these versions say, by id."""
    return {row[0]: content_of(row[1]) for row in await fetch(_CONTENT, list(version_ids))}


async def escalations_of(fetch: Fetch, version_ids: Collection[UUID]) -> dict[UUID, tuple[Escalation, ...]]:
    """What these versions say is to happen when time runs out, by id."""
    rows = await fetch(_ESCALATIONS, list(version_ids))
    return {row[0]: tuple(Escalation.read(each) for each in orjson.loads(row[1])) for row in rows}
