"""What was promised for one ticket and in whose calendars time is told: all that the fold knows besides the facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.requests.timeline.calendars import Followed, in_force
from services.requests.timeline.vocabulary import ClockName, Party, PartyKind
from services.requests.worktime import DueRule, Duration, WorkingDays, WorkingTime, WorkingTimeRefused

NO_TIME = timedelta(0)
BEFORE_DUE = (50, 75)
_TEN_DAYS = WorkingDays(10)


@dataclass(frozen=True, slots=True)
class Target:
    """One measured promise of the provider, in the target's own calendar.

    `reopened` is the duration of later cycles (None: the same), `third_party_pauses` speaks of `resolution` alone.
    `warnings` are shares in percent, below 100 and rising; the due time itself is always watched.
    """

    clock: ClockName
    duration: Duration
    calendar: Followed
    due: DueRule = DueRule.SAME_TIME
    reopened: Duration | None = None
    third_party_pauses: bool = False
    warnings: tuple[int, ...] = BEFORE_DUE

    def calendar_at(self, started_at: datetime) -> WorkingTime:
        """The version of its calendar in which a cycle that started then counts."""
        return in_force(self.calendar, started_at)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a ticket pinned when it was submitted, and the calendars that it follows.

    `provider` is the code of the department that provides; `calendar` its calendar. `calendars` holds those of other
    parties by their spelling (`customer`, `approver`, `department:IT`, `third_party:Acme`); one that is missing is
    told in the provider's. At most one target a clock.
    """

    provider: str
    calendar: Followed
    targets: tuple[Target, ...] = ()
    calendars: Mapping[str, Followed] = field(default_factory=dict)
    reopening_window: Duration = _TEN_DAYS

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
