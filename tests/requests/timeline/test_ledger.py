"""Section 4: the ledger partitions a ticket's life, each stretch charged to one party with a reason."""

from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from services.requests.timeline.facts import Commented, HandOffAccepted, HandOffEnded, Moved
from services.requests.timeline.ledger import Charge, Standing, charge_of
from services.requests.timeline.links import Link
from services.requests.timeline.vocabulary import PROVIDER, Side, State
from tests.requests.timeline.stories import OFFICE, a_ticket, at, terms, week

NET, LAW, OPS = UUID(int=900), UUID(int=901), UUID(int=902)
QUESTION = Moved(State.WAITING_ON_CUSTOMER, comment="Which room?")


def test_every_state_is_charged_to_its_party() -> None:
    story = a_ticket(needs_approval=True)
    story.approver("mon 10:00", State.SUBMITTED)
    story.provider("mon 11:00", State.ACCEPTED)
    story.provider("mon 12:00", State.IN_PROGRESS)
    story.provider("mon 13:00", QUESTION)
    story.customer("mon 14:00", Commented("4.12"))
    story.provider("mon 15:00", Moved(State.WAITING_ON_THIRD_PARTY, third_party="Acme"))
    story.provider("mon 16:00", State.IN_PROGRESS)
    story.provider("tue 10:00", State.FULFILLED)
    story.customer("tue 12:00", Moved(State.CLOSED))
    assert story.lines("fri 12:00") == [
        "mon 09:00 approver awaiting_approval",
        "mon 10:00 provider submitted",
        "mon 11:00 provider accepted",
        "mon 12:00 provider in_progress",
        "mon 13:00 customer waiting_on_customer",
        "mon 14:00 provider in_progress",
        "mon 15:00 third_party:Acme waiting_on_third_party",
        "mon 16:00 provider in_progress",
        "tue 10:00 customer fulfilled",
    ]
    ledger = story.now("fri 12:00").ledger
    assert all(before.to == after.from_ for before, after in pairwise(ledger))
    assert (ledger[0].from_, ledger[-1].to) == (at("mon 09:00"), at("tue 12:00"))
    assert sum((line.wall for line in ledger), timedelta()) == at("tue 12:00") - at("mon 09:00")


def test_an_open_ticket_is_told_until_now_and_not_beyond() -> None:
    story = a_ticket()
    assert story.now("mon 09:00").ledger == ()
    assert story.now("mon 10:30").ledger[0].wall == timedelta(minutes=90)
    ahead = a_ticket("mon 09:05")
    assert ahead.now("mon 09:00").ledger == ()


@pytest.mark.parametrize("end", [State.DECLINED, State.CANCELLED])
def test_declined_and_cancelled_end_the_ledger(end: State) -> None:
    story = a_ticket()
    story.tell("mon 10:00", Side.PROVIDER if end is State.DECLINED else Side.CUSTOMER, Moved(end))
    assert story.now("fri 09:00").ledger[-1].to == at("mon 10:00")


def test_closed_and_reopened_is_nobodys_and_told_once_reopened() -> None:
    story = a_ticket()
    story.provider("mon 10:00", State.FULFILLED)
    story.customer("mon 11:00", Moved(State.CLOSED))
    story.customer("tue 11:00", Moved(State.IN_PROGRESS))
    assert story.lines("tue 11:00")[-1] == "mon 11:00 none closed"
    reopened = story.now("tue 12:00").ledger
    assert [str(line.party) for line in reopened] == ["provider", "customer", "none", "provider"]
    assert (reopened[2].wall, reopened[2].working) == (timedelta(days=1), timedelta())


def test_intervals_of_no_length_are_dropped_and_equal_neighbours_are_one() -> None:
    story = a_ticket()
    story.provider("mon 10:00", State.IN_PROGRESS)
    story.provider("mon 11:00", QUESTION)
    story.customer("mon 11:00", Commented("4.12"))
    assert story.lines("mon 12:00") == ["mon 09:00 provider submitted", "mon 10:00 provider in_progress"]


def test_a_wait_is_told_by_its_own_reason_where_it_has_one() -> None:
    story = a_ticket()
    story.provider("mon 10:00", Moved(State.WAITING_ON_CUSTOMER, "incomplete", "Which room?", lacking=("/room",)))
    story.provider("mon 11:00", Moved(State.WAITING_ON_THIRD_PARTY, "delivery"))
    assert story.lines("mon 12:00")[1:] == [
        "mon 10:00 customer incomplete",
        "mon 11:00 third_party:unknown delivery",
    ]


