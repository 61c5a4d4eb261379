"""What the ticket machine draws: calendars in versions, promises, rulings, and facts of any kind."""

from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st

from services.requests.timeline.approving import Approver
from services.requests.timeline.facts import (
    Amended,
    ApprovalAnswered,
    Assigned,
    Commented,
    HandOffEnded,
    Moved,
    Prioritised,
    PriorityProposed,
    Reported,
    Submitted,
)
from services.requests.timeline.promised import PinnedObligation, PinnedTarget, PinnedTerms
from services.requests.timeline.vocabulary import (
    INSTANT,
    OBLIGATIONS,
    ClockName,
    Effect,
    Restart,
    Side,
    State,
    Visibility,
)
from services.requests.worktime import DueRule
from tests.requests.timeline.oracle_promises import Calendars
from tests.requests.timeline.weeks import BEGIN, WEEKS, instant

PARTIES = ("customer", "approver", "department:NET", "third_party:Acme")
LONGEST = 3_500
DEPARTMENTS = st.sampled_from(["IT", "NET", "LAW", "OPS"])
NAMES = st.none() | st.sampled_from(["Acme", "Globex"])
REASONS = st.none() | st.sampled_from(["Acme", "incomplete", "incomplete", "lapsed", "no_answer"])
LACKING = st.sampled_from([(), ("/fields/size",), ("/fields/size", "/fields/room")])
STATES = st.sampled_from(State)
WAITS = st.sampled_from([State.WAITING_ON_CUSTOMER, State.WAITING_ON_THIRD_PARTY])
LIVELY = WAITS | st.sampled_from([State.SUBMITTED, State.IN_PROGRESS])
SIDES = st.sampled_from(Side)
RESTARTS = st.sampled_from([Restart.KEEP, Restart.KEEP, Restart.RESTART])
CONTESTED = st.sampled_from(["provider", "customer", "approver", "department:NET", "third_party:Acme", "excluded"])
FREEZES = st.sampled_from([UUID(int=number) for number in range(201, 204)])
CALENDAR_IDS = [UUID(int=number) for number in range(101, 105)]
TARGETS = [clock for clock in ClockName if clock not in OBLIGATIONS]
_OWED = [clock for clock in ClockName if clock in OBLIGATIONS]
_CALENDAR = st.sampled_from(CALENDAR_IDS)
_WARNINGS = st.sampled_from([(50, 75), (50, 75), (50, 75), (80,), (25, 50, 90), ()])
_LENGTHS = st.integers(1, 40).map("PT{}H".format) | st.integers(1, 4).map("P{}D".format)
_INSTANTS = st.integers(0, LONGEST).map(lambda tick: instant(tick).isoformat())
_DATES = st.integers(0, 36).map(lambda day: (BEGIN.date() + timedelta(days=day)).isoformat())
NEEDED = _INSTANTS | _DATES
APPROVALS = st.lists(
    st.builds(Approver, st.sampled_from([Side.CUSTOMER, Side.PROVIDER]), st.integers(1, 3).map(lambda n: UUID(int=n))),
    max_size=2,
).map(tuple)


@st.composite
def calendars(draw: st.DrawFn) -> Calendars:
    """A few calendars, each with two or three versions."""
    known = {}
    for calendar in CALENDAR_IDS:
        changes = sorted(draw(st.sets(st.integers(1, LONGEST // 2), min_size=1, max_size=2)))
        known[calendar] = [(since, draw(st.sampled_from(WEEKS))) for since in (0, *changes)]
    return Calendars(known)


def _most_of(clocks: list[ClockName]) -> st.SearchStrategy[list[ClockName]]:
    """All but a few of them: what is not promised is soon seen, what is promised goes wrong in many ways."""
    left_out = st.sets(st.sampled_from(clocks), max_size=2)
    return left_out.map(lambda left: [clock for clock in clocks if clock not in left])


@st.composite
def targets(draw: st.DrawFn) -> tuple[PinnedTarget, ...]:
    """What the provider promises; whole hours, or working days."""
    return tuple(
        PinnedTarget(
            clock,
            draw(_LENGTHS),
            draw(_CALENDAR),
            draw(st.sampled_from(DueRule)),
            draw(st.none() | _LENGTHS) if clock is ClockName.RESOLUTION else None,
            draw(st.booleans()),
            warnings=draw(_WARNINGS),
        )
        for clock in draw(_most_of(TARGETS))
    )


@st.composite
def terms(draw: st.DrawFn) -> PinnedTerms:
    """A whole promise of both sides."""
    owed = tuple(
        PinnedObligation(
            clock,
            draw(_CALENDAR),
            draw(_LENGTHS) if clock not in INSTANT or clock is ClockName.NOTICE else None,
            effect=draw(st.sampled_from(Effect)),
        )
        for clock in draw(_most_of(_OWED))
    )
    parties = draw(st.sets(st.sampled_from(PARTIES)))
    return PinnedTerms(
        provider="IT",
        calendar_id=draw(_CALENDAR),
        targets=draw(targets()),
        obligations=owed,
        calendars={party: draw(_CALENDAR) for party in sorted(parties)},
    )


@st.composite
def submissions(draw: st.DrawFn) -> Submitted:
    """A request; its quota was read, or there is none."""
    observed = draw(st.none() | st.sampled_from([1.0, 2.0, 3.0]))
    return Submitted(
        needs_approval=draw(st.integers(0, 4)) == 0,
        needed_by=draw(st.none() | NEEDED),
        missing=draw(LACKING),
        quota_promised=None if observed is None else 2.0,
        quota_observed=observed,
        approver=draw(st.sampled_from([Side.CUSTOMER, Side.PROVIDER])),
        approvals=draw(APPROVALS),
    )


amendments = st.builds(
    Amended, st.fixed_dictionaries({}, optional={"needed_by": st.none() | NEEDED, "subject": st.just("A laptop")})
)
facts = st.one_of(
    st.builds(Moved, STATES, REASONS, NAMES, NAMES, LACKING, st.none() | st.booleans(), APPROVALS),
    st.builds(ApprovalAnswered, st.integers(1, 3), st.booleans()),
    st.builds(Commented, st.just("words"), st.sampled_from(Visibility), st.booleans()),
    st.builds(Reported, st.none() | STATES, st.none() | DEPARTMENTS, NAMES),
    submissions(),
    amendments,
    st.builds(Assigned, st.none() | st.uuids()),
    st.builds(PriorityProposed, st.just("high")),
    st.builds(Prioritised, st.just("high")),
    st.builds(HandOffEnded, st.integers(1, 40).map(lambda number: UUID(int=number))),
)
