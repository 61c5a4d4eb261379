"""Tickets that anything may happen to, step by step, compared after each step with a slow oracle."""

import random
from itertools import pairwise
from typing import ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.requests.timeline.events import Actor, Event
from services.requests.timeline.explanation import explain_clock
from services.requests.timeline.facts import (
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
from services.requests.timeline.payloads import decode, encode
from services.requests.timeline.progress import Progress
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.refusals import StepRefused
from services.requests.timeline.terms import NO_TIME, Terms
from services.requests.timeline.transitions import check_step, sides_for
from services.requests.timeline.vocabulary import DONE, Side, State, Visibility
from tests.requests.timeline.oracle import holders, watch
from tests.requests.timeline.stopwatch import measure, runs
from tests.requests.timeline.stories import COMMON
from tests.requests.timeline.strategies import (
    DEPARTMENTS,
    LIVELY,
    NAMES,
    SIDES,
    STATES,
    WAITS,
    facts,
    promises,
    target_of,
)
from tests.requests.timeline.weeks import COMPILED, TICK, WEEKS, Week, instant, tick_of

PARTIES = ("customer", "approver", "department:NET", "third_party:Acme")
LONGEST = 3_500


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

    @initialize(
        data=st.data(),
        provider=st.sampled_from(WEEKS),
        others=st.tuples(*(st.none() | st.sampled_from(WEEKS) for _ in PARTIES)),
        begins=st.integers(0, 700),
    )
    def agree(self, data: st.DataObject, provider: Week, others: tuple[Week | None, ...], begins: int) -> None:
        promised = data.draw(st.sets(st.sampled_from(COMMON), min_size=1))
        self.promises = {clock.value: data.draw(promises(clock)) for clock in sorted(promised)}
        self.weeks = {party: week for party, week in zip(PARTIES, others, strict=True) if week}
        self.weeks["provider"] = provider
        self.now = begins
        self.terms = Terms(
            "IT",
            COMPILED[provider],
            tuple(target_of(promise) for promise in self.promises.values()),
            {party: COMPILED[week] for party, week in self.weeks.items() if party != "provider"},
        )
        if data.draw(st.integers(0, 9)):
            self.tell(Side.CUSTOMER, Submitted(data.draw(st.integers(0, 4)) == 0))

    def tell(
        self,
        side: Side,
        fact: Fact,
        *,
        ago: int = 0,
        source_order: int = 0,
        automatic: bool = False,
        corrects: UUID | None = None,
    ) -> None:
        """One more event; it advances the fold where it is the next, else all is folded again."""
        number = len(self.events) + 1
        actor = Actor(side, automatic=automatic)
        stored = decode(fact.name, encode(fact))
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
    @rule(to=WAITS, name=NAMES, reason=NAMES)
    def the_provider_waits(self, to: State, name: str | None, reason: str | None) -> None:
        if self.timeline().state not in DONE | {State.AWAITING_APPROVAL}:
            self.tell(Side.PROVIDER, Moved(to, reason, "what is it?", name))

    @precondition(lambda self: self.progress is not None)
    @rule(data=st.data(), name=NAMES, reason=NAMES, says=NAMES)
    def somebody_takes_a_step(
        self, data: st.DataObject, name: str | None, reason: str | None, says: str | None
    ) -> None:
        """A step that the table allows, unless something else stands against it."""
        timeline = self.timeline()
        steps = [(to, side) for to in State for side in sides_for(timeline.state, to, timeline.came_from)]
        if not steps:
            return
        to, side = data.draw(st.sampled_from(sorted(steps)))
        step = Moved(to, reason, says, name)
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
        found = [run for clock in self.promises for run in runs(clock, watched)]
        assert {(c.clock.value, c.cycle) for c in timeline.clocks} == {(run.clock, run.number) for run in found}
        for run in found:
            reading = next(c for c in timeline.clocks if (c.clock, c.cycle) == (run.clock, run.number))
            told = measure(self.promises[run.clock], run, quarters, first, self.now, watched.held[-1][1])
            ended = None if run.end is None else instant(run.end)
            assert (reading.started_at, reading.ended_at) == (instant(run.start), ended)
            assert reading.state == told.state
            assert (reading.target, reading.elapsed) == (told.target * TICK, told.elapsed * TICK)
            assert reading.remaining == (None if told.remaining is None else told.remaining * TICK)
            assert reading.due_at == (None if told.due is None else instant(told.due))
            assert reading.breached_at == (None if told.breached is None else instant(told.breached))
            fires = {t.percent: t.fires_at for t in reading.thresholds}
            assert fires == {p: None if at is None else instant(at) for p, at in told.fires.items()}
            self._compare_explanation(reading)

    def _compare_ledger(self, timeline: Timeline, first: int, quarters: list[tuple[str, str, tuple[str, ...]]]) -> None:
        """The ledger partitions the ticket's life exactly, and each quarter is told as the oracle has it."""
        ledger = timeline.ledger
        told = []
        for line in ledger:
            begin, end = tick_of(line.from_), tick_of(line.to)
            assert end > begin
            assert line.wall == line.to - line.from_
            told += [(str(line.party), line.reason, tuple(map(str, line.also)))] * (end - begin)
            week = self.weeks.get(str(line.party), self.weeks["provider"])
            worked = 0 if str(line.party) == "none" else week.worked(begin, end)
            assert line.working == worked * TICK
        assert told == quarters
        assert not ledger or ledger[0].from_ == instant(first)
        for before, after in pairwise(ledger):
            assert before.to == after.from_
            assert before[2:5] != after[2:5]

    def _compare_explanation(self, reading: ClockReading) -> None:
        """What is explained follows without gap from start to end, and what counted sums to what elapsed."""
        assert self.progress is not None
        explained = explain_clock(self.progress, reading.clock, reading.cycle, instant(self.now))
        assert explained.reading == reading
        intervals = explained.intervals
        assert sum((i.to - i.from_ for i in intervals if i.counted), NO_TIME) == reading.elapsed
        assert all(before.to == after.from_ for before, after in pairwise(intervals))
        until = reading.ended_at or instant(self.now)
        if until > reading.started_at:
            assert (intervals[0].from_, intervals[-1].to) == (reading.started_at, until)
        assert all(i.counted is False for i in intervals if i.why == "paused")
