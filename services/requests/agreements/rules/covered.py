"""Which tickets a version covers, from when to when, and how an agreement stands on a date."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.requests.agreements.rules.content import AgreementContent
from services.requests.catalogue.rules import TargetPriority


class AgreementState(StrEnum):
    """How an agreement stands today; `signed` is agreed and yet to begin."""

    PROPOSED = "proposed"
    SIGNED = "signed"
    ACTIVE = "active"
    EXPIRED = "expired"
    TERMINATED = "terminated"


class VersionState(StrEnum):
    """How one version stands today. `superseded`: another proposal or version took its place."""

    PROPOSED = "proposed"
    SIGNED = "signed"
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    TERMINATED = "terminated"


Span = tuple[date, date | None]
"""From the first date to the one before the second; None: without an end."""


def covered_priorities(content: AgreementContent, offering_id: UUID) -> list[TargetPriority]:
    """The priorities of an offering's tickets that a version covers.

    All, unless every target for the offering names its priority: then those that are named, and another agreement may
    cover the others.

    >>> from services.requests.agreements.rules.content import AgreedClock, AgreedTarget
    >>> it = UUID(int=1)
    >>> def covered(*priorities):
    ...     targets = tuple(AgreedTarget(AgreedClock.RESOLUTION, each, None, "P1D") for each in priorities)
    ...     made = AgreementContent(it, it, it, it, (it,), date(2026, 3, 2), targets)
    ...     return [str(each) for each in covered_priorities(made, it)]
    >>> covered(TargetPriority.HIGH), covered(TargetPriority.HIGH, None) == covered() == list(TargetPriority)
    (['high'], True)
    """
    named = {target.priority for target in content.targets if target.offering_id in (None, offering_id)}
    return [priority for priority in TargetPriority if not named or None in named or priority in named]


def coverage_of(content: AgreementContent) -> Iterator[tuple[UUID, TargetPriority]]:
    """Every offering and priority that a version covers."""
    for offering_id in content.offering_ids:
        for priority in covered_priorities(content, offering_id):
            yield offering_id, priority


def begins_on(content: AgreementContent, signed_on: date) -> date:
    """When a version signed on that date takes effect: on its own date, and never before both have signed."""
    return max(content.effective_from, signed_on)


def starts_until(effective_until: date | None, first: date) -> date:
    """The day after a year of starts from `first` on, or the version's own end before there.

    >>> days = date(2027, 3, 1), date(2028, 2, 29)
    >>> [starts_until(None, day).isoformat() for day in days], starts_until(date(2027, 6, 1), days[0]).isoformat()
    (['2028-03-01', '2029-03-01'], '2027-06-01')
    """
    is_leap_day = (first.month, first.day) == (2, 29)
    after = date(first.year + 1, 3, 1) if is_leap_day else first.replace(year=first.year + 1)
    return after if effective_until is None else min(after, effective_until)


def version_state(
    *,
    is_latest: bool,
    is_signed: bool,
    is_last_signed: bool,
    span: Span | None,
    effective_until: date | None,
    is_terminated: bool,
    today: date,
) -> VersionState:
    """How a version stands today. A proposal expires unsigned where its own end has come.

    `span` is what is left of its time since others took effect or it was ended; None where nothing is.

    >>> rest = {"is_latest": True, "is_last_signed": True, "effective_until": None, "is_terminated": False}
    >>> day = date(2026, 3, 2)
    >>> [str(version_state(is_signed=signed, span=span, today=day, **rest)) for signed, span in (
    ...     (False, None), (True, (date(2026, 4, 1), None)), (True, (day, None)), (True, None))]
    ['proposed', 'signed', 'active', 'superseded']
    """
    if not is_signed:
        if not is_latest:
            return VersionState.SUPERSEDED
        if is_terminated:
            return VersionState.TERMINATED
        is_over = effective_until is not None and effective_until <= today
        return VersionState.EXPIRED if is_over else VersionState.PROPOSED
    was_ended = is_last_signed and is_terminated
    if span is None:
        return VersionState.TERMINATED if was_ended else VersionState.SUPERSEDED
    begins, ends = span
    if today < begins:
        return VersionState.SIGNED
    if ends is None or today < ends:
        return VersionState.ACTIVE
    if ends == effective_until:
        return VersionState.EXPIRED
    return VersionState.TERMINATED if was_ended else VersionState.SUPERSEDED
