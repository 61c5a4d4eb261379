"""Section 6 for the customer's obligations, and the provider's `update`: what starts, stops and voids each."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.requests.timeline.facts import Amended, Commented, Fact, HandOffAccepted, Moved, Reported, Submitted
from services.requests.timeline.terms import Obligation, Target, Terms
from services.requests.timeline.vocabulary import ClockName, ClockState, Effect, Side, State, StepReason, Visibility
from services.requests.worktime import CalendarDefinition, WorkingTime
from tests.requests.timeline.stories import ALWAYS, Story, a_target, a_ticket, agreed, at, owing

RESOLUTION, UPDATE, REPLY, ACCEPTANCE = ClockName.RESOLUTION, ClockName.UPDATE, ClockName.REPLY, ClockName.ACCEPTANCE
NOTICE, COMPLETENESS, QUOTA = ClockName.NOTICE, ClockName.COMPLETENESS, ClockName.QUOTA
HOUR = timedelta(hours=1)
QUESTION = Moved(State.WAITING_ON_CUSTOMER, comment="Which room?")
INCOMPLETE = Moved(State.WAITING_ON_CUSTOMER, StepReason.INCOMPLETE, "Which size?", lacking=("/fields/size",))
LAPSE = Moved(State.CLOSED, StepReason.LAPSED)


def promised(*promises: Target | Obligation, asked: Submitted | None = None, when: str = "mon 09:00") -> Story:
    story = Story(agreed(*promises))
    story.customer(when, asked or Submitted())
    return story


def asked_on_monday() -> Story:
    story = promised(owing(REPLY, "PT4H"))
    story.provider("mon 10:00", QUESTION)
    return story


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Commented("4.12"), ClockState.MET),
        (Amended({"fields": {"room": "4.12"}}), ClockState.MET),
        (Commented("One moment", answers=False), ClockState.RUNNING),
        (Commented("note", Visibility.INTERNAL), ClockState.RUNNING),
        (Moved(State.CANCELLED), ClockState.VOID),
    ],
)
def test_reply_runs_from_the_question_to_what_the_customer_answers(answer: Fact, state: ClockState) -> None:
    story = asked_on_monday()
    running = story.clock(REPLY, "mon 11:00")
    assert (running.state, running.started_at, running.due_at) == (ClockState.RUNNING, at("mon 10:00"), at("mon 14:00"))
    story.customer("mon 13:00", answer)
    assert story.clock(REPLY, "mon 14:00").state is state


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (Moved(State.IN_PROGRESS), ClockState.VOID),
        (Moved(State.IN_PROGRESS, answers=True), ClockState.MET),
        (Moved(State.IN_PROGRESS, answers=False), ClockState.VOID),
        (Moved(State.FULFILLED), ClockState.VOID),
        (Moved(State.DECLINED, reason="gone"), ClockState.VOID),
        (Moved(State.WAITING_ON_THIRD_PARTY), ClockState.RUNNING),
    ],
)
def test_a_question_taken_back_is_void_and_one_under_another_wait_stays_asked(step: Moved, state: ClockState) -> None:
    story = asked_on_monday()
    story.provider("mon 12:00", step)
    assert story.clock(REPLY, "mon 13:00").state is state


def test_each_question_is_a_cycle_of_reply_in_the_round_in_which_it_was_asked() -> None:
    story = asked_on_monday()
    story.customer("mon 16:00", Commented("4.12"))
    story.provider("tue 09:00", QUESTION)
    story.customer("tue 10:00", Commented("still 4.12"))
    story.provider("tue 11:00", State.FULFILLED)
    story.customer("tue 12:00", Moved(State.IN_PROGRESS))
    story.provider("tue 13:00", QUESTION)
    told = [(c.cycle, c.round, c.state, c.breached_at) for c in story.now("tue 14:00").clocks]
    assert told == [
        (1, 1, ClockState.MISSED, at("mon 14:00")),
        (2, 1, ClockState.MET, None),
        (3, 2, ClockState.RUNNING, None),
    ]


def test_a_reply_warns_before_it_is_due() -> None:
    thresholds = asked_on_monday().clock(REPLY, "mon 10:30").thresholds
    assert [(t.percent, t.fires_at) for t in thresholds] == [
        (50, at("mon 12:00")),
        (75, at("mon 13:00")),
        (100, at("mon 14:00")),
    ]


def test_no_waiting_party_pauses_what_the_customer_owes() -> None:
    story = asked_on_monday()
    story.provider("mon 11:00", State.WAITING_ON_THIRD_PARTY)
    assert story.clock(REPLY, "mon 13:00").elapsed == 3 * HOUR


def fulfilled(*more: Target | Obligation) -> Story:
    story = promised(owing(ACCEPTANCE, "P2D"), *more)
    story.provider("mon 11:00", State.FULFILLED)
    return story


@pytest.mark.parametrize(
    ("side", "step", "state"),
    [
        (Side.CUSTOMER, Moved(State.CLOSED), ClockState.MET),
        (Side.CUSTOMER, Moved(State.IN_PROGRESS, reason="not done"), ClockState.MET),
        (Side.PROVIDER, Moved(State.IN_PROGRESS, reason="our error"), ClockState.VOID),
        (Side.SYSTEM, Reported(State.IN_PROGRESS), ClockState.VOID),
        (Side.SYSTEM, Reported(State.CLOSED), ClockState.MET),
        (Side.SYSTEM, LAPSE, ClockState.MISSED),
    ],
)
def test_acceptance_runs_until_the_customer_closes_or_reopens(side: Side, step: Fact, state: ClockState) -> None:
    story = fulfilled()
    running = story.clock(ACCEPTANCE, "mon 12:00")
    assert (running.state, running.due_at, running.round) == (ClockState.RUNNING, at("wed 11:00"), 1)
    story.tell("tue 11:00", side, step)
    assert story.clock(ACCEPTANCE, "tue 12:00").state is state


def test_a_lapse_at_the_due_time_is_a_miss_then_and_a_late_one_at_the_due_time_too() -> None:
    for when in ("wed 11:00", "wed 15:00"):
        story = fulfilled()
        story.system(when, LAPSE)
        missed = story.clock(ACCEPTANCE, "thu 09:00")
        assert (missed.state, missed.breached_at) == (ClockState.MISSED, at("wed 11:00"))


def test_an_update_runs_from_each_public_reply_to_the_next() -> None:
    story = promised(a_target(UPDATE, "PT4H"))
    assert story.now("mon 10:00").clocks == ()
    story.provider("mon 10:00", Commented("We look into it"))
    story.provider("mon 11:00", Commented("hm", Visibility.INTERNAL))
    story.provider("mon 15:00", QUESTION)
    story.customer("mon 16:00", Commented("4.12"))
    story.provider("mon 16:30", HandOffAccepted(UUID(int=900), "NET"))
    story.tell("mon 17:00", Side.DEPARTMENT, Commented("We are at it"))
    story.provider("tue 10:00", Moved(State.FULFILLED, comment="Done"))
    told = [(c.cycle, c.state, c.started_at, c.ended_at, c.elapsed) for c in story.now("wed 09:00").clocks]
    assert told == [
        (1, ClockState.MISSED, at("mon 10:00"), at("mon 15:00"), 5 * HOUR),
        (2, ClockState.MET, at("mon 15:00"), at("mon 17:00"), HOUR),  # an hour of it waited on the customer
        (3, ClockState.MET, at("mon 17:00"), at("tue 10:00"), HOUR),
    ]


@pytest.mark.parametrize("pausing", [State.WAITING_ON_CUSTOMER, State.WAITING_ON_THIRD_PARTY, State.AWAITING_APPROVAL])
def test_update_is_paused_by_all_but_provider_and_department(pausing: State) -> None:
    story = promised(a_target(UPDATE, "PT4H"))
    story.provider("mon 10:00", Commented("We look into it"))
    story.provider("mon 10:00", Moved(pausing))
    assert story.clock(UPDATE, "mon 12:00", story.now("mon 12:00").clocks[-1].cycle).state is ClockState.PAUSED


def test_a_reply_on_a_ticket_that_is_done_promises_no_next_one() -> None:
    story = promised(a_target(UPDATE, "PT4H"))
    story.provider("mon 10:00", Moved(State.DECLINED, comment="We do not make these"))
    story.provider("mon 11:00", Commented("Sorry again"))
    assert story.now("mon 12:00").clocks == ()


def noticed(needed_by: str | None, *, approver: Side | None = None, effect: Effect = Effect.NONE) -> Story:
    """Ten working days' notice are promised; asked on Monday at nine, they end on Monday two weeks later at nine."""
    asked = Submitted(needs_approval=approver is not None, needed_by=needed_by, approver=approver or Side.CUSTOMER)
    return promised(a_target(RESOLUTION, "P5D"), owing(NOTICE, "P10D", effect), asked=asked)


