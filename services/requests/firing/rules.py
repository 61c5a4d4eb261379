"""Which thresholds of a clock are due, and what an agreement wants done about them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from services.requests.agreements.rules.content import EscalatedClock, Escalation, Notified
from services.requests.catalogue.rules import TargetPriority
from services.requests.timeline.vocabulary import DONE, Side, State

WHOLE = 100
_JUST_AFTER = timedelta(microseconds=1)
Fires = Sequence[tuple[int, str]]
"""Thresholds that have not fired: percent, and the instant at which to fire as ISO text; the earliest first."""


class Department(NamedTuple):
    """Somebody's role in a department, as people's copies spell it."""

    department_id: UUID
    role: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """What escalation needs to know of a ticket."""

    id: UUID
    key: str
    state: State
    priority: str
    customer_department_id: UUID
    provider_department_id: UUID
    requester_id: UUID | None
    assignee_id: UUID | None
    is_confidential: bool


@dataclass(frozen=True, slots=True)
class Threshold:
    """A share of a clock that is used up, since `fires_at`. Of the whole that is the due time."""

    percent: int
    fires_at: datetime


def split(fires: Fires, now: datetime) -> tuple[list[Threshold], list[tuple[int, str]]]:
    """What is to fire at `now`, in its order, and what is not yet.

    The whole fires just after the due time, and tells the due time.

    >>> from datetime import UTC
    >>> fires = [(75, "2026-03-02T12:00:00+00:00"), (100, "2026-03-02T14:00:00.000001+00:00")]
    >>> due, rest = split(fires, datetime(2026, 3, 2, 14, tzinfo=UTC))
    >>> [each.percent for each in due], rest
    ([75], [(100, '2026-03-02T14:00:00.000001+00:00')])
    >>> due, rest = split(rest, datetime(2026, 3, 2, 14, 0, 0, 1, tzinfo=UTC))
    >>> due[0].fires_at.isoformat(), rest
    ('2026-03-02T14:00:00+00:00', [])
    """
    due: list[Threshold] = []
    for place, (percent, text) in enumerate(fires):
        at = datetime.fromisoformat(text)
        if at > now:
            return due, list(fires[place:])
        due.append(Threshold(percent, at - _JUST_AFTER if percent == WHOLE else at))
    return due, []


_TELL: Mapping[Side, tuple[Notified, ...]] = {
    Side.PROVIDER: (Notified.PROVIDER_MANAGERS, Notified.ASSIGNEE),
    Side.CUSTOMER: (Notified.REQUESTER, Notified.CUSTOMER_MANAGERS),
}


def wanted(agreed: Sequence[Escalation], clock: str, side: Side, percent: int) -> list[Escalation]:
    """What is to be done when this share of a clock is used up.

    An agreement without a word on escalation, and no agreement, want a breach told to those whose promise it was.

    >>> [rule.notify for rule in wanted([], "reply", Side.CUSTOMER, 100)], wanted([], "resolution", Side.PROVIDER, 75)
    ([(<Notified.REQUESTER: 'requester'>, <Notified.CUSTOMER_MANAGERS: 'customer:manager'>)], [])
    """
    if agreed:
        return [rule for rule in agreed if (rule.clock, rule.percent) == (clock, percent)]
    return [Escalation(EscalatedClock(clock), percent, _TELL[side])] if percent == WHOLE else []


def departments_told(rules: Iterable[Escalation], ticket: Ticket) -> set[Department]:
    """Whose people in some role are to be told. Of what is confidential the customer's managers are told nothing."""
    named = {each for rule in rules for each in rule.notify}
    told = set()
    if Notified.PROVIDER_AGENTS in named:
        told.add(Department(ticket.provider_department_id, "agent"))
    if Notified.PROVIDER_MANAGERS in named:
        told.add(Department(ticket.provider_department_id, "manager"))
    if Notified.CUSTOMER_MANAGERS in named and not ticket.is_confidential:
        told.add(Department(ticket.customer_department_id, "manager"))
    return told


def people_told(rules: Iterable[Escalation], ticket: Ticket) -> set[UUID]:
    """Who is to be told by themselves."""
    named = {each for rule in rules for each in rule.notify}
    assignee = ticket.assignee_id if Notified.ASSIGNEE in named else None
    requester = ticket.requester_id if Notified.REQUESTER in named else None
    return {each for each in (assignee, requester) if each is not None}


def raised(rules: Iterable[Escalation], ticket: Ticket) -> str | None:
    """The highest priority that these rules give the ticket; None where it has that already, or its work is done.

    >>> rules = [Escalation(EscalatedClock.RESOLUTION, 75, raise_priority=each) for each in TargetPriority][:3]
    >>> it = UUID(int=1)
    >>> made = [Ticket(it, "IT-1", State.SUBMITTED, each, it, it, None, None, False) for each in ("low", "high")]
    >>> [raised(rules, ticket) for ticket in made]
    ['high', None]
    """
    if ticket.state in DONE:
        return None
    order = list(TargetPriority)
    named = [order.index(rule.raise_priority) for rule in rules if rule.raise_priority is not None]
    highest = max(named, default=0)
    return order[highest].value if highest > order.index(TargetPriority(ticket.priority)) else None


def reassigned(rules: Iterable[Escalation], ticket: Ticket) -> UUID | None:
    """Whose the ticket is to become, by the last rule that says so; None where it is theirs, or its work is done."""
    if ticket.state in DONE:
        return None
    named = [rule.reassign_to for rule in rules if rule.reassign_to is not None]
    return named[-1] if named and named[-1] != ticket.assignee_id else None


def told_of(ticket: Ticket, clock: Mapping[str, Any], threshold: Threshold) -> dict[str, Any]:
    """What a message says about a threshold."""
    return {
        "ticket_id": str(ticket.id),
        "ticket_key": ticket.key,
        "clock_id": str(clock["id"]),
        "clock": clock["clock"],
        "cycle": clock["cycle"],
        "percent": threshold.percent,
        "fires_at": threshold.fires_at.isoformat().replace("+00:00", "Z"),
    }
