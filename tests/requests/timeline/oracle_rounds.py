"""A ticket's rounds, read off the clerk's notes: when work began, was delivered, and when it was over."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from services.requests.timeline.events import Event
from tests.requests.timeline.oracle import Watched
from tests.requests.timeline.oracle_moments import counting
from tests.requests.timeline.weeks import instant

OVER = ("closed", "declined", "cancelled")


@dataclass
class Noted:
    """A round as the clerk has it."""

    number: int
    began_at: datetime
    fulfilled_at: datetime | None = None
    ended_at: datetime | None = None
    ended_as: str | None = None


def rounds_by_clerk(provider: str, events: Iterable[Event]) -> list[tuple[Any, ...]]:
    """Every round of the ticket, by what the clerk notes after each event."""
    clerk = Watched(provider)
    rounds: list[Noted] = []
    for event in counting(events):
        known = len(clerk.moments)
        clerk.hear(event)
        for moment in clerk.moments[known:]:
            if moment.what in ("submitted", "reopened"):
                rounds.append(Noted(1 + sum(each.number > 0 for each in rounds), instant(moment.tick)))
            elif moment.what == "fulfilled":
                rounds[-1].fulfilled_at = rounds[-1].fulfilled_at or instant(moment.tick)
        if clerk.base in OVER:
            if not rounds:
                rounds.append(Noted(0, instant(clerk.now)))
            rounds[-1].ended_at, rounds[-1].ended_as = rounds[-1].ended_at or instant(clerk.now), clerk.base
        elif rounds:
            rounds[-1].ended_at = rounds[-1].ended_as = None
    return [astuple(each) for each in rounds]
