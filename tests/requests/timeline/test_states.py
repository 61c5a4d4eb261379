"""Section 2: waits end into where they came from, acts imply acceptance, ends end hand-offs, and nothing is refused."""

from uuid import UUID

import pytest

from services.requests.timeline.facts import Assigned, Commented, HandOffAccepted, HandOffEnded, Moved, Submitted
from services.requests.timeline.fold import LateFact, advance
from services.requests.timeline.vocabulary import LinkEnd, Side, State, StepReason, Visibility
from tests.requests.timeline.stories import Story, a_ticket, at

NETWORK = HandOffAccepted(UUID(int=900), "NET")
RESTS = [State.WAITING_ON_CUSTOMER, State.WAITING_ON_THIRD_PARTY]


def test_a_new_ticket_is_submitted_or_awaits_approval() -> None:
    assert a_ticket().state() is State.SUBMITTED
    assert a_ticket(needs_approval=True).state() is State.AWAITING_APPROVAL


def test_submitted_at_is_when_approval_was_granted_and_created_at_the_first_fact() -> None:
    story = a_ticket(needs_approval=True)
    assert story.now("mon 10:00").submitted_at is None
    story.approver("mon 11:00", State.SUBMITTED)
    timeline = story.now("mon 12:00")
    assert (timeline.state, timeline.created_at, timeline.submitted_at) == (
        State.SUBMITTED,
        at("mon 09:00"),
        at("mon 11:00"),
    )


def test_approval_asked_for_later_returns_to_where_it_was_asked_and_moves_no_submission() -> None:
    story = a_ticket()
    story.provider("mon 10:00", State.IN_PROGRESS)
    story.provider("mon 11:00", State.AWAITING_APPROVAL)
    asked = story.now("mon 11:00")
    assert (asked.state, asked.came_from) == (State.AWAITING_APPROVAL, State.IN_PROGRESS)
    story.approver("mon 12:00", State.IN_PROGRESS)
    granted = story.now("mon 12:00")
    assert (granted.state, granted.submitted_at, granted.irregular) == (
        State.IN_PROGRESS,
        at("mon 09:00"),
        frozenset(),
    )


@pytest.mark.parametrize("rest", RESTS)
@pytest.mark.parametrize("origin", [State.ACCEPTED, State.IN_PROGRESS])
def test_a_wait_knows_the_state_it_came_from(origin: State, rest: State) -> None:
    story = a_ticket()
    story.provider("mon 10:00", origin)
    story.provider("mon 11:00", rest)
    assert story.now("mon 11:00").came_from is origin


@pytest.mark.parametrize("rest", [*RESTS, State.AWAITING_APPROVAL])
def test_a_wait_from_submitted_implies_acceptance_and_ends_into_accepted(rest: State) -> None:
    story = a_ticket()
    story.provider("mon 10:00", rest)
    assert story.now("mon 10:00").came_from is State.ACCEPTED


@pytest.mark.parametrize(
    "act", [Commented("hm", Visibility.INTERNAL), Commented("Hello"), Assigned(UUID(int=7)), Moved(State.ACCEPTED)]
)
def test_any_act_of_the_provider_in_submitted_is_acceptance(act: Commented | Assigned | Moved) -> None:
    story = a_ticket()
    story.provider("mon 10:00", act)
    assert story.state() is State.ACCEPTED


def test_acts_of_others_and_a_decline_are_no_acceptance() -> None:
    story = a_ticket()
    story.customer("mon 10:00", Commented("And quickly"))
    story.system("mon 10:30", Assigned(UUID(int=7)))
    assert story.state() is State.SUBMITTED
    story.provider("mon 11:00", State.DECLINED)
    assert [line.split()[-1] for line in story.lines("mon 12:00")] == ["submitted"]


