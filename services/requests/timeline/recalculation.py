"""What rulings and a missed notice do to open clocks: a new leg from that instant on; what was measured stays.

Read where `agreements.md` is brief:
- `keep` goes on with what elapsed: working time promised is that much, working days are measured from the cycle's start
  (or its last restart) in the new calendar. What remains is due from the ruling on. `restart` promises anew from there.
- A calendar ruling changes no target in working time, also not one that was promised in working days.
- A breached clock stays breached, with what its miss meant; only its time goes on in the new way.
- A priority or an agreement that keeps what elapsed and promises a clock just what it had changes nothing of it.
- What a missed notice added stays with its cycle, whatever is ruled later.
- Due times before and after are told as if the clock ran from that instant on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.requests.timeline.calendars import in_force, of_version, version_at
from services.requests.timeline.clocks import RULES
from services.requests.timeline.cycles import (
    Cycle,
    Cycles,
    Ending,
    Leg,
    Promised,
    Recalculated,
    Why,
    begin,
    promised_from,
)
from services.requests.timeline.ledger import Stretch
from services.requests.timeline.overlay import Overlay, Span
from services.requests.timeline.rulings import AgreementRuled, CalendarRuled, PriorityRuled, Promise
from services.requests.timeline.tally import Tally, begun, share_of, tally_of
from services.requests.timeline.terms import NO_TIME, Target, Terms
from services.requests.timeline.vocabulary import ClockName, Restart, Side
from services.requests.worktime import WorkingTime, WorkingTimeRefused


@dataclass(frozen=True, slots=True)
class Change:
    """Why and by which event open clocks are calculated again at `at`.

    `stretches` is the ledger until then, `frozen` what is known then to be left out after it.
    """

    why: Why
    event_id: UUID
    at: datetime
    stretches: tuple[Stretch, ...]
    frozen: tuple[Span, ...] = ()
    restart: Restart = Restart.KEEP


def terms_after(terms: Terms, ruling: Promise) -> Terms:
    """What is promised once that is ruled; the calendars of parties that new terms do not name stay known."""
    match ruling:
        case PriorityRuled(targets=targets):
            obligations = tuple(each for each in terms.targets if RULES[each.clock].side is Side.CUSTOMER)
            return replace(terms, targets=(*(each.target(terms.known) for each in targets), *obligations))
        case AgreementRuled(terms=new):
            promised = new.terms(terms.known).as_link() if terms.is_link else new.terms(terms.known)
            return replace(promised, calendars={**terms.calendars, **promised.calendars})
        case CalendarRuled():
            return terms


def with_calendar(cycles: Cycles, ruling: CalendarRuled, change: Change) -> Cycles:
    """The open cycles that follow the calendar go on in its new version; one that is in it already stays."""
    return tuple(
        _in_version(cycle, ruling.version, change)
        if cycle.ended_at is None and cycle.leg.target.calendar_id == ruling.calendar_id
        else cycle
        for cycle in cycles
    )


def with_targets(cycles: Cycles, terms: Terms, running: Iterable[ClockName], round_: int, change: Change) -> Cycles:
    """The open cycles go on with the targets that are promised now; those of no promise any more end void.

    A priority chooses the provider's targets alone: what the customer owes goes on as it was, also past a restart.
    `running` are the clocks that would run had all been promised: of these, those promised now begin.
    """
    promised = {target.clock: target for target in terms.targets}
    kept: list[Cycle] = []
    for cycle in cycles:
        is_theirs = change.why is Why.PRIORITY and RULES[cycle.clock].side is Side.CUSTOMER
        if cycle.ended_at is not None or is_theirs:
            kept.append(cycle)
        elif cycle.clock not in promised:
            kept.append(cycle._replace(ended_at=change.at, ending=Ending.VOID))
        else:
            kept.append(_with_target(cycle, promised[cycle.clock], change))
    for clock in sorted(promised.keys() & set(running)):
        begin(kept, promised[clock], change.at, round_)
    return tuple(kept)


def extended(cycles: Cycles, more: timedelta, change: Change) -> Cycles:
    """The open cycle of `resolution`, if not breached yet, has so much added to its target."""
    return tuple(
        _extended(cycle, more, change)
        if cycle.clock is ClockName.RESOLUTION and cycle.ended_at is None and more
        else cycle
        for cycle in cycles
    )


def with_freezes(cycles: Cycles, before: Overlay, after: Overlay, change: Change) -> Cycles:
    """The open cycles keep their legs; where another freeze moves the due time, that is noted."""
    return tuple(_noted(each, before, after, change) if each.ended_at is None else each for each in cycles)


def _noted(cycle: Cycle, before: Overlay, after: Overlay, change: Change) -> Cycle:
    tally = tally_of(cycle, change.stretches, change.at)
    old, new = (_due_at(tally, overlay.ahead(change.at), change.at) for overlay in (before, after))
    if old == new:
        return cycle
    made = Recalculated(change.at, change.why, change.event_id, old, new)
    return cycle._replace(recalculated=(*cycle.recalculated, made))


def _in_version(cycle: Cycle, version: int, change: Change) -> Cycle:
    leg = cycle.leg
    if version <= leg.version:
        return cycle
    calendar = of_version(leg.target.calendar, version)
    fixed = None if leg.amount is None or change.restart is Restart.RESTART else leg.amount
    return _next_leg(cycle, leg.target, calendar, version, change, fixed)


def _with_target(cycle: Cycle, target: Target, change: Change) -> Cycle:
    leg = cycle.leg
    if tally_of(cycle, change.stretches, change.at).breached_at is not None:
        target = replace(target, effect=leg.target.effect)
    if change.restart is Restart.KEEP and _same_promise(leg.target, target):
        return cycle._replace(legs=(*cycle.legs[:-1], leg._replace(target=target)))
    calendar, version = in_force(target.calendar, change.at), version_at(target.calendar, change.at)
    return _next_leg(cycle, target, calendar, version, change, None)


def _same_promise(one: Target, other: Target) -> bool:
    return replace(one, objective=None, effect=None) == replace(other, objective=None, effect=None)


def _extended(cycle: Cycle, more: timedelta, change: Change) -> Cycle:
    leg = cycle.leg
    if leg.amount is None or tally_of(cycle, change.stretches, change.at).breached_at is not None:
        return cycle
    longer = _next_leg(cycle, leg.target, leg.calendar, leg.version, change, leg.amount + more)
    return longer._replace(extension=cycle.extension + more)


def _next_leg(
    cycle: Cycle, target: Target, calendar: WorkingTime, version: int, change: Change, fixed: timedelta | None
) -> Cycle:
    """The cycle with one more leg; `fixed` is its target in working time, None: what `target` promises."""
    tally, is_restart = tally_of(cycle, change.stretches, change.at), change.restart is Restart.RESTART
    breached_at = tally.breached_at
    counts_from = change.at if is_restart else cycle.leg.counts_from
    elapsed = NO_TIME if is_restart else tally.elapsed
    if fixed is None:
        promised = _lengthened(promised_from(target, cycle.round, calendar, counts_from), cycle.extension, calendar)
    else:
        promised = Promised(fixed, None)
    if not is_restart and promised.amount is not None:
        promised = _remaining(promised.amount, elapsed, calendar, change.at)
        if promised.due_at is not None and promised.amount is not None and elapsed >= promised.amount:
            breached_at = breached_at or change.at
    leg = Leg(
        since=change.at,
        target=target,
        calendar=calendar,
        version=version,
        counts_from=counts_from,
        amount=promised.amount,
        due0=promised.due_at,
        no_due_reason=promised.no_due_reason,
        elapsed=elapsed,
        breached_at=breached_at,
        is_restart=is_restart,
    )
    leg = leg._replace(reached=tuple(_reached(tally, leg).items()))
    due_times = _due_at(tally, change.frozen, change.at), _due_at(begun(leg), change.frozen, change.at)
    made = Recalculated(change.at, change.why, change.event_id, *due_times)
    return cycle._replace(legs=(*cycle.legs, leg), recalculated=(*cycle.recalculated, made))


def _lengthened(promised: Promised, extension: timedelta, calendar: WorkingTime) -> Promised:
    if not extension or promised.amount is None or promised.due_at is None:
        return promised
    return _remaining(promised.amount + extension, promised.amount, calendar, promised.due_at)


def _remaining(amount: timedelta, elapsed: timedelta, calendar: WorkingTime, at: datetime) -> Promised:
    """What is left of `amount` is due then, from `at` on; at once if nothing is left."""
    if elapsed >= amount:
        return Promised(amount, at)
    try:
        return Promised(amount, calendar.add(at, amount - elapsed))
    except WorkingTimeRefused as refused:
        return Promised(amount, None, refused.code)


def _due_at(tally: Tally, frozen: tuple[Span, ...], at: datetime) -> datetime | None:
    return tally.breached_at or tally.foreseen(frozen, at)[0].due_at()


def _reached(tally: Tally, leg: Leg) -> dict[int, datetime]:
    """The shares that were reached, and those that this ruling passed."""
    reached = dict(tally.reached)
    if leg.is_restart:
        return reached
    for percent in leg.target.warnings:
        share = share_of(leg, percent)
        if share is not None and share <= leg.elapsed:
            reached.setdefault(percent, leg.since)
    return reached
