"""What is to be done when a share of a clock is used up: by the rules of an agreement, or without one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.requests.agreements.rules.content import Escalation, Notified
from services.requests.catalogue.rules import TargetPriority
from services.requests.timeline.vocabulary import DONE, Side

WHOLE = 100
Row = Mapping[str, Any]
"""A clock that fires, with the columns of its ticket that escalation needs to know (`queries/fire.py`)."""


class Threshold(NamedTuple):
    """A share of a clock that is used up, since `fires_at`. Of the whole that is the due time."""

    percent: int
    fires_at: datetime


class Wanted(NamedTuple):
    """What all rules for one share of a clock come to."""

    notify: frozenset[Notified]
    raise_priority: TargetPriority | None = None
    reassign_to: UUID | None = None


class Department(NamedTuple):
    """Somebody's role in a department, as people's copies spell it."""

    department_id: UUID
    role: str


class Audience(NamedTuple):
    """Whose people are told of a ticket between these departments."""

    notify: frozenset[Notified]
    provider_department_id: UUID
    customer_department_id: UUID
    is_confidential: bool


_TELL: Mapping[Side, Wanted] = {
    Side.PROVIDER: Wanted(frozenset({Notified.PROVIDER_MANAGERS, Notified.ASSIGNEE})),
    Side.CUSTOMER: Wanted(frozenset({Notified.REQUESTER, Notified.CUSTOMER_MANAGERS})),
}


def wanted(agreed: Sequence[Escalation], clock: str, side: Side, percent: int) -> Wanted | None:
    """What is to be done when this share of a clock is used up; None: nothing.

    A breach that no rule of an agreement names, and any without an agreement, is told to those whose promise it was. Of
    several rules the highest priority holds, and the last one who is to have the ticket.

    >>> wanted([], "resolution", Side.PROVIDER, 75), sorted(wanted([], "reply", Side.CUSTOMER, 100).notify)
    (None, [<Notified.CUSTOMER_MANAGERS: 'customer:manager'>, <Notified.REQUESTER: 'requester'>])
    >>> from services.requests.agreements.rules.content import EscalatedClock
    >>> rules = [Escalation(EscalatedClock.REPLY, 75, raise_priority=each) for each in TargetPriority][2::-1]
    >>> wanted(rules, "reply", Side.CUSTOMER, 75).raise_priority, wanted(rules, "reply", Side.CUSTOMER, 50)
    (<TargetPriority.HIGH: 'high'>, None)
    >>> wanted(rules, "reply", Side.CUSTOMER, 100) == wanted([], "reply", Side.CUSTOMER, 100)
    True
    >>> wanted([Escalation(EscalatedClock.REPLY, 100)], "reply", Side.CUSTOMER, 100).notify
    frozenset()
    """
    rules = [rule for rule in agreed if (rule.clock, rule.percent) == (clock, percent)]
    if not rules:
        return _TELL[side] if percent == WHOLE else None
    named = [rule.reassign_to for rule in rules if rule.reassign_to is not None]
    return Wanted(
        notify=frozenset(each for rule in rules for each in rule.notify),
        raise_priority=_highest(rule.raise_priority for rule in rules),
        reassign_to=named[-1] if named else None,
    )


def audience_of(row: Row, notify: frozenset[Notified]) -> Audience:
    """Who is told of this ticket by their role in its departments."""
    return Audience(notify, row["provider_department_id"], row["customer_department_id"], row["is_confidential"])


def departments_told(audience: Audience) -> Iterator[Department]:
    """Whose people in which role. Of what is confidential the customer's managers are told nothing.

    >>> everybody, it, hr = frozenset(Notified), UUID(int=1), UUID(int=2)
    >>> [department.role for department in departments_told(Audience(everybody, it, hr, False))]
    ['agent', 'manager', 'manager']
    >>> [department.department_id == it for department in departments_told(Audience(everybody, it, hr, True))]
    [True, True]
    """
    if Notified.PROVIDER_AGENTS in audience.notify:
        yield Department(audience.provider_department_id, "agent")
    if Notified.PROVIDER_MANAGERS in audience.notify:
        yield Department(audience.provider_department_id, "manager")
    if Notified.CUSTOMER_MANAGERS in audience.notify and not audience.is_confidential:
        yield Department(audience.customer_department_id, "manager")


def people_told(row: Row, notify: frozenset[Notified]) -> set[UUID]:
    """Who is told by themselves."""
    assignee = row["assignee_id"] if Notified.ASSIGNEE in notify else None
    requester = row["requester_id"] if Notified.REQUESTER in notify else None
    return {each for each in (assignee, requester) if each is not None}


def raised(row: Row, wants: Iterable[Wanted]) -> str | None:
    """The priority that the ticket gets; None where it has that or a higher one already, or its work is done.

    >>> wants = [Wanted(frozenset(), TargetPriority.HIGH)]
    >>> [raised({"state": "submitted", "priority": each}, wants) for each in ("low", "high", "urgent")]
    ['high', None, None]
    """
    highest = _highest([TargetPriority(row["priority"]), *(want.raise_priority for want in wants)])
    return None if highest == row["priority"] or highest is None or row["state"] in DONE else highest.value


def reassigned(row: Row, wants: Iterable[Wanted]) -> UUID | None:
    """Whose the ticket becomes; None where it is theirs already, or its work is done."""
    named = [want.reassign_to for want in wants if want.reassign_to is not None]
    return named[-1] if named and named[-1] != row["assignee_id"] and row["state"] not in DONE else None


def told_of(row: Row, threshold: Threshold) -> dict[str, Any]:
    """What a message says about a threshold."""
    of_link = {"link_id": str(row["link_id"])} if row["link_id"] else {}
    return {
        **of_link,
        "ticket_id": str(row["ticket_id"]),
        "ticket_key": row["key"],
        "clock_id": str(row["id"]),
        "clock": row["clock"],
        "cycle": row["cycle"],
        "percent": threshold.percent,
        "fires_at": threshold.fires_at.isoformat().replace("+00:00", "Z"),
    }


def _highest(priorities: Iterable[TargetPriority | None]) -> TargetPriority | None:
    named = set(priorities)
    return next((each for each in reversed(TargetPriority) if each in named), None)
