"""Facts are stored as JSON and come back as they were; what counts, and in which order."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.requests.timeline.events import in_effect
from services.requests.timeline.facts import (
    Assigned,
    Commented,
    Fact,
    HandOffAccepted,
    HandOffEnded,
    Moved,
    Reported,
    Submitted,
    TakenBack,
    UnreadableFact,
    decode,
    encode,
)
from services.requests.timeline.vocabulary import EventKind, Party, PartyKind, Side, State
from tests.requests.timeline.stories import Story, a_ticket

FACT_TYPES = (Submitted, Moved, Commented, Assigned, HandOffAccepted, HandOffEnded, Reported, TakenBack)


@given(st.one_of(*(st.builds(fact) for fact in FACT_TYPES)))
def test_every_fact_comes_back_from_json_as_it_was(fact: Fact) -> None:
    assert decode(fact.name, json.loads(json.dumps(encode(fact)))) == fact
    assert fact.kind is EventKind.FACT


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("unheard", {}),
        ("moved", {}),
        ("moved", {"to": None}),
        ("commented", {"text": ""}),
        ("assigned", {"assignee_id": 7}),
    ],
)
def test_what_no_version_wrote_is_unreadable(name: str, payload: dict[str, object]) -> None:
    with pytest.raises(UnreadableFact):
        decode(name, payload)


@given(st.sampled_from(PartyKind), st.text(min_size=1))
def test_a_party_has_one_spelling(kind: PartyKind, name: str) -> None:
    party = Party(kind, name if kind in (PartyKind.DEPARTMENT, PartyKind.THIRD_PARTY) else None)
    assert Party.parse(str(party)) == party


@pytest.mark.parametrize("text", ["", "nobody", "provider:IT", "none:"])
def test_other_spellings_of_parties_are_errors(text: str) -> None:
    with pytest.raises(ValueError, match=r"party|Party"):
        Party.parse(text)


def test_facts_count_by_instant_then_source_order_then_sequence() -> None:
    story = Story()
    third = story.tell("mon 10:00", Side.SYSTEM, Reported(State.ACCEPTED), source_order=2)
    fourth = story.tell("mon 10:00", Side.SYSTEM, Reported(State.IN_PROGRESS), source_order=2)
    second = story.tell("mon 10:00", Side.SYSTEM, Reported(State.SUBMITTED), source_order=1)
    first = story.tell("mon 09:00", Side.CUSTOMER, Submitted(), source_order=9)
    assert in_effect(story.events) == [first, second, third, fourth]


def test_a_slip_and_its_correction_are_both_left_out() -> None:
    story = a_ticket()
    slip = story.provider("mon 10:00", State.FULFILLED)
    story.tell("mon 10:05", Side.PROVIDER, TakenBack("wrong ticket"), corrects=slip.id)
    assert story.now("mon 11:00") == a_ticket().now("mon 11:00")


def test_a_correction_taken_back_corrects_nothing() -> None:
    story = a_ticket()
    slip = story.provider("mon 10:00", State.FULFILLED)
    correction = story.tell("mon 10:05", Side.PROVIDER, TakenBack(), corrects=slip.id)
    story.tell("mon 10:06", Side.PROVIDER, TakenBack(), corrects=correction.id)
    assert story.state() is State.FULFILLED


def test_a_correction_of_something_later_or_unknown_corrects_nothing() -> None:
    story = a_ticket()
    story.tell("mon 10:00", Side.PROVIDER, TakenBack(), corrects=UUID(int=3))
    story.provider("mon 11:00", State.FULFILLED)
    story.tell("mon 12:00", Side.PROVIDER, TakenBack(), corrects=UUID(int=99))
    assert story.state() is State.FULFILLED


def test_a_ticket_without_facts_reads_as_cancelled_and_has_no_time() -> None:
    story = a_ticket()
    story.tell("mon 10:00", Side.CUSTOMER, TakenBack(), corrects=story.events[0].id)
    nothing = story.now("mon 11:00")
    assert (nothing.state, nothing.created_at, nothing.ledger, nothing.clocks) == (State.CANCELLED, None, (), ())
