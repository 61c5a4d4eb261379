"""What may happen to a ticket, in any order: every rule is something that people or programs do."""

from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.requests.timeline.approving import Approver
from services.requests.timeline.facts import (
    Amended,
    ApprovalAnswered,
    Assigned,
    Fact,
    Moved,
    Reported,
    TakenBack,
)
from services.requests.timeline.refusals import StepRefused
from services.requests.timeline.rulings import (
    PriorityRuled,
)
from services.requests.timeline.transitions import check_step, sides_for
from services.requests.timeline.vocabulary import DONE, Restart, Side, State
from tests.requests.timeline.machine_links import HandedOn
from tests.requests.timeline.strategies import (
    APPROVALS,
    DEPARTMENTS,
    LACKING,
    LIVELY,
    NAMES,
    REASONS,
    RESTARTS,
    SIDES,
    STATES,
    WAITS,
    amendments,
    facts,
    targets,
)
from tests.requests.timeline.weeks import instant, tick_of


class TicketMachine(HandedOn):
    """One ticket that anything may happen to."""

    @precondition(lambda self: self.progress is not None)
    @rule(side=st.sampled_from([Side.CUSTOMER, Side.PROVIDER]), says=NAMES)
    def it_is_done_or_reopened(self, side: Side, says: str | None) -> None:
        state = self.timeline().state
        if state in (State.FULFILLED, State.CLOSED):
            self.tell(side, Moved(State.IN_PROGRESS, comment=says))
        elif state not in DONE | {State.AWAITING_APPROVAL}:
            self.tell(Side.PROVIDER, Moved(State.FULFILLED, comment=says))

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

    @precondition(lambda self: self.progress is not None)
    @rule(approvals=APPROVALS)
    def the_provider_asks_for_approval(self, approvals: tuple[Approver, ...]) -> None:
        if self.timeline().state in (State.SUBMITTED, State.ACCEPTED, State.IN_PROGRESS):
            self.tell(Side.PROVIDER, Moved(State.AWAITING_APPROVAL, approvals=approvals))

    @precondition(lambda self: self.progress is not None and self.progress.approval is not None)
    @rule(level=st.integers(1, 3), approved=st.integers(0, 3))
    def an_approver_answers(self, level: int, approved: int) -> None:
        """The step that follows from the last answer is a fact of its own, and may be late."""
        self.tell(Side.APPROVER, ApprovalAnswered(level, approved > 0))

    @rule(amended=amendments)
    def the_customer_amends(self, amended: Amended) -> None:
        self.tell(Side.CUSTOMER, amended)

    @precondition(lambda self: self.progress is not None)
    @rule(data=st.data(), restart=RESTARTS)
    def another_priority_is_ruled(self, data: st.DataObject, restart: Restart) -> None:
        self.rule_that(PriorityRuled("high", data.draw(targets()), restart))

    @precondition(lambda self: self.progress is not None and self.timeline().state is State.FULFILLED)
    @rule(quarters=st.none() | st.integers(0, 60))
    def the_customer_lets_it_lapse(self, quarters: int | None) -> None:
        """When the acceptance is due, or at any other time."""
        due = [clock.due_at for clock in self.timeline().clocks if clock.clock == "acceptance" and clock.is_open]
        if quarters is None and due and due[0]:
            quarters = max(0, tick_of(due[0]) - self.now)
        self.time_passes(quarters or 0)
        self.tell(Side.SYSTEM, Moved(State.CLOSED, "lapsed"))

    @rule(side=st.sampled_from([Side.PROVIDER, Side.SYSTEM]))
    def somebody_assigns(self, side: Side) -> None:
        self.tell(side, Assigned(UUID(int=5)))

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
