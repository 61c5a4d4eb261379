"""Obligations that are decided at once: whether the customer gave notice, asked completely and stayed in the quota.

Read where `agreements.md` is brief:
- Notice is measured in the calendar version in force at submission, also when it is decided again; a date means its end
  in that calendar's zone. It is decided again where `needed_by` moves before the one it was decided on.
- Without a `needed_by`, or a quota that was read, there is nothing to decide; and nothing of a ticket that another
  system's step opened.
- A calendar that gives no answer breaks no notice.
- A return as `incomplete` is the provider's side's, asks the customer, and names what is lacking; a miss only while
  the completeness is still promised.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from services.requests.timeline.calendars import in_force, version_at
from services.requests.timeline.facts import Moved, Submitted
from services.requests.timeline.terms import NO_TIME, Obligation, Terms
from services.requests.timeline.vocabulary import ClockName, Effect, Side, State, StepReason
from services.requests.worktime import WorkingTime, WorkingTimeRefused, promise
from services.requests.worktime.zones import LocalClock, instant_at, midnight_of

Observed = float | list[str] | None


class Verdict(NamedTuple):
    """How an obligation was decided at `started_at`, when the ticket was submitted; it may be missed later than that.

    `promised` and `observed`: seconds of working time for `notice`, counts for `quota`; for `completeness` what was
    lacking is observed. `counts_from` is when the notice began, `deadline` when it is needed.
    """

    obligation: Obligation
    round: int
    started_at: datetime
    missed_at: datetime | None
    promised: float | None = None
    observed: Observed = None
    shortfall: timedelta | None = None
    no_due_reason: str | None = None
    counts_from: datetime | None = None
    due_at: datetime | None = None
    deadline: datetime | None = None

    @property
    def clock(self) -> ClockName:
        """Which obligation it is."""
        return self.obligation.clock


Verdicts = tuple[Verdict, ...]


def extension(verdicts: Verdicts) -> timedelta:
    """How much a missed notice adds to the target of `resolution`, where that is its effect."""
    lacking = (
        verdict.shortfall
        for verdict in verdicts
        if verdict.shortfall is not None and verdict.obligation.effect is Effect.EXTEND
    )
    return sum(lacking, NO_TIME)


def at_submission(terms: Terms, asked: Submitted, created_at: datetime, at: datetime) -> Verdicts:
    """What is decided of the request when it reaches the provider."""
    found: list[Verdict] = []
    for obligation in terms.obligations:
        plain = Verdict(obligation, 1, at, None)
        if obligation.clock is ClockName.COMPLETENESS:
            lacking = list(asked.missing)
            found.append(plain._replace(missed_at=at if lacking else None, observed=lacking))
        elif obligation.clock is ClockName.QUOTA:
            found += _counted(plain, asked.quota_promised, asked.quota_observed)
        elif obligation.clock is ClockName.NOTICE and asked.needed_by is not None:
            notice = plain._replace(counts_from=created_at if asked.approver is Side.PROVIDER else at)
            found += _noticed(notice, asked.needed_by, at)
    return tuple(found)


def at_return(terms: Terms, verdicts: Verdicts, step: Moved, side: Side, at: datetime) -> Verdicts:
    """The verdicts after a step that may give the request back because it lacks something: missed once at most."""
    is_promised = any(each.clock is ClockName.COMPLETENESS for each in terms.obligations)
    is_return = step.to is State.WAITING_ON_CUSTOMER and step.reason == StepReason.INCOMPLETE and step.lacking
    if not is_promised or not is_return or side not in (Side.PROVIDER, Side.DEPARTMENT):
        return verdicts
    return tuple(
        verdict._replace(missed_at=at, observed=list(step.lacking))
        if verdict.clock is ClockName.COMPLETENESS and verdict.missed_at is None
        else verdict
        for verdict in verdicts
    )


def at_amendment(verdicts: Verdicts, needed_by: str | None, at: datetime) -> Verdicts:
    """The verdicts once it is needed by then: a notice is decided again if that is earlier. A miss stays one."""
    if needed_by is None:
        return verdicts
    decided: list[Verdict] = []
    for verdict in verdicts:
        again = _noticed(verdict, needed_by, at) if verdict.clock is ClockName.NOTICE else []
        is_earlier = again and again[0].deadline and verdict.deadline and again[0].deadline < verdict.deadline
        decided.append(again[0] if is_earlier else verdict)
    return tuple(decided)


def _counted(verdict: Verdict, promised: float | None, observed: float | None) -> list[Verdict]:
    if promised is None or observed is None:
        return []
    missed_at = verdict.started_at if observed > promised else None
    return [verdict._replace(missed_at=missed_at, promised=promised, observed=observed)]


def _noticed(verdict: Verdict, needed_by: str, at: datetime) -> list[Verdict]:
    """The notice decided at `at`; nothing where what is needed is no instant or there is no notice to give."""
    calendar, counts_from = calendar_of_verdict(verdict), verdict.counts_from
    deadline = deadline_of(needed_by, calendar)
    duration = verdict.obligation.duration
    if deadline is None or duration is None or counts_from is None:
        return []
    decided = verdict._replace(deadline=deadline)
    try:
        due_at = promise(calendar, counts_from, duration)
        promised, given = calendar.between(counts_from, due_at), calendar.between(counts_from, deadline)
    except WorkingTimeRefused as refused:
        return [decided._replace(no_due_reason=refused.code)]
    is_missed = due_at > deadline or verdict.missed_at is not None
    measured = decided._replace(
        missed_at=(verdict.missed_at or at) if is_missed else None,
        promised=promised.total_seconds(),
        observed=given.total_seconds(),
        shortfall=max(promised - given, NO_TIME) if is_missed else None,
        due_at=due_at,
    )
    return [measured]


def calendar_of_verdict(verdict: Verdict) -> WorkingTime:
    """The calendar version in which it is measured."""
    return in_force(verdict.obligation.calendar, verdict.started_at)


def version_of_verdict(verdict: Verdict) -> int:
    """The number of that version."""
    return version_at(verdict.obligation.calendar, verdict.started_at)


def deadline_of(needed_by: str, calendar: WorkingTime) -> datetime | None:
    """The instant that is meant: of a date its end in the calendar's zone; none for what is neither.

    >>> from services.requests.worktime import CalendarDefinition
    >>> madrid = WorkingTime(CalendarDefinition("Europe/Madrid", ()))
    >>> deadline_of("2024-05-10", madrid).isoformat()
    '2024-05-10T22:00:00+00:00'
    >>> deadline_of("soon", madrid)
    """
    try:
        if "T" in needed_by:
            instant = datetime.fromisoformat(needed_by)
            return instant.astimezone(UTC) if instant.tzinfo else None
        day = date.fromisoformat(needed_by)
        clock = _clock_of(calendar.definition.time_zone, day.year)
        return instant_at(clock.instant_of(midnight_of(day.toordinal() + 1)))
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=1024)
def _clock_of(zone: str, year: int) -> LocalClock:
    return LocalClock(zone, year, year)
