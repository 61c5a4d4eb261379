"""Section 6: what rulings and missed obligations do to open clocks, each number counted by hand."""

from datetime import timedelta

import pytest

from services.requests.timeline.facts import Commented, Moved, Reported, Submitted
from services.requests.timeline.promised import PinnedObligation, PinnedTarget
from services.requests.timeline.rulings import CalendarRuled, PriorityRuled
from services.requests.timeline.terms import Terms
from services.requests.timeline.vocabulary import ClockState, Restart, Side, State
from services.requests.worktime import DueRule
from tests.requests.timeline.ruled import (
    ACKNOWLEDGE,
    AGREEMENT,
    CALENDARS,
    HOUR,
    HOUSE,
    LATE,
    QUESTION,
    REPLY,
    RESOLUTION,
    UPDATE,
    WITH_VERSIONS,
    a_story,
    agreement,
    pinned,
    recalculated,
    target,
)
from tests.requests.timeline.stories import OFFICE, Story, at


def test_a_higher_priority_keeps_what_elapsed_and_is_due_from_the_ruling_on() -> None:
    story = a_story(target(RESOLUTION, "PT16H"))
    ruling = story.system("mon 12:00", PriorityRuled("high", (target(RESOLUTION, "PT8H"),)))
    clock = story.clock(RESOLUTION, "mon 13:00")
    assert (clock.target, clock.elapsed, clock.due_at) == (8 * HOUR, 4 * HOUR, at("mon 17:00"))
    timeline = story.now("mon 13:00")
    assert (timeline.promised_priority, timeline.priority) == ("high", "high")
    assert recalculated(story, RESOLUTION, "mon 13:00") == [
        (at("mon 12:00"), at("tue 17:00"), at("mon 17:00"), "priority")
    ]
    assert story.explained(RESOLUTION, "mon 13:00").recalculations[0].event_id == ruling.id


def test_a_restart_promises_anew_from_the_ruling_on() -> None:
    story = a_story(target(RESOLUTION, "PT16H"))
    story.system("mon 12:00", PriorityRuled("high", (target(RESOLUTION, "PT8H"),), Restart.RESTART))
    clock = story.clock(RESOLUTION, "mon 13:00")
    assert (clock.started_at, clock.elapsed, clock.due_at) == (at("mon 09:00"), HOUR, at("tue 12:00"))
    told = [(i.counted, i.why) for i in story.explained(RESOLUTION, "mon 13:00").intervals]
    assert told == [(False, "restarted"), (True, "working")]


def test_working_days_of_a_ruling_are_measured_from_the_start_of_the_cycle() -> None:
    """Three days from Monday ten are 24 working hours; four of them have passed at two o'clock."""
    story = a_story(target(RESOLUTION, "PT4H"), when="mon 10:00")
    story.system("mon 14:00", PriorityRuled("low", (target(RESOLUTION, "P3D"),)))
    clock = story.clock(RESOLUTION, "mon 15:00")
    # A breach at 14:00 was not yet one: the clock was due then, and its last instant is in time.
    assert (clock.target, clock.breached_at, clock.due_at) == (24 * HOUR, None, at("thu 10:00"))


def test_where_nothing_remains_the_ruling_breaches_and_passes_the_thresholds() -> None:
    story = a_story(target(RESOLUTION, "PT16H"))
    story.system("mon 12:00", PriorityRuled("urgent", (target(RESOLUTION, "PT2H"),)))
    clock = story.clock(RESOLUTION, "mon 12:00")
    assert (clock.state, clock.breached_at, clock.remaining) == (ClockState.RUNNING, at("mon 12:00"), timedelta())
    assert [(t.percent, t.fires_at, t.reached) for t in clock.thresholds] == [
        (percent, at("mon 12:00"), True) for percent in (50, 75, 100)
    ]
    story.provider("mon 12:00", State.FULFILLED)
    assert story.clock(RESOLUTION, "mon 13:00").state is ClockState.MISSED


def test_a_ruling_passes_only_the_thresholds_that_are_used_up() -> None:
    story = a_story(target(RESOLUTION, "PT16H"))
    story.system("mon 12:00", PriorityRuled("high", (target(RESOLUTION, "PT5H"),)))
    thresholds = story.clock(RESOLUTION, "mon 12:30").thresholds
    assert [t.fires_at for t in thresholds] == [at("mon 12:00"), at("mon 12:45"), at("mon 14:00")]


def test_a_breach_stays_whatever_is_ruled() -> None:
    story = a_story(target(RESOLUTION, "PT2H"))
    for hour, restart in ((13, Restart.KEEP), (14, Restart.RESTART)):
        story.system(f"mon {hour}:00", PriorityRuled("low", (target(RESOLUTION, "P9D"),), restart))
        clock = story.clock(RESOLUTION, "mon 15:00")
        assert (clock.breached_at, clock.due_at) == (at("mon 11:00"), at("mon 11:00"))
    story.provider("mon 16:00", State.FULFILLED)
    assert story.clock(RESOLUTION, "tue 09:00").state is ClockState.MISSED