@pytest.mark.parametrize(
    ("needed_by", "state", "given"),
    [
        ("2024-05-20T09:00:00Z", ClockState.MET, 80),
        ("2024-05-20T08:59:59Z", ClockState.MISSED, 80),  # no working time lacks, and it is too early all the same
        ("2024-05-20", ClockState.MET, 88),
        ("2024-05-17", ClockState.MISSED, 80),
        ("2024-05-09", ClockState.MISSED, 32),  # given are Monday to Thursday
        ("2024-05-01", ClockState.MISSED, 0),
    ],
)
def test_notice_is_met_if_what_was_promised_ends_before_it_is_needed(
    needed_by: str, state: ClockState, given: int
) -> None:
    notice = noticed(needed_by).clock(NOTICE, "mon 09:00")
    assert (notice.state, notice.started_at, notice.ended_at) == (state, at("mon 09:00"), at("mon 09:00"))
    assert (notice.promised, notice.observed) == (80 * 3600, given * 3600)
    is_missed = state is ClockState.MISSED
    assert notice.shortfall == (timedelta(hours=max(80 - given, 0)) if is_missed else None)
    assert notice.breached_at == (at("mon 09:00") if is_missed else None)


def test_notice_begins_when_approval_is_granted_unless_the_provider_approves() -> None:
    for approver, given in ((Side.CUSTOMER, 24), (Side.PROVIDER, 32)):
        story = noticed("2024-05-09", approver=approver)
        assert story.now("mon 12:00").clocks == ()
        story.approver("tue 09:00", State.SUBMITTED)
        notice = story.clock(NOTICE, "tue 09:00")
        assert (notice.started_at, notice.observed) == (at("tue 09:00"), given * 3600)


