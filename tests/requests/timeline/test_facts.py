"""Facts are stored as JSON and come back as they were; what counts, and in which order."""

import json
from datetime import UTC
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.requests.timeline.events import in_effect
from services.requests.timeline.facts import FACTS, Amended, Reported, Submitted, TakenBack
from services.requests.timeline.marks import MARKS, ThresholdFired
from services.requests.timeline.payloads import Payload, UnreadableEvent, decode, encode
from services.requests.timeline.promised import PinnedObligation, PinnedTarget, PinnedTerms, pinned_from
from services.requests.timeline.rulings import RULINGS, AgreementRuled, CalendarRuled
from services.requests.timeline.vocabulary import ClockName, EventKind, Party, PartyKind, Side, State
from tests.requests.timeline.stories import Story, a_ticket, at

WITH_INSTANTS = st.datetimes(timezones=st.just(UTC))
PINNED = st.builds(
    PinnedTerms,
    targets=st.tuples(st.builds(PinnedTarget, warnings=st.tuples(st.integers(1, 99)))),
    calendars=st.dictionaries(st.text(), st.uuids()),
    obligations=st.tuples(st.builds(PinnedObligation)),
    no_answer_window=st.none() | st.text(),
)
PLAIN = [kind for kind in (*FACTS, *RULINGS, *MARKS) if kind not in (Amended, ThresholdFired, AgreementRuled)]


@given(
    st.one_of(*(st.builds(kind) for kind in PLAIN))
    | st.builds(Amended, st.dictionaries(st.text(), st.text() | st.none()))
    | st.builds(ThresholdFired, fires_at=WITH_INSTANTS)
    | st.builds(AgreementRuled, PINNED)
)
def test_every_payload_comes_back_from_json_as_it_was(payload: Payload) -> None:
    assert decode(payload.name, json.loads(json.dumps(encode(payload)))) == payload


@given(PINNED)
def test_pinned_terms_come_back_from_json_as_they_were(pinned: PinnedTerms) -> None:
    assert pinned_from(json.loads(json.dumps(pinned.document))) == pinned


def test_terms_pinned_before_there_were_obligations_are_read() -> None:
    """As the tickets of version 0.2 keep them: every field, and none of those that came later."""
    calendar = UUID(int=7)
    target = {"clock": "resolution", "duration": "P3D", "calendar_id": str(calendar), "due": "same_time"}
    rest = {"reopened": None, "third_party_pauses": False, "objective": 0.9}
    document = {"provider": "IT", "calendar_id": str(calendar), "targets": [{**target, **rest}]}
    pinned = pinned_from({**document, "calendars": {"customer": str(calendar)}, "reopening_window": "P10D"})
    promised = (PinnedTarget(ClockName.RESOLUTION, "P3D", calendar, objective=0.9),)
    assert pinned == PinnedTerms("IT", calendar, promised, {"customer": calendar})


def test_kinds_of_event_are_told_by_their_payload() -> None:
    kinds = {kind.kind for kind in FACTS}, {kind.kind for kind in RULINGS}, {kind.kind for kind in MARKS}
    assert kinds == ({EventKind.FACT}, {EventKind.RULING}, {EventKind.MARK})
    names = [kind.name.value for kind in (*FACTS, *RULINGS, *MARKS)]
    assert len(set(names)) == len(names)


def test_marks_and_corrections_of_rulings_do_not_count() -> None:
    story = a_ticket()
    ruling = story.system("mon 10:00", CalendarRuled(UUID(int=7), 2))
    story.system("mon 11:00", ThresholdFired(ClockName.RESOLUTION, 1, 50, at("mon 11:00")))
    story.tell("mon 12:00", Side.SYSTEM, TakenBack(), corrects=ruling.id)
    assert in_effect(story.events) == [story.events[0], ruling]


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
    with pytest.raises(UnreadableEvent):
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
