"""What a ticket pins when it is submitted: what an agreement promises for it, else what the offering publishes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.requests.agreements.rules.content import (
    AgreedTarget,
    AgreementContent,
    Obligation,
    ObligationClock,
    content_of,
)
from services.requests.catalogue.covering import Covering
from services.requests.catalogue.rules import PublishedTarget
from services.requests.catalogue.terms import OfferingTerms
from services.requests.timeline.promised import PinnedObligation, PinnedTarget, PinnedTerms
from services.requests.timeline.terms import BEFORE_DUE
from services.requests.timeline.vocabulary import ClockName, PartyKind

NO_OFFERING = UUID(int=0)


def pin_of(offered: OfferingTerms, priority: str, now: datetime) -> PinnedTerms:
    """What a ticket of that priority pins that is submitted now."""
    covering = offered.covering(priority, now)
    key = covering.version_id if covering else None, priority
    pinned = offered.pins.get(key)
    if pinned is None:
        pinned = offered.pins[key] = _pin(offered, covering, priority)
    return pinned


def _pin(offered: OfferingTerms, covering: Covering | None, priority: str) -> PinnedTerms:
    if covering is None:
        return pin_defaults(offered, priority)
    return pin_agreement(
        content_of(covering.content),
        covering.version_id,
        provider=offered.provider.code,
        offering_id=offered.offering.id,
        priority=priority,
    )


def pin_defaults(offered: OfferingTerms, priority: str) -> PinnedTerms:
    """What the offering publishes for that priority, whatever is agreed; without targets nothing is promised."""
    return PinnedTerms(
        provider=offered.provider.code,
        calendar_id=offered.provider_calendar.calendar_id,
        targets=tuple(
            pin_published(target, offered.provider_calendar.calendar_id) for target in offered.targets(priority)
        ),
        calendars={str(PartyKind.CUSTOMER): offered.customer_calendar.calendar_id},
    )


def pin_published(target: PublishedTarget, calendar_id: UUID) -> PinnedTarget:
    """A published target as tickets pin it; `calendar_id` holds where it names none of its own."""
    return PinnedTarget(
        clock=ClockName(target.clock),
        duration=target.duration,
        calendar_id=target.calendar_id or calendar_id,
        due=target.due,
        reopened=target.reopened,
        third_party_pauses=target.third_party_pauses,
        objective=target.objective,
    )


def pin_agreement(
    content: AgreementContent, version_id: UUID, *, provider: str, offering_id: UUID, priority: str
) -> PinnedTerms:
    """What a signed version promises for a ticket about that offering; `provider` is the department's code.

    Time charged to the provider and targets without a calendar of their own are in the version's provider calendar,
    the customer's time and obligations in its customer calendar; notice is given to the provider, and in its own.
    """
    return PinnedTerms(
        provider=provider,
        calendar_id=content.provider_calendar_id,
        targets=tuple(_target(content, each) for each in content.targets_for(offering_id, priority)),
        obligations=tuple(_obligation(content, each) for each in content.obligations),
        calendars={str(PartyKind.CUSTOMER): content.customer_calendar_id},
        reopening_window=content.reopening_window,
        no_answer_window=content.no_answer_window,
        agreement_version_id=version_id,
    )


def pin_for_part(offered: Sequence[Covering], provider: str, priority: str, now: datetime) -> PinnedTerms | None:
    """What the nearest agreement between two departments promises for work that no offering names; None: nothing.

    Quotas count an offering's work, and so leave it out.
    """
    covering = next((each for each in offered if each.covers(priority, now)), None)
    if covering is None:
        return None
    content = content_of(covering.content)
    pinned = pin_agreement(content, covering.version_id, provider=provider, offering_id=NO_OFFERING, priority=priority)
    obligations = tuple(each for each in pinned.obligations if each.clock is not ClockName.QUOTA)
    return replace(pinned, obligations=obligations)


def _target(content: AgreementContent, target: AgreedTarget) -> PinnedTarget:
    return PinnedTarget(
        clock=ClockName(target.clock),
        duration=target.duration,
        calendar_id=target.calendar_id or content.provider_calendar_id,
        due=target.due,
        reopened=target.reopened,
        third_party_pauses=target.third_party_pauses,
        objective=target.objective,
        warnings=content.warnings(target.clock) or BEFORE_DUE,
    )


def _obligation(content: AgreementContent, obligation: Obligation) -> PinnedObligation:
    is_notice = obligation.clock is ObligationClock.NOTICE
    return PinnedObligation(
        clock=ClockName(obligation.clock),
        calendar_id=content.provider_calendar_id if is_notice else content.customer_calendar_id,
        duration=obligation.duration,
        limit=obligation.limit,
        period=obligation.period,
        quantity=obligation.quantity,
        effect=obligation.effect,
        objective=obligation.objective,
        warnings=content.warnings(obligation.clock) or BEFORE_DUE,
    )
