"""Tickets in Madrid in the spring of 2026, to be followed with a calendar in hand.

The office works 9 to 14 and 15 to 18, Monday to Friday: a working day is 8 hours, 5 before lunch and 3 after it. It is
closed on Thursday 2 and Friday 3 April (Easter), Friday 1 May and Friday 15 May. Clocks change on Sunday 29 March.

     April 2026              May 2026
     Mo Tu We Th Fr Sa Su    Mo Tu We Th Fr Sa Su
            1 [2][3] 4  5                [1] 2  3
      6  7  8  9 10 11 12     4  5  6  7  8  9 10
     13 14 15 16 17 18 19    11 12 13 14[15]16 17
     20 21 22 23 24 25 26    18 19 20 21 22 23 24
     27 28 29 30             25 26 27 28 29 30 31
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.requests.timeline.events import Actor, Event
from services.requests.timeline.facts import Moved, Submitted
from services.requests.timeline.payloads import Payload
from services.requests.timeline.promised import PinnedObligation, PinnedTarget, PinnedTerms
from services.requests.timeline.vocabulary import ClockName, Effect, Side, State
from services.requests.worktime import DueRule
from tests.requests.timeline.oracle_promises import Calendars
from tests.requests.timeline.weeks import Week, tick_of

ZONE = ZoneInfo("Europe/Madrid")
OFFICE, ALWAYS, LEARNS = UUID(int=71), UUID(int=72), UUID(int=73)
_HOURS = (((9, 14), (15, 18)),) * 5 + ((), ())
_EASTER = (date(2026, 4, 2), date(2026, 4, 3))
_SPRING = (*_EASTER, date(2026, 5, 1), date(2026, 5, 15))


def local(text: str) -> datetime:
    """`"Wed 6 May 18:00"` of 2026, on the wall in Madrid."""
    moment = datetime.strptime(f"{text} 2026", "%a %d %b %H:%M %Y").replace(tzinfo=ZONE)
    assert f"{moment:%a}" == text[:3], f"{text} is a {moment:%A}"
    return moment


# "Learns" is the office, but that its first version has forgotten 1 May, until Wednesday 29 April at 10.
CALENDARS = Calendars(
    {
        OFFICE: [(0, Week("Europe/Madrid", _HOURS, _SPRING))],
        ALWAYS: [(0, Week("Europe/Madrid", (((0, 24),),) * 7))],
        LEARNS: [
            (0, Week("Europe/Madrid", _HOURS, _EASTER)),
            (tick_of(local("Wed 29 Apr 10:00")), Week("Europe/Madrid", _HOURS, _SPRING)),
        ],
    }
)


COMPILED = CALENDARS.compiled()


@dataclass(frozen=True)
class Did:
    """Somebody did something, and recorded it at once or (`known`) later."""

    when: str
    side: Side
    what: Payload
    known: str = ""


@dataclass(frozen=True)
class Seen:
    """Whoever looks at that clock `when` it says must read this; what is not named is not looked at."""

    when: str
    clock: str
    says: dict[str, Any]
    cycle: int = 1


@dataclass(frozen=True)
class Story:
    """One ticket."""

    name: str
    terms: PinnedTerms
    did: tuple[Did, ...]
    seen: tuple[Seen, ...] = field(repr=False)

    def events(self, until: str) -> list[Event]:
        """What was recorded by then."""
        events = []
        for number, did in enumerate(self.did, start=1):
            recorded_at = local(did.known or did.when)
            if recorded_at <= local(until):
                id_ = UUID(int=number)
                events.append(Event(id_, number, local(did.when), recorded_at, Actor(did.side), did.what))
        return events


def promise(clock: str, duration: str, calendar: UUID = OFFICE, **more: Any) -> PinnedTarget:
    if more.pop("end_of_day", False):
        more["due"] = DueRule.END_OF_DAY
    return PinnedTarget(ClockName(clock), duration, calendar, **more)


def owe(clock: str, duration: str | None = None, effect: Effect = Effect.NONE, calendar: UUID = OFFICE) -> Any:
    return PinnedObligation(ClockName(clock), calendar, duration, effect=effect)


def pinned(*promises: PinnedTarget | PinnedObligation) -> PinnedTerms:
    """What IT and whoever asks it have agreed."""
    return PinnedTerms(
        "IT",
        OFFICE,
        targets=tuple(each for each in promises if isinstance(each, PinnedTarget)),
        obligations=tuple(each for each in promises if isinstance(each, PinnedObligation)),
        calendars={"customer": OFFICE},
    )


def asks(when: str, **more: Any) -> Did:
    return Did(when, Side.CUSTOMER, Submitted(**more))


def customer(when: str, what: Payload | State, known: str = "") -> Did:
    return Did(when, Side.CUSTOMER, Moved(what) if isinstance(what, State) else what, known)


def provider(when: str, what: Payload | State) -> Did:
    return Did(when, Side.PROVIDER, Moved(what) if isinstance(what, State) else what)


def system(when: str, what: Payload | State, known: str = "") -> Did:
    return Did(when, Side.SYSTEM, Moved(what) if isinstance(what, State) else what, known)


QUESTION = Moved(State.WAITING_ON_CUSTOMER, comment="Which laptop?")