def test_working_time_is_told_in_the_charged_partys_calendar_a_third_partys_else_in_the_providers() -> None:
    early, late = week(opens=6, closes=12), week(opens=12, closes=20)
    story = a_ticket(terms=terms(customer=early, department__NET=late))
    story.provider("mon 10:00", QUESTION)  # customer: 10 to 12 is worked, 12 to 14 is not
    story.provider("mon 14:00", HandOffAccepted(NET, "NET"))  # NET works 14 to 19
    story.provider("mon 19:00", HandOffEnded(NET))  # the provider does not work until 20
    story.provider("mon 20:00", Moved(State.WAITING_ON_THIRD_PARTY, third_party="Acme"))  # told in the provider's
    hours = [line.working / timedelta(hours=1) for line in story.now("tue 10:00").ledger]
    assert hours == [1, 2, 5, 0, 1]


def test_handed_off_is_charged_to_the_department_accepted_first_and_still_open_and_names_the_others() -> None:
    story = a_ticket()
    story.provider("mon 10:00", HandOffAccepted(NET, "NET"))
    story.provider("mon 11:00", HandOffAccepted(LAW, "LAW"))
    story.provider("mon 12:00", HandOffEnded(NET))
    story.provider("mon 13:00", HandOffEnded(LAW))
    assert story.lines("mon 14:00")[1:] == [
        "mon 10:00 department:NET handed_off",
        "mon 11:00 department:NET handed_off +department:LAW",
        "mon 12:00 department:LAW handed_off",
        "mon 13:00 provider in_progress",
    ]


def test_a_nested_hand_off_is_charged_to_its_deepest_and_back_again() -> None:
    story = a_ticket()
    story.provider("mon 10:00", HandOffAccepted(NET, "NET"))
    story.tell("mon 11:00", Side.DEPARTMENT, HandOffAccepted(LAW, "LAW", parent=NET))
    story.tell("mon 11:30", Side.DEPARTMENT, HandOffAccepted(OPS, "OPS", wait=False, parent=NET))
    story.tell("mon 12:00", Side.DEPARTMENT, HandOffEnded(LAW))
    assert story.lines("mon 14:00")[1:] == [
        "mon 10:00 department:NET handed_off",
        "mon 11:00 department:LAW handed_off",
        "mon 12:00 department:NET handed_off",
    ]


def test_a_link_that_ends_takes_those_beneath_it() -> None:
    story = a_ticket()
    story.provider("mon 10:00", HandOffAccepted(NET, "NET"))
    story.tell("mon 11:00", Side.DEPARTMENT, HandOffAccepted(LAW, "LAW", parent=NET))
    story.provider("mon 12:00", HandOffEnded(NET))
    assert story.state() is State.IN_PROGRESS
    assert [link.ended_at for link in story.now("mon 13:00").links] == [at("mon 12:00")] * 2


def test_a_hand_off_not_yet_accepted_leaves_the_time_with_the_provider() -> None:
    offered = Link(NET, "NET", None, True, at("mon 10:00"), None)
    assert charge_of(Standing(State.HANDED_OFF), (offered,)) == Charge(PROVIDER, "offered:NET")


def test_the_provider_who_works_beside_an_open_hand_off_is_charged() -> None:
    story = a_ticket()
    story.provider("mon 10:00", HandOffAccepted(NET, "NET"))
    story.provider("mon 11:00", State.IN_PROGRESS)
    story.provider("mon 12:00", State.HANDED_OFF)
    assert story.lines("mon 13:00")[1:] == [
        "mon 10:00 department:NET handed_off",
        "mon 11:00 provider in_progress",
        "mon 12:00 department:NET handed_off",
    ]
    assert story.now("mon 13:00").irregular == frozenset()


def test_a_calendar_that_does_not_reach_an_instant_counts_nothing() -> None:
    assert OFFICE.between(at("mon 09:00"), at("mon 10:00")) == timedelta(hours=1)
    story = a_ticket()
    ancient = story.events[0]
    story.events[0] = type(ancient)(
        ancient.id, 1, at("mon 09:00").replace(year=1815), ancient.recorded_at, ancient.actor, ancient.payload
    )
    ledger = story.now("mon 10:00").ledger
    assert (ledger[0].working, story.now("mon 10:00").clocks[0].no_due_reason) == (timedelta(), "outside_calendar")
