"""The words of an agreement, and the promise that a stored version spells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self
from uuid import UUID

import orjson

from services.requests.catalogue.rules import TargetPriority
from services.requests.timeline.vocabulary import Effect, Restart
from services.requests.worktime import DueRule


class AgreementSide(StrEnum):
    """Whose word it is."""

    CUSTOMER = "customer"
    PROVIDER = "provider"


class AgreedClock(StrEnum):
    """What a provider may promise in an agreement."""

    ACKNOWLEDGE = "acknowledge"
    FIRST_RESPONSE = "first_response"
    UPDATE = "update"
    RESOLUTION = "resolution"


class ObligationClock(StrEnum):
    """What a customer may promise in return."""

    NOTICE = "notice"
    COMPLETENESS = "completeness"
    REPLY = "reply"
    QUOTA = "quota"
    ACCEPTANCE = "acceptance"


class EscalatedClock(StrEnum):
    """What runs, and so has shares of its time that somebody may be told of."""

    ACKNOWLEDGE = "acknowledge"
    FIRST_RESPONSE = "first_response"
    UPDATE = "update"
    RESOLUTION = "resolution"
    REPLY = "reply"
    ACCEPTANCE = "acceptance"


class QuotaPeriod(StrEnum):
    """A local period of the customer's calendar."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Notified(StrEnum):
    """Whom an escalation tells."""

    PROVIDER_AGENTS = "provider:agent"
    PROVIDER_MANAGERS = "provider:manager"
    CUSTOMER_MANAGERS = "customer:manager"
    ASSIGNEE = "assignee"
    REQUESTER = "requester"


class PriorityRole(StrEnum):
    """Who may change a promised priority without the other side's word, or decide what either side disputes."""

    PROVIDER_AGENTS = "provider:agent"
    PROVIDER_MANAGERS = "provider:manager"
    CUSTOMER_AGENTS = "customer:agent"
    CUSTOMER_MANAGERS = "customer:manager"


TAKEN_AS_SAID: Mapping[str, Any] = {"elapsed": Restart.KEEP.value, "decision_role": None}
"""What versions mean that were kept before these words were asked for."""


@dataclass(frozen=True, slots=True)
class AgreedTarget:
    """One row of the provider's half. `priority` and `offering_id` None hold for what has no nearer row.

    `calendar_id` None is the agreement's provider calendar; durations are text ("PT8H", "P3D").
    """

    clock: AgreedClock
    priority: TargetPriority | None
    offering_id: UUID | None
    duration: str
    due: DueRule = DueRule.SAME_TIME
    calendar_id: UUID | None = None
    objective: float | None = None
    reopened: str | None = None
    third_party_pauses: bool = False


