"""A person with a calendar in hand can follow every number of a clock."""

from datetime import timedelta
from itertools import pairwise

import pytest

from services.requests.timeline.facts import Commented, Moved, Submitted
from services.requests.timeline.vocabulary import ClockName, ClockState, State
from tests.requests.timeline.stories import Story, a_target, a_ticket, agreed, at, owing, terms, week

HOUR = timedelta(hours=1)
RESOLUTION = ClockName.RESOLUTION


def asked_and_answered() -> Story:
    """Asked on Monday at four, answered on Tuesday at ten, and Wednesday is a holiday of the house."""
    calendar = week(closed_on="2024-05-08")
    story = a_ticket("mon 15:00", terms=terms(a_target(RESOLUTION, "PT9H", calendar=calendar)))
    story.provider("mon 16:00", Moved(State.WAITING_ON_CUSTOMER, comment="Which room?"))
    story.customer("tue 10:00", Commented("4.12"))
    return story


def test_every_interval_says_whether_it_counted_and_why() -> None:
    explained = asked_and_answered().explained(RESOLUTION, "thu 09:30")
    told = [(f"{i.from_:%a %H:%M}", i.counted, i.why, i.name, str(i.party)) for i in explained.intervals]
    assert told == [
        ("Mon 15:00", True, "working", None, "provider"),
        ("Mon 16:00", False, "paused", None, "customer"),
        ("Tue 10:00", True, "working", None, "provider"),
        ("Tue 17:00", False, "closed", None, "provider"),
        ("Wed 00:00", False, "date", "Founders' day", "provider"),
        ("Thu 00:00", False, "closed", None, "provider"),
        ("Thu 09:00", True, "working", None, "provider"),
    ]
    assert all(before.to == after.from_ for before, after in pairwise(explained.intervals))


def test_what_counted_sums_to_elapsed_and_the_pauses_move_the_promise_to_the_due_time() -> None:
    explained = asked_and_answered().explained(RESOLUTION, "thu 09:30")
    reading = explained.reading
    counted = sum((i.to - i.from_ for i in explained.intervals if i.counted), timedelta())
    assert counted == reading.elapsed == 8.5 * HOUR
    assert str(explained.duration) == "PT9H"
    assert explained.due0 == at("tue 16:00")
    assert [(p.working, p.moves_due, p.reason) for p in explained.pauses] == [(2 * HOUR, True, "waiting_on_customer")]
    assert reading.due_at == at("thu 10:00")  # two hours after Tuesday's 16:00: one on Tuesday, one on Thursday
    assert explained.recalculations == ()


def test_a_pause_after_the_breach_moves_nothing_and_an_ended_clock_is_explained_to_its_end() -> None:
    story = asked_and_answered()
    story.provider("thu 12:00", Moved(State.WAITING_ON_CUSTOMER, comment="And the floor?"))
    story.provider("thu 14:00", State.FULFILLED)
    explained = story.explained(RESOLUTION, "fri 12:00")
    assert explained.reading.state is ClockState.MISSED
    assert [pause.moves_due for pause in explained.pauses] == [True, False]
    assert explained.intervals[-1].to == at("thu 14:00")


def test_an_unknown_cycle_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        asked_and_answered().explained(RESOLUTION, "thu 09:30", cycle=2)


def test_a_notice_is_explained_by_the_working_time_given_and_what_lacks_of_it() -> None:
    """Two working days from Monday at nine end on Thursday at nine, Tuesday being a holiday; one was given."""
    story = Story(agreed(owing(ClockName.NOTICE, "P2D", calendar=week(closed_on="2024-05-07"))))
    story.customer("mon 09:00", Submitted(needed_by="2024-05-06"))
    explained = story.explained(ClockName.NOTICE, "mon 09:00")
    assert (str(explained.duration), explained.due0, explained.needed_by) == ("P2D", at("thu 09:00"), at("tue 00:00"))
    told = [(f"{i.from_:%a %H:%M}", i.counted, i.why, i.name, i.reason) for i in explained.intervals]
    assert told == [
        ("Mon 09:00", True, "working", None, "given"),
        ("Mon 17:00", False, "closed", None, "given"),
        ("Tue 00:00", False, "date", "Founders' day", "lacking"),
        ("Wed 00:00", False, "closed", None, "lacking"),
        ("Wed 09:00", True, "working", None, "lacking"),
        ("Wed 17:00", False, "closed", None, "lacking"),
    ]
    reading = explained.reading
    assert (reading.promised, reading.observed, reading.shortfall) == (16 * 3600, 8 * 3600, 8 * HOUR)
    assert reading == story.clock(ClockName.NOTICE, "mon 09:00")


def test_a_notice_that_was_met_is_explained_to_the_end_of_what_was_promised() -> None:
    story = Story(agreed(owing(ClockName.NOTICE, "PT2H")))
    story.customer("mon 09:00", Submitted(needed_by="2099-01-01"))
    intervals = story.explained(ClockName.NOTICE, "mon 09:00").intervals
    assert [(i.from_, i.to, i.reason) for i in intervals] == [(at("mon 09:00"), at("mon 11:00"), "given")]


def test_completeness_is_explained_by_what_was_compared_alone() -> None:
    story = Story(agreed(owing(ClockName.COMPLETENESS, "")))
    story.customer("mon 09:00", Submitted(missing=("/fields/size",)))
    explained = story.explained(ClockName.COMPLETENESS, "mon 09:00")
    assert (explained.duration, explained.intervals, explained.reading.observed) == (None, (), ["/fields/size"])


def test_what_the_customer_owes_is_explained_as_targets_are() -> None:
    story = Story(agreed(owing(ClockName.REPLY, "PT4H")))
    story.customer("mon 09:00", Submitted())
    story.provider("mon 15:00", Moved(State.WAITING_ON_CUSTOMER, comment="Which room?"))
    explained = story.explained(ClockName.REPLY, "tue 10:00")
    assert [(i.counted, str(i.party)) for i in explained.intervals] == [
        (True, "customer"),
        (False, "customer"),
        (True, "customer"),
    ]
    assert explained.due0 == at("tue 11:00")
