"""All clocks of a ticket, the slow way: what started, what was ruled on it, what missed obligations did to it.

Read where `agreements.md` is brief:
- A priority or an agreement that keeps what elapsed and promises a clock just what it had changes nothing of it.
- A ruling before the first fact rules nothing.
- What a ruling promises anew starts there if it would be open, had it been promised all along, as one more run.
"""

from dataclasses import dataclass, replace

from services.requests.timeline.promised import PinnedTerms
from services.requests.timeline.rulings import AgreementRuled, CalendarRuled, PriorityRuled, Ruling
from services.requests.timeline.vocabulary import Restart
from tests.requests.timeline.oracle import Watched, holders
from tests.requests.timeline.oracle_at_once import AtOnce, Decided
from tests.requests.timeline.oracle_cycles import NOTHING, STARTS, Change, Cycle, begins, ends
from tests.requests.timeline.oracle_left_out import LeftOut, is_freeze
from tests.requests.timeline.oracle_moments import Moment
from tests.requests.timeline.oracle_promises import Calendars, Promise, Terms, promised, targets
from tests.requests.timeline.oracle_stopwatch import Life, Measured, measure

TARGETS = ("acknowledge", "first_response", "update", "resolution")


class Clerk:
    """Reads the moments in order and keeps the cycles."""

    def __init__(self, terms: Terms, calendars: Calendars, created: int, known: LeftOut) -> None:
        self.terms, self.calendars = terms, calendars
        self.round = 1
        self.wanted: set[str] = set()
        self.cycles: list[Cycle] = []
        self.at_once = AtOnce(calendars, created)
        self.left_out = known

    def hear(self, moment: Moment) -> None:
        if is_freeze(moment):
            self._leave_out(moment)
            return
        if moment.what == "ruled":
            self._rule(moment, moment.about.payload)
            return
        self.round += moment.what == "reopened"
        for clock in STARTS:
            how = ends(clock, moment)
            if how and clock in self.wanted:
                self.wanted.remove(clock)
                self._end(clock, moment.tick, how)
            if begins(clock, moment, is_open=clock in self.wanted):
                self.wanted.add(clock)
                self._open(clock, moment.tick)
        self._decide(moment)

    def _decide(self, moment: Moment) -> None:
        before = 0 if moment.what == "begun" else self.at_once.shortfall()  # what began now was extended by nothing yet
        if moment.what == "submitted":
            asked, needed_by = moment.about
            self.at_once.submitted(moment.tick, asked, needed_by, self.terms)
        elif moment.what == "needed":
            self.at_once.needed(moment.tick, moment.about)
        elif moment.what == "lacking":
            self.at_once.lacking(moment.tick, moment.about, self.terms)
        cycle, more = self.open("resolution"), self.at_once.shortfall() - before
        if cycle and more:
            cycle.changes.append(Change(moment.tick, "notice", added=more, before=self.left_out, known=self.left_out))

    def _leave_out(self, moment: Moment) -> None:
        before, self.left_out = self.left_out, self.left_out.hear(moment)
        for cycle in self.cycles:
            if cycle.end is None:
                cycle.changes.append(Change(moment.tick, "freeze", before=before, known=self.left_out))

    def open(self, clock: str) -> Cycle | None:
        return next((each for each in self.cycles if each.clock == clock and each.end is None), None)

    def _open(self, clock: str, tick: int) -> None:
        promise = self.terms.get(clock)
        if isinstance(promise, Promise):
            number = 1 + sum(each.clock == clock for each in self.cycles)
            self.cycles.append(Cycle(promise, number, self.round, tick))

    def _end(self, clock: str, tick: int, how: str) -> None:
        cycle = self.open(clock)
        if cycle:
            cycle.end, cycle.how = tick, how

    def _rule(self, moment: Moment, ruling: Ruling) -> None:
        if isinstance(ruling, CalendarRuled):
            for clock in STARTS:
                cycle = self.open(clock)
                if cycle and cycle.current.calendar == ruling.calendar_id:
                    self._change(cycle, moment, "calendar", cycle.current, ruling.version, ruling.restart)
            return
        if isinstance(ruling, PriorityRuled):
            kept = {clock: promise for clock, promise in self.terms.items() if clock not in TARGETS}
            self.terms = {**targets(ruling.targets), **kept}
            self._promise_anew(moment, TARGETS, "priority", ruling.restart)
        if isinstance(ruling, AgreementRuled):
            self.terms = promised(ruling.terms)
            self._promise_anew(moment, tuple(STARTS), "agreement", ruling.restart)

    def _promise_anew(self, moment: Moment, clocks: tuple[str, ...], why: str, restart: Restart) -> None:
        for clock in clocks:
            cycle, promise = self.open(clock), self.terms.get(clock)
            if cycle and promise is None:
                self._end(clock, moment.tick, "void")
            elif cycle and isinstance(promise, Promise):
                if restart is Restart.KEEP and replace(promise, effect=cycle.current.effect) == cycle.current:
                    continue
                version = self.calendars.version(promise.calendar, moment.tick)
                self._change(cycle, moment, why, promise, version, restart)
            elif clock in self.wanted and not cycle:
                self._open(clock, moment.tick)

    def _change(self, cycle: Cycle, moment: Moment, why: str, promise: Promise, version: int, restart: Restart) -> None:
        used = cycle.version or self.calendars.version(cycle.current.calendar, cycle.start)
        if why == "calendar" and used == version:
            return
        cycle.current, cycle.version = promise, version
        known = self.left_out
        change = Change(moment.tick, why, promise, version, restart is Restart.RESTART, before=known, known=known)
        cycle.changes.append(change)


@dataclass
class Told:
    """All that the oracle says of a ticket's clocks."""

    running: list[Measured]
    decided: list[Decided]


def tell(watched: Watched, pinned: PinnedTerms, calendars: Calendars, now: int, known: LeftOut = NOTHING) -> Told:
    """Every clock at `now`, which lies at or after all that was watched; with `known` decided from the beginning."""
    if not watched.held:
        return Told([], [])
    first, current = watched.held[0][0], watched.held[-1][1]
    clerk = Clerk(promised(pinned), calendars, first, known)
    for moment in watched.moments:
        clerk.hear(moment)
    held_by = holders(watched, now, to_the_end=True)
    quarters = [clerk.left_out.charged(first + n, held) for n, held in enumerate(held_by)]
    held = Life(quarters, first, now, current, clerk.left_out)
    running = [measure(cycle, calendars, held) for cycle in clerk.cycles]
    decided = list(clerk.at_once.decided.values())
    misses = [(each.missed_at, each.effect) for each in decided if each.missed_at is not None]
    misses += [(each.breached, each.effect_of_miss) for each in running if each.breached is not None]
    efforts = [tick for tick, effect in misses if effect == "best_effort"]
    return Told([replace(each, is_best_effort=_is_best_effort(each, efforts)) for each in running], decided)


def _is_best_effort(told: Measured, efforts: list[int]) -> bool:
    """Whether an obligation was missed while this cycle of `resolution` was open and not breached."""
    ends_at = [tick for tick in (told.cycle.end, told.breached) if tick is not None]
    return told.cycle.clock == "resolution" and any(
        told.cycle.start <= tick and all(tick < end for end in ends_at) for tick in efforts
    )
