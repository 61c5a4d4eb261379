"""Which marks a late fact or a ruling calls for at once, and what marks say of a clock."""

from services.requests.timeline.events import Event
from services.requests.timeline.facts import Moved, Reported, TakenBack
from services.requests.timeline.marking import NOTHING_FIRED, called_for, marks_of
from services.requests.timeline.marks import BreachRefuted, Mark, ThresholdFired
from services.requests.timeline.rulings import PriorityRuled
from services.requests.timeline.vocabulary import ClockState, Side, State
from tests.requests.timeline.ruled import QUESTION, RESOLUTION, a_story, target
from tests.requests.timeline.stories import Story, at

KEY = (RESOLUTION, 1)


def a_running_ticket() -> Story:
    """Due on Monday at one, half used up at eleven, three quarters at noon."""
    return a_story(target(RESOLUTION, "PT4H"))


def fired(story: Story, when: str, percent: int, *, passed: bool = False) -> Event:
    return story.system(when, ThresholdFired(RESOLUTION, 1, percent, at(when), passed))


def called(story: Story, when: str, *events: Event) -> list[Mark]:
    """What these last events of the story call for."""
    before = Story(story.terms, [event for event in story.events if event not in events])
    return called_for(marks_of(before.events), before.now(when), story.now(when), events[-1].id)


def test_marks_are_no_input_to_the_fold() -> None:
    story = a_running_ticket()
    before = story.now("mon 14:00")
    fired(story, "mon 11:00", 50)
    assert story.now("mon 14:00") == before


def test_an_act_in_time_calls_for_nothing() -> None:
    story = a_running_ticket()
    assert called(story, "mon 11:30", story.provider("mon 11:30", State.IN_PROGRESS)) == []


def test_what_was_due_before_the_act_is_left_to_the_worker() -> None:
    story = a_running_ticket()
    assert called(story, "mon 14:00", story.provider("mon 14:00", State.FULFILLED)) == []
    assert [percent for percent, _ in story.clock(RESOLUTION, "mon 15:00").fires()] == [50, 75, 100]


def test_a_ruling_marks_what_it_passes() -> None:
    story = a_story(target(RESOLUTION, "PT16H"))
    ruling = story.system("mon 13:00", PriorityRuled("high", (target(RESOLUTION, "PT5H"),)))
    assert called(story, "mon 13:00", ruling) == [
        ThresholdFired(RESOLUTION, 1, 50, at("mon 13:00"), passed=True),
        ThresholdFired(RESOLUTION, 1, 75, at("mon 13:00"), passed=True),
    ]


def test_a_late_fact_marks_what_it_passes_but_not_again_what_has_fired() -> None:
    """The wait on the customer turns out never to have been: by two the clock had run out at one."""
    story = a_running_ticket()
    wait = story.provider("mon 10:30", QUESTION)
    fired(story, "mon 10:45", 50)
    back = story.tell("mon 14:00", Side.PROVIDER, TakenBack("wrong ticket"), corrects=wait.id)
    assert called(story, "mon 14:00", back) == [
        ThresholdFired(RESOLUTION, 1, 75, at("mon 12:00"), passed=True),
        ThresholdFired(RESOLUTION, 1, 100, at("mon 13:00"), passed=True),
    ]


def test_a_new_tickets_thresholds_that_are_over_are_passed() -> None:
    story = a_running_ticket()
    done = story.system("mon 12:30", Reported(State.FULFILLED))
    assert called_for({}, None, story.now("fri 09:00"), done.id) == [
        ThresholdFired(RESOLUTION, 1, 50, at("mon 11:00"), passed=True),
        ThresholdFired(RESOLUTION, 1, 75, at("mon 12:00"), passed=True),
    ]


def test_a_late_fact_refutes_an_announced_breach_and_a_correction_brings_it_back() -> None:
    story = a_running_ticket()
    for hour, percent in ((11, 50), (12, 75), (13, 100)):
        mark = fired(story, f"mon {hour}:00", percent)
    done = story.system("mon 12:30", Reported(State.FULFILLED))
    refuted = BreachRefuted(RESOLUTION, 1, mark.id, done.id)
    assert called(story, "mon 14:00", done) == [refuted]
    story.system("mon 14:00", refuted)
    known = marks_of(story.events)[KEY]
    assert (sorted(known.thresholds), known.breach, known.refuted_by) == ([50, 75], None, done.id)
    back = story.tell("mon 15:00", Side.SYSTEM, TakenBack(), corrects=done.id)
    assert called(story, "mon 15:00", back) == [ThresholdFired(RESOLUTION, 1, 100, at("mon 13:00"), passed=True)]
    again = fired(story, "mon 15:00", 100, passed=True)
    known = marks_of(story.events)[KEY]
    assert (known.breach, known.refuted_by, known.thresholds[100]) == (again.id, None, (at("mon 15:00"), True))


def test_a_breach_of_a_cycle_that_never_was_is_refuted_too() -> None:
    story = a_running_ticket()
    story.provider("mon 10:00", State.FULFILLED)
    reopened = story.customer("mon 10:30", Moved(State.IN_PROGRESS))
    mark = story.system("tue 09:00", ThresholdFired(RESOLUTION, 2, 100, at("mon 14:30")))
    back = story.tell("tue 10:00", Side.CUSTOMER, TakenBack(), corrects=reopened.id)
    assert called(story, "tue 10:00", back) == [BreachRefuted(RESOLUTION, 2, mark.id, back.id)]


def test_a_ruling_refutes_nothing() -> None:
    story = a_running_ticket()
    fired(story, "mon 13:00", 100)
    ruling = story.system("mon 14:00", PriorityRuled("low", (target(RESOLUTION, "P9D"),)))
    assert [mark.percent for mark in called(story, "mon 14:00", ruling) if isinstance(mark, ThresholdFired)] == []
    assert story.clock(RESOLUTION, "mon 15:00").state is ClockState.RUNNING


def test_without_marks_nothing_has_fired() -> None:
    assert marks_of(a_running_ticket().events).get(KEY, NOTHING_FIRED).thresholds == {}
    assert NOTHING_FIRED.breach is None
