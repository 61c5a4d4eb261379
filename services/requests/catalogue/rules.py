"""The words of a published promise, what contradicts itself in one, and which row of it a priority chooses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from services.requests.worktime import DueRule
from services.shared.language import Texts
from services.shared.problems import Conflict


class TargetClock(StrEnum):
    """What a provider may promise by default, measured on every ticket of the offering."""

    ACKNOWLEDGE = "acknowledge"
    FIRST_RESPONSE = "first_response"
    UPDATE = "update"
    RESOLUTION = "resolution"


class TargetPriority(StrEnum):
    """For which tickets a target holds."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class DuplicateTarget(Conflict):
    code = "duplicate_target"
    detail = Texts(
        "The target {clock} is given twice for the priority {priority}.",
        "El objetivo {clock} aparece dos veces para la prioridad {priority}.",
    )


class OnlyForResolution(Conflict):
    code = "only_for_resolution"
    detail = Texts(
        "{field} belongs to the target resolution alone, not to {clock}.",
        "{field} solo corresponde al objetivo resolution, no a {clock}.",
    )


@dataclass(frozen=True, slots=True)
class PublishedTarget:
    """One row of the default targets. `priority` None holds for every priority without a row of its own.

    `calendar_id` None is the provider's calendar; `objective` is the share (0 to 1) that the provider aims at;
    `reopened` the duration of later cycles (None: the same). Durations are text ("PT8H", "P3D").
    """

    clock: TargetClock
    priority: TargetPriority | None
    duration: str
    due: DueRule = DueRule.SAME_TIME
    calendar_id: UUID | None = None
    objective: float | None = None
    reopened: str | None = None
    third_party_pauses: bool = False

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The target that was stored as this document."""
        calendar_id = document["calendar_id"]
        return cls(
            clock=TargetClock(document["clock"]),
            priority=TargetPriority(document["priority"]) if document["priority"] else None,
            duration=document["duration"],
            due=DueRule(document["due"]),
            calendar_id=UUID(calendar_id) if calendar_id else None,
            objective=document["objective"],
            reopened=document["reopened"],
            third_party_pauses=document["third_party_pauses"],
        )


def check_targets(targets: Sequence[PublishedTarget]) -> None:
    """DuplicateTarget, OnlyForResolution, each with a pointer to the target in `default_targets`.

    >>> one = PublishedTarget(TargetClock.RESOLUTION, None, "PT8H")
    >>> check_targets([one, PublishedTarget(TargetClock.RESOLUTION, TargetPriority.HIGH, "PT4H")])
    >>> check_targets([one, one])
    Traceback (most recent call last):
    ...
    services.requests.catalogue.rules.DuplicateTarget: The target resolution is given twice for the priority null.
    """
    seen: set[tuple[TargetClock, TargetPriority | None]] = set()
    for place, target in enumerate(targets):
        pointer = f"/default_targets/{place}"
        if (target.clock, target.priority) in seen:
            raise DuplicateTarget(pointer=pointer, clock=target.clock.value, priority=target.priority or "null")
        seen.add((target.clock, target.priority))
        if target.clock is TargetClock.RESOLUTION:
            continue
        for field, given in (("reopened", target.reopened), ("third_party_pauses", target.third_party_pauses)):
            if given:
                raise OnlyForResolution(pointer=f"{pointer}/{field}", field=field, clock=target.clock.value)


def targets_of_priority(targets: Sequence[PublishedTarget], priority: str) -> list[PublishedTarget]:
    """At most one target a clock: the row of that priority, else the one for all.

    >>> all_, high = (PublishedTarget(TargetClock.RESOLUTION, p, d) for p, d in ((None, "P3D"), ("high", "PT4H")))
    >>> [t.duration for p in ("high", "low") for t in targets_of_priority([all_, high], p)]
    ['PT4H', 'P3D']
    """
    chosen: dict[TargetClock, PublishedTarget] = {}
    for target in targets:
        if target.priority == priority or (target.priority is None and target.clock not in chosen):
            chosen[target.clock] = target
    return list(chosen.values())
