"""What a pack is asked, and by what paths its parts are told elsewhere."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.catalogue.terms import TermsCache
from services.requests.reports.rules import Bucket, first_instant
from services.requests.reports.schemas.flow import FlowFilters
from services.requests.reports.service.flow import with_both_ends
from services.requests.review.schemas import PackAsked
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.paging import PageWanted


@dataclass(frozen=True, slots=True)
class Reading:
    """By what a pack is read and for whom; `session` and `connection` are one, in one snapshot of the database."""

    session: AsyncSession
    connection: Connection
    terms: TermsCache
    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """A period with both its ends, as local dates (`to` exclusive) and as instants."""

    first: date
    to: date
    time_zone: str

    @property
    def since(self) -> datetime:
        """When it begins."""
        return first_instant(self.first, self.time_zone)

    @property
    def before(self) -> datetime:
        """When it is over."""
        return first_instant(self.to, self.time_zone)

    @property
    def query(self) -> dict[str, object]:
        """As the reports are asked for it."""
        return {"from": self.first, "to": self.to, "time_zone": self.time_zone}


def span_asked(asked: PackAsked, now: datetime) -> Span:
    """The period, with what is left out of it: twelve months, to tomorrow. UnknownReportZone, EmptyPeriod."""
    given = {"from": asked.from_, "to": asked.to, "time_zone": asked.time_zone, "bucket": Bucket.MONTH}
    _, first, to = with_both_ends(FlowFilters.model_validate(given), now)
    return Span(first, to, asked.time_zone)


def of_pair(customer: UUID, provider: UUID) -> dict[str, object]:
    """As the reports and lists are asked for a pair."""
    return {"customer_department_id": customer, "provider_department_id": provider}


def path_of(path: str, *queries: dict[str, object]) -> str:
    """The path with these in its query.

    >>> path_of("/v1/breaches", {"state": ["open", "explained"]}, {"from": date(2026, 3, 1)})
    '/v1/breaches?state=open&state=explained&from=2026-03-01'
    """
    return f"{path}?{urlencode({name: value for query in queries for name, value in query.items()}, doseq=True)}"


def first_page(limit: int) -> PageWanted:
    """So many from the beginning."""
    return PageWanted(limit, None, "")