@dataclass(frozen=True, slots=True)
class Obligation:
    """One row of the customer's half: a duration, or at most `limit` tickets (or `quantity`) in a period."""

    clock: ObligationClock
    duration: str | None = None
    limit: int | None = None
    period: QuotaPeriod | None = None
    quantity: str | None = None
    effect: Effect = Effect.NONE
    objective: float | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """What happens when so many percent of a clock's time are gone; 100 is the breach."""

    clock: EscalatedClock
    percent: int
    notify: tuple[Notified, ...] = ()
    raise_priority: TargetPriority | None = None
    reassign_to: UUID | None = None

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The rule that was stored as this document."""
        raised = document["raise_priority"]
        return cls(
            clock=EscalatedClock(document["clock"]),
            percent=document["percent"],
            notify=tuple(Notified(each) for each in document["notify"]),
            raise_priority=TargetPriority(raised) if raised else None,
            reassign_to=_id(document["reassign_to"]),
        )


@dataclass(frozen=True, slots=True)
class AgreedStage:
    """One stage of the budget: under `agreement_id` handed off, else `is_own` work (a sound stage is one of these).

    `duration` None is what the agreement promises, `calendar_id` None the provider's there.
    """

    agreement_id: UUID | None
    is_own: bool
    duration: str | None
    due: DueRule = DueRule.SAME_TIME
    calendar_id: UUID | None = None
    parallel_group: str | int | None = None


@dataclass(frozen=True, slots=True)
class AgreementContent:
    """What both sides sign, without the texts."""

    customer_department_id: UUID
    provider_department_id: UUID
    customer_calendar_id: UUID
    provider_calendar_id: UUID
    offering_ids: tuple[UUID, ...]
    effective_from: date
    targets: tuple[AgreedTarget, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    stages: tuple[AgreedStage, ...] = ()
    priority_role: PriorityRole | None = None
    decision_role: PriorityRole | None = None
    reopening_window: str = "P10D"
    no_answer_window: str | None = None
    applies_to_open: bool = False
    elapsed: Restart = Restart.KEEP
    effective_until: date | None = None
    review_on: date | None = None

    def targets_for(self, offering_id: UUID, priority: str) -> list[AgreedTarget]:
        """At most one target a clock: the offering's row of that priority, its row, the priority's, the one for all."""
        return [target for _, target in chosen_targets(self.targets, offering_id, priority)]

    def warnings(self, clock: str) -> tuple[int, ...] | None:
        """The shares (percent) below the breach of which somebody is told; None where the usual ones hold."""
        percents = {rule.percent for rule in self.escalations if rule.clock == clock}
        return tuple(sorted(percents - {100})) or None


def chosen_targets(targets: Sequence[AgreedTarget], offering_id: UUID, priority: str) -> list[tuple[int, AgreedTarget]]:
    """As `targets_for`, each with its place in the list.

    >>> it, other, high, low = UUID(int=1), UUID(int=2), TargetPriority.HIGH, TargetPriority.LOW
    >>> said = ((None, None, "P9D"), (high, None, "P8D"), (None, it, "P7D"), (low, it, "P6D"))
    >>> rows = [AgreedTarget(AgreedClock.RESOLUTION, *each) for each in said]
    >>> [chosen_targets(rows, *each)[0][1].duration for each in ((it, "low"), (it, "high"), (other, "high"))]
    ['P6D', 'P7D', 'P8D']
    """
    best: dict[AgreedClock, tuple[int, int]] = {}
    for place, target in enumerate(targets):
        if target.offering_id not in (None, offering_id) or target.priority not in (None, priority):
            continue
        nearness = 2 * (target.offering_id is not None) + (target.priority is not None)
        if target.clock not in best or nearness > best[target.clock][0]:
            best[target.clock] = nearness, place
    return [(place, targets[place]) for _, place in best.values()]


@lru_cache(maxsize=4096)  # the texts are those that the terms in memory hold, so that each is hashed once
def content_of(text: str) -> AgreementContent:
    """The content that a stored version's JSON spells."""
    return content_from(orjson.loads(text))


def content_from(document: Mapping[str, Any]) -> AgreementContent:
    """The same of a document already read."""
    document = {**TAKEN_AS_SAID, **document}
    role, decides = document["priority_role"], document["decision_role"]
    return AgreementContent(
        customer_department_id=UUID(document["customer_department_id"]),
        provider_department_id=UUID(document["provider_department_id"]),
        customer_calendar_id=UUID(document["customer_calendar_id"]),
        provider_calendar_id=UUID(document["provider_calendar_id"]),
        offering_ids=tuple(UUID(each) for each in document["offering_ids"]),
        effective_from=date.fromisoformat(document["effective_from"]),
        targets=tuple(_target(each) for each in document["targets"]),
        obligations=tuple(_obligation(each) for each in document["obligations"]),
        escalations=tuple(Escalation.read(each) for each in document["escalations"]),
        stages=tuple(_stage(each) for each in document["stages"]),
        priority_role=PriorityRole(role) if role else None,
        decision_role=PriorityRole(decides) if decides else None,
        reopening_window=document["reopening_window"],
        no_answer_window=document["no_answer_window"],
        applies_to_open=document["applies_to_open"],
        elapsed=Restart(document["elapsed"]),
        effective_until=_date(document["effective_until"]),
        review_on=_date(document["review_on"]),
    )


def _target(document: Mapping[str, Any]) -> AgreedTarget:
    priority = document["priority"]
    return AgreedTarget(
        clock=AgreedClock(document["clock"]),
        priority=TargetPriority(priority) if priority else None,
        offering_id=_id(document["offering_id"]),
        duration=document["duration"],
        due=DueRule(document["due"]),
        calendar_id=_id(document["calendar_id"]),
        objective=document["objective"],
        reopened=document["reopened"],
        third_party_pauses=document["third_party_pauses"],
    )


def _obligation(document: Mapping[str, Any]) -> Obligation:
    period = document["period"]
    return Obligation(
        clock=ObligationClock(document["clock"]),
        duration=document["duration"],
        limit=document["limit"],
        period=QuotaPeriod(period) if period else None,
        quantity=document["quantity"],
        effect=Effect(document["effect"]),
        objective=document["objective"],
    )


def _stage(document: Mapping[str, Any]) -> AgreedStage:
    return AgreedStage(
        agreement_id=_id(document["agreement"]),
        is_own=document["own"],
        duration=document["duration"],
        due=DueRule(document["due"]),
        calendar_id=_id(document["calendar_id"]),
        parallel_group=document["parallel_group"],
    )


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
