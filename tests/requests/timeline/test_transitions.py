"""Section 2's table as it is written, and what else guards a step."""

from datetime import timedelta

import pytest

from services.requests.timeline.facts import Moved
from services.requests.timeline.refusals import (
    NothingHandedOff,
    QuestionMissing,
    ReasonMissing,
    ReopeningWindowPassed,
    StepNotAllowed,
    StepOfAnotherSide,
    StepRefused,
)
from services.requests.timeline.transitions import check_step
from services.requests.timeline.vocabulary import Side, State
from tests.requests.timeline.stories import at

NOON = at("mon 12:00")
WAITS = "waiting_on_customer waiting_on_third_party handed_off"
# Copied by hand from the design, one line a cell: from, by whom, to.
TABLE = f"""
awaiting_approval approver submitted declined
awaiting_approval system declined
awaiting_approval customer cancelled
submitted provider accepted in_progress {WAITS} fulfilled declined awaiting_approval
submitted customer cancelled
accepted provider in_progress {WAITS} fulfilled declined awaiting_approval
accepted customer cancelled
in_progress provider {WAITS} fulfilled declined awaiting_approval
in_progress customer cancelled
waiting_on_customer provider waiting_on_third_party handed_off in_progress fulfilled declined
waiting_on_customer customer cancelled
waiting_on_third_party provider waiting_on_customer handed_off in_progress fulfilled declined
waiting_on_third_party customer cancelled
handed_off provider waiting_on_customer waiting_on_third_party in_progress fulfilled declined
handed_off customer cancelled
fulfilled customer closed in_progress
fulfilled provider in_progress
fulfilled system closed
closed customer in_progress
closed provider in_progress
""" + "\n".join(
    # A lapse cancels what waits on the customer, a merge whatever is open.
    f"{state} system cancelled"
    for state in f"awaiting_approval submitted accepted in_progress {WAITS}".split()
)
ALLOWED = {
    (State(source), Side(side), State(to))
    for source, side, *targets in (line.split() for line in TABLE.strip().splitlines())
    for to in targets
}


def is_allowed(state: State, side: Side, to: State, came_from: State | None = None) -> bool:
    step = Moved(to, reason="because", comment="why?")
    try:
        check_step(state, step, side, at=NOON, came_from=came_from, has_waiting_link=True)
    except StepRefused:
        return False
    return True


def test_the_table_is_the_one_of_the_design_for_every_state_side_and_step() -> None:
    found = {(s, side, to) for s in State for side in Side for to in State if is_allowed(s, side, to)}
    assert found == ALLOWED


@pytest.mark.parametrize("rest", ["waiting_on_customer", "waiting_on_third_party", "handed_off"])
@pytest.mark.parametrize("origin", ["accepted", "in_progress", "awaiting_approval"])
def test_a_wait_may_end_into_the_state_it_came_from_by_the_provider_alone(rest: str, origin: str) -> None:
    sides = {side for side in Side if is_allowed(State(rest), side, State(origin), came_from=State(origin))}
    assert sides == {Side.PROVIDER}


def test_approval_asked_for_later_ends_by_the_approver_alone() -> None:
    to_origin = {
        side
        for side in Side
        if is_allowed(State.AWAITING_APPROVAL, side, State.IN_PROGRESS, came_from=State.IN_PROGRESS)
    }
    assert to_origin == {Side.APPROVER}
    assert is_allowed(State.AWAITING_APPROVAL, Side.APPROVER, State.SUBMITTED, came_from=State.IN_PROGRESS)
    assert not is_allowed(State.AWAITING_APPROVAL, Side.APPROVER, State.ACCEPTED, came_from=State.IN_PROGRESS)


def test_who_may_not_and_what_cannot_be_are_told_apart() -> None:
    with pytest.raises(StepOfAnotherSide) as refused:
        check_step(State.SUBMITTED, Moved(State.CANCELLED), Side.PROVIDER, at=NOON)
    assert refused.value.code == "step_of_another_side"
    assert "customer, system" in str(refused.value)
    with pytest.raises(StepNotAllowed):
        check_step(State.CLOSED, Moved(State.FULFILLED), Side.PROVIDER, at=NOON)


@pytest.mark.parametrize("state", [State.ACCEPTED, State.IN_PROGRESS, State.WAITING_ON_CUSTOMER, State.HANDED_OFF])
def test_declining_after_acceptance_needs_a_reason(state: State) -> None:
    with pytest.raises(ReasonMissing):
        check_step(state, Moved(State.DECLINED), Side.PROVIDER, at=NOON)
    check_step(state, Moved(State.DECLINED, reason="no longer made"), Side.PROVIDER, at=NOON)


def test_a_wait_on_the_customer_needs_a_public_question() -> None:
    with pytest.raises(QuestionMissing):
        check_step(State.SUBMITTED, Moved(State.WAITING_ON_CUSTOMER), Side.PROVIDER, at=NOON)
    check_step(State.SUBMITTED, Moved(State.WAITING_ON_CUSTOMER, comment="Which room?"), Side.PROVIDER, at=NOON)


def test_handed_off_needs_an_open_hand_off() -> None:
    with pytest.raises(NothingHandedOff):
        check_step(State.IN_PROGRESS, Moved(State.HANDED_OFF), Side.PROVIDER, at=NOON)


@pytest.mark.parametrize("side", [Side.CUSTOMER, Side.PROVIDER])
def test_a_closed_ticket_reopens_inside_its_window_and_a_fulfilled_one_always(side: Side) -> None:
    reopening, late = Moved(State.IN_PROGRESS), NOON + timedelta(microseconds=1)
    check_step(State.CLOSED, reopening, side, at=NOON, reopen_until=NOON)
    check_step(State.FULFILLED, reopening, side, at=late, reopen_until=NOON)
    with pytest.raises(ReopeningWindowPassed) as refused:
        check_step(State.CLOSED, reopening, side, at=late, reopen_until=NOON)
    assert refused.value.detail_in("es").startswith("El ticket pudo reabrirse hasta 2024-05-06T12:00")
