"""Tickets that anything may happen to, step by step, compared after each step with a slow oracle."""

import random
from dataclasses import replace
from itertools import pairwise
from typing import ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.requests.timeline.events import Actor, Event
from services.requests.timeline.explanation import explain_clock
from services.requests.timeline.facts import (
    Amended,
    Assigned,
    Commented,
    Fact,
    HandOffAccepted,
    HandOffEnded,
    Moved,
    Reported,
    Submitted,
    TakenBack,
)
from services.requests.timeline.fold import Timeline, advance, fold, progress_of, view
from services.requests.timeline.marking import called_for
from services.requests.timeline.marks import ThresholdFired
from services.requests.timeline.payloads import decode, encode
from services.requests.timeline.progress import Progress
from services.requests.timeline.promised import PinnedTerms
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.refusals import StepRefused
from services.requests.timeline.rulings import AgreementRuled, CalendarRuled, PriorityRuled, Ruling
from services.requests.timeline.terms import NO_TIME
from services.requests.timeline.transitions import check_step, sides_for
from services.requests.timeline.vocabulary import DONE, INSTANT, Restart, Side, State, Visibility
from tests.requests.timeline.oracle import holders, watch
from tests.requests.timeline.oracle_clocks import tell
from tests.requests.timeline.oracle_promises import Calendars
from tests.requests.timeline.oracle_telling import Clocks, Copied, copied_from, from_fold, passed_between, watched_in
from tests.requests.timeline.strategies import (
    CALENDAR_IDS,
    DEPARTMENTS,
    LACKING,
    LIVELY,
    LONGEST,
    NAMES,
    REASONS,
    RESTARTS,
    SIDES,
    STATES,
    WAITS,
    amendments,
    calendars,
    facts,
    submissions,
    targets,
    terms,
)
from tests.requests.timeline.weeks import TICK, instant, tick_of


