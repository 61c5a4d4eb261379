"""If I ask now, when do I get it? The promise for a request that nobody has made yet; nothing is written."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.requests.catalogue.terms import TermsCache
from services.requests.departments.service import Identity
from services.requests.tickets.schemas import NewTicket
from services.requests.tickets.service.approving import approvers_of, own_request
from services.requests.tickets.service.asked import Asked, asked_under, check_may_ask
from services.requests.tickets.service.clocks import clock_shown
from services.requests.tickets.service.quota import QuotaRead, quota_among, read_quota
from services.requests.tickets.service.recording import terms_of
from services.requests.tickets.service.submit import opening
from services.requests.timeline.approving import Approver
from services.requests.timeline.fold import fold
from services.requests.timeline.marking import NOTHING_FIRED
from services.requests.timeline.promised import PinnedObligation
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.vocabulary import INSTANT, ClockName, Side
from services.shared.auth import Actor
from services.shared.db import Connection


async def preview_ticket(
    connection: Connection, terms: TermsCache, identity: Identity, actor: Actor, new: NewTicket, *, now: datetime
) -> dict[str, Any]:
    """What would be promised to this request, and what it would owe. SUBMISSION_PROBLEMS."""
    customer_id = await check_may_ask(connection, identity, actor, new)
    current = await terms.current(connection.fetch)
    asked = await asked_under(connection, current, identity, actor, new, customer_id, now)
    quota = quota_among(asked)
    read = None
    if quota is not None:
        read = await read_quota(connection, current, asked, quota, now, hold=False)
    promised = await terms_of(connection, current, asked.pinned)
    own = own_request(asked.draft, actor)
    approvers = await approvers_of(connection.fetch, asked.levels, asked.draft, own) if asked.levels else ()
    clocks = fold(promised, opening(asked, actor, read, (), now), now).clocks
    agreement = asked.offered.covering(new.priority.value, now)
    return {
        "at": now,
        "offering_id": asked.draft["offering_id"],
        "offering_version": asked.draft["offering_version"],
        "customer_department_id": asked.draft["customer_department_id"],
        "provider_department_id": asked.draft["provider_department_id"],
        "promise": "agreement" if agreement else "defaults" if asked.pinned.targets else "none",
        "agreement": agreement
        and {"id": agreement.agreement_id, "version_id": agreement.version_id, "number": agreement.number},
        "clocks": list(_targets(asked, clocks)),
        "obligations": [_obligation(each, clocks, read) for each in asked.pinned.obligations],
        "approvals": [_approval(each, level) for level, each in enumerate(approvers, start=1)],
    }


def _approval(approver: Approver, level: int) -> dict[str, Any]:
    return {
        "level": level,
        "side": approver.side,
        "department_id": approver.department_id,
        "person_id": approver.person_id,
        "expires_after": approver.expires_after,
    }


def _targets(asked: Asked, clocks: tuple[ClockReading, ...]) -> Iterator[dict[str, Any]]:
    """The provider's promises: those that would run from now on with their due times, and what each was told to be."""
    running = {clock.clock: clock for clock in clocks if clock.side is Side.PROVIDER}
    for target in asked.pinned.targets:
        reading = running.get(target.clock)
        shown = clock_shown(reading, NOTHING_FIRED) if reading else {}
        yield {
            "clock": target.clock,
            "duration": target.duration,
            "due": target.due,
            "calendar_id": target.calendar_id,
            "calendar_version": shown.get("calendar_version"),
            "objective": target.objective,
            "target_seconds": shown.get("target_seconds"),
            "due_at": shown.get("due_at"),
            "no_due_reason": shown.get("no_due_reason"),
            "is_best_effort": shown.get("is_best_effort", False),
        }


def _obligation(
    obligation: PinnedObligation, clocks: tuple[ClockReading, ...], read: QuotaRead | None
) -> dict[str, Any]:
    """What the customer owes, and how it would be decided at once; `reply` and `acceptance` are for later."""
    decided = next((c for c in clocks if c.clock is obligation.clock and c.clock in INSTANT), None)
    return {
        "clock": obligation.clock,
        "duration": obligation.duration,
        "limit": obligation.limit,
        "period": obligation.period,
        "quantity": obligation.quantity,
        "calendar_id": obligation.calendar_id,
        "effect": obligation.effect,
        "objective": obligation.objective,
        "outcome": decided.state if decided else None,
        "promised": decided.promised if decided else None,
        "observed": decided.observed if decided else None,
        "shortfall_seconds": decided.shortfall if decided else None,
        "counted": {"from": read.start, "to": read.end} if read and obligation.clock is ClockName.QUOTA else None,
    }
