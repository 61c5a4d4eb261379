"""Decisions by hand, in Madrid (nine to five, two hours before UTC): another outcome stands beside the first."""

from datetime import timedelta
from uuid import UUID

from services.requests.timeline.after_decisions import after_decisions, decided_of
from services.requests.timeline.decisions import ContestDecided, ExclusionGranted
from services.requests.timeline.explanation import explain_clock
from services.requests.timeline.facts import Commented, Moved, Submitted
from services.requests.timeline.fold import Timeline, fold, progress_of
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.rulings import FreezeRuled
from services.requests.timeline.vocabulary import ClockName, Effect, Side, State
from tests.requests.timeline.stories import Story, a_target, a_ticket, agreed, at, owing, week

MADRID = week("Europe/Madrid")
CONTEST, EXCLUSION = UUID(int=801), UUID(int=802)
RESOLUTION, REPLY = ClockName.RESOLUTION, ClockName.REPLY


def missed_by_an_hour() -> Story:
    """Nine hours of work on a promise of eight: from Monday at nine on the wall to Tuesday at ten."""
    promised = agreed(a_target(RESOLUTION, "PT8H", calendar=MADRID), owing(REPLY, "PT4H", calendar=MADRID))
    story = a_ticket("mon 07:00", terms=promised)
    story.provider("tue 08:00", Moved(State.FULFILLED))
    return story


def contest(story: Story, from_: str, to: str, party: str = "customer", *, upheld: bool = True) -> None:
    story.tell("wed 10:00", Side.CUSTOMER, ContestDecided(CONTEST, upheld, at(from_), at(to), party))


def exclude(story: Story, from_: str, to: str) -> None:
    story.tell("wed 10:00", Side.SYSTEM, ExclusionGranted(EXCLUSION, at(from_), at(to)))


def second(story: Story, when: str) -> Timeline:
    timeline = after_decisions(story.terms, story.events, at(when))
    assert timeline is not None
    return timeline


def clock(timeline: Timeline, name: ClockName) -> ClockReading:
    return next(each for each in timeline.clocks if each.clock is name)


def test_an_upheld_contest_turns_a_miss_into_a_met_and_the_first_outcome_stays() -> None:
    story = missed_by_an_hour()
    contest(story, "mon 10:00", "mon 12:00")  # two hours of Monday were the customer's: seven were worked
    first, then = story.clock(RESOLUTION, "thu 10:00"), clock(second(story, "thu 10:00"), RESOLUTION)
    assert (first.state.value, first.breached_at, first.elapsed) == ("missed", at("mon 15:00"), timedelta(hours=9))
    assert (then.state.value, then.breached_at, then.elapsed) == ("met", None, timedelta(hours=7))
    assert [(str(line.party), line.reason, line.wall) for line in second(story, "thu 10:00").ledger][:3] == [
        ("provider", "submitted", timedelta(hours=3)),
        ("customer", f"contest:{CONTEST}", timedelta(hours=2)),
        ("provider", "submitted", timedelta(hours=20)),
    ]
    assert story.lines("thu 10:00") == ["mon 07:00 provider submitted", "tue 08:00 customer fulfilled"]


def test_a_dismissed_contest_changes_nothing() -> None:
    story = missed_by_an_hour()
    contest(story, "mon 10:00", "mon 12:00", upheld=False)
    assert after_decisions(story.terms, story.events, at("thu 10:00")) is None


def test_an_upheld_contest_turns_a_met_into_a_miss() -> None:
    """The customer was asked for two hours, wrongly: ten hours are the provider's then, of eight promised."""
    promised = agreed(a_target(RESOLUTION, "PT8H", calendar=MADRID))
    story = a_ticket("mon 07:00", terms=promised)
    story.provider("mon 11:00", Moved(State.WAITING_ON_CUSTOMER, comment="Which?"))
    story.customer("mon 13:00", Commented("As I wrote"))
    story.provider("tue 08:00", Moved(State.FULFILLED))
    assert story.clock(RESOLUTION, "tue 08:00").state.value == "met"  # four hours, two, and one on Tuesday
    contest(story, "mon 11:00", "mon 13:00", "provider")
    then = clock(second(story, "thu 10:00"), RESOLUTION)
    assert (then.state.value, then.breached_at) == ("missed", at("mon 15:00"))  # eight hours: five on the wall
    assert story.clock(RESOLUTION, "thu 10:00").state.value == "met"


