"""One case of a log as the facts of one ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from uuid_utils.compat import uuid7

from services.requests.imports.rules.rows import LogRow
from services.requests.timeline.events import Actor, Event
from services.requests.timeline.facts import Reported, Submitted
from services.requests.timeline.vocabulary import Side, State

OPENED = "opened"
"""The key of the fact that opens an imported ticket."""
NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Case:
    """What a case says as a whole; "first" is by time, of equal times by row.

    `provider` is the first known group's department, None where no row knows one.

    `opened_at` is the source's opening time, or the first row's if that is earlier.
    """

    name: str
    subject: str
    provider: str | None
    priority: str
    opened_at: datetime
    rows: Sequence[LogRow]


def case_of(name: str, rows: Sequence[LogRow]) -> Case:
    """The case that these rows tell, at least one."""
    in_order = sorted(rows, key=lambda row: (row.at, row.number))
    known = [row.opened_at for row in rows if row.opened_at is not None]
    return Case(
        name=name,
        subject=next((row.subject for row in in_order if row.subject), name)[:200],
        provider=next((row.department for row in in_order if row.department), None),
        priority=next((row.priority for row in in_order if row.priority), NORMAL),
        opened_at=min([*known, *(row.at for row in rows)]),
        rows=in_order,
    )


def opening(case: Case, now: datetime) -> Event:
    """The fact that opens the ticket; one that its source lets wait for approval first is not submitted yet."""
    is_waiting = case.rows[0].meaning.state is State.AWAITING_APPROVAL
    return Event(uuid7(), 1, case.opened_at, now, Actor(Side.CUSTOMER), Submitted(needs_approval=is_waiting))


def events_of(rows: Sequence[LogRow], first_sequence: int, now: datetime) -> list[Event]:
    """A fact for each row, in the order of the file."""
    return [
        Event(
            id=uuid7(),
            sequence=first_sequence + place,
            occurred_at=row.at,
            recorded_at=now,
            actor=Actor(Side.PROVIDER, department=row.department),
            payload=Reported(
                state=row.meaning.state,
                department=row.department,
                third_party=row.meaning.third_party,
                priority=row.priority,
                source_state=row.source_state,
                source_group=row.source_group,
            ),
            source_order=row.number,
        )
        for place, row in enumerate(rows)
    ]
