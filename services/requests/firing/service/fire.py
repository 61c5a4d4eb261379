"""One batch of thresholds that are due: marks, events, escalation, what is yet to fire, all in one transaction."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from uuid_utils.compat import uuid7

from services.requests.catalogue.terms import TermsCache
from services.requests.events import ClockBreached, ClockWarned
from services.requests.firing.queries import claim_due, write_fired
from services.requests.firing.rules import WHOLE, Threshold, split
from services.requests.firing.service.escalate import Escalations
from services.requests.firing.service.measure import measured
from services.requests.tickets.rules.stored import Row, event_row
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.marks import ThresholdFired
from services.requests.timeline.vocabulary import ClockName, Side
from services.shared.db import Connection
from services.shared.outbox import PublishedEvent, outbox_values

BATCH = 500
"""Clocks in one transaction: enough to share the cost of its statements, few enough that the first do not wait long."""
SYSTEM = Actor(Side.SYSTEM, automatic=True)


class Fired(NamedTuple):
    """A threshold of a claimed clock, and the sequence of its mark."""

    clock: Mapping[str, Any]
    threshold: Threshold
    sequence: int


async def fire_due(
    connection: Connection,
    terms: TermsCache,
    escalations: Escalations,
    *,
    limit: int = BATCH,
    now: datetime | None = None,
) -> int:
    """Fire what is due at `now` (None: by the database's clock), in the transaction of `connection`; how many clocks.

    Workers go by the database's clock; a story that tells of other weeks brings its own.
    """
    claimed = await claim_due(connection, limit, now)
    if not claimed:
        return 0
    now = claimed[0]["now"]
    fired, rest = _fired(claimed, now)
    breached = {each.clock["ticket_id"]: each.clock for each in fired if each.threshold.percent == WHOLE}
    told = [*(_event(each, now) for each in fired), *await measured(connection, terms, breached, now)]
    await write_fired(
        connection,
        [_mark(each, now) for each in fired],
        [_left(clock_id, fires) for clock_id, fires in rest.items()],
        [{"id": ticket_id, "events": events} for ticket_id, events in _events(fired).items()],
        [outbox_values(event, now=now) for event in told],
    )
    await escalations.run(connection, terms, [(each.clock, each.threshold) for each in fired], now=now)
    return len(claimed)


def _fired(claimed: Sequence[Any], now: datetime) -> tuple[list[Fired], dict[UUID, list[tuple[int, str]]]]:
    """What is due of these clocks, in the order of the instants on each ticket, and what each has yet to fire."""
    due: defaultdict[UUID, list[tuple[Any, Threshold]]] = defaultdict(list)
    rest = {}
    for clock in claimed:
        reached, rest[clock["id"]] = split(orjson.loads(clock["fires"]), now)
        due[clock["ticket_id"]] += [(clock, threshold) for threshold in reached]
    return [each for of_ticket in due.values() for each in _numbered(of_ticket)], rest


def _numbered(of_ticket: list[tuple[Any, Threshold]]) -> Iterator[Fired]:
    of_ticket.sort(key=lambda each: (each[1].fires_at, each[1].percent))
    for place, (clock, threshold) in enumerate(of_ticket, start=1):
        yield Fired(clock, threshold, clock["events"] + place)


def _events(fired: Sequence[Fired]) -> dict[UUID, int]:
    """How many events each ticket has now."""
    return {each.clock["ticket_id"]: each.sequence for each in fired}


def _mark(fired: Fired, now: datetime) -> Row:
    clock, threshold, sequence = fired
    mark = ThresholdFired(ClockName(clock["clock"]), clock["cycle"], threshold.percent, threshold.fires_at)
    return event_row(clock["ticket_id"], Event(uuid7(), sequence, threshold.fires_at, now, SYSTEM, mark))


def _left(clock_id: UUID, fires: list[tuple[int, str]]) -> Row:
    return {"id": clock_id, "fires": fires, "next_fire_at": fires[0][1] if fires else None}


def _event(fired: Fired, now: datetime) -> PublishedEvent:
    clock, threshold, _ = fired
    told = ClockBreached if threshold.percent == WHOLE else ClockWarned
    return told(
        clock_id=clock["id"],
        ticket_id=clock["ticket_id"],
        customer_department_id=clock["customer_department_id"],
        provider_department_id=clock["provider_department_id"],
        clock=clock["clock"],
        cycle=clock["cycle"],
        side=clock["side"],
        percent=threshold.percent,
        fires_at=threshold.fires_at,
        fired_at=now,
    )