def test_what_is_excluded_afterwards_stops_both_sides_clocks() -> None:
    story = missed_by_an_hour()
    exclude(story, "mon 07:00", "mon 09:00")
    assert clock(second(story, "thu 10:00"), RESOLUTION).state.value == "met"
    assert second(story, "thu 10:00").ledger[0].reason == f"exclusion:{EXCLUSION}"
    waiting = a_ticket("mon 07:00", terms=story.terms)
    waiting.provider("mon 08:00", Moved(State.WAITING_ON_CUSTOMER, comment="Which?"))
    waiting.customer("mon 14:00", Commented("That one"))
    exclude(waiting, "mon 09:00", "mon 12:00")
    assert waiting.clock(REPLY, "thu 10:00").state.value == "missed"  # six hours of four
    then = clock(second(waiting, "thu 10:00"), REPLY)
    assert (then.state.value, then.elapsed) == ("met", timedelta(hours=3))
    assert [str(line.party) for line in second(waiting, "mon 15:00").ledger] == ["provider", "customer", "provider"]


def test_decisions_and_freezes_that_overlap_count_once() -> None:
    """Frozen from ten to noon, excluded from eleven to one, two hours of it the customer's by a contest."""
    story = missed_by_an_hour()
    story.events.insert(
        1, story.tell("mon 07:30", Side.SYSTEM, FreezeRuled(UUID(int=9), at("mon 08:00"), at("mon 10:00")))
    )
    del story.events[-1]
    exclude(story, "mon 09:00", "mon 11:00")
    contest(story, "mon 10:00", "mon 12:00")
    then = second(story, "thu 10:00")
    assert clock(then, RESOLUTION).elapsed == timedelta(hours=5)  # of nine hours, eight to noon are left out once
    assert [(str(line.party), line.reason) for line in then.ledger][:5] == [
        ("provider", "submitted"),
        ("excluded", f"freeze:{UUID(int=9)}"),
        ("excluded", f"exclusion:{EXCLUSION}"),
        ("customer", f"contest:{CONTEST}"),
        ("provider", "submitted"),
    ]


def test_a_running_clock_is_due_later_after_decisions_alone() -> None:
    story = missed_by_an_hour()
    del story.events[-1]
    story.tell("mon 12:00", Side.CUSTOMER, ContestDecided(CONTEST, True, at("mon 08:00"), at("mon 10:00"), "customer"))
    assert story.clock(RESOLUTION, "mon 13:00").due_at == at("mon 15:00")
    assert clock(second(story, "mon 13:00"), RESOLUTION).due_at == at("tue 09:00")
    later = second(story, "tue 08:00")
    assert clock(later, RESOLUTION).breached_at is None
    assert fold(story.terms, story.events, at("tue 08:00")).clocks[0].breached_at == at("mon 15:00")


def test_what_is_excluded_counts_from_the_first_fact_on_also_where_that_moves_a_due_time() -> None:
    """Two days' notice promised, one given: the shortfall's eight hours go to the target of eight, on submission.

    Due on Monday at five, then on Tuesday at five; with Tuesday excluded afterwards, on Wednesday at five.
    """
    story = Story(
        agreed(
            a_target(RESOLUTION, "PT8H", calendar=MADRID),
            owing(ClockName.NOTICE, "PT16H", Effect.EXTEND, calendar=MADRID),
        )
    )
    story.customer("mon 07:00", Submitted(needs_approval=False, needed_by=at("mon 15:00").isoformat()))
    story.tell("mon 08:00", Side.SYSTEM, ExclusionGranted(EXCLUSION, at("mon 22:00"), at("tue 22:00")))
    assert story.clock(RESOLUTION, "mon 09:00").due_at == at("tue 15:00")
    progress = progress_of(story.terms, story.events, decided_of(story.events))
    assert progress is not None
    explained = explain_clock(progress, RESOLUTION, 1, at("mon 09:00"))
    assert explained.reading.due_at == at("wed 15:00")
    assert [(each.old_due_at, each.new_due_at) for each in explained.recalculations] == [
        (at("mon 15:00"), at("wed 15:00"))
    ]
