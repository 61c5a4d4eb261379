"""Tickets told in facts: a week to place them in, calendars, terms, and a story that collects them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.requests.timeline.events import Actor, Event
from services.requests.timeline.explanation import ClockExplanation, explain_clock
from services.requests.timeline.facts import Moved, Submitted
from services.requests.timeline.fold import Timeline, fold, progress_of
from services.requests.timeline.payloads import Payload
from services.requests.timeline.progress import Progress
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.terms import Obligation, Target, Terms
from services.requests.timeline.vocabulary import INSTANT, ClockName, Effect, Side, State
from services.requests.worktime import CalendarDefinition, DueRule, OwnDate, Shift, Weekday, WorkingTime, parse_duration

MONDAY = datetime(2024, 5, 6, tzinfo=UTC)
_WEEKDAYS = list(Weekday)
WORKDAYS = _WEEKDAYS[:5]


def week(zone: str = "UTC", *, opens: int = 9, closes: int = 17, closed_on: str | None = None) -> WorkingTime:
    """Monday to Friday, whole hours."""
    shifts = tuple(Shift(day, opens * 60, closes * 60) for day in WORKDAYS)
    dates = (OwnDate("Founders' day", on=datetime.fromisoformat(closed_on).date()),) if closed_on else ()
    return WorkingTime(CalendarDefinition(zone, shifts, dates=dates))


def around_the_clock() -> WorkingTime:
    return WorkingTime(CalendarDefinition("UTC", tuple(Shift(day, 0, 24 * 60) for day in _WEEKDAYS)))


COMMON = (ClockName.ACKNOWLEDGE, ClockName.FIRST_RESPONSE, ClockName.RESOLUTION)
OFFICE = week()
ALWAYS = around_the_clock()


def at(text: str) -> datetime:
    """`"tue 10:30"` of the first week, `"tue+1 10:30"` of the next."""
    day, _, time = text.partition(" ")
    name, _, weeks = day.partition("+")
    hours, minutes = time.split(":")
    days = _WEEKDAYS.index(Weekday(name)) + 7 * int(weeks or 0)
    return MONDAY + timedelta(days=days, hours=int(hours), minutes=int(minutes))


def a_target(
    clock: ClockName,
    duration: str,
    *,
    calendar: WorkingTime = OFFICE,
    due: DueRule = DueRule.SAME_TIME,
    reopened: str | None = None,
    third_party_pauses: bool = False,
) -> Target:
    again = parse_duration(reopened) if reopened else None
    return Target(clock, parse_duration(duration), calendar, due, again, third_party_pauses)


def terms(*targets: Target, **calendars: WorkingTime) -> Terms:
    """The terms of a ticket that IT provides; without targets a working day to acknowledge, respond and resolve."""
    promised = targets or tuple(a_target(clock, "PT8H") for clock in COMMON)
    return Terms("IT", OFFICE, promised, {party.replace("__", ":"): c for party, c in calendars.items()})


def owing(
    clock: ClockName, duration: str, effect: Effect = Effect.NONE, calendar: WorkingTime = OFFICE
) -> Target | Obligation:
    """What the customer owes: a promise that runs, or one decided at once."""
    if clock in INSTANT:
        return Obligation(clock, calendar, parse_duration(duration) if duration else None, effect)
    return Target(clock, parse_duration(duration), calendar, effect=effect)


def agreed(*promises: Target | Obligation, **calendars: WorkingTime) -> Terms:
    """The terms of a ticket that IT provides, with what each side promised."""
    at_once = tuple(each for each in promises if isinstance(each, Obligation))
    running = tuple(each for each in promises if isinstance(each, Target))
    return Terms("IT", OFFICE, running, dict(calendars), obligations=at_once)


@dataclass
class Story:
    """The facts of one ticket, as people post them one after the other."""

    terms: Terms = field(default_factory=terms)
    events: list[Event] = field(default_factory=list)

    def tell(
        self,
        when: str,
        side: Side,
        fact: Payload,
        *,
        automatic: bool = False,
        source_order: int = 0,
        corrects: UUID | None = None,
        department: str | None = None,
    ) -> Event:
        """One more fact, recorded when it occurred."""
        number = len(self.events) + 1
        actor = Actor(side, department=department, automatic=automatic)
        event = Event(UUID(int=number), number, at(when), at(when), actor, fact, source_order, corrects)
        self.events.append(event)
        return event

    def customer(self, when: str, fact: Payload) -> Event:
        return self.tell(when, Side.CUSTOMER, fact)

    def provider(self, when: str, fact: Payload | State) -> Event:
        return self.tell(when, Side.PROVIDER, Moved(fact) if isinstance(fact, State) else fact)

    def approver(self, when: str, to: State) -> Event:
        return self.tell(when, Side.APPROVER, Moved(to))

    def system(self, when: str, fact: Payload) -> Event:
        return self.tell(when, Side.SYSTEM, fact)

    def now(self, when: str) -> Timeline:
        return fold(self.terms, self.events, at(when))

    def state(self) -> State:
        """The state after the last fact."""
        return fold(self.terms, self.events, self.events[-1].occurred_at).state

    def progress(self) -> Progress:
        progress = progress_of(self.terms, self.events)
        assert progress is not None
        return progress

    def clock(self, name: ClockName, when: str, cycle: int = 1) -> ClockReading:
        return next(c for c in self.now(when).clocks if c.clock is name and c.cycle == cycle)

    def explained(self, name: ClockName, when: str, cycle: int = 1) -> ClockExplanation:
        return explain_clock(self.progress(), name, cycle, at(when))

    def lines(self, when: str) -> list[str]:
        """The ledger as `mon 09:00 provider submitted`, one line an interval."""
        return [
            " ".join([f"{i.from_:%a %H:%M}".lower(), str(i.party), i.reason, *(f"+{other}" for other in i.also)])
            for i in self.now(when).ledger
        ]


def a_ticket(when: str = "mon 09:00", *, needs_approval: bool = False, terms: Terms | None = None) -> Story:
    """A ticket that a customer submitted."""
    story = Story(terms) if terms else Story()
    story.customer(when, Submitted(needs_approval))
    return story


def a_ticket_in(state: State, when: str = "mon 09:00") -> Story:
    """A ticket in `state` one hour after `when`, brought there by the shortest way that the table allows."""
    story = a_ticket(when)
    later = f"mon {int(when[4:6]) + 1:02}:00"
    if state is State.CLOSED:
        story.provider(later, State.FULFILLED)
    if state in (State.CLOSED, State.CANCELLED):
        story.customer(later, Moved(state))
    elif state is not State.SUBMITTED:
        story.provider(later, state)
    return story
