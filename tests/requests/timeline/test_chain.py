"""What happens to a hand-off, as its own small ticket has it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.requests.timeline.chain import LinkFold, fold_links
from services.requests.timeline.facts import (
    Commented,
    Fact,
    HandOffAccepted,
    HandOffAnswered,
    HandOffAsked,
    HandOffEnded,
    HandOffOffered,
    TakenBack,
)
from services.requests.timeline.fold import Timeline
from services.requests.timeline.promised import PinnedObligation, PinnedTarget, PinnedTerms
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.terms import Terms
from services.requests.timeline.vocabulary import Asks, ClockName, ClockState, LinkEnd, Side, State, Visibility
from tests.requests.timeline.stories import OFFICE, Story, a_ticket, at

NET, LAW, HOURS = UUID(int=900), UUID(int=901), UUID(int=71)
PROMISED = PinnedTerms(
    "NET",
    HOURS,
    targets=(
        PinnedTarget(ClockName.ACKNOWLEDGE, "PT2H", HOURS),
        PinnedTarget(ClockName.FIRST_RESPONSE, "PT4H", HOURS),
        PinnedTarget(ClockName.RESOLUTION, "PT8H", HOURS),
    ),
    obligations=(
        PinnedObligation(ClockName.REPLY, HOURS, "PT2H"),
        PinnedObligation(ClockName.ACCEPTANCE, HOURS, "P1D"),
        PinnedObligation(ClockName.COMPLETENESS, HOURS),
    ),
)


def offered(**more: Any) -> Story:
    """At nine somebody asked IT, which at ten offers NET a part."""
    story = a_ticket(terms=Terms("IT", OFFICE, known=lambda _: OFFICE))
    story.provider("mon 10:00", HandOffOffered(NET, "NET", terms=PROMISED, **more))
    return story


def by_net(story: Story, when: str, fact: Fact, **more: Any) -> None:
    story.tell(when, Side.DEPARTMENT, fact, department="NET", **more)


def link(story: Story, link_id: UUID = NET) -> LinkFold:
    return next(each for each in fold_links(story.terms, story.events) if each.link.id == link_id)


def seen(story: Story, when: str, link_id: UUID = NET) -> Timeline:
    return link(story, link_id).at(at(when))


def clocks(story: Story, when: str, link_id: UUID = NET) -> dict[ClockName, ClockReading]:
    return {clock.clock: clock for clock in seen(story, when, link_id).clocks}


def test_acknowledge_and_what_is_decided_at_once_start_with_the_offer_the_others_with_the_acceptance() -> None:
    story = offered(missing=("/room",))
    assert clocks(story, "mon 11:00").keys() == {ClockName.ACKNOWLEDGE, ClockName.COMPLETENESS}
    assert clocks(story, "mon 11:00")[ClockName.COMPLETENESS].state is ClockState.MISSED
    by_net(story, "mon 11:30", HandOffAccepted(NET, "NET"))
    told = clocks(story, "mon 12:00")
    assert told[ClockName.ACKNOWLEDGE].state is ClockState.MET
    assert {name: told[name].started_at for name in (ClockName.FIRST_RESPONSE, ClockName.RESOLUTION)} == {
        ClockName.FIRST_RESPONSE: at("mon 11:30"),
        ClockName.RESOLUTION: at("mon 11:30"),
    }


@pytest.mark.parametrize(
    ("end", "state", "acknowledge"),
    [
        (LinkEnd.BOUNCED, State.DECLINED, ClockState.MET),
        (LinkEnd.WITHDRAWN, State.CANCELLED, ClockState.VOID),
        (LinkEnd.LAPSED, State.CANCELLED, ClockState.MISSED),
        (LinkEnd.ENDED, State.CANCELLED, ClockState.VOID),
    ],
)
def test_an_offer_ends_without_work(end: LinkEnd, state: State, acknowledge: ClockState) -> None:
    story = offered()
    story.system("mon 11:00", HandOffEnded(NET, end))
    told = seen(story, "tue 10:00")
    assert (told.state, told.ended_at) == (state, at("mon 11:00"))
    assert {clock.clock: clock.state for clock in told.clocks} == {
        ClockName.ACKNOWLEDGE: acknowledge,
        ClockName.COMPLETENESS: ClockState.MET,
    }
    assert [line.wall for line in told.ledger] == [timedelta(hours=1)]


def test_an_offer_lapses_at_its_acknowledge_else_after_a_working_day_of_the_receiver() -> None:
    story = offered()
    assert link(story).lapses_at(seen(story, "mon 10:30")) == at("mon 12:00")
    assert link(story).lapses_at(seen(story, "tue 10:30")) == at("mon 12:00")  # late as it is
    story.provider("fri 16:00", HandOffOffered(LAW, "LAW"))
    assert link(story, LAW).lapses_at(seen(story, "fri 16:30", LAW)) == at("mon+1 16:00")
    by_net(story, "fri 16:30", HandOffAccepted(NET, "NET"))
    assert link(story).lapses_at(seen(story, "fri 16:45")) is None


def test_a_return_is_accepted_as_it_comes_and_ends_the_links_time() -> None:
    story = offered()
    by_net(story, "mon 11:00", HandOffAccepted(NET, "NET"))
    by_net(story, "mon 15:00", HandOffEnded(NET))
    told = seen(story, "fri 10:00")
    assert (told.state, told.fulfilled_at, told.ended_at) == (State.CLOSED, at("mon 15:00"), at("mon 15:00"))
    assert ClockName.ACCEPTANCE not in {clock.clock for clock in told.clocks}
    assert told.ledger[-1].to == at("mon 15:00")


def test_what_nobody_offered_is_offered_and_accepted_at_once_under_no_promise() -> None:
    story = a_ticket()
    story.provider("mon 10:00", HandOffAccepted(NET, "NET"))
    told = seen(story, "mon 12:00")
    assert (told.state, told.clocks) == (State.ACCEPTED, ())
    assert [(str(line.party), line.reason, line.from_) for line in told.ledger] == [
        ("provider", "accepted", at("mon 10:00"))
    ]


def test_what_is_beneath_ends_with_what_is_above() -> None:
    story = offered()
    by_net(story, "mon 11:00", HandOffAccepted(NET, "NET"))
    by_net(story, "mon 12:00", HandOffOffered(LAW, "LAW", parent=NET, terms=PROMISED))
    story.tell("mon 13:00", Side.DEPARTMENT, HandOffAccepted(LAW, "LAW"))
    assert seen(story, "mon 14:00").state is State.HANDED_OFF
    by_net(story, "mon 14:00", HandOffEnded(NET))
    assert (seen(story, "mon 15:00").state, seen(story, "mon 15:00", LAW).state) == (State.CLOSED, State.CANCELLED)
    assert clocks(story, "mon 15:00", LAW)[ClockName.RESOLUTION].state is ClockState.VOID
    assert clocks(story, "mon 15:00")[ClockName.RESOLUTION].state is ClockState.MET


def test_what_its_department_writes_is_said_to_whoever_offered_internal_or_not() -> None:
    story = offered()
    by_net(story, "mon 10:30", Commented("Ours?"))  # nobody holds it yet
    by_net(story, "mon 11:00", HandOffAccepted(NET, "NET"))
    assert clocks(story, "mon 11:30")[ClockName.FIRST_RESPONSE].state is ClockState.RUNNING
    by_net(story, "mon 11:30", Commented("Noted", Visibility.INTERNAL), automatic=True)
    story.tell("mon 11:40", Side.DEPARTMENT, Commented("Elsewhere"), department="LAW")
    assert clocks(story, "mon 12:00")[ClockName.FIRST_RESPONSE].state is ClockState.RUNNING
    by_net(story, "mon 12:30", Commented("Tomorrow", Visibility.INTERNAL))
    assert clocks(story, "mon 13:00")[ClockName.FIRST_RESPONSE].ended_at == at("mon 12:30")


@pytest.mark.parametrize("asks", Asks)
def test_a_question_pauses_the_link_and_not_the_ticket(asks: Asks) -> None:
    story = offered()
    by_net(story, "mon 11:00", HandOffAccepted(NET, "NET"))
    by_net(story, "mon 12:00", HandOffAsked(NET, "Which?", asks))
    told = clocks(story, "mon 13:00")
    assert (told[ClockName.RESOLUTION].state, told[ClockName.RESOLUTION].due_at) == (ClockState.PAUSED, None)
    assert told[ClockName.REPLY].due_at == at("mon 14:00")
    assert (str(seen(story, "mon 13:00").ledger[-1].party), seen(story, "mon 13:00").ledger[-1].reason) == (
        "customer",
        f"asked:{asks}",
    )
    assert story.lines("mon 13:00")[-1] == "mon 11:00 department:NET handed_off"
    story.provider("mon 13:30", HandOffAnswered(NET, "This one"))
    told = clocks(story, "mon 14:30")
    assert (told[ClockName.REPLY].state, told[ClockName.RESOLUTION].due_at) == (ClockState.MET, at("tue 12:30"))
    assert story.now("mon 14:30").irregular == frozenset()


def test_only_a_question_to_the_requester_is_a_reply_to_them() -> None:
    for asks, state in ((Asks.PROVIDER, ClockState.RUNNING), (Asks.REQUESTER, ClockState.MET)):
        story = a_ticket()
        story.provider("mon 10:00", HandOffOffered(NET, "NET"))
        by_net(story, "mon 11:00", HandOffAccepted(NET, "NET"))
        by_net(story, "mon 12:00", HandOffAsked(NET, "Which?", asks))
        assert story.clock(ClockName.FIRST_RESPONSE, "mon 13:00").state is state


def test_a_question_that_is_answered_by_nobody_is_dropped_with_the_part() -> None:
    story = offered()
    by_net(story, "mon 11:00", HandOffAccepted(NET, "NET"))
    by_net(story, "mon 12:00", HandOffAsked(NET, "Which?"))
    by_net(story, "mon 13:00", HandOffEnded(NET))
    told = clocks(story, "mon 17:00")
    assert (told[ClockName.REPLY].state, told[ClockName.RESOLUTION].elapsed) == (ClockState.VOID, timedelta(hours=1))


def test_what_does_not_fit_is_irregular_and_kept() -> None:
    story = a_ticket()
    asked = story.provider("mon 09:30", HandOffAsked(NET, "Which?"))
    offer = story.provider("mon 10:00", HandOffOffered(NET, "NET"))
    early = story.tell("mon 10:30", Side.DEPARTMENT, HandOffAsked(NET, "Which?"))
    unasked = story.provider("mon 11:00", HandOffAnswered(NET, "This one"))
    returned = story.tell("mon 11:30", Side.DEPARTMENT, HandOffEnded(NET))
    assert story.now("mon 12:00").irregular == {asked.id, early.id, unasked.id, returned.id}
    story.tell("mon 12:10", Side.PROVIDER, TakenBack(), corrects=offer.id)
    assert fold_links(story.terms, story.events) == ()


def test_a_part_of_a_part_of_a_part_holds_the_time_of_all_above_it() -> None:
    story, ops = offered(), UUID(int=902)
    by_net(story, "mon 11:00", HandOffAccepted(NET, "NET"))
    by_net(story, "mon 12:00", HandOffOffered(LAW, "LAW", parent=NET))
    story.tell("mon 13:00", Side.DEPARTMENT, HandOffAccepted(LAW, "LAW"))
    story.tell("mon 14:00", Side.DEPARTMENT, HandOffOffered(ops, "OPS", parent=LAW))
    story.tell("mon 15:00", Side.DEPARTMENT, HandOffAccepted(ops, "OPS"))
    story.tell("mon 16:00", Side.DEPARTMENT, HandOffEnded(ops))
    told = {each: [str(line.party) for line in seen(story, "mon 17:00", each).ledger[-3:]] for each in (NET, LAW)}
    assert told[NET] == ["department:LAW", "department:OPS", "department:LAW"]
    assert told[LAW] == ["provider", "department:OPS", "provider"]
    assert [line.rpartition(" ")[0] for line in story.lines("mon 17:00")[-3:]] == [
        "mon 13:00 department:LAW",
        "mon 15:00 department:OPS",
        "mon 16:00 department:LAW",
    ]
