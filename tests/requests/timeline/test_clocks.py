"""Section 6 for the provider's targets: what starts, stops and voids them, and their cycles."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.requests.timeline.facts import Assigned, Commented, Fact, HandOffAccepted, Moved, Reported, TakenBack
from services.requests.timeline.terms import Terms
from services.requests.timeline.vocabulary import ClockName, ClockState, Side, State, Visibility
from services.requests.worktime import WorkingTime
from tests.requests.timeline.stories import COMMON, OFFICE, Story, a_target, a_ticket, at, terms

ACKNOWLEDGE, FIRST_RESPONSE, RESOLUTION = COMMON
HOUR = timedelta(hours=1)
QUESTION = Moved(State.WAITING_ON_CUSTOMER, comment="Which room?")
NET = UUID(int=900)


def promised(
    clock: ClockName,
    duration: str,
    when: str = "mon 09:00",
    *,
    calendar: WorkingTime = OFFICE,
    third_party_pauses: bool = False,
) -> Story:
    target = a_target(clock, duration, calendar=calendar, third_party_pauses=third_party_pauses)
    return a_ticket(when, terms=terms(target))


@pytest.mark.parametrize(
    "act",
    [
        Moved(State.ACCEPTED),
        Moved(State.IN_PROGRESS),
        QUESTION,
        Moved(State.WAITING_ON_THIRD_PARTY),
        Moved(State.FULFILLED),
        Moved(State.DECLINED),
        Commented("hm", Visibility.INTERNAL),
        Assigned(UUID(int=7)),
        HandOffAccepted(NET, "NET"),
        HandOffAccepted(NET, "NET", wait=False),
    ],
)
def test_any_act_of_the_provider_acknowledges(act: Fact) -> None:
    story = promised(ACKNOWLEDGE, "PT2H")
    story.tell("mon 11:00", Side.PROVIDER, act)
    clock = story.clock(ACKNOWLEDGE, "mon 15:00")
    assert (clock.state, clock.ended_at, clock.elapsed, clock.breached_at) == (
        ClockState.MET,
        at("mon 11:00"),
        2 * HOUR,
        None,
    )


def test_acts_of_others_do_not_acknowledge_and_a_hand_off_does_whoever_records_it() -> None:
    story = promised(ACKNOWLEDGE, "PT2H")
    story.customer("mon 10:00", Commented("Hurry"))
    story.system("mon 10:10", Assigned(UUID(int=7)))
    assert story.clock(ACKNOWLEDGE, "mon 10:20").state is ClockState.RUNNING
    story.tell("mon 10:30", Side.DEPARTMENT, HandOffAccepted(NET, "NET"))
    assert story.clock(ACKNOWLEDGE, "mon 11:00").ended_at == at("mon 10:30")


@pytest.mark.parametrize(
    "said",
    [
        Commented("Hello"),
        QUESTION,
        Moved(State.IN_PROGRESS, comment="On it"),
        Moved(State.FULFILLED),
        Moved(State.DECLINED),
    ],
)
def test_a_public_reply_a_question_a_fulfilment_and_a_decline_are_a_first_response(said: Fact) -> None:
    story = promised(FIRST_RESPONSE, "PT2H")
    story.provider("mon 10:00", Assigned(UUID(int=7)))
    story.provider("mon 10:10", Commented("hm", Visibility.INTERNAL))
    story.tell("mon 10:20", Side.PROVIDER, Commented("We got it"), automatic=True)
    assert story.clock(FIRST_RESPONSE, "mon 10:30").state is ClockState.RUNNING
    story.tell("mon 11:00", Side.PROVIDER, said)
    assert story.clock(FIRST_RESPONSE, "mon 15:00").ended_at == at("mon 11:00")


def test_a_department_that_holds_a_link_responds_for_the_provider() -> None:
    story = promised(FIRST_RESPONSE, "PT2H")
    story.provider("mon 10:00", HandOffAccepted(NET, "NET"))
    story.tell("mon 10:30", Side.DEPARTMENT, Commented("We look into it"))
    assert story.clock(FIRST_RESPONSE, "mon 15:00").state is ClockState.MET


@pytest.mark.parametrize("clock", COMMON)
def test_a_cancellation_voids_and_a_due_time_passed_before_is_missed(clock: ClockName) -> None:
    for when, state in (("mon 11:00", ClockState.VOID), ("mon 11:01", ClockState.MISSED)):
        story = promised(clock, "PT2H")
        story.customer(when, Moved(State.CANCELLED))
        assert story.clock(clock, "fri 09:00").state is state


def test_a_decline_voids_resolution_and_a_due_time_passed_before_is_missed() -> None:
    for when, state in (("mon 11:00", ClockState.VOID), ("mon 11:01", ClockState.MISSED)):
        story = promised(RESOLUTION, "PT2H")
        story.provider(when, State.DECLINED)
        assert story.clock(RESOLUTION, "fri 09:00").state is state


def test_clocks_start_when_approval_is_granted() -> None:
    story = a_ticket(needs_approval=True)
    assert story.now("mon 10:00").clocks == ()
    story.approver("mon 11:00", State.SUBMITTED)
    assert {clock.started_at for clock in story.now("mon 12:00").clocks} == {at("mon 11:00")}


def test_reopening_starts_a_cycle_of_resolution_alone() -> None:
    story = a_ticket(terms=terms(*(a_target(clock, "PT8H", reopened="PT2H") for clock in COMMON)))
    story.provider("mon 10:00", State.FULFILLED)
    story.customer("mon 12:00", Moved(State.IN_PROGRESS))
    clocks = story.now("mon 13:00").clocks
    assert [(clock.clock, clock.cycle, clock.state) for clock in clocks] == [
        (ACKNOWLEDGE, 1, ClockState.MET),
        (FIRST_RESPONSE, 1, ClockState.MET),
        (RESOLUTION, 1, ClockState.MET),
        (RESOLUTION, 2, ClockState.RUNNING),
    ]
    second = story.clock(RESOLUTION, "mon 13:00", cycle=2)
    assert (second.target, second.elapsed, second.due_at) == (2 * HOUR, HOUR, at("mon 14:00"))


def test_a_reopened_cycle_has_the_full_duration_where_none_is_agreed() -> None:
    story = promised(RESOLUTION, "PT4H")
    story.provider("mon 14:00", State.FULFILLED)
    story.provider("mon 15:00", State.IN_PROGRESS)
    first, second = story.now("mon 16:00").clocks
    assert (first.state, first.breached_at, second.target) == (ClockState.MISSED, at("mon 13:00"), 4 * HOUR)


def test_a_late_fact_can_undo_a_breach_and_a_correction_can_bring_it_back() -> None:
    story = promised(RESOLUTION, "PT2H")
    assert story.clock(RESOLUTION, "mon 12:00").breached_at == at("mon 11:00")
    done = story.system("mon 10:30", Reported(State.FULFILLED))
    assert story.clock(RESOLUTION, "mon 12:00").state is ClockState.MET
    story.tell("mon 12:00", Side.SYSTEM, TakenBack(), corrects=done.id)
    assert story.clock(RESOLUTION, "mon 12:00").breached_at == at("mon 11:00")


def test_a_ticket_that_another_system_closes_without_fulfilment_was_fulfilled_then() -> None:
    story = a_ticket()
    story.system("mon 11:00", Reported(State.CLOSED))
    timeline = story.now("mon 12:00")
    assert {clock.state for clock in timeline.clocks} == {ClockState.MET}
    assert (timeline.fulfilled_at, timeline.ended_at) == (at("mon 11:00"), at("mon 11:00"))


def test_a_step_of_another_system_acknowledges_and_its_question_is_a_response() -> None:
    story = a_ticket()
    story.system("mon 10:00", Reported(State.SUBMITTED))
    assert {clock.state for clock in story.now("mon 10:00").clocks} == {ClockState.RUNNING}
    story.system("mon 11:00", Reported(State.WAITING_ON_CUSTOMER))
    ended = {clock.clock: clock.ended_at for clock in story.now("mon 12:00").clocks}
    assert ended == {ACKNOWLEDGE: at("mon 11:00"), FIRST_RESPONSE: at("mon 11:00"), RESOLUTION: None}


def test_no_promise_means_no_clocks() -> None:
    assert a_ticket(terms=Terms("IT", OFFICE)).now("fri 09:00").clocks == ()
