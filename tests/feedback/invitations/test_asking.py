"""Who may be asked: the budget of requests, and nobody about their own department."""

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feedback.invitations.rules.asking import NotAskedBecause, budget_opens_at, why_not_ask
from services.feedback.people.rules import Person
from tests.feedback.told import A_MONDAY

WEEK, QUARTER = timedelta(days=7), timedelta(days=90)
IT, HR = UUID(int=1), UUID(int=2)
times = st.lists(st.integers(0, 400 * 24), max_size=60).map(
    lambda hours: [A_MONDAY + timedelta(hours=h) for h in hours]
)


def asked_at(moments: list[timedelta]) -> list[datetime]:
    """Those of a person's requests that their budget lets through, each wanted after this time."""
    sent: list[datetime] = []
    for moment in moments:
        if budget_opens_at(sent, A_MONDAY + moment) is None:
            sent.append(A_MONDAY + moment)
    return sent


@given(times)
def test_nobody_is_asked_twice_in_a_week_or_five_times_in_a_quarter(wanted: list[datetime]) -> None:
    sent: list[datetime] = []
    for at in wanted:  # in any order: news comes late
        if budget_opens_at(sent, at) is None:
            sent.append(at)
    ats = sorted(sent)
    assert all(later - earlier >= WEEK for earlier, later in pairwise(ats))
    assert all(later - earlier >= QUARTER for earlier, later in zip(ats, ats[4:], strict=False))


def test_the_budget_opens_to_the_instant() -> None:
    sent = [A_MONDAY]
    just_before = A_MONDAY + WEEK - timedelta(microseconds=1)
    assert budget_opens_at(sent, just_before) == A_MONDAY + WEEK
    assert budget_opens_at(sent, A_MONDAY + WEEK) is None


def test_the_fifth_in_ninety_days_waits_for_the_first_to_pass() -> None:
    sent = asked_at([WEEK * n for n in range(5)])
    assert len(sent) == 4
    assert budget_opens_at(sent, A_MONDAY + WEEK * 5) == A_MONDAY + QUARTER
    assert budget_opens_at(sent, A_MONDAY + QUARTER) is None


@pytest.mark.parametrize(
    ("person", "sent", "reason"),
    [
        (Person(UUID(int=9), True, 1, frozenset({HR})), [], None),
        (None, [], None),
        (Person(UUID(int=9), True, 1, frozenset({HR, IT})), [], NotAskedBecause.BELONGS_TO_PROVIDER),
        (Person(UUID(int=9), False, 1, frozenset({HR})), [], NotAskedBecause.INACTIVE),
        (None, [A_MONDAY], NotAskedBecause.BUDGET_USED_UP),
    ],
)
def test_why_somebody_is_not_asked(person: Person | None, sent: list[datetime], reason: NotAskedBecause | None) -> None:
    assert why_not_ask(person, IT, sent, A_MONDAY + timedelta(days=1)) is reason
