"""What a new ticket is promised and which calendars it follows, kept in memory and never out of date.

Everything here belongs to one generation (`CatalogueGeneration`), read in the transaction that uses it. A generation
read after a change was committed is another one, and what was kept under the one before is dropped.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.requests.calendars.queries import (
    ResolvedCalendar,
    WorkingTimes,
    calendar_of_department,
    versions_of_calendars,
)
from services.requests.catalogue.covering import Covering, agreements_covering
from services.requests.catalogue.freezing import PlannedFreeze, freezes_covering
from services.requests.catalogue.queries import Offered, current_generation, find_offered
from services.requests.catalogue.rules import PublishedTarget, targets_of_priority
from services.requests.catalogue.service import UnknownOffering
from services.requests.departments.rules import Department
from services.requests.departments.service import Identity, require_departments
from services.requests.timeline.calendars import CalendarHistory
from services.requests.timeline.promised import PinnedTerms, pinned_from
from services.requests.timeline.terms import Terms
from services.shared.idempotency import Fetch

MOST_KEPT = 20_000
MOST_PROMISED = 500
"""Different terms of tickets: few beside tickets, and each takes some kilobytes."""


@dataclass(frozen=True, slots=True)
class OfferingTerms:
    """What a ticket between two departments about one offering may pin: the offering's own targets, and agreements.

    `provider_calendar` and `customer_calendar` are by what the two work now; a published target without a calendar of
    its own counts in the provider's. `agreements`, the nearest first, are each for some priorities and dates, which
    are looked at for each ticket: `agreements/pinning.py` says what a ticket pins, and keeps in `pins` what it said of
    a version (None: the published targets) and a priority. `freezes` are those that new tickets pin.
    """

    generation: UUID
    offering: Offered
    customer: Department
    provider: Department
    customer_calendar: ResolvedCalendar
    provider_calendar: ResolvedCalendar
    agreements: Sequence[Covering] = ()
    freezes: Sequence[PlannedFreeze] = ()
    pins: dict[tuple[UUID | None, str], PinnedTerms] = field(default_factory=dict, compare=False)

    def covering(self, priority: str, now: datetime) -> Covering | None:
        """The agreement that covers a ticket of that priority submitted now; none where the published targets hold."""
        return next((each for each in self.agreements if each.covers(priority, now)), None)

    def targets(self, priority: str) -> list[PublishedTarget]:
        """The published targets of a priority, at most one a clock."""
        return targets_of_priority(self.offering.targets, priority)


@dataclass(slots=True)
class Current:
    """One generation: whoever read its token may ask it until the end of the transaction that read it."""

    token: UUID
    working_times: WorkingTimes
    _terms: dict[tuple[UUID, UUID, UUID | None], OfferingTerms] = field(default_factory=dict)
    _versions: dict[UUID, CalendarHistory] = field(default_factory=dict)
    _resolved: dict[UUID | None, ResolvedCalendar] = field(default_factory=dict)
    _promised: dict[tuple[bytes, frozenset[UUID]], tuple[PinnedTerms, Terms]] = field(default_factory=dict)

    async def terms_for(
        self,
        fetch: Fetch,
        identity: Identity,
        *,
        offering_id: UUID,
        customer_department_id: UUID,
        provider_department_id: UUID | None = None,
    ) -> OfferingTerms:
        """The terms between two departments; the provider is the offering's unless another is named (an import's).

        UnknownOffering, UnknownDepartment (with pointers into a new ticket), DepartmentsUnavailable.
        """
        key = (offering_id, customer_department_id, provider_department_id)
        kept = self._terms.get(key)
        if kept is not None:
            return kept
        made = await self._load(fetch, identity, *key)
        if await current_generation(fetch) != self.token:
            return made  # it rests on a department learned in this transaction, which may yet be rolled back
        _make_room(self._terms)
        self._terms[key] = made
        return made

    async def calendars(self, fetch: Fetch, ids: Iterable[UUID]) -> Mapping[UUID, CalendarHistory]:
        """These calendars, each with all its versions."""
        wanted = set(ids)
        found = {each: self._versions[each] for each in wanted if each in self._versions}
        missing = wanted - found.keys()
        if not missing:
            return found
        for calendar_id, saved in (await versions_of_calendars(fetch, missing)).items():
            compiled = await self.working_times.get_all(fetch, [version_id for version_id, _ in saved])
            found[calendar_id] = CalendarHistory(
                since=tuple(since for _, since in saved),
                versions=tuple(compiled[version_id] for version_id, _ in saved),
            )
        _make_room(self._versions)
        self._versions.update(found)
        return found

    async def promised(
        self, fetch: Fetch, document: Mapping[str, Any], more: Collection[UUID]
    ) -> tuple[PinnedTerms, Terms]:
        """The terms that a ticket pinned as that document, with the calendars that they and `more` name.

        What `pinned_from` raises.
        """
        key = orjson.dumps(document), frozenset(more)
        kept = self._promised.get(key)
        if kept is None:
            pinned = pinned_from(document)
            histories = await self.calendars(fetch, {*pinned.calendar_ids(), *more})
            _make_room(self._promised, MOST_PROMISED)
            kept = self._promised[key] = pinned, pinned.terms(histories.__getitem__)
        return kept

    async def calendar_of(self, fetch: Fetch, department_id: UUID | None) -> ResolvedCalendar:
        """By which calendar a department works; None: the organisation's."""
        kept = self._resolved.get(department_id)
        if kept is None:
            _make_room(self._resolved)
            kept = self._resolved[department_id] = await calendar_of_department(fetch, department_id)
        return kept

    async def _load(
        self, fetch: Fetch, identity: Identity, offering_id: UUID, customer_id: UUID, provider_id: UUID | None
    ) -> OfferingTerms:
        offering = await find_offered(fetch, offering_id)
        if offering is None:
            raise UnknownOffering(pointer="/offering_id", offering_id=offering_id)
        provider_id = provider_id or offering.provider_department_id
        pointers = {provider_id: "/provider_department_id", customer_id: "/customer_department_id"}
        departments = await require_departments(fetch, identity, pointers)
        return OfferingTerms(
            generation=self.token,
            offering=offering,
            customer=departments[customer_id],
            provider=departments[provider_id],
            customer_calendar=await calendar_of_department(fetch, customer_id),
            provider_calendar=await calendar_of_department(fetch, provider_id),
            agreements=await agreements_covering(fetch, offering_id, customer_id, provider_id),
            freezes=await freezes_covering(fetch, offering_id, customer_id, provider_id),
        )


class TermsCache:
    """One for each process; hands out what is current."""

    def __init__(self) -> None:
        self.working_times = WorkingTimes()
        self._latest: Current | None = None

    async def current(self, fetch: Fetch) -> Current:
        """What is current now: one read of one row, and nothing more while nothing has changed."""
        return self.of_generation(await current_generation(fetch))

    async def latest(self, fetch: Fetch) -> Current:
        """What was current when somebody last looked: for a use case whose statement looks again and says so."""
        return self._latest or await self.current(fetch)

    def of_generation(self, token: UUID) -> Current:
        """The same for a statement that has read `(SELECT token FROM catalogue_generation)` among other things."""
        latest = self._latest
        if latest is None or latest.token != token:
            # Whoever still holds the one before goes on with it, and what they load late stays out of this one.
            latest = self._latest = Current(token, self.working_times)
        return latest


def _make_room(kept: dict[Any, Any], most: int = MOST_KEPT) -> None:
    if len(kept) >= most:
        kept.clear()