def test_a_ruling_on_a_paused_clock_leaves_it_paused_and_counts_from_where_it_runs_again() -> None:
    story = a_story(target(RESOLUTION, "PT16H"))
    story.provider("mon 11:00", QUESTION)
    story.system("mon 13:00", PriorityRuled("high", (target(RESOLUTION, "PT6H"),)))
    paused = story.clock(RESOLUTION, "mon 14:00")
    assert (paused.state, paused.due_at, paused.remaining) == (ClockState.PAUSED, None, 4 * HOUR)
    assert recalculated(story, RESOLUTION, "mon 14:00") == [
        (at("mon 13:00"), at("wed 11:00"), at("mon 17:00"), "priority")  # as if it had run again at one o'clock
    ]
    story.customer("mon 15:00", Commented("4.12"))
    running = story.clock(RESOLUTION, "mon 16:00")
    assert (running.elapsed, running.due_at) == (3 * HOUR, at("tue 11:00"))


def test_what_is_promised_as_before_is_not_calculated_again() -> None:
    """Due at the opening of Wednesday, though nothing is left of the day's eight hours after Tuesday's closing."""
    story = a_story(target(RESOLUTION, "P1D"), target(ACKNOWLEDGE, "PT12H"), when="mon 20:00")
    story.system("tue 18:00", PriorityRuled("high", (target(RESOLUTION, "P1D"), target(ACKNOWLEDGE, "PT4H"))))
    clock = story.clock(RESOLUTION, "tue 20:00")
    assert (clock.breached_at, clock.due_at) == (None, at("wed 09:00"))
    assert recalculated(story, RESOLUTION, "tue 20:00") == []
    assert story.clock(ACKNOWLEDGE, "tue 20:00").breached_at == at("tue 18:00")


def test_a_new_calendar_version_counts_from_its_ruling_on_and_the_target_stays() -> None:
    story = a_story(target(RESOLUTION, "P2D"), calendars=WITH_VERSIONS)
    assert story.clock(RESOLUTION, "tue 09:00").due_at == at("wed 09:00")  # nothing ruled yet
    story.system("tue 10:00", CalendarRuled(HOUSE, 2))
    clock = story.clock(RESOLUTION, "tue 14:00")
    # 8 hours on Monday and one on Tuesday, by the first version; from ten on the second opens at noon.
    assert (clock.calendar_version, clock.target, clock.elapsed) == (2, 16 * HOUR, 11 * HOUR)
    assert clock.due_at == at("tue 19:00")
    assert recalculated(story, RESOLUTION, "tue 14:00") == [
        (at("tue 10:00"), at("wed 09:00"), at("tue 19:00"), "calendar")
    ]


def test_a_version_that_a_clock_is_in_already_and_clocks_of_other_calendars_stay() -> None:
    story = a_story(target(RESOLUTION, "PT16H"), target(UPDATE, "PT4H", calendar=LATE), calendars=WITH_VERSIONS)
    story.provider("mon 10:00", Commented("We look into it"))
    before = [story.clock(clock, "tue 09:00") for clock in (RESOLUTION, UPDATE)]
    story.system("mon 11:00", CalendarRuled(HOUSE, 1))
    assert [story.clock(clock, "tue 09:00") for clock in (RESOLUTION, UPDATE)] == before
    story.system("wed 11:00", CalendarRuled(HOUSE, 3))
    story.system("wed 12:00", CalendarRuled(HOUSE, 2))
    assert story.clock(RESOLUTION, "wed 13:00").calendar_version == 3
    assert recalculated(story, UPDATE, "wed 13:00") == []


def test_rulings_follow_each_other_in_one_cycle() -> None:
    """Monday has 8 hours, Tuesday from nine to noon three, and by version 2 three more until three o'clock."""
    story = a_story(target(RESOLUTION, "PT24H"), calendars=WITH_VERSIONS)
    story.system("tue 12:00", CalendarRuled(HOUSE, 2))
    story.system("tue 15:00", PriorityRuled("high", (target(RESOLUTION, "PT20H"),)))
    story.system("wed 13:00", CalendarRuled(HOUSE, 3))
    clock = story.clock(RESOLUTION, "wed 14:00")
    # Tuesday three to eight are five: 19 by its end, one more from noon on Wednesday, so it was due at one.
    assert (clock.breached_at, clock.elapsed) == (at("wed 13:00"), 21 * HOUR)
    assert [each[2] for each in recalculated(story, RESOLUTION, "wed 14:00")] == [
        at("wed 17:00"),
        at("wed 13:00"),
        at("wed 13:00"),
    ]


