"""Tickets that things are ruled on: calendars by id, promises as data, and what was calculated again."""

from datetime import timedelta
from uuid import UUID

from services.requests.timeline.calendars import CalendarHistory, Followed
from services.requests.timeline.facts import Moved, Submitted
from services.requests.timeline.promised import PinnedObligation, PinnedTarget, PinnedTerms
from services.requests.timeline.rulings import AgreementRuled
from services.requests.timeline.vocabulary import ClockName, State
from tests.requests.timeline.stories import OFFICE, Story, at, week

ACKNOWLEDGE, RESOLUTION, UPDATE, REPLY = (
    ClockName.ACKNOWLEDGE,
    ClockName.RESOLUTION,
    ClockName.UPDATE,
    ClockName.REPLY,
)
HOUR = timedelta(hours=1)
HOUSE, LATE, AGREEMENT = UUID(int=1), UUID(int=2), UUID(int=9)
QUESTION = Moved(State.WAITING_ON_CUSTOMER, comment="Which room?")
# Of the house calendar: nine to five; from the second version on, noon to eight; in the third Thursday is free.
VERSIONS = CalendarHistory(
    (at("mon 00:00"), at("tue 00:00"), at("wed 00:00")),
    (OFFICE, week(opens=12, closes=20), week(opens=12, closes=20, closed_on="2024-05-09")),
)
CALENDARS: dict[UUID, Followed] = {HOUSE: CalendarHistory((at("mon 00:00"),), (OFFICE,)), LATE: week(closes=21)}
WITH_VERSIONS = {**CALENDARS, HOUSE: VERSIONS}


def target(clock: ClockName, duration: str, *, calendar: UUID = HOUSE, reopened: str | None = None) -> PinnedTarget:
    return PinnedTarget(clock, duration, calendar, reopened=reopened)


def pinned(*targets: PinnedTarget, owes: tuple[PinnedObligation, ...] = ()) -> PinnedTerms:
    return PinnedTerms("IT", HOUSE, targets, obligations=owes)


def a_story(
    *targets: PinnedTarget,
    owes: tuple[PinnedObligation, ...] = (),
    calendars: dict[UUID, Followed] = CALENDARS,
    when: str = "mon 09:00",
    asked: Submitted | None = None,
) -> Story:
    story = Story(pinned(*targets, owes=owes).terms(calendars.__getitem__))
    story.customer(when, asked or Submitted())
    return story


def recalculated(story: Story, clock: ClockName, when: str, cycle: int = 1) -> list[tuple[object, ...]]:
    found = story.explained(clock, when, cycle).recalculations
    return [(each.at, each.old_due_at, each.new_due_at, each.why) for each in found]


def agreement(*targets: PinnedTarget, owes: tuple[PinnedObligation, ...] = ()) -> AgreementRuled:
    return AgreementRuled(PinnedTerms("IT", LATE, targets, obligations=owes, agreement_version_id=AGREEMENT))
