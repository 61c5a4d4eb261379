"""What the ticket machine draws: promises, and facts of any kind."""

from uuid import UUID

from hypothesis import strategies as st

from services.requests.timeline.facts import Assigned, Commented, HandOffEnded, Moved, Reported, Submitted
from services.requests.timeline.terms import Target
from services.requests.timeline.vocabulary import ClockName, Side, State, Visibility
from services.requests.worktime import DueRule, WorkingDays, WorkingSeconds
from tests.requests.timeline.stopwatch import Promise
from tests.requests.timeline.weeks import COMPILED, WEEKS

DEPARTMENTS = st.sampled_from(["IT", "NET", "LAW", "OPS"])
NAMES = st.none() | st.sampled_from(["Acme", "Globex"])
STATES = st.sampled_from(State)
WAITS = st.sampled_from([State.WAITING_ON_CUSTOMER, State.WAITING_ON_THIRD_PARTY])
LIVELY = WAITS | st.sampled_from([State.SUBMITTED, State.IN_PROGRESS])
SIDES = st.sampled_from(Side)


@st.composite
def promises(draw: st.DrawFn, clock: ClockName) -> Promise:
    """A promise in whole hours (so that its shares are whole quarters) or in working days."""
    week = draw(st.sampled_from(WEEKS))
    in_days = draw(st.booleans())
    return Promise(
        clock.value,
        week,
        quarters=0 if in_days else 4 * draw(st.integers(1, 40)),
        days=draw(st.integers(1, 4)) if in_days else 0,
        end_of_day=draw(st.booleans()),
        reopened=draw(st.sampled_from([0, 8, 32])),
        third_party_pauses=draw(st.booleans()),
    )


def target_of(promise: Promise) -> Target:
    return Target(
        ClockName(promise.clock),
        WorkingSeconds(900 * promise.quarters) if promise.quarters else WorkingDays(promise.days),
        COMPILED[promise.week],
        DueRule.END_OF_DAY if promise.end_of_day else DueRule.SAME_TIME,
        WorkingSeconds(900 * promise.reopened) if promise.reopened else None,
        promise.third_party_pauses,
    )


facts = st.one_of(
    st.builds(Moved, STATES, NAMES, NAMES, NAMES),
    st.builds(Commented, st.just("words"), st.sampled_from(Visibility), st.booleans()),
    st.builds(Reported, st.none() | STATES, st.none() | DEPARTMENTS, NAMES),
    st.builds(Submitted, st.booleans()),
    st.builds(Assigned, st.none() | st.uuids()),
    st.builds(HandOffEnded, st.integers(1, 40).map(lambda number: UUID(int=number))),
)
