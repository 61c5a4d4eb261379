"""What reports of flow count, read off the facts of a ticket one by one, without the fold."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.requests.tickets.service.recording import Unfolded
from services.requests.timeline.facts import HandOffAccepted, HandOffEnded, Moved, Submitted

DONE = ("fulfilled", "closed", "declined", "cancelled")
MADRID = ZoneInfo("Europe/Madrid")


@dataclass
class Life:
    """Instants by what happened then, and each cycle that was fulfilled: (is it a reopened one, beginning, end)."""

    happened: list[tuple[str, datetime]] = field(default_factory=list)
    cycles: list[tuple[bool, datetime, datetime]] = field(default_factory=list)


def life_of(ticket: Unfolded) -> Life:
    """The ticket's life as its facts tell it; nothing in it was taken back."""
    life, state, held = Life(), "open", []
    began, is_reopened, is_fulfilled = None, False, False
    for event in sorted(ticket.events, key=lambda each: (each.occurred_at, each.sequence)):
        assert event.corrects is None
        fact, at = event.payload, event.occurred_at
        if isinstance(fact, Submitted):
            began = at
            life.happened.append(("created", at))
        elif isinstance(fact, Moved):
            assert began is not None
            if fact.to in DONE:
                is_delivery = fact.to == "fulfilled" or (fact.to == "closed" and state not in DONE)
                if is_delivery and not is_fulfilled:
                    is_fulfilled = True
                    life.happened.append(("fulfilled", at))
                    life.cycles.append((is_reopened, began, at))
                if fact.to != "fulfilled":
                    life.happened.append((fact.to.value, at))
            elif state in DONE:
                began, is_reopened, is_fulfilled = at, True, False
                life.happened.append(("reopened", at))
            state = fact.to.value
        elif isinstance(fact, HandOffAccepted):
            life.happened.append(("hand_offs", at))
            if fact.department in held:
                life.happened.append(("ping_pong", at))
            held.append(fact.department)
        elif isinstance(fact, HandOffEnded) and fact.end in ("bounced", "returned"):
            life.happened.append(("ping_pong", at))
            if fact.end == "bounced":
                life.happened.append(("bounces", at))
    return life


def hours_in_madrid(start: datetime, end: datetime) -> timedelta:
    """Time from nine to five, Monday to Friday."""
    total, day = timedelta(), start.astimezone(MADRID).date()
    while day <= end.astimezone(MADRID).date():
        if day.weekday() < 5:
            opens, shuts = (datetime.combine(day, time(hour), MADRID).astimezone(UTC) for hour in (9, 17))
            total += max(timedelta(), min(end, shuts) - max(start, opens))
        day += timedelta(days=1)
    return total


def at_rank(values: list[timedelta], percent: int) -> timedelta:
    """The value at or below which that share of them lies: the nearest rank."""
    return sorted(values)[max(0, -(-percent * len(values) // 100) - 1)]


def midnight(day: date, zone: str) -> datetime:
    """The beginning of a local day."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