def test_the_customers_public_comment_ends_the_wait_unless_it_does_not_answer() -> None:
    story = a_ticket()
    story.provider("mon 10:00", State.IN_PROGRESS)
    story.provider("mon 11:00", Moved(State.WAITING_ON_CUSTOMER, comment="Which room?"))
    story.customer("mon 12:00", Commented("I shall look", answers=False))
    story.tell("mon 12:10", Side.APPROVER, Commented("Not me"))
    story.customer("mon 12:20", Commented("note to self", Visibility.INTERNAL))
    assert story.state() is State.WAITING_ON_CUSTOMER
    story.customer("mon 13:00", Commented("4.12"))
    assert story.state() is State.IN_PROGRESS


def test_a_wait_within_a_wait_ends_into_the_first() -> None:
    story = a_ticket()
    story.provider("mon 10:00", Moved(State.WAITING_ON_THIRD_PARTY, third_party="Acme"))
    story.provider("mon 11:00", Moved(State.WAITING_ON_CUSTOMER, comment="Which one?"))
    story.customer("mon 12:00", Commented("The red one"))
    assert story.lines("mon 13:00")[-1] == "mon 12:00 third_party:Acme waiting_on_third_party"


def test_returning_to_a_wait_keeps_what_was_said_of_it_unless_more_is_said() -> None:
    story = a_ticket()
    story.provider("mon 10:00", Moved(State.WAITING_ON_THIRD_PARTY, third_party="Acme"))
    story.provider("mon 11:00", Moved(State.WAITING_ON_CUSTOMER, comment="Which one?"))
    story.provider("mon 12:00", State.WAITING_ON_THIRD_PARTY)
    assert story.lines("mon 13:00")[-1] == "mon 12:00 third_party:Acme waiting_on_third_party"
    story.provider("mon 13:00", Moved(State.WAITING_ON_THIRD_PARTY, third_party="Globex"))
    assert story.lines("mon 14:00")[-1] == "mon 13:00 third_party:Globex waiting_on_third_party"


def test_an_answer_while_waiting_on_another_is_not_asked_for_again() -> None:
    story = a_ticket()
    story.provider("mon 10:00", State.IN_PROGRESS)
    story.provider("mon 11:00", Moved(State.WAITING_ON_CUSTOMER, comment="Which one?"))
    story.provider("mon 12:00", State.WAITING_ON_THIRD_PARTY)
    story.customer("mon 13:00", Commented("The red one"))
    waiting = story.now("mon 13:00")
    assert (waiting.state, waiting.came_from) == (State.WAITING_ON_THIRD_PARTY, State.IN_PROGRESS)


@pytest.mark.parametrize("end", [State.FULFILLED, State.DECLINED, State.CANCELLED])
def test_fulfilling_declining_and_cancelling_end_the_open_hand_offs(end: State) -> None:
    story = a_ticket()
    story.provider("mon 10:00", NETWORK)
    story.provider("mon 10:30", HandOffAccepted(UUID(int=901), "LAW", wait=False))
    story.tell("mon 11:00", Side.CUSTOMER if end is State.CANCELLED else Side.PROVIDER, Moved(end))
    links = story.now("mon 12:00").links
    assert [(link.ended_at, link.end) for link in links] == [(at("mon 11:00"), LinkEnd.ENDED)] * 2


def test_when_the_last_waiting_link_ends_the_ticket_is_in_progress_again() -> None:
    story = a_ticket()
    story.provider("mon 10:00", State.ACCEPTED)
    story.provider("mon 11:00", NETWORK)
    story.provider("mon 11:30", HandOffAccepted(UUID(int=901), "LAW"))
    story.provider("mon 12:00", HandOffEnded(UUID(int=900)))
    assert story.state() is State.HANDED_OFF
    story.provider("mon 13:00", HandOffEnded(UUID(int=901)))
    assert story.state() is State.IN_PROGRESS


