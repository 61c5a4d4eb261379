"""Section 10's rules for the rows of another system: groups are hand-offs, states are what the source names."""

from services.requests.timeline.facts import Reported
from services.requests.timeline.vocabulary import LinkEnd, Side, State
from tests.requests.timeline.stories import Story, a_ticket, at


def row(story: Story, when: str, state: str | None, group: str | None = None, third_party: str | None = None) -> None:
    named = State(state) if state else None
    story.tell(when, Side.PROVIDER, Reported(named, group, third_party), source_order=len(story.events))


def told(*rows: tuple[str, str | None, str | None]) -> Story:
    story = a_ticket()
    for when, state, group in rows:
        row(story, when, state, group)
    return story


def test_a_change_of_group_is_a_hand_off_and_work_there_means_handed_off() -> None:
    story = told(
        ("mon 10:00", "submitted", "IT"),
        ("mon 11:00", "in_progress", "NET"),
        ("mon 12:00", "submitted", "NET"),
        ("mon 13:00", "accepted", None),
    )
    assert story.lines("mon 14:00") == ["mon 09:00 provider submitted", "mon 11:00 department:NET handed_off"]
    (link,) = story.now("mon 14:00").links
    assert (link.department, link.accepted_at, link.parent) == ("NET", at("mon 11:00"), None)


def test_a_group_already_in_the_chain_is_a_return_and_another_nests_under_the_last() -> None:
    story = told(
        ("mon 10:00", "in_progress", "NET"),
        ("mon 11:00", "in_progress", "LAW"),
        ("mon 12:00", "in_progress", "OPS"),
        ("mon 13:00", "in_progress", "NET"),
        ("mon 14:00", "in_progress", "IT"),
    )
    assert story.lines("mon 15:00")[1:] == [
        "mon 10:00 department:NET handed_off",
        "mon 11:00 department:LAW handed_off",
        "mon 12:00 department:OPS handed_off",
        "mon 13:00 department:NET handed_off",
        "mon 14:00 provider in_progress",
    ]
    net, law, ops = story.now("mon 15:00").links
    assert (law.parent, ops.parent) == (net.id, law.id)
    assert [link.end for link in (net, law, ops)] == [LinkEnd.RETURNED, LinkEnd.RETURNED, LinkEnd.ENDED]


def test_a_wait_leaves_the_hand_off_open_and_ends_back_into_it() -> None:
    story = told(
        ("mon 10:00", "in_progress", "NET"),
        ("mon 11:00", "waiting_on_customer", "NET"),
        ("mon 12:00", "in_progress", "NET"),
    )
    assert story.lines("mon 13:00")[1:] == [
        "mon 10:00 department:NET handed_off",
        "mon 11:00 customer waiting_on_customer",
        "mon 12:00 department:NET handed_off",
    ]


def test_a_group_that_changes_during_a_wait_hands_off_beneath_it() -> None:
    story = told(("mon 10:00", "waiting_on_customer", "IT"), ("mon 11:00", "waiting_on_customer", "NET"))
    waiting = story.now("mon 12:00")
    assert (waiting.state, waiting.came_from) == (State.WAITING_ON_CUSTOMER, State.HANDED_OFF)
    row(story, "mon 12:00", "waiting_on_customer", "IT")
    row(story, "mon 13:00", "in_progress", "IT")
    assert story.lines("mon 14:00")[1:] == [
        "mon 10:00 customer waiting_on_customer",
        "mon 13:00 provider in_progress",
    ]


def test_an_unknown_group_after_a_known_one_changes_nothing() -> None:
    story = told(("mon 10:00", "in_progress", "NET"), ("mon 11:00", "in_progress", None), ("mon 12:00", None, None))
    assert story.lines("mon 13:00")[1:] == ["mon 10:00 department:NET handed_off"]


def test_a_change_of_group_when_fulfilled_or_closed_opens_none() -> None:
    story = told(("mon 10:00", "fulfilled", "IT"), ("mon 11:00", "fulfilled", "NET"), ("mon 12:00", "closed", "LAW"))
    assert story.now("mon 13:00").links == ()


def test_a_reopening_under_another_group_than_the_providers_opens_a_hand_off_at_that_instant() -> None:
    story = told(("mon 10:00", "fulfilled", "IT"), ("mon 11:00", "in_progress", "NET"))
    assert story.lines("mon 12:00")[2:] == ["mon 11:00 department:NET handed_off"]
    still_there = told(
        ("mon 10:00", "in_progress", "NET"), ("mon 11:00", "fulfilled", "NET"), ("mon 12:00", "in_progress", None)
    )
    first, second = still_there.now("mon 13:00").links
    assert (first.ended_at, second.accepted_at) == (at("mon 11:00"), at("mon 12:00"))
    at_home = told(("mon 10:00", "fulfilled", "NET"), ("mon 11:00", "in_progress", "IT"))
    assert at_home.lines("mon 12:00")[-1] == "mon 11:00 provider in_progress"


def test_a_step_outside_the_table_is_irregular_and_holds() -> None:
    story = told(("mon 10:00", "fulfilled", None), ("mon 11:00", "submitted", None), ("mon 12:00", "closed", None))
    timeline = story.now("mon 13:00")
    assert timeline.state is State.CLOSED
    assert timeline.irregular == {event.id for event in story.events[2:]}


def test_a_repeated_row_is_no_step() -> None:
    story = told(("mon 10:00", "fulfilled", None), ("mon 11:00", "fulfilled", None))
    assert (story.now("mon 12:00").irregular, story.now("mon 12:00").fulfilled_at) == (frozenset(), at("mon 10:00"))


def test_the_party_of_a_wait_is_as_the_mapping_names_it() -> None:
    story = a_ticket()
    row(story, "mon 10:00", "waiting_on_third_party", third_party="problem")
    row(story, "mon 11:00", "waiting_on_third_party", third_party="vendor")
    row(story, "mon 12:00", "waiting_on_third_party")
    assert story.lines("mon 13:00")[1:] == [
        "mon 10:00 third_party:problem waiting_on_third_party",
        "mon 11:00 third_party:vendor waiting_on_third_party",
    ]


def test_two_states_in_one_minute_count_in_the_sources_order() -> None:
    story = Story()
    story.tell("mon 10:00", Side.SYSTEM, Reported(State.FULFILLED), source_order=3)
    story.tell("mon 10:00", Side.SYSTEM, Reported(State.IN_PROGRESS), source_order=2)
    assert story.now("mon 11:00").state is State.FULFILLED


def test_a_later_priority_is_told() -> None:
    story = a_ticket()
    story.tell("mon 10:00", Side.SYSTEM, Reported(State.SUBMITTED, priority="high"))
    row(story, "mon 11:00", "in_progress")
    assert story.now("mon 12:00").priority == "high"


def test_a_step_of_another_side_is_irregular_and_holds() -> None:
    story = told(("mon 10:00", "in_progress", None), ("mon 11:00", "fulfilled", None), ("mon 12:00", "closed", None))
    timeline = story.now("mon 13:00")
    assert timeline.state is State.CLOSED
    assert timeline.irregular == {story.events[-1].id}, "closing is the customer's, and a lapse's"
