"""A wrong state that is taken back within the hour is no reopening: it leaves no cycle, no time and no round behind."""

from services.requests.timeline.facts import Moved, TakenBack
from services.requests.timeline.vocabulary import ClockName, Side, State
from tests.requests.timeline.stories import Story, a_ticket


def cycles(story: Story, when: str) -> list[tuple[int, str]]:
    clocks = story.now(when).clocks
    return [(each.cycle, each.state.value) for each in clocks if each.clock is ClockName.RESOLUTION]


def test_a_fulfilment_by_mistake_leaves_the_first_cycle_running() -> None:
    story = a_ticket("mon 09:00")
    slip = story.provider("mon 10:00", State.FULFILLED)
    story.tell("mon 10:30", Side.PROVIDER, TakenBack(), corrects=slip.id)
    assert cycles(story, "mon 11:00") == [(1, "running")]
    assert story.lines("mon 11:00") == ["mon 09:00 provider submitted"]
    assert [each.number for each in story.progress().rounds] == [1]


def test_a_reopening_by_mistake_leaves_the_ticket_fulfilled() -> None:
    story = a_ticket("mon 09:00")
    story.provider("mon 10:00", State.FULFILLED)
    slip = story.customer("mon 11:00", Moved(State.IN_PROGRESS))
    assert cycles(story, "mon 11:00") == [(1, "met"), (2, "running")]
    story.tell("mon 11:30", Side.CUSTOMER, TakenBack(), corrects=slip.id)
    assert cycles(story, "mon 12:00") == [(1, "met")]
    assert story.now("mon 12:00").state is State.FULFILLED
