"""Section 6 for the provider's targets: who pauses them, by when they are due, when they fire."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.requests.timeline.calendars import CalendarHistory
from services.requests.timeline.facts import Commented, HandOffAccepted, Moved
from services.requests.timeline.lapses import reopening_until
from services.requests.timeline.terms import Target, Terms
from services.requests.timeline.vocabulary import ClockName, ClockState, Side, State
from services.requests.worktime import CalendarDefinition, DueRule, WorkingTime, parse_duration
from tests.requests.timeline.stories import ALWAYS, COMMON, OFFICE, Story, a_target, a_ticket, at, terms, week

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


def test_met_at_the_due_time_and_missed_a_moment_later() -> None:
    on_time = promised(RESOLUTION, "PT2H")
    on_time.provider("mon 11:00", State.FULFILLED)
    assert on_time.clock(RESOLUTION, "fri 09:00").state is ClockState.MET
    late = promised(RESOLUTION, "PT8H")  # due at 17:00, the end of the day; 18:00 is no working time later
    late.provider("mon 18:00", State.FULFILLED)
    missed = late.clock(RESOLUTION, "fri 09:00")
    assert (missed.state, missed.breached_at, missed.elapsed) == (ClockState.MISSED, at("mon 17:00"), 8 * HOUR)


def test_breached_is_what_is_later_than_due_and_goes_on_until_it_stops() -> None:
    story = promised(RESOLUTION, "PT2H")
    at_due = story.clock(RESOLUTION, "mon 11:00")
    assert (at_due.breached_at, at_due.remaining, at_due.state) == (None, timedelta(), ClockState.RUNNING)
    after = story.clock(RESOLUTION, "mon 12:00")
    assert (after.breached_at, after.due_at, after.state) == (at("mon 11:00"), at("mon 11:00"), ClockState.RUNNING)
    assert (after.elapsed, after.remaining) == (3 * HOUR, timedelta())


@pytest.mark.parametrize(
    ("to", "third_party_pauses", "is_paused"),
    [
        (State.WAITING_ON_CUSTOMER, False, True),
        (State.AWAITING_APPROVAL, False, True),
        (State.WAITING_ON_THIRD_PARTY, False, False),
        (State.WAITING_ON_THIRD_PARTY, True, True),
        (State.HANDED_OFF, False, False),
    ],
)
def test_who_pauses_resolution(to: State, third_party_pauses: bool, is_paused: bool) -> None:
    story = promised(RESOLUTION, "PT8H", third_party_pauses=third_party_pauses)
    story.provider("mon 11:00", HandOffAccepted(NET, "NET") if to is State.HANDED_OFF else Moved(to))
    clock = story.clock(RESOLUTION, "mon 12:00")
    assert (clock.state is ClockState.PAUSED, clock.due_at is None) == (is_paused, is_paused)
    assert clock.elapsed == (2 if is_paused else 3) * HOUR


def test_nothing_but_excluded_time_pauses_acknowledge_and_the_approver_pauses_first_response() -> None:
    story = a_ticket(
        terms=terms(a_target(ACKNOWLEDGE, "PT4H"), a_target(FIRST_RESPONSE, "PT4H", third_party_pauses=True))
    )
    story.tell("mon 10:00", Side.APPROVER, Moved(State.AWAITING_APPROVAL))
    states = {clock.clock: clock.state for clock in story.now("mon 11:00").clocks}
    assert states == {ACKNOWLEDGE: ClockState.RUNNING, FIRST_RESPONSE: ClockState.PAUSED}
    story.tell("mon 12:00", Side.APPROVER, Moved(State.WAITING_ON_THIRD_PARTY))
    assert story.clock(FIRST_RESPONSE, "mon 13:00").elapsed == 2 * HOUR


def test_a_pause_moves_the_due_time_by_the_working_time_paused() -> None:
    story = promised(RESOLUTION, "PT4H")
    story.provider("mon 11:00", QUESTION)
    paused = story.clock(RESOLUTION, "mon 12:00")
    assert (paused.state, paused.due_at, paused.remaining) == (ClockState.PAUSED, None, 2 * HOUR)
    story.customer("tue 10:00", Commented("4.12"))  # 11 to 17 and 9 to 10 are 7 working hours
    running = story.clock(RESOLUTION, "tue 10:30")
    assert (running.due_at, running.elapsed, running.remaining) == (at("tue 12:00"), 2.5 * HOUR, 1.5 * HOUR)
    assert story.clock(RESOLUTION, "tue 11:30").due_at == at("tue 12:00")


def test_a_pause_outside_working_time_moves_nothing() -> None:
    story = promised(RESOLUTION, "PT10H")
    story.provider("mon 18:00", QUESTION)
    story.customer("mon 22:00", Commented("4.12"))
    assert story.clock(RESOLUTION, "tue 09:00").due_at == at("tue 11:00")


def test_a_clock_counts_in_its_own_calendar_whoever_is_charged() -> None:
    story = promised(RESOLUTION, "PT8H", calendar=ALWAYS)
    story.provider("mon 10:00", HandOffAccepted(NET, "NET"))
    assert story.clock(RESOLUTION, "mon 16:00").due_at == at("mon 17:00")
    assert story.clock(RESOLUTION, "tue 09:00").elapsed == 24 * HOUR


def test_a_breach_before_a_pause_stays_and_the_pause_counts_nothing() -> None:
    story = promised(RESOLUTION, "PT1H")
    story.provider("mon 11:00", QUESTION)
    paused = story.clock(RESOLUTION, "mon 12:00")
    assert (paused.state, paused.due_at, paused.breached_at) == (ClockState.PAUSED, at("mon 10:00"), at("mon 10:00"))
    story.customer("mon 13:00", Commented("4.12"))
    story.provider("mon 14:00", State.FULFILLED)
    ended = story.clock(RESOLUTION, "mon 15:00")
    assert (ended.state, ended.breached_at, ended.elapsed) == (ClockState.MISSED, at("mon 10:00"), 3 * HOUR)


def test_a_pause_that_begins_at_the_due_time_is_no_breach_until_the_clock_runs_again() -> None:
    story = promised(RESOLUTION, "PT8H")
    story.provider("mon 17:00", QUESTION)
    paused = story.clock(RESOLUTION, "mon 20:00")
    assert (paused.state, paused.due_at, paused.remaining, paused.breached_at) == (
        ClockState.PAUSED,
        None,
        timedelta(),
        None,
    )
    story.customer("mon 22:00", Commented("4.12"))
    assert story.clock(RESOLUTION, "mon 22:00").breached_at is None
    assert story.clock(RESOLUTION, "mon 22:01").breached_at == at("mon 22:00")


def test_a_clock_that_stops_while_paused_stops_in_time() -> None:
    story = promised(RESOLUTION, "PT4H")
    story.provider("mon 11:00", QUESTION)
    story.provider("fri 11:00", State.FULFILLED)
    met = story.clock(RESOLUTION, "fri 12:00")
    assert (met.state, met.due_at, met.elapsed, met.remaining) == (ClockState.MET, at("fri 13:00"), 2 * HOUR, None)


def test_working_days_fix_their_target_when_the_cycle_starts() -> None:
    story = promised(RESOLUTION, "P2D", "mon 10:00")
    clock = story.clock(RESOLUTION, "mon 11:00")
    assert (clock.due_at, clock.target) == (at("wed 10:00"), 16 * HOUR)
    by_evening = a_target(RESOLUTION, "P2D", due=DueRule.END_OF_DAY)
    end_of_day = a_ticket("mon 10:00", terms=terms(by_evening)).clock(RESOLUTION, "mon 11:00")
    assert (end_of_day.due_at, end_of_day.target) == (at("wed 17:00"), 23 * HOUR)


def test_working_days_are_due_at_due0_and_moved_on_only_by_working_time_paused() -> None:
    story = promised(RESOLUTION, "P1D", "mon 20:00")  # starts counting at the opening of Tuesday, due at Wednesday's
    assert story.clock(RESOLUTION, "tue 09:00").due_at == at("wed 09:00")
    story.provider("tue 10:00", QUESTION)
    story.customer("tue 11:30", Commented("4.12"))
    assert story.clock(RESOLUTION, "tue 12:00").due_at == at("wed 10:30")


def test_a_calendar_that_gives_no_due_time_breaches_nothing() -> None:
    shut = WorkingTime(CalendarDefinition("UTC", ()))
    for duration, target in (("PT8H", 8 * HOUR), ("P3D", None)):
        story = promised(RESOLUTION, duration, calendar=shut)
        clock = story.clock(RESOLUTION, "fri 09:00")
        assert (clock.due_at, clock.no_due_reason, clock.target) == (None, "calendar_exhausted", target)
        assert {threshold.fires_at for threshold in clock.thresholds} == {None}
        story.provider("fri 10:00", State.FULFILLED)
        assert story.clock(RESOLUTION, "fri 11:00").state is ClockState.MET


def test_thresholds_fire_when_their_share_is_reached_and_the_whole_just_after_the_due_time() -> None:
    story = promised(RESOLUTION, "PT4H")
    fresh = story.clock(RESOLUTION, "mon 09:00")
    assert [(t.percent, t.fires_at, t.reached) for t in fresh.thresholds] == [
        (50, at("mon 11:00"), False),
        (75, at("mon 12:00"), False),
        (100, at("mon 13:00"), False),
    ]
    assert [t.reached for t in story.clock(RESOLUTION, "mon 12:00").thresholds] == [True, True, False]
    assert [t.reached for t in story.clock(RESOLUTION, "mon 13:00").thresholds] == [True, True, False]
    assert [t.reached for t in story.clock(RESOLUTION, "mon 14:00").thresholds] == [True, True, True]
    whole = at("mon 13:00") + timedelta(microseconds=1)
    assert fresh.fires() == [(50, at("mon 11:00")), (75, at("mon 12:00")), (100, whole)]
    assert fresh.fires(fired={50}) == [(75, at("mon 12:00")), (100, whole)]
    assert fresh.fires(fired={50, 75, 100}) == []


def test_thresholds_reached_stay_those_ahead_move_and_paused_ones_are_unknown() -> None:
    story = promised(RESOLUTION, "PT4H")
    story.provider("mon 11:30", QUESTION)
    paused = story.clock(RESOLUTION, "mon 11:45")
    assert [t.fires_at for t in paused.thresholds] == [at("mon 11:00"), None, None]
    assert (paused.fires(), paused.fires(fired={50})) == ([(50, at("mon 11:00"))], [])
    story.customer("mon 12:30", Commented("4.12"))
    running = story.clock(RESOLUTION, "mon 12:30")
    assert [t.fires_at for t in running.thresholds] == [at("mon 11:00"), at("mon 13:00"), at("mon 14:00")]


def test_a_clock_that_ended_fires_what_was_reached_before_and_nothing_more() -> None:
    story = promised(RESOLUTION, "PT4H")
    story.provider("mon 11:00", State.FULFILLED)
    ended = story.clock(RESOLUTION, "fri 12:00")
    assert [(t.fires_at, t.reached) for t in ended.thresholds] == [
        (at("mon 11:00"), True),
        (None, False),
        (None, False),
    ]
    assert (ended.fires(), ended.fires(fired={50})) == ([(50, at("mon 11:00"))], [])


def test_a_new_calendar_version_reaches_only_cycles_that_start_after_it() -> None:
    history = CalendarHistory((at("mon 00:00"), at("tue 00:00")), (OFFICE, week(opens=6, closes=22)))
    story = a_ticket("mon 16:00", terms=terms(Target(RESOLUTION, parse_duration("PT2H"), history)))
    assert story.clock(RESOLUTION, "tue 07:00").due_at == at("tue 10:00")
    story.provider("tue 08:00", State.FULFILLED)
    story.customer("tue 20:00", Moved(State.IN_PROGRESS))
    assert story.clock(RESOLUTION, "tue 20:00", cycle=2).due_at == at("tue 22:00")


def test_the_reopening_window_runs_from_the_fulfilment_in_the_customers_calendar() -> None:
    agreed = Terms("IT", OFFICE, (), {"customer": ALWAYS}, parse_duration("P2D"))
    assert reopening_until(agreed, at("fri 12:00")) == at("sun 12:00")
    assert reopening_until(Terms("IT", OFFICE), at("fri 12:00")) == at("fri+2 12:00")
    never = WorkingTime(CalendarDefinition("UTC", ()))
    assert reopening_until(Terms("IT", never), at("fri 12:00")) is None
