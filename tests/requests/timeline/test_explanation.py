"""A person with a calendar in hand can follow every number of a clock."""

from datetime import timedelta
from itertools import pairwise

import pytest

from services.requests.timeline.facts import Commented, Moved
from services.requests.timeline.vocabulary import ClockName, ClockState, State
from tests.requests.timeline.stories import Story, a_target, a_ticket, at, terms, week

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
