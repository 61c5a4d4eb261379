"""Section 6, the last line of its table: what a missed obligation does to `resolution`, counted by hand."""

from datetime import timedelta

from services.requests.timeline.facts import Amended, Commented, Moved, Submitted
from services.requests.timeline.promised import PinnedObligation
from services.requests.timeline.rulings import PriorityRuled
from services.requests.timeline.vocabulary import ClockName, ClockState, Effect, Restart, State
from services.requests.worktime import CalendarDefinition, OwnDate, Shift, WorkingTime
from tests.requests.timeline.ruled import HOUSE, QUESTION, REPLY, RESOLUTION, a_story, agreement, recalculated, target
from tests.requests.timeline.stories import WORKDAYS, Story, at

HOUR = timedelta(hours=1)


def with_notice(effect: Effect, needed_by: str, resolution: str = "P5D") -> Story:
    """Madrid's office, 9 to 5; asked on Monday 6 May at nine of its summer time (07:00 UTC). 1 May is past."""
    shifts = tuple(Shift(day, 540, 1020) for day in WORKDAYS)
    holiday = OwnDate("San Isidro", on=at("wed+1 00:00").date())
    madrid = WorkingTime(CalendarDefinition("Europe/Madrid", shifts, dates=(holiday,)))
    owes = (PinnedObligation(ClockName.NOTICE, HOUSE, "P10D", effect=effect),)
    return a_story(
        target(RESOLUTION, resolution),
        owes=owes,
        calendars={HOUSE: madrid},
        when="mon 07:00",
        asked=Submitted(needed_by=needed_by),
    )


def test_a_shortfall_of_notice_is_added_to_the_resolution() -> None:
    """Ten working days' notice, four given (6 to 9 May): 48 working hours lack, which are six days.

    Five days from Monday nine end on Monday 13 May at nine; six days later, the holiday of the 15th not counted, that
    is Tuesday 21 May at five.
    """
    story = with_notice(Effect.EXTEND, "2024-05-09")
    notice, clock = (story.clock(name, "mon 08:00") for name in (ClockName.NOTICE, RESOLUTION))
    assert (notice.state, notice.promised, notice.observed) == (ClockState.MISSED, 80 * 3600, 32 * 3600)
    assert notice.shortfall == 48 * HOUR
    assert (clock.target, clock.due_at, clock.is_best_effort) == (88 * HOUR, at("tue+2 15:00"), False)
    assert recalculated(story, RESOLUTION, "mon 08:00") == [
        (at("mon 07:00"), at("mon+1 07:00"), at("tue+2 15:00"), "notice")
    ]


def test_without_shortfall_and_without_that_effect_nothing_is_added() -> None:
    for effect, needed_by in ((Effect.EXTEND, "2024-05-24"), (Effect.NONE, "2024-05-09")):
        clock = with_notice(effect, needed_by).clock(RESOLUTION, "mon 08:00")
        assert (clock.due_at, clock.is_best_effort) == (at("mon+1 07:00"), False)


def test_a_notice_that_comes_to_lack_more_adds_what_it_lacks_more_to_the_cycle_then_open() -> None:
    story = with_notice(Effect.EXTEND, "2024-05-17")  # eight working days of the ten, for the holiday: nine less one
    assert story.clock(RESOLUTION, "mon 08:00").target == 40 * HOUR + 8 * HOUR
    story.provider("tue 07:00", State.FULFILLED)
    story.customer("wed 07:00", Moved(State.IN_PROGRESS))
    story.customer("wed 08:00", Amended({"needed_by": "2024-05-16"}))
    first, second = (story.clock(RESOLUTION, "wed 09:00", cycle) for cycle in (1, 2))
    assert (first.target, second.target) == (48 * HOUR, 48 * HOUR)


def test_what_a_missed_notice_added_stays_whatever_is_ruled_and_comes_too_late_after_a_breach() -> None:
    story = with_notice(Effect.EXTEND, "2024-05-09")
    story.system("mon 08:00", PriorityRuled("high", (target(RESOLUTION, "PT8H"),)))
    assert story.clock(RESOLUTION, "mon 09:00").target == 56 * HOUR
    story.system("mon 09:00", PriorityRuled("high", (target(RESOLUTION, "PT4H"),), Restart.RESTART))
    assert story.clock(RESOLUTION, "mon 10:00").target == 52 * HOUR
    breached = with_notice(Effect.EXTEND, "2024-05-30", "PT1H")
    breached.customer("mon 10:00", Amended({"needed_by": "2024-05-09"}))
    clock = breached.clock(RESOLUTION, "mon 11:00")
    assert (clock.target, clock.breached_at) == (HOUR, at("mon 08:00"))
    assert breached.clock(ClockName.NOTICE, "mon 11:00").shortfall == 48 * HOUR


def test_best_effort_holds_for_a_resolution_that_ran_unbreached_when_the_obligation_was_missed() -> None:
    assert with_notice(Effect.BEST_EFFORT, "2024-05-09").clock(RESOLUTION, "mon 08:00").is_best_effort
    owes = (PinnedObligation(REPLY, HOUSE, "PT2H", effect=Effect.BEST_EFFORT),)
    for resolution, is_best_effort in (("PT4H", True), ("PT1H", False)):
        story = a_story(target(RESOLUTION, resolution), owes=owes)
        story.provider("mon 11:00", QUESTION)
        assert not story.clock(RESOLUTION, "mon 13:00").is_best_effort  # answered by now it would be in time
        assert story.clock(RESOLUTION, "mon 13:01").is_best_effort is is_best_effort
        story.customer("mon 14:00", Commented("4.12"))
        story.provider("mon 15:00", State.FULFILLED)
        story.customer("mon 16:00", Moved(State.IN_PROGRESS))
        assert story.clock(RESOLUTION, "mon 16:30").is_best_effort is is_best_effort
        assert not story.clock(RESOLUTION, "mon 16:30", cycle=2).is_best_effort


def test_an_effect_agreed_after_the_miss_does_not_reach_back() -> None:
    story = a_story(target(RESOLUTION, "PT16H"), owes=(PinnedObligation(REPLY, HOUSE, "PT2H"),))
    story.provider("mon 11:00", QUESTION)
    effort = PinnedObligation(REPLY, HOUSE, "PT2H", effect=Effect.BEST_EFFORT)
    story.system("mon 14:00", agreement(target(RESOLUTION, "PT16H"), owes=(effort,)))
    assert story.clock(REPLY, "mon 15:00").breached_at == at("mon 13:00")
    assert not story.clock(RESOLUTION, "mon 15:00").is_best_effort
    story.customer("mon 15:00", Commented("4.12"))
    story.provider("mon 16:00", QUESTION)
    assert story.clock(RESOLUTION, "tue 12:00").is_best_effort  # the second question's two hours ended at ten
