"""What happens to each ticket of the demo, drawn from a seed: the same weeks on every machine, ending now."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.launcher.demo.organisation import DEPARTMENTS, OFFERINGS, DemoOffering
from services.requests.worktime import WorkingTime

SEED = 20_260_302
WEEKS = 8
ANSWERING, CLOSING = 0.6, 0.75
"""The shares of people who say how it was, and who close what is fulfilled; the rest closes by lapse."""
SLOW = 12.0
TO_ANSWER = timedelta(minutes=20)
"""Working time until a department answers what it is offered."""
PRIORITIES = (("low", 2), ("normal", 12), ("high", 4), ("urgent", 1))


class Act(StrEnum):
    """What somebody does with a ticket."""

    ASSIGN = "assign"
    ACCEPT = "accept"
    START = "start"
    REPLY = "reply"
    ASK = "ask"
    ANSWER = "answer"
    WAIT = "wait"
    RESUME = "resume"
    HAND_OFF = "hand_off"
    TAKE_OVER = "take_over"
    GIVE_BACK = "give_back"
    FULFIL = "fulfil"
    RATE = "rate"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Step:
    """An act at an instant; `helper` is whom the department asks, `says` what is written, `score` the answer."""

    at: datetime
    act: Act
    helper: str | None = None
    says: str | None = None
    score: int | None = None


@dataclass(frozen=True, slots=True)
class DemoTicket:
    """A ticket from its submission on. `people` number the requester (1 to 4) and the agent (1 or 2) among theirs."""

    submitted_at: datetime
    customer: str
    offering: DemoOffering
    priority: str
    requester: int
    agent: int
    steps: tuple[Step, ...] = field(default=())


def tickets(count: int, now: datetime, hours_of: dict[str, WorkingTime]) -> Iterator[DemoTicket]:
    """`count` tickets in the order of their submission, with what happened until `now`.

    `hours_of` are the departments' calendars by code.
    """
    drawn = random.Random(SEED)  # noqa: S311  (a story, not a secret)
    begun = now - timedelta(weeks=WEEKS)
    instants = sorted(begun + (now - begun) * drawn.random() for _ in range(count))
    for instant in instants:
        offering = drawn.choice(OFFERINGS)
        customer = drawn.choice([d.code for d in DEPARTMENTS if d.code != offering.provider])
        submitted_at = min(now, hours_of[customer].next_opening(instant) + timedelta(minutes=drawn.randrange(40)))
        yield DemoTicket(
            submitted_at=submitted_at,
            customer=customer,
            offering=offering,
            priority=drawn.choices([name for name, _ in PRIORITIES], [weight for _, weight in PRIORITIES])[0],
            requester=drawn.randint(1, 4),
            agent=drawn.randint(1, 2),
            steps=tuple(_until(now, _life(drawn, offering, submitted_at, hours_of[offering.provider]))),
        )


def _until(now: datetime, steps: Iterator[Step]) -> Iterator[Step]:
    for step in steps:
        if step.at > now:
            return
        yield step


def _life(drawn: random.Random, offering: DemoOffering, at: datetime, hours: WorkingTime) -> Iterator[Step]:
    """The steps of one ticket: most go straight, some wait, are handed on, come back, or come to nothing."""

    def later(typical_hours: float) -> datetime:
        return hours.add(at, timedelta(seconds=round(typical_hours * 3600 * drawn.lognormvariate(0, 0.7))))

    fate = drawn.random()
    if fate < 0.03:
        yield Step(later(2), Act.CANCEL, says="No longer needed")
        return
    at = later(0.8)
    yield Step(at, Act.ACCEPT)
    at = later(0.5)
    yield Step(at, Act.ASSIGN)
    if fate < 0.06:
        yield Step(later(3), Act.DECLINE, says="This is not something that we can do")
        return
    at = later(0.7)
    yield Step(at, Act.REPLY, says="Thank you, we are on it.")
    at = later(offering.usual_hours * 0.25)
    yield Step(at, Act.START)
    if drawn.random() < 0.28:
        at = later(1)
        yield Step(at, Act.ASK, says="Could you tell us a little more?")
        at = later(6)
        yield Step(at, Act.ANSWER, says="Of course: it is for the new colleague.")
    if drawn.random() < 0.12:
        at = later(1)
        yield Step(at, Act.WAIT, helper="supplier")
        at = later(12)
        yield Step(at, Act.RESUME)
    if offering.helpers and drawn.random() < 0.4:
        helper = drawn.choice(offering.helpers)
        at = later(1)
        yield Step(at, Act.HAND_OFF, helper=helper, says="Your part, please.")
        at = hours.add(at, TO_ANSWER)
        yield Step(at, Act.TAKE_OVER, helper=helper)
        at = later(offering.usual_hours * 0.5)
        yield Step(at, Act.GIVE_BACK, helper=helper)
    at = later(offering.usual_hours * 0.5)
    yield Step(at, Act.FULFIL)
    if drawn.random() < 0.08:
        at = later(5)
        yield Step(at, Act.REOPEN, says="It has come back")
        at = later(offering.usual_hours * 0.3)
        yield Step(at, Act.FULFIL)
    if drawn.random() < ANSWERING:
        at = later(3)
        yield Step(at, Act.RATE, score=_score(drawn, offering))
    if drawn.random() < CLOSING:
        yield Step(later(8), Act.CLOSE)


def _score(drawn: random.Random, offering: DemoOffering) -> int:
    """How it was: what takes days pleases less than what is there the same day."""
    pleased = 0.5 if offering.usual_hours > SLOW else 0.85
    return drawn.choice((4, 5, 5)) if drawn.random() < pleased else drawn.choice((1, 2, 3, 3))
