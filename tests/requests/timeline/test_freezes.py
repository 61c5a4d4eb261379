"""Freezes by hand, in Madrid (nine to five, two hours ahead of UTC): what is excluded, and when clocks are due then."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.requests.timeline.facts import Commented, Moved
from services.requests.timeline.rulings import FreezeRuled, FreezeWithdrawn, PriorityRuled
from services.requests.timeline.vocabulary import ClockName, Side, State
from tests.requests.timeline.ruled import a_story, target
from tests.requests.timeline.stories import Story, a_target, a_ticket, agreed, at, owing, week

MADRID = week("Europe/Madrid")
FREEZE, ANOTHER = UUID(int=901), UUID(int=902)
RESOLUTION, REPLY = ClockName.RESOLUTION, ClockName.REPLY


def freeze(story: Story, when: str, from_: str, to: str, freeze_id: UUID = FREEZE) -> None:
    story.tell(when, Side.SYSTEM, FreezeRuled(freeze_id, at(from_), at(to)))


def in_madrid(duration: str = "PT16H") -> Story:
    """Submitted on Thursday at ten on the wall; due on Monday at ten (7 h on Thursday, 8 on Friday, 1 on Monday)."""
    promised = agreed(a_target(RESOLUTION, duration, calendar=MADRID), owing(REPLY, "PT8H", calendar=MADRID))
    return a_ticket("thu 08:00", terms=promised)


def over_the_weekend(story: Story) -> None:
    """From Friday noon to Monday noon: 5 h of Friday and 3 h of Monday are not worked."""
    freeze(story, "thu 10:00", "fri 10:00", "mon+1 10:00")


def test_a_running_resolution_is_moved_before_the_freeze_begins() -> None:
    story = in_madrid()
    assert story.clock(RESOLUTION, "thu 10:00").due_at == at("mon+1 08:00")
    over_the_weekend(story)
    for when in ("thu 10:00", "fri 09:59", "fri 10:00", "sun 12:00", "mon+1 10:00", "tue+1 08:00"):
        told = story.clock(RESOLUTION, when)
        assert told.due_at == at("tue+1 08:00"), when  # 10 h before, 5 on Monday afternoon, 1 on Tuesday
        assert [(each.percent, each.fires_at) for each in told.thresholds] == [
            (50, at("fri 08:00")),  # 7 h on Thursday, 1 on Friday
            (75, at("mon+1 12:00")),  # 2 h after the freeze
            (100, at("tue+1 08:00")),
        ]
    states = {when: story.clock(RESOLUTION, when).state.value for when in ("fri 09:00", "fri 10:00", "mon+1 10:00")}
    assert states == {"fri 09:00": "running", "fri 10:00": "paused", "mon+1 10:00": "running"}
    frozen = story.clock(RESOLUTION, "sun 12:00")
    assert (frozen.elapsed, frozen.remaining) == (timedelta(hours=10), timedelta(hours=6))
    assert story.lines("mon+1 11:00") == [
        "thu 08:00 provider submitted",
        f"fri 10:00 excluded freeze:{FREEZE}",
        "mon 10:00 provider submitted",
    ]


def test_it_is_breached_after_the_moved_due_time_and_explained() -> None:
    story = in_madrid()
    over_the_weekend(story)
    assert story.clock(RESOLUTION, "tue+1 08:01").breached_at == at("tue+1 08:00")
    told = story.explained(RESOLUTION, "tue+1 08:00")
    (moved,) = told.recalculations
    assert (moved.at, moved.old_due_at, moved.new_due_at) == (at("thu 10:00"), at("mon+1 08:00"), at("tue+1 08:00"))
    assert moved.why == "freeze"
    assert [(each.party.kind.value, each.working, each.moves_due) for each in told.pauses] == [
        ("excluded", timedelta(hours=8), True)
    ]
    assert sum((each.to - each.from_ for each in told.intervals if each.counted), timedelta()) == timedelta(hours=16)


def test_a_freeze_meets_a_wait_on_the_customer() -> None:
    """Asked on Thursday at three, answered on Monday at ten: the ledger charges the customer, both clocks stop."""
    story = in_madrid()
    over_the_weekend(story)
    story.provider("thu 13:00", Moved(State.WAITING_ON_CUSTOMER, comment="Which?"))
    waiting = story.clock(REPLY, "sun 12:00")
    assert (waiting.state.value, waiting.elapsed) == ("paused", timedelta(hours=5))  # 2 h on Thursday, 3 on Friday
    assert waiting.due_at == at("mon+1 13:00")  # 3 h are left at noon
    assert story.clock(RESOLUTION, "sun 12:00").due_at is None
    assert story.clock(RESOLUTION, "sun 12:00").remaining == timedelta(hours=11)
    story.customer("mon+1 08:00", Commented("The blue one"))
    assert story.clock(REPLY, "mon+1 12:00").state.value == "met"
    # 5 h on Thursday; from Monday noon 5 h, and 6 on Tuesday: three in the afternoon.
    assert story.clock(RESOLUTION, "mon+1 12:00").due_at == at("tue+1 13:00")
    assert story.lines("mon+1 11:00") == [
        "thu 08:00 provider submitted",
        "thu 13:00 customer waiting_on_customer",
        f"mon 08:00 excluded freeze:{FREEZE}",
        "mon 10:00 provider accepted",
    ]


def test_freezes_that_overlap_count_once() -> None:
    """Friday noon to Monday noon, and Monday nine to three: from Monday three in the afternoon it goes on."""
    story = in_madrid()
    over_the_weekend(story)
    freeze(story, "thu 11:00", "mon+1 07:00", "mon+1 13:00", ANOTHER)
    assert story.clock(RESOLUTION, "thu 12:00").due_at == at("tue+1 11:00")  # 6 h are left: 2 on Monday, 4 on Tuesday
    assert story.lines("tue+1 08:00") == [
        "thu 08:00 provider submitted",
        f"fri 10:00 excluded freeze:{FREEZE}",
        f"mon 10:00 excluded freeze:{ANOTHER}",
        "mon 13:00 provider submitted",
    ]
    assert story.clock(RESOLUTION, "tue+1 11:00").breached_at is None


def test_excluded_wins_over_a_third_party_and_ends_into_it() -> None:
    story = in_madrid()
    story.provider("thu 09:00", Moved(State.WAITING_ON_THIRD_PARTY, third_party="Acme"))
    over_the_weekend(story)
    assert [line.split(" ", 2)[2] for line in story.lines("mon+1 11:00")] == [
        "provider submitted",
        "third_party:Acme waiting_on_third_party",
        f"excluded freeze:{FREEZE}",
        "third_party:Acme waiting_on_third_party",
    ]


def test_a_freeze_that_begins_on_the_due_time_finds_nothing_remaining() -> None:
    story = in_madrid("PT7H")  # due on Thursday at five
    freeze(story, "thu 10:00", "thu 15:00", "mon+1 10:00")
    told = story.clock(RESOLUTION, "sun 12:00")
    assert (told.breached_at, told.remaining, told.due_at) == (None, timedelta(0), at("mon+1 10:00"))
    assert story.clock(RESOLUTION, "mon+1 10:01").breached_at == at("mon+1 10:00")


@pytest.mark.parametrize(("withdrawn", "due"), [("fri 09:00", "mon+1 08:00"), ("mon+1 08:00", "mon+1 14:00")])
def test_a_freeze_is_withdrawn(withdrawn: str, due: str) -> None:
    """Before it began it was none; later (no side can do that) it would end then: 6 h of Monday are left from ten."""
    story = in_madrid()
    over_the_weekend(story)
    story.tell(withdrawn, Side.SYSTEM, FreezeWithdrawn(FREEZE))
    assert story.clock(RESOLUTION, withdrawn).due_at == at(due)
    assert [each.why.value for each in story.explained(RESOLUTION, withdrawn).recalculations] == ["freeze", "freeze"]


def test_what_is_recorded_late_measures_no_second_again() -> None:
    """Recorded on Friday at two for Friday noon: 2 h more were worked than by a freeze in time."""
    story = in_madrid()
    freeze(story, "fri 12:00", "fri 10:00", "mon+1 10:00")
    assert story.clock(RESOLUTION, "sun 12:00").elapsed == timedelta(hours=12)
    assert story.lines("sun 12:00")[1] == f"fri 12:00 excluded freeze:{FREEZE}"


def test_a_breached_clock_that_is_promised_more_warns_after_the_freeze_too() -> None:
    """Two hours promised, breached at eleven; ten from one o'clock on, of which 60 % would be over at three."""
    story = a_story(target(RESOLUTION, "PT2H"))
    longer = replace(target(RESOLUTION, "PT10H"), warnings=(60,))
    story.system("mon 13:00", PriorityRuled("low", (longer,)))
    assert story.clock(RESOLUTION, "mon 13:00").thresholds[0].fires_at == at("mon 15:00")
    freeze(story, "mon 13:30", "mon 14:00", "mon 15:00")
    for when, is_reached in (("mon 13:30", False), ("mon 14:30", False), ("mon 15:59", False), ("mon 16:00", True)):
        clock = story.clock(RESOLUTION, when)
        assert clock.breached_at == at("mon 11:00")
        sixty = clock.thresholds[0]
        assert (sixty.percent, sixty.fires_at, sixty.reached) == (60, at("mon 16:00"), is_reached), when
