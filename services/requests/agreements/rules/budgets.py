"""Which promises of a version its stages are held against, and what each stage waits for at most."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from services.requests.agreements.rules.content import (
    AgreedClock,
    AgreedStage,
    AgreedTarget,
    AgreementContent,
    chosen_targets,
)
from services.requests.agreements.rules.covered import covered_priorities
from services.requests.catalogue.rules import TargetPriority
from services.requests.worktime import DueRule
from services.shared.language import Texts
from services.shared.problems import Conflict

MOST_BUDGETS = 12
UNANSWERED = "P1D"
"""An offer lapses after one working day of the receiver where nothing is promised for `acknowledge`."""


class StageWithoutPromise(Conflict):
    code = "stage_without_promise"
    detail = Texts(
        "The agreement of this stage promises no resolution for priority {priority}: give a duration.",
        "El acuerdo de esta etapa no compromete resolution para la prioridad {priority}: indique una duración.",
    )


class TooManyBudgets(Conflict):
    code = "too_many_budgets"
    detail = Texts(
        "Stages are held against at most {most} different promises; this version has more.",
        "Las etapas se contrastan con {most} compromisos distintos como mucho; esta versión tiene más.",
    )


@dataclass(frozen=True, slots=True)
class Wait:
    """A duration in a calendar, which is known by its id."""

    calendar_id: UUID
    duration: str
    due: DueRule


@dataclass(frozen=True, slots=True)
class Lane:
    """What one stage waits for under one row of promises; `stage` is its place in the version."""

    stage: int
    waits: tuple[Wait, ...]


Steps = tuple[tuple[Lane, ...], ...]
"""What is done one after the other; the lanes of a step begin together."""


@dataclass(frozen=True, slots=True)
class Budget:
    """One promise of `resolution` and what it has to hold; `target` is its place in the version."""

    target: int
    promised: Wait
    steps: Steps
    offering_ids: tuple[UUID, ...]
    priorities: tuple[TargetPriority, ...]

    @property
    def calendar_ids(self) -> set[UUID]:
        """Every calendar that is counted in."""
        waits = [wait for lanes in self.steps for lane in lanes for wait in lane.waits]
        return {wait.calendar_id for wait in (self.promised, *waits)}


def budgets_of(content: AgreementContent, underpinning: Mapping[UUID, AgreementContent]) -> list[Budget]:
    """Each promise once, with all offerings and priorities for which it is the same.

    `underpinning` is what holds of each agreement that a stage names. StageWithoutPromise, TooManyBudgets.
    """
    steps = {priority: _steps(content, underpinning, priority) for priority in _promised(content)}
    same: dict[tuple[int, Steps], list[tuple[UUID, TargetPriority]]] = {}
    for offering_id in content.offering_ids:
        for priority in covered_priorities(content, offering_id):
            for place, target in chosen_targets(content.targets, offering_id, priority):
                if target.clock is AgreedClock.RESOLUTION:
                    same.setdefault((place, steps[priority]), []).append((offering_id, priority))
    if len(same) > MOST_BUDGETS:
        raise TooManyBudgets(pointer="/stages", most=MOST_BUDGETS)
    return [
        Budget(
            target=place,
            promised=_wait(content.targets[place], content),
            steps=chain,
            offering_ids=tuple(dict.fromkeys(offering_id for offering_id, _ in held)),
            priorities=tuple(priority for priority in TargetPriority if priority in {each for _, each in held}),
        )
        for (place, chain), held in same.items()
    ]


def _promised(content: AgreementContent) -> Collection[TargetPriority]:
    """The priorities for which anything is promised for `resolution`."""
    named = {target.priority for target in content.targets if target.clock is AgreedClock.RESOLUTION}
    return [priority for priority in TargetPriority if None in named or priority in named]


def _steps(content: AgreementContent, underpinning: Mapping[UUID, AgreementContent], priority: TargetPriority) -> Steps:
    groups = groupby(enumerate(content.stages), key=lambda each: _group(*each))
    return tuple(
        tuple(lane for place, stage in members for lane in _lanes(content, underpinning, priority, place, stage))
        for _, members in groups
    )


def _group(place: int, stage: AgreedStage) -> tuple[str, str | int]:
    return ("alone", place) if stage.parallel_group is None else ("together", stage.parallel_group)


def _lanes(
    content: AgreementContent,
    underpinning: Mapping[UUID, AgreementContent],
    priority: TargetPriority,
    place: int,
    stage: AgreedStage,
) -> Sequence[Lane]:
    """One for own work; for a hand-off one for each offering of its agreement that promises something else."""
    if stage.agreement_id is None:
        usual = stage.calendar_id or content.provider_calendar_id
        return [Lane(place, (Wait(usual, stage.duration or UNANSWERED, stage.due),))]
    below = underpinning[stage.agreement_id]
    lanes = list(dict.fromkeys(Lane(place, waits) for waits in _hand_offs(stage, below, priority)))
    if not lanes:
        raise StageWithoutPromise(pointer=f"/stages/{place}", priority=priority.value)
    return lanes


def _hand_offs(stage: AgreedStage, below: AgreementContent, priority: TargetPriority) -> Iterator[tuple[Wait, ...]]:
    """How long a hand-off takes at most: until it is accepted, and then until it is done."""
    for offering_id in below.offering_ids:
        chosen = {target.clock: target for target in below.targets_for(offering_id, priority)}
        acknowledge, resolution = chosen.get(AgreedClock.ACKNOWLEDGE), chosen.get(AgreedClock.RESOLUTION)
        usual = below.provider_calendar_id
        accepted = _wait(acknowledge, below) if acknowledge else Wait(usual, UNANSWERED, DueRule.SAME_TIME)
        if stage.duration is not None:
            yield accepted, Wait(stage.calendar_id or usual, stage.duration, stage.due)
        elif resolution is not None:
            yield accepted, _wait(resolution, below)


def _wait(target: AgreedTarget, content: AgreementContent) -> Wait:
    return Wait(target.calendar_id or content.provider_calendar_id, target.duration, target.due)
