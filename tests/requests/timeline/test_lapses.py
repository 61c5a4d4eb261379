"""When a ticket goes on by itself because the customer says nothing."""

from uuid import UUID

import pytest

from services.requests.timeline.approving import Approver
from services.requests.timeline.facts import ApprovalAnswered, Commented, Moved, Submitted
from services.requests.timeline.lapses import Lapse, lapse_of
from services.requests.timeline.promised import PinnedObligation, PinnedTerms
from services.requests.timeline.rulings import FreezeRuled, FreezeWithdrawn
from services.requests.timeline.vocabulary import ClockName, Side, State, StepReason
from tests.requests.timeline.ruled import CALENDARS, HOUSE, LATE, QUESTION
from tests.requests.timeline.stories import Story, a_ticket, at

ACCEPTANCE = PinnedObligation(ClockName.ACCEPTANCE, HOUSE, "P3D")


def a_story(*owes: PinnedObligation, no_answer_window: str | None = None) -> Story:
    """The customer's calendar is the one that closes late."""
    pinned = PinnedTerms("IT", HOUSE, (), {"customer": LATE}, "P5D", owes, no_answer_window)
    return a_ticket(terms=pinned.terms(CALENDARS.__getitem__))


def lapse(story: Story, when: str) -> Lapse | None:
    return lapse_of(story.progress(), story.now(when))


def test_what_was_fulfilled_lapses_when_its_acceptance_is_due_else_with_the_reopening_window() -> None:
    """At eight on Monday evening the house is closed, and its three days begin on Tuesday at nine; LATE is open."""
    for owes, by in (((ACCEPTANCE,), "fri 09:00"), ((), "mon+1 20:00")):
        story = a_story(*owes)
        story.provider("mon 20:00", State.FULFILLED)
        assert lapse(story, "mon 21:00") == Lapse(at(by), State.CLOSED, StepReason.LAPSED)


def test_a_lapse_that_is_late_is_still_due_when_it_was() -> None:
    story = a_story(ACCEPTANCE)
    story.provider("mon 10:00", State.FULFILLED)
    found = lapse(story, "fri 10:00")
    assert found is not None
    assert found.at == at("thu 10:00")


def test_an_unanswered_question_lapses_where_a_window_is_agreed() -> None:
    for window, expected in ((None, None), ("P2D", Lapse(at("wed 11:00"), State.CANCELLED, StepReason.NO_ANSWER))):
        story = a_story(no_answer_window=window)
        story.provider("mon 11:00", QUESTION)
        assert lapse(story, "mon 12:00") == expected


def test_the_window_runs_from_when_the_wait_was_entered_last() -> None:
    story = a_story(no_answer_window="P1D")
    story.provider("mon 11:00", QUESTION)
    story.customer("mon 12:00", Commented("One moment", answers=False))
    story.provider("mon 12:30", Commented("Take your time"))
    assert lapse(story, "mon 13:00") == Lapse(at("tue 11:00"), State.CANCELLED, StepReason.NO_ANSWER)
    story.provider("mon 14:00", State.WAITING_ON_THIRD_PARTY)
    assert lapse(story, "mon 15:00") is None
    story.provider("mon 16:00", QUESTION)
    assert lapse(story, "mon 17:00") == Lapse(at("tue 16:00"), State.CANCELLED, StepReason.NO_ANSWER)


def test_what_both_sides_freeze_is_nobodys_silence() -> None:
    """Half of Tuesday is frozen, four hours of the house and six of LATE: each window ends so much later."""
    freeze = FreezeRuled(UUID(int=9), at("tue 09:00"), at("tue 15:00"))
    asked = a_story(no_answer_window="P2D")
    asked.tell("mon 10:00", Side.SYSTEM, freeze)
    asked.provider("mon 11:00", QUESTION)
    assert lapse(asked, "mon 12:00") == Lapse(at("wed 17:00"), State.CANCELLED, StepReason.NO_ANSWER)
    assert lapse(asked, "wed 12:00") == Lapse(at("wed 17:00"), State.CANCELLED, StepReason.NO_ANSWER)
    asked.tell("mon 15:00", Side.SYSTEM, FreezeWithdrawn(UUID(int=9)))
    assert lapse(asked, "mon 16:00") == Lapse(at("wed 11:00"), State.CANCELLED, StepReason.NO_ANSWER)
    done = a_story()
    done.tell("mon 10:00", Side.SYSTEM, freeze)
    done.provider("mon 20:00", State.FULFILLED)  # for five days from there it may be reopened, and is closed then
    assert lapse(done, "mon 21:00") == Lapse(at("tue+1 14:00"), State.CLOSED, StepReason.LAPSED)
    late = FreezeRuled(UUID(int=10), at("wed 12:00"), at("wed 14:00"))
    asked.tell("wed 13:00", Side.SYSTEM, late)  # what is past is not frozen again: the window was over
    assert lapse(asked, "wed 13:30") == Lapse(at("wed 11:00"), State.CANCELLED, StepReason.NO_ANSWER)


def test_each_level_of_an_approval_expires_in_its_side_s_calendar() -> None:
    """At five on Monday the house closes, where three of four hours are left for Tuesday; LATE is open until nine."""
    levels = tuple(Approver(side, UUID(int=1), None, "PT4H") for side in (Side.CUSTOMER, Side.PROVIDER))
    story = Story(PinnedTerms("IT", HOUSE, (), {"customer": LATE}).terms(CALENDARS.__getitem__))
    story.customer("mon 15:00", Submitted(needs_approval=True, approvals=levels))
    assert lapse(story, "mon 16:00") == Lapse(at("mon 19:00"), State.DECLINED, StepReason.EXPIRED)
    story.tell("mon 16:00", Side.APPROVER, ApprovalAnswered(2, approved=True))
    assert lapse(story, "mon 16:00") == Lapse(at("mon 19:00"), State.DECLINED, StepReason.EXPIRED)
    story.tell("mon 16:00", Side.APPROVER, ApprovalAnswered(1, approved=True))
    assert lapse(story, "mon 16:30") == Lapse(at("tue 12:00"), State.DECLINED, StepReason.EXPIRED)
    story.approver("mon 16:45", State.SUBMITTED)
    assert lapse(story, "mon 17:00") is None


def test_an_approval_that_another_system_asks_for_expires_there() -> None:
    story = a_story()
    story.provider("mon 11:00", State.AWAITING_APPROVAL)
    assert (story.state(), lapse(story, "mon 12:00")) == (State.AWAITING_APPROVAL, None)


@pytest.mark.parametrize("step", [State.IN_PROGRESS, State.DECLINED, State.WAITING_ON_THIRD_PARTY])
def test_nothing_else_lapses(step: State) -> None:
    story = a_story(ACCEPTANCE, no_answer_window="P1D")
    story.provider("mon 11:00", step)
    assert lapse(story, "mon 12:00") is None
    closed = a_story(ACCEPTANCE)
    closed.provider("mon 11:00", State.FULFILLED)
    closed.customer("mon 12:00", Moved(State.CLOSED))
    assert lapse(closed, "mon 13:00") is None
