"""Section 3's limits on what people post: instants, slips taken back, hand-offs in a circle."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.requests.timeline.facts import HandOffAccepted, HandOffEnded, Moved, Submitted, TakenBack
from services.requests.timeline.posting import (
    check_breaches_stand,
    check_correction,
    check_held,
    check_not_in_future,
    check_occurred_at,
    check_offer,
)
from services.requests.timeline.refusals import (
    AlreadyCorrected,
    CorrectionOfAnotherSide,
    CorrectionTooLate,
    CorrectionUndoesBreach,
    HandOffInCircle,
    HandOffInState,
    InstantBehindBreach,
    InstantBehindLatestFact,
    InstantInFuture,
    LinkNotOpen,
    NotCorrectable,
    TimelineRefused,
)
from services.requests.timeline.rulings import CalendarRuled
from services.requests.timeline.vocabulary import ClockName, ClockState, Side, State, StepReason
from tests.requests.timeline.stories import Story, a_target, a_ticket, agreed, at, owing, terms

NET, LAW = UUID(int=900), UUID(int=901)
MOMENT = timedelta(microseconds=1)


def test_nothing_lies_more_than_five_minutes_in_the_future() -> None:
    check_not_in_future(at("mon 10:05"), now=at("mon 10:00"))
    with pytest.raises(InstantInFuture):
        check_not_in_future(at("mon 10:05") + MOMENT, now=at("mon 10:00"))


def test_people_go_back_to_the_latest_fact_and_not_behind_a_due_time_passed() -> None:
    story = a_ticket(terms=terms(a_target(ClockName.RESOLUTION, "PT2H")))
    now = at("mon 12:00")
    timeline, latest = story.now("mon 12:00"), at("mon 09:00")
    check_occurred_at(at("mon 11:00") + MOMENT, now=now, latest=latest, timeline=timeline)
    with pytest.raises(InstantBehindBreach):
        check_occurred_at(at("mon 11:00"), now=now, latest=latest, timeline=timeline)
    early = story.now("mon 10:30")
    check_occurred_at(latest, now=at("mon 10:30"), latest=latest, timeline=early)
    with pytest.raises(InstantBehindLatestFact):
        check_occurred_at(latest - MOMENT, now=at("mon 10:30"), latest=latest, timeline=early)


def test_a_slip_is_taken_back_by_its_side_within_an_hour_and_once() -> None:
    story = a_ticket()
    slip = story.provider("mon 10:00", State.FULFILLED)
    check_correction(slip, Side.PROVIDER, now=at("mon 11:00"), others=story.events)
    with pytest.raises(CorrectionTooLate):
        check_correction(slip, Side.PROVIDER, now=at("mon 11:00") + MOMENT, others=story.events)
    with pytest.raises(CorrectionOfAnotherSide):
        check_correction(slip, Side.CUSTOMER, now=at("mon 10:01"), others=story.events)
    correction = story.tell("mon 10:05", Side.PROVIDER, TakenBack(), corrects=slip.id)
    with pytest.raises(AlreadyCorrected):
        check_correction(slip, Side.PROVIDER, now=at("mon 10:06"), others=story.events)
    for fixed in (correction, story.events[0]):
        with pytest.raises(NotCorrectable):
            check_correction(fixed, fixed.actor.side, now=at("mon 10:06"), others=story.events)


def test_no_link_leads_to_the_provider_or_to_a_department_above_it() -> None:
    story = a_ticket()
    story.provider("mon 10:00", HandOffAccepted(NET, "NET"))
    story.tell("mon 11:00", Side.DEPARTMENT, HandOffAccepted(LAW, "LAW", parent=NET))
    links = story.now("mon 12:00").links
    check_offer(State.HANDED_OFF, links, "LAW", provider="IT", parent=None)
    for department, parent in (("IT", None), ("NET", NET), ("NET", LAW), ("LAW", LAW), ("IT", LAW)):
        with pytest.raises(HandOffInCircle):
            check_offer(State.HANDED_OFF, links, department, provider="IT", parent=parent)


def test_a_link_that_ended_neither_hands_on_nor_ends_again() -> None:
    story = a_ticket()
    story.provider("mon 10:00", HandOffAccepted(NET, "NET"))
    check_held(story.now("mon 10:30").links, NET)
    story.provider("mon 11:00", HandOffEnded(NET))
    links = story.now("mon 12:00").links
    with pytest.raises(LinkNotOpen):
        check_held(links, NET)
    with pytest.raises(LinkNotOpen):
        check_offer(State.IN_PROGRESS, links, "LAW", provider="IT", parent=NET)


@pytest.mark.parametrize("state", ["awaiting_approval", "fulfilled", "closed", "declined", "cancelled"])
def test_some_states_hand_nothing_off(state: str) -> None:
    with pytest.raises(HandOffInState) as refused:
        check_offer(State(state), (), "NET", provider="IT", parent=None)
    assert state in refused.value.detail_in("es")


def every_refusal(kind: type[TimelineRefused] = TimelineRefused) -> list[type[TimelineRefused]]:
    beneath = kind.__subclasses__()
    return [kind, *(deeper for each in beneath for deeper in every_refusal(each))] if beneath else [kind]


def test_every_refusal_has_a_code_of_its_own_and_speaks_both_languages() -> None:
    told = [refusal for refusal in every_refusal() if not refusal.__subclasses__()]
    assert len({refusal.code for refusal in told}) == len(told) == 20
    assert all(set(refusal.sentences) == {"en", "es"} for refusal in told)


def test_a_correction_undoes_no_breach_but_what_the_slip_itself_decided() -> None:
    """A return as incomplete, posted to the wrong ticket, takes its miss with it; a due time stays passed."""
    story = Story(agreed(a_target(ClockName.RESOLUTION, "PT2H"), owing(ClockName.COMPLETENESS, "")))
    story.customer("mon 09:00", Submitted())
    step = Moved(State.WAITING_ON_CUSTOMER, StepReason.INCOMPLETE, "Which size?", lacking=("/fields/size",))
    slip = story.provider("mon 10:00", step)
    returned = story.now("mon 10:30")
    assert story.clock(ClockName.COMPLETENESS, "mon 10:30").state is ClockState.MISSED
    back = story.tell("mon 10:30", Side.PROVIDER, TakenBack(), corrects=slip.id)
    check_breaches_stand(returned, story.now("mon 10:30"))
    assert story.clock(ClockName.COMPLETENESS, "mon 10:30").state is ClockState.MET
    done = story.provider("mon 10:45", State.FULFILLED)
    met = story.now("mon 12:00")
    story.tell("mon 12:00", Side.PROVIDER, TakenBack(), corrects=done.id)
    with pytest.raises(CorrectionUndoesBreach):
        check_breaches_stand(story.now("mon 12:00"), met)
    with pytest.raises(NotCorrectable):
        check_correction(back, Side.PROVIDER, now=at("mon 12:00"), others=story.events)


def test_a_ruling_is_not_a_slip() -> None:
    story = a_ticket()
    ruling = story.system("mon 10:00", CalendarRuled(UUID(int=1), 2))
    with pytest.raises(NotCorrectable):
        check_correction(ruling, Side.SYSTEM, now=at("mon 10:10"), others=story.events)