def test_notice_is_decided_again_only_if_it_is_needed_earlier() -> None:
    story = noticed("2024-05-24")
    story.customer("tue 09:00", Amended({"needed_by": "2024-05-30"}))
    assert story.clock(NOTICE, "tue 10:00") == story.clock(NOTICE, "mon 10:00")
    story.provider("tue 09:30", Amended({"needed_by": "2024-05-10"}))  # which is not theirs to say
    assert story.clock(NOTICE, "tue 10:00").observed == story.clock(NOTICE, "mon 10:00").observed
    story.customer("tue 10:00", Amended({"needed_by": "2024-05-22"}))
    still = story.clock(NOTICE, "tue 11:00")
    assert (still.state, still.ended_at, still.observed) == (ClockState.MET, at("mon 09:00"), 13 * 8 * 3600)
    story.customer("wed 09:00", Amended({"needed_by": "2024-05-16"}))
    missed = story.clock(NOTICE, "wed 10:00")
    assert (missed.state, missed.breached_at, missed.shortfall) == (ClockState.MISSED, at("wed 09:00"), 8 * HOUR)
    story.customer("thu 09:00", Amended({"needed_by": "2024-05-31"}))
    assert story.clock(NOTICE, "thu 10:00") == missed


def test_without_a_date_or_a_quota_read_nothing_is_decided() -> None:
    story = promised(owing(NOTICE, "P10D"), owing(QUOTA, ""))
    assert story.now("mon 10:00").clocks == ()
    odd = promised(owing(NOTICE, "P10D"), asked=Submitted(needed_by="soon"))
    assert odd.now("mon 10:00").clocks == ()


