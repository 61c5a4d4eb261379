"""The words of a published promise, what contradicts itself in one, and which row of it a priority chooses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, Self
from uuid import UUID

from services.requests.worktime import DueRule, Duration, WorkingDays, WorkingSeconds, parse_duration
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


class TargetsContradict(Conflict):
    """A clock that every fulfilment stops promises more time than the resolution does."""

    code = "targets_contradict"
    detail = Texts(
        "{clock} may take {duration}, longer than resolution ({resolution}), which ends it: priority {priority}.",
        "{clock} puede durar {duration}, más que resolution ({resolution}), que lo termina: prioridad {priority}.",
    )


class Promised(Protocol):
    """A target, of an offering or of an agreement."""

    @property
    def clock(self) -> StrEnum: ...
    @property
    def duration(self) -> str: ...
    @property
    def calendar_id(self) -> UUID | None: ...


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
    """DuplicateTarget, OnlyForResolution, TargetsContradict, each with a pointer into `default_targets`.

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
    for priority in TargetPriority:
        chosen = targets_of_priority(targets, priority)
        check_lengths([(f"/default_targets/{targets.index(each)}", each) for each in chosen], priority.value)


def check_lengths(chosen: Sequence[tuple[str, Promised]], priority: str, *, usual: UUID | None = None) -> None:
    """TargetsContradict, with a pointer to the longer duration: fulfilling stops acknowledge and first_response.

    `chosen` is what holds for a priority, at most one target a clock, each with its pointer; `usual` the calendar of
    those that name none. Targets in different calendars, or in hours and in days, are not compared; nor are these two
    with each other: a hand-off's acknowledge begins at the offer, its first_response when that was accepted.

    >>> chosen = [(c, PublishedTarget(TargetClock(c), None, d)) for c, d in (("update", "P9D"), ("resolution", "P8D"))]
    >>> check_lengths(chosen, "low")
    >>> check_lengths([*chosen, ("/2", PublishedTarget(TargetClock.ACKNOWLEDGE, None, "P9D"))], "low")
    Traceback (most recent call last):
    ...
    services.requests.catalogue.rules.TargetsContradict: acknowledge may take P9D, longer than resolution (P8D), ...
    """
    resolution = next((target for _, target in chosen if target.clock == TargetClock.RESOLUTION.value), None)
    if resolution is None:
        return
    for pointer, target in chosen:
        if target.clock == TargetClock.UPDATE.value:
            continue
        if (target.calendar_id or usual) != (resolution.calendar_id or usual):
            continue
        if is_surely_longer(target.duration, resolution.duration):
            raise TargetsContradict(
                pointer=f"{pointer}/duration",
                clock=target.clock.value,
                duration=target.duration,
                resolution=resolution.duration,
                priority=priority,
            )


def is_surely_longer(one: str, other: str) -> bool:
    """Whether one duration takes longer than another from every start: both in the same unit.

    >>> is_surely_longer("PT8H", "PT4H"), is_surely_longer("P1D", "P1D"), is_surely_longer("PT800H", "P1D")
    (True, False, False)
    """
    durations: tuple[Duration, Duration] = parse_duration(one), parse_duration(other)
    match durations:
        case WorkingSeconds(seconds=longer), WorkingSeconds(seconds=shorter):
            return longer > shorter
        case WorkingDays(days=longer), WorkingDays(days=shorter):
            return longer > shorter
        case _:
            return False


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
