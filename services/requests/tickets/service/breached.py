"""What an act on a ticket does to dossiers: it opens those of breaches that it passed, and ends those that it refutes.

The breaches of time alone are written where they fire (`firing/queries/fire.py`), those of imported tickets that run on
here too. What an imported history passed begins none: as its thresholds (agreements.md, 10) it is told to nobody, and
nobody is asked why another system's clock ran out years ago. Rows of a later import close what they refute.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.tickets.queries.breached import open_dossiers, refute_dossiers
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.following import Following
from services.requests.timeline.clocks import RULES
from services.requests.timeline.fold import Timeline
from services.requests.timeline.marks import BreachRefuted, ThresholdFired
from services.requests.timeline.readings import WHOLE
from services.requests.timeline.vocabulary import INSTANT, ClockName
from services.shared.db import Connection

Sides = Mapping[str, UUID | None]


def missed_at_once(row: Row, follows: Following, links: list[Row], now: datetime) -> list[Row]:
    """The dossiers of obligations that are decided at once, and missed with the act: the ticket's and its links'."""
    if row["source"] is not None:
        return []
    by_id = {link["id"]: link for link in links}
    return [
        _dossier(uuid7(), row, row if link is None else _sides_of(by_id[link]), clock, 1, at, now) | {"link_id": link}
        for link, before, after in follows.each_part()
        for clock, at in _missed(after).items()
        if clock not in _missed(before)
    ]


class Dossiers(NamedTuple):
    """What an act on a ticket comes to in dossiers: those that it opens, and which breaches it refutes."""

    opened: list[Row]
    refuted: list[Row]


def dossiers_of(row: Row, follows: Following, links: list[Row], now: datetime, *, is_history: bool) -> Dossiers:
    """What follows from an act; `row` is the ticket with it, `links` its links' rows.

    `is_history`: the act is rows of an import, which begin none.
    """
    opened = [] if is_history else [*_passed(row, follows, links, now), *missed_at_once(row, follows, links, now)]
    return Dossiers(opened, list(_refuted(row, follows, now)))


async def keep_dossiers(connection: Connection, dossiers: Sequence[Dossiers]) -> None:
    """Write what acts come to in dossiers, if anything."""
    if opened := [row for each in dossiers for row in each.opened]:
        await open_dossiers(connection, opened)
    if refuted := [row for each in dossiers for row in each.refuted]:
        await refute_dossiers(connection, refuted)


def _passed(row: Row, follows: Following, links: list[Row], now: datetime) -> Iterator[Row]:
    by_id = {link["id"]: link for link in links}
    for event in follows.marks:
        match event.payload:
            case ThresholdFired(clock=clock, cycle=cycle, percent=percent, fires_at=at, link=link) if percent == WHOLE:
                sides = row if link is None else _sides_of(by_id[link])
                yield _dossier(event.id, row, sides, clock, cycle, at, now) | {"link_id": link}


def _sides_of(link: Row) -> Sides:
    return {
        "customer_department_id": link["customer_department_id"],
        "provider_department_id": link["department_id"],
    }


def _refuted(row: Row, follows: Following, now: datetime) -> Iterator[Row]:
    for event in follows.marks:
        if isinstance(event.payload, BreachRefuted):
            yield {"entry_id": uuid7(), "mark": event.payload.mark, "at": now}
    providers: dict[UUID | None, UUID | None] = {None: row["provider_department_id"]}
    providers.update(zip(row["link_ids"], row["link_departments"], strict=True))
    for link, before, after in follows.each_part():
        for clock, at in _missed(before).items():
            if clock not in _missed(after):
                found = {"ticket_id": row["id"], "link_id": link, "provider_department_id": providers[link]}
                yield {"entry_id": uuid7(), **found, "breached_at": at, "clock": clock, "cycle": 1, "at": now}


def _missed(part: Timeline | None) -> dict[ClockName, datetime]:
    clocks = part.clocks if part else ()
    return {each.clock: each.breached_at for each in clocks if each.clock in INSTANT and each.breached_at is not None}


def _dossier(
    dossier_id: UUID, row: Row, sides: Sides, clock: ClockName, cycle: int, at: datetime, now: datetime
) -> Row:
    return {
        "id": dossier_id,
        "ticket_id": row["id"],
        "clock": clock.value,
        "cycle": cycle,
        "side": RULES[clock].side.value,
        "customer_department_id": sides["customer_department_id"],
        "provider_department_id": sides["provider_department_id"],
        "is_confidential": row["is_confidential"],
        "breached_at": at,
        "opened_at": now,
        "state": "open",
    }