def test_a_link_that_ends_during_a_wait_leaves_the_wait() -> None:
    story = a_ticket()
    story.provider("mon 10:00", NETWORK)
    story.provider("mon 11:00", Moved(State.WAITING_ON_CUSTOMER, comment="Which room?"))
    assert story.now("mon 11:00").came_from is State.HANDED_OFF
    story.provider("mon 12:00", HandOffEnded(UUID(int=900)))
    waiting = story.now("mon 12:00")
    assert (waiting.state, waiting.came_from) == (State.WAITING_ON_CUSTOMER, State.IN_PROGRESS)


def test_a_parallel_hand_off_changes_neither_state_nor_charge() -> None:
    story = a_ticket()
    story.provider("mon 10:00", State.IN_PROGRESS)
    before = story.lines("mon 12:00")
    story.provider("mon 11:00", HandOffAccepted(UUID(int=900), "NET", wait=False))
    story.provider("mon 11:30", HandOffEnded(UUID(int=900)))
    assert (story.state(), story.lines("mon 12:00")) == (State.IN_PROGRESS, before)


@pytest.mark.parametrize("side", [Side.CUSTOMER, Side.PROVIDER])
def test_a_fulfilled_and_a_closed_ticket_reopen_into_work(side: Side) -> None:
    story = a_ticket()
    story.provider("mon 10:00", State.FULFILLED)
    story.tell("mon 11:00", side, Moved(State.IN_PROGRESS))
    assert story.state() is State.IN_PROGRESS
    story.provider("mon 12:00", State.FULFILLED)
    story.system("tue 12:00", Moved(State.CLOSED, StepReason.LAPSED))
    assert story.now("wed 09:00").ended_at == at("tue 12:00")
    story.tell("wed 10:00", side, Moved(State.IN_PROGRESS))
    reopened = story.now("wed 10:00")
    assert (reopened.state, reopened.ended_at, reopened.irregular) == (State.IN_PROGRESS, None, frozenset())


def test_lapses_and_merging_are_steps_of_the_system() -> None:
    asked = a_ticket()
    asked.provider("mon 10:00", Moved(State.WAITING_ON_CUSTOMER, comment="Which room?"))
    asked.system("wed 10:00", Moved(State.CANCELLED, StepReason.NO_ANSWER))
    merged = a_ticket()
    merged.system("mon 10:00", Moved(State.CANCELLED, StepReason.MERGED))
    for story in (asked, merged):
        assert (story.state(), story.now("thu 09:00").irregular) == (State.CANCELLED, frozenset())


def test_a_step_outside_the_table_is_kept_and_marked() -> None:
    story = a_ticket()
    story.provider("mon 10:00", State.FULFILLED)
    odd = story.provider("mon 11:00", State.WAITING_ON_THIRD_PARTY)
    again = story.customer("mon 12:00", Submitted())
    ended = story.provider("mon 13:00", HandOffEnded(UUID(int=12345)))
    timeline = story.now("mon 14:00")
    assert timeline.state is State.WAITING_ON_THIRD_PARTY
    assert timeline.irregular == {odd.id, again.id, ended.id}


def test_a_ticket_opens_with_its_first_fact_whatever_it_is() -> None:
    story = Story()
    first = story.provider("mon 10:00", Commented("Called us"))
    timeline = story.now("mon 11:00")
    assert (timeline.state, timeline.submitted_at) == (State.ACCEPTED, at("mon 10:00"))
    assert timeline.irregular == {first.id}


def test_the_assignee_is_the_latest() -> None:
    story = a_ticket()
    story.provider("mon 10:00", Assigned(UUID(int=7)))
    story.provider("mon 11:00", Assigned(UUID(int=8)))
    assert story.now("mon 12:00").assignee_id == UUID(int=8)


def test_only_the_next_fact_advances() -> None:
    story = a_ticket()
    late = story.provider("mon 08:00", State.ACCEPTED)
    progress = advance(story.terms, None, story.events[0])
    with pytest.raises(LateFact):
        advance(story.terms, progress, late)
    with pytest.raises(LateFact):
        advance(story.terms, progress, story.events[0])
