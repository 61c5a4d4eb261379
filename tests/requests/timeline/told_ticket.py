"""A ticket that is told fact by fact, and compared after each step with a slow oracle."""

import random
from dataclasses import replace
from itertools import pairwise
from typing import ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.requests.timeline.after_decisions import after_decisions, decided_of, links_after_decisions
from services.requests.timeline.chain import LinkFold, fold_links
from services.requests.timeline.decisions import Decision
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.explanation import explain_clock
from services.requests.timeline.facts import (
    Fact,
    Submitted,
)
from services.requests.timeline.fold import Timeline, advance, fold, progress_of, view
from services.requests.timeline.payloads import decode, encode
from services.requests.timeline.progress import Progress
from services.requests.timeline.promised import PinnedTerms
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.rulings import Ruling
from services.requests.timeline.terms import NO_TIME
from services.requests.timeline.vocabulary import INSTANT, Side
from tests.requests.timeline.oracle import Watched, holders, watch
from tests.requests.timeline.oracle_approval import awaited
from tests.requests.timeline.oracle_clocks import tell
from tests.requests.timeline.oracle_cycles import NOTHING
from tests.requests.timeline.oracle_left_out import LeftOut, decided, left_out
from tests.requests.timeline.oracle_links import WatchedPart, watch_parts
from tests.requests.timeline.oracle_moments import Held
from tests.requests.timeline.oracle_promises import Calendars
from tests.requests.timeline.oracle_rounds import rounds_by_clerk
from tests.requests.timeline.oracle_telling import Clocks, Copied, copied_from, from_fold
from tests.requests.timeline.strategies import (
    LONGEST,
    calendars,
    submissions,
    terms,
)
from tests.requests.timeline.weeks import TICK, instant, tick_of


