"""What was promised for one ticket and in whose calendars time is told: all that the fold knows besides the facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.requests.timeline.calendars import Followed, in_force
from services.requests.timeline.vocabulary import ClockName, Effect, Party, PartyKind
from services.requests.worktime import DueRule, Duration, WorkingDays, WorkingTime, WorkingTimeRefused

NO_TIME = timedelta(0)
BEFORE_DUE = (50, 75)
_TEN_DAYS = WorkingDays(10)


@dataclass(frozen=True, slots=True)
class Target:
    """One measured promise in a calendar of its own: a target of the provider, or an obligation that runs.

    `reopened` is the duration of later cycles (None: the same), `third_party_pauses` speaks of `resolution` alone.
    `warnings` are shares in percent, below 100 and rising; the due time itself is always watched. `effect` is an
    obligation's (`reply`, `acceptance`).
    """

    clock: ClockName
    duration: Duration
    calendar: Followed
    due: DueRule = DueRule.SAME_TIME
    reopened: Duration | None = None
    third_party_pauses: bool = False
    warnings: tuple[int, ...] = BEFORE_DUE
    calendar_id: UUID | None = None
    objective: float | None = None
    effect: Effect | None = None

    def calendar_at(self, started_at: datetime) -> WorkingTime:
        """The version of its calendar in which a cycle that started then counts."""
        return in_force(self.calendar, started_at)


@dataclass(frozen=True, slots=True)
class Obligation:
    """One obligation of the customer that is decided at once; `duration` and `calendar` matter to `notice` alone."""

    clock: ClockName
    calendar: Followed
    duration: Duration | None = None
    effect: Effect = Effect.NONE
    calendar_id: UUID | None = None
    objective: float | None = None


def _unknown(calendar_id: UUID) -> Followed:
    raise LookupError(calendar_id)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a ticket pinned when it was submitted, and the calendars that it follows.

    `provider` is the code of the department that provides; `calendar` its calendar. `calendars` holds those of other
    parties by their spelling (`customer`, `approver`, `department:IT`, `third_party:Acme`); one that is missing is
    told in the provider's. At most one target or obligation a clock. `known` finds the calendars that rulings name.
    `is_link`: they are of a part that was offered, whose work begins when it is accepted.
    """

    provider: str
    calendar: Followed
    targets: tuple[Target, ...] = ()
    calendars: Mapping[str, Followed] = field(default_factory=dict)
    reopening_window: Duration = _TEN_DAYS
    obligations: tuple[Obligation, ...] = ()
    no_answer_window: Duration | None = None
    agreement_version_id: UUID | None = None
    known: Callable[[UUID], Followed] = _unknown
    is_link: bool = False

    def as_link(self) -> "Terms":
        """The same for a part that is offered: it is closed as it is returned, so nobody owes an acceptance."""
        targets = tuple(each for each in self.targets if each.clock is not ClockName.ACCEPTANCE)
        return replace(self, targets=targets, is_link=True)

    def target(self, clock: ClockName) -> Target:
        """The target of a clock that these terms promise."""
        for target in self.targets:
            if target.clock is clock:
                return target
        raise LookupError(clock)

    def calendar_of(self, party: Party, at: datetime) -> WorkingTime | None:
        """In which calendar the working time of `party` is told; nobody's and excluded time is none."""
        if party.kind is PartyKind.EXCLUDED or party.kind is PartyKind.NONE:
            return None
        return in_force(self.calendars.get(str(party), self.calendar), at)


def worked(calendar: WorkingTime, a: datetime, b: datetime) -> timedelta:
    """Working time in `[a, b)`; none where no calendar reaches (before 1970, after 2200): a fold always answers."""
    try:
        return calendar.between(a, b)
    except WorkingTimeRefused:
        return NO_TIME