def test_an_agreement_ends_what_it_does_not_promise_and_begins_what_would_run() -> None:
    story = a_story(target(ACKNOWLEDGE, "PT4H"))
    story.provider("mon 10:00", Commented("We look into it"))
    owed = PinnedObligation(REPLY, HOUSE, "PT4H")
    story.system("mon 11:00", agreement(target(RESOLUTION, "PT8H"), target(UPDATE, "PT2H"), owes=(owed,)))
    told = {(c.clock, c.cycle): (c.state, c.started_at, c.due_at) for c in story.now("mon 12:00").clocks}
    assert told == {
        (ACKNOWLEDGE, 1): (ClockState.MET, at("mon 09:00"), at("mon 13:00")),
        (RESOLUTION, 1): (ClockState.RUNNING, at("mon 11:00"), at("tue 11:00")),
        (UPDATE, 1): (ClockState.RUNNING, at("mon 11:00"), at("mon 13:00")),
    }
    story.provider("mon 12:00", QUESTION)
    assert story.clock(REPLY, "mon 12:30").state is ClockState.RUNNING
    story.system("mon 13:00", agreement())
    ended = {c.clock: c.state for c in story.now("mon 14:00").clocks}
    assert ended == {
        ACKNOWLEDGE: ClockState.MET,
        RESOLUTION: ClockState.VOID,
        UPDATE: ClockState.VOID,
        REPLY: ClockState.VOID,
    }


def test_a_due_time_that_passed_is_missed_though_nothing_is_promised_any_more() -> None:
    story = a_story(target(RESOLUTION, "PT2H"))
    story.system("mon 12:00", agreement())
    assert story.clock(RESOLUTION, "mon 13:00").state is ClockState.MISSED


def test_an_agreement_moves_a_clock_to_its_own_calendar() -> None:
    story = a_story(target(RESOLUTION, "PT12H"))
    story.system("mon 15:00", agreement(target(RESOLUTION, "PT12H", calendar=LATE)))
    assert story.clock(RESOLUTION, "mon 16:00").due_at == at("mon 21:00")


def test_a_round_that_began_by_reopening_has_the_reopened_duration_of_the_new_terms() -> None:
    story = a_story(target(ACKNOWLEDGE, "PT8H"))
    story.provider("mon 10:00", State.FULFILLED)
    story.customer("mon 11:00", Moved(State.IN_PROGRESS))
    story.system("mon 12:00", agreement(target(RESOLUTION, "PT8H", reopened="PT2H")))
    clock = story.clock(RESOLUTION, "mon 13:00")
    assert (clock.cycle, clock.round, clock.due_at) == (1, 2, at("mon 14:00"))


def test_a_ruling_is_never_back_dated_and_a_late_fact_goes_before_it() -> None:
    story = a_story(target(RESOLUTION, "PT16H"))
    story.system("mon 12:00", PriorityRuled("urgent", (target(RESOLUTION, "PT2H"),)))
    assert story.clock(RESOLUTION, "mon 13:00").breached_at == at("mon 12:00")
    story.system("mon 10:30", Reported(State.FULFILLED))
    assert story.clock(RESOLUTION, "mon 13:00").state is ClockState.MET


def test_a_ruling_before_the_first_fact_rules_nothing() -> None:
    story = Story(pinned(target(RESOLUTION, "PT8H")).terms(CALENDARS.__getitem__))
    story.system("mon 09:00", agreement())
    assert story.now("mon 10:00").created_at is None
    story.customer("mon 11:00", Submitted())
    assert story.clock(RESOLUTION, "mon 12:00").state is ClockState.RUNNING


@pytest.mark.parametrize("due", DueRule)
def test_the_terms_of_a_ruling_are_those_of_a_ticket_that_pins_them(due: DueRule) -> None:
    promise = PinnedTarget(RESOLUTION, "P2D", LATE, due, third_party_pauses=True, objective=0.9, warnings=(80,))
    fresh = a_story(promise)
    ruled = a_story(target(ACKNOWLEDGE, "PT8H"))
    ruled.system("mon 09:00", PriorityRuled("high", (promise,)))
    assert ruled.clock(RESOLUTION, "mon 10:00") == fresh.clock(RESOLUTION, "mon 10:00")


def test_parties_that_new_terms_do_not_name_keep_their_calendars() -> None:
    story = Story(Terms("IT", OFFICE, (), {"customer": CALENDARS[LATE]}, known=CALENDARS.__getitem__))
    story.tell("mon 09:00", Side.CUSTOMER, Submitted())
    story.system("mon 10:00", agreement())
    assert story.progress().terms.calendars == {"customer": CALENDARS[LATE]}
    assert story.progress().terms.agreement_version_id == AGREEMENT