class TicketMachine(RuleBasedStateMachine):
    """One ticket; instants are whole quarters of an hour."""

    steps: ClassVar[int] = 0
    facts_told: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []
        self.progress: Progress | None = None
        self.now = 0
        self.is_told = False

    @initialize(pinned=terms(), calendars=calendars(), begins=st.integers(0, 700), opening=st.none() | submissions())
    def agree(self, pinned: PinnedTerms, calendars: Calendars, begins: int, opening: Submitted | None) -> None:
        self.pinned, self.calendars, self.now = pinned, calendars, begins
        self.terms = pinned.terms(calendars.compiled().__getitem__)
        if opening:
            self.tell(Side.CUSTOMER, opening)

    def tell(
        self,
        side: Side,
        payload: Fact | Ruling,
        *,
        ago: int = 0,
        source_order: int = 0,
        automatic: bool = False,
        corrects: UUID | None = None,
    ) -> None:
        """One more event; it advances the fold where it is the next, else all is folded again."""
        number = len(self.events) + 1
        actor = Actor(side, automatic=automatic)
        stored = decode(payload.name, encode(payload))
        occurred_at = instant(max(0, self.now - ago))
        event = Event(UUID(int=number), number, occurred_at, instant(self.now), actor, stored, source_order, corrects)
        self.events.append(event)
        is_next = self.progress is None or event.key > self.progress.latest
        if is_next and corrects is None:
            self.progress = advance(self.terms, self.progress, event)
        else:
            self.progress = progress_of(self.terms, self.events)
        TicketMachine.facts_told += 1
        self.is_told = False

    def timeline(self) -> Timeline:
        return view(self.terms, self.progress, instant(self.now))

    @rule(quarters=st.integers(1, 40) | st.integers(1, 400))
    def time_passes(self, quarters: int) -> None:
        """Passing time alone moves no due time and takes no breach back."""
        if self.now + quarters > LONGEST:
            return
        before = self.timeline()
        self.now += quarters
        self.is_told = False
        for earlier, later in zip(before.clocks, self.timeline().clocks, strict=True):
            assert earlier.due_at == later.due_at
            assert earlier.breached_at in (None, later.breached_at)

    @precondition(lambda self: self.progress is not None)
    @rule(data=st.data())
    def time_passes_until_something_is_due(self, data: st.DataObject) -> None:
        """To a due time or a threshold, where what happens next happens on the very instant."""
        known = [threshold.fires_at for clock in self.timeline().clocks for threshold in clock.thresholds]
        ahead = sorted({at for at in known if at is not None and at > instant(self.now)})
        if ahead:
            self.time_passes(-((instant(self.now) - data.draw(st.sampled_from(ahead))) // TICK))

    @precondition(lambda self: self.progress is not None)
    @rule(to=WAITS, name=NAMES, reason=REASONS, lacking=LACKING)
    def the_provider_waits(self, to: State, name: str | None, reason: str | None, lacking: tuple[str, ...]) -> None:
        if self.timeline().state not in DONE | {State.AWAITING_APPROVAL}:
            self.tell(Side.PROVIDER, Moved(to, reason, "what is it?", name, lacking))

    @precondition(lambda self: self.progress is not None)
    @rule(data=st.data(), name=NAMES, reason=REASONS, says=NAMES, answers=st.none() | st.booleans())
    def somebody_takes_a_step(
        self, data: st.DataObject, name: str | None, reason: str | None, says: str | None, answers: bool | None
    ) -> None:
        """A step that the table allows, unless something else stands against it."""
        timeline = self.timeline()
        steps = [(to, side) for to in State for side in sides_for(timeline.state, to, timeline.came_from)]
        if not steps:
            return
        to, side = data.draw(st.sampled_from(sorted(steps)))
        step = Moved(to, reason, says, name, answers=answers)
        try:
            check_step(timeline.state, step, side, at=instant(self.now), came_from=timeline.came_from)
        except StepRefused:
            return
        self.tell(side, step)
        if self.progress and self.progress.latest == self.events[-1].key:
            assert self.timeline().irregular == timeline.irregular

    @rule(
        side=st.sampled_from([Side.CUSTOMER, Side.PROVIDER, Side.DEPARTMENT, Side.APPROVER]),
        seen=st.sampled_from(Visibility),
        answers=st.booleans(),
        automatic=st.booleans(),
    )
    def somebody_comments(self, side: Side, seen: Visibility, answers: bool, automatic: bool) -> None:
        self.tell(side, Commented("words", seen, answers), automatic=automatic)

    @rule(amended=amendments)
    def the_customer_amends(self, amended: Amended) -> None:
        self.tell(Side.CUSTOMER, amended)

    @precondition(lambda self: self.progress is not None)
    @rule(data=st.data(), restart=RESTARTS)
    def another_priority_is_ruled(self, data: st.DataObject, restart: Restart) -> None:
        self.rule_that(PriorityRuled("high", data.draw(targets()), restart))

    @precondition(lambda self: self.progress is not None)
    @rule(data=st.data(), restart=RESTARTS)
    def another_agreement_is_ruled(self, data: st.DataObject, restart: Restart) -> None:
        self.rule_that(AgreementRuled(data.draw(terms()), restart))

    @precondition(lambda self: self.progress is not None)
    @rule(calendar=st.sampled_from(CALENDAR_IDS), restart=RESTARTS)
    def another_calendar_version_is_ruled(self, calendar: UUID, restart: Restart) -> None:
        self.rule_that(CalendarRuled(calendar, self.calendars.version(calendar, self.now), restart))

    def rule_that(self, ruling: Ruling) -> None:
        """A ruling undoes no breach and measures no second again; what it passes is marked so."""
        before, known = self.timeline(), self.by_oracle()
        self.tell(Side.PROVIDER, ruling)
        if self.progress and self.progress.latest != self.events[-1].key:
            return
        after, told = self.timeline(), self.by_oracle()
        ruled = {(clock.clock, clock.cycle): clock for clock in after.clocks}
        for clock in before.clocks:
            assert clock.breached_at in (None, ruled[clock.clock, clock.cycle].breached_at)
            assert ruling.restart is Restart.RESTART or ruled[clock.clock, clock.cycle].elapsed == clock.elapsed
        marks = called_for({}, before, after, self.events[-1].id)
        announced = {(m.clock.value, m.cycle, m.percent) for m in marks if isinstance(m, ThresholdFired) and m.passed}
        assert announced & watched_in(known) == passed_between(known, told) & watched_in(known)

    @rule(side=st.sampled_from([Side.PROVIDER, Side.SYSTEM]))
    def somebody_assigns(self, side: Side) -> None:
        self.tell(side, Assigned(UUID(int=5)))

    @rule(data=st.data(), department=DEPARTMENTS, wait=st.booleans(), by_department=st.booleans())
    def a_department_takes_over(self, data: st.DataObject, department: str, wait: bool, by_department: bool) -> None:
        known = [link.id for link in self.progress.links] if self.progress else []
        parent = data.draw(st.none() | st.sampled_from(known)) if known else None
        side = Side.DEPARTMENT if by_department else Side.PROVIDER
        self.tell(side, HandOffAccepted(UUID(int=1000 + len(self.events)), department, wait, parent))

    @precondition(lambda self: self.progress is not None and self.progress.links)
    @rule(data=st.data())
    def a_hand_off_ends(self, data: st.DataObject) -> None:
        assert self.progress is not None
        link = data.draw(st.sampled_from(self.progress.links))
        self.tell(Side.PROVIDER, HandOffEnded(link.id))

    @rule(
        state=st.none() | STATES | LIVELY, department=st.none() | DEPARTMENTS, third_party=NAMES, row=st.integers(0, 3)
    )
    def another_system_reports(
        self, state: State | None, department: str | None, third_party: str | None, row: int
    ) -> None:
        self.tell(Side.SYSTEM, Reported(state, department, third_party), source_order=row)

    @rule(side=SIDES, fact=facts, ago=st.integers(0, 60), row=st.integers(-1, 3), automatic=st.booleans())
    def anything_turns_up_late(self, side: Side, fact: Fact, ago: int, row: int, automatic: bool) -> None:
        self.tell(side, fact, ago=ago, source_order=row, automatic=automatic)

    @precondition(lambda self: len(self.events) > 1)
    @rule(data=st.data(), side=SIDES)
    def something_is_taken_back(self, data: st.DataObject, side: Side) -> None:
        event = data.draw(st.sampled_from(self.events[1:]))
        self.tell(side, TakenBack(), corrects=event.id)

    @invariant()
    def all_is_as_the_oracle_says(self) -> None:
        if self.is_told:
            return
        TicketMachine.steps += 1
        self.is_told = True
        timeline = self.timeline()
        shuffled = random.Random(len(self.events)).sample(self.events, len(self.events))
        assert fold(self.terms, shuffled, instant(self.now)) == timeline
        watched = watch("IT", self.events)
        if not watched.held:
            assert timeline.created_at is None
            return
        quarters, first = holders(watched, self.now), watched.held[0][0]
        assert (timeline.state, timeline.came_from) == (watched.state, watched.came_from)
        assert timeline.created_at == instant(first)
        assert {link.id: link.is_open for link in timeline.links} == {p.id: p.is_open for p in watched.parts}
        self._compare_ledger(timeline, first, quarters)
        by_oracle = self.by_oracle()
        by_fold = {(c.clock.value, c.cycle): self._explained(c) for c in timeline.clocks}
        assert by_fold == {key: replace(copied, passed=frozenset()) for key, copied in by_oracle.items()}

    def by_oracle(self) -> Clocks:
        """Every clock now, the slow way."""
        return copied_from(tell(watch("IT", self.events), self.pinned, self.calendars, self.now))

    def _compare_ledger(self, timeline: Timeline, first: int, quarters: list[tuple[str, str, tuple[str, ...]]]) -> None:
        """The ledger partitions the ticket's life exactly, and each quarter is told as the oracle has it."""
        ledger = timeline.ledger
        told = []
        for line in ledger:
            begin, end = tick_of(line.from_), tick_of(line.to)
            assert end > begin
            assert line.wall == line.to - line.from_
            told += [(str(line.party), line.reason, tuple(map(str, line.also)))] * (end - begin)
            calendar = self.pinned.calendars.get(str(line.party), self.pinned.calendar_id)
            week = self.calendars.week(calendar, self.calendars.version(calendar, begin))
            worked = 0 if str(line.party) == "none" else week.worked(begin, end)
            assert line.working == worked * TICK
        assert told == quarters
        assert not ledger or ledger[0].from_ == instant(first)
        for before, after in pairwise(ledger):
            assert before.to == after.from_
            assert before[2:5] != after[2:5]

    def _explained(self, reading: ClockReading) -> Copied:
        """What is explained follows without gap from start to end, and what counted sums to what elapsed."""
        assert self.progress is not None
        explained = explain_clock(self.progress, reading.clock, reading.cycle, instant(self.now))
        assert explained.reading == reading
        if reading.clock in INSTANT:
            return from_fold(explained)
        intervals = explained.intervals
        assert sum((i.to - i.from_ for i in intervals if i.counted), NO_TIME) == reading.elapsed
        assert all(before.to == after.from_ for before, after in pairwise(intervals))
        until = reading.ended_at or instant(self.now)
        if until > reading.started_at:
            assert (intervals[0].from_, intervals[-1].to) == (reading.started_at, until)
        assert all(i.counted is False for i in intervals if i.why == "paused")
        return from_fold(explained)