class ToldTicket(RuleBasedStateMachine):
    """One ticket and its oracle; instants are whole quarters of an hour."""

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
        payload: Fact | Ruling | Decision,
        *,
        ago: int = 0,
        source_order: int = 0,
        automatic: bool = False,
        corrects: UUID | None = None,
        department: str | None = None,
    ) -> None:
        """One more event; it advances the fold where it is the next, else all is folded again."""
        number = len(self.events) + 1
        actor = Actor(side, department=department, automatic=automatic)
        stored = decode(payload.name, encode(payload))
        occurred_at = instant(max(0, self.now - ago))
        event = Event(UUID(int=number), number, occurred_at, instant(self.now), actor, stored, source_order, corrects)
        self.events.append(event)
        is_next = self.progress is None or event.key > self.progress.latest
        if isinstance(payload, Decision):
            assert self.progress == progress_of(self.terms, self.events)
        elif is_next and corrects is None:
            self.progress = advance(self.terms, self.progress, event)
        else:
            self.progress = progress_of(self.terms, self.events)
        ToldTicket.facts_told += 1
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

    @invariant()
    def all_is_as_the_oracle_says(self) -> None:
        if self.is_told:
            return
        ToldTicket.steps += 1
        self.is_told = True
        timeline = self.timeline()
        shuffled = random.Random(len(self.events)).sample(self.events, len(self.events))
        assert fold(self.terms, shuffled, instant(self.now)) == timeline
        watched = watch("IT", self.events)
        if not watched.held:
            assert timeline.created_at is None
            return
        first, held_by = watched.held[0][0], holders(watched, self.now)
        frozen = left_out(watched.moments, LeftOut())
        quarters = [frozen.charged(first + n, held) for n, held in enumerate(held_by)]
        assert (timeline.state, timeline.came_from) == (watched.state, watched.came_from)
        assert timeline.created_at == instant(first)
        assert {link.id: (link.is_offered, link.end) for link in timeline.links} == {
            part.id: (part.is_open and part.accepted is None, part.end) for part in watched.parts
        }
        pending = timeline.approval
        asked = (pending.asked.asked_id, tick_of(pending.since)) if pending and pending.asked else None
        assert asked == awaited("IT", self.events)
        assert self.progress is not None
        assert [tuple(each) for each in self.progress.rounds] == rounds_by_clerk("IT", self.events)
        self._compare_ledger(timeline, self.pinned, first, quarters)
        self._compare_clocks(self.progress, timeline, self.by_oracle())
        self._compare_links()
        self._compare_after_decisions(watched, timeline, held_by)

    def _compare_links(self) -> None:
        """Each link is as a clerk of its own has it, who watched it as a small ticket."""
        parts = watch_parts("IT", self.events)
        links = fold_links(self.terms, self.events)
        assert [each.link.id for each in links] == list(parts)
        for each in links:
            part, timeline = parts[each.link.id], each.at(instant(self.now))
            own = part.own
            assert (timeline.state, timeline.came_from) == (own.state, own.came_from)
            told = self._compare_part(part, each, timeline)
            lapses_at = each.lapses_at(timeline)
            assert (lapses_at is not None) == each.link.is_offered
            if lapses_at is not None:
                acknowledge = [copied for (clock, _), copied in told.items() if clock == "acknowledge"]
                if acknowledge and acknowledge[-1].end is None:
                    assert lapses_at == acknowledge[-1].due
                else:
                    assert tick_of(lapses_at) == part.lapses(self.pinned, self.calendars)
        later = dict(links_after_decisions(self.terms, self.events, instant(self.now)))
        laid = {link: decided_of(self.events, link) for link in later}
        again = {each.link.id: each for each in fold_links(self.terms, self.events, laid)}
        assert set(later) == {link for link in parts if decided(self.events, link) != LeftOut()}
        for link, timeline in later.items():
            assert timeline == again[link].at(instant(self.now))
            self._compare_part(parts[link], again[link], timeline, decided(self.events, link))

    def _compare_part(self, part: WatchedPart, fold: LinkFold, timeline: Timeline, known: LeftOut = NOTHING) -> Clocks:
        """Its ledger and its clocks, with what was decided about it; its clocks by the oracle."""
        pinned, own = part.pinned(self.pinned), part.own
        first, laid = own.held[0][0], left_out(own.moments, known)
        quarters = [laid.charged(first + n, held) for n, held in enumerate(holders(own, self.now))]
        self._compare_ledger(timeline, pinned, first, quarters)
        told = copied_from(tell(own, pinned, self.calendars, self.now, known))
        self._compare_clocks(fold.progress, timeline, told)
        return told

    def _compare_clocks(self, progress: Progress, timeline: Timeline, by_oracle: Clocks) -> None:
        by_fold = {(c.clock.value, c.cycle): self._explained(progress, c) for c in timeline.clocks}
        assert by_fold == {key: replace(copied, passed=frozenset()) for key, copied in by_oracle.items()}

    def _compare_after_decisions(self, watched: Watched, before: Timeline, held_by: list[Held]) -> None:
        """The second fold, where something was decided: the same ticket, its time charged as was decided."""
        known = decided(self.events)
        after = after_decisions(self.terms, self.events, instant(self.now))
        assert (after is None) == (known == LeftOut())
        if after is None:
            return
        assert replace(after, ledger=(), clocks=()) == replace(before, ledger=(), clocks=())
        first, laid = watched.held[0][0], left_out(watched.moments, known)
        self._compare_ledger(
            after, self.pinned, first, [laid.charged(first + n, held) for n, held in enumerate(held_by)]
        )
        progress = progress_of(self.terms, self.events, decided_of(self.events))
        assert progress is not None
        by_oracle = copied_from(tell(watched, self.pinned, self.calendars, self.now, known))
        self._compare_clocks(progress, after, by_oracle)

    def by_oracle(self) -> Clocks:
        """Every clock now, the slow way."""
        return copied_from(tell(watch("IT", self.events), self.pinned, self.calendars, self.now))

    def _compare_ledger(
        self, timeline: Timeline, pinned: PinnedTerms, first: int, quarters: list[tuple[str, str, tuple[str, ...]]]
    ) -> None:
        """The ledger partitions the ticket's life exactly, and each quarter is told as the oracle has it."""
        ledger = timeline.ledger
        told = []
        for line in ledger:
            begin, end = tick_of(line.from_), tick_of(line.to)
            assert end > begin
            assert line.wall == line.to - line.from_
            told += [(str(line.party), line.reason, tuple(map(str, line.also)))] * (end - begin)
            calendar = pinned.calendars.get(str(line.party), pinned.calendar_id)
            week = self.calendars.week(calendar, self.calendars.version(calendar, begin))
            worked = 0 if str(line.party) in ("none", "excluded") else week.worked(begin, end)
            assert line.working == worked * TICK
        assert told == quarters
        assert not ledger or ledger[0].from_ == instant(first)
        for before, after in pairwise(ledger):
            assert before.to == after.from_
            assert before[2:5] != after[2:5]

    def _explained(self, progress: Progress, reading: ClockReading) -> Copied:
        """What is explained follows without gap from start to end, and what counted sums to what elapsed."""
        explained = explain_clock(progress, reading.clock, reading.cycle, instant(self.now))
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