def test_a_calendar_without_an_answer_breaks_no_notice() -> None:
    shut = WorkingTime(CalendarDefinition("UTC", ()))
    story = promised(owing(NOTICE, "P10D", calendar=shut), asked=Submitted(needed_by="2024-05-07"))
    notice = story.clock(NOTICE, "mon 10:00")
    assert (notice.state, notice.no_due_reason, notice.observed) == (ClockState.MET, "calendar_exhausted", None)


def test_completeness_is_decided_at_submission_and_missed_at_the_first_incomplete_return() -> None:
    lacking = promised(owing(COMPLETENESS, ""), asked=Submitted(missing=("/fields/size", "/fields/room")))
    clock = lacking.clock(COMPLETENESS, "mon 09:00")
    assert (clock.state, clock.observed) == (ClockState.MISSED, ["/fields/size", "/fields/room"])
    story = promised(owing(COMPLETENESS, ""), owing(REPLY, "PT4H"))
    assert story.clock(COMPLETENESS, "mon 09:30").state is ClockState.MET
    story.provider("mon 10:00", INCOMPLETE)
    missed = story.clock(COMPLETENESS, "mon 10:30")
    assert (missed.state, missed.breached_at, missed.observed) == (
        ClockState.MISSED,
        at("mon 10:00"),
        ["/fields/size"],
    )
    assert story.clock(REPLY, "mon 10:30").state is ClockState.RUNNING
    story.customer("mon 11:00", Amended({"fields": {"size": "M"}}))
    assert story.clock(REPLY, "mon 11:30").state is ClockState.MET
    story.provider("mon 12:00", INCOMPLETE)
    assert story.clock(COMPLETENESS, "mon 13:00") == missed


@pytest.mark.parametrize(
    ("side", "step"),
    [
        (Side.PROVIDER, QUESTION),
        (Side.PROVIDER, Moved(State.WAITING_ON_CUSTOMER, StepReason.INCOMPLETE, "What else?")),
        (Side.CUSTOMER, INCOMPLETE),
    ],
)
def test_only_a_return_that_names_what_is_lacking_is_incomplete(side: Side, step: Moved) -> None:
    story = promised(owing(COMPLETENESS, ""))
    story.tell("mon 10:00", side, step)
    assert story.clock(COMPLETENESS, "mon 11:00").state is ClockState.MET


@pytest.mark.parametrize(("observed", "state"), [(3, ClockState.MET), (4, ClockState.MISSED)])
def test_quota_is_what_was_read_at_submission(observed: int, state: ClockState) -> None:
    story = promised(owing(QUOTA, ""), asked=Submitted(quota_promised=3, quota_observed=observed))
    clock = story.clock(QUOTA, "fri 09:00")
    assert (clock.state, clock.promised, clock.observed, clock.side) == (state, 3, observed, Side.CUSTOMER)


def test_a_ticket_that_another_systems_step_opens_owes_nothing_at_once() -> None:
    story = Story(agreed(owing(COMPLETENESS, ""), owing(NOTICE, "P1D")))
    story.system("mon 09:00", Reported(State.IN_PROGRESS))
    assert story.now("mon 10:00").clocks == ()


def test_nothing_promised_nothing_measured() -> None:
    story = a_ticket(terms=Terms("IT", ALWAYS))
    story.provider("mon 10:00", INCOMPLETE)
    assert story.now("mon 11:00").clocks == ()
