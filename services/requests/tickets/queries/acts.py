"""Writing what is done on tickets that are there: one statement for all that changes, however many tickets they are."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import inspect
from sqlmodel import SQLModel

from services.requests.tickets.models import LedgerInterval, TicketClock
from services.requests.tickets.models.linked import TicketLink
from services.requests.tickets.queries.write import (
    KEEP_LEDGER,
    OUTBOX,
    Superseded,
    Written,
    as_json,
    leaving_json,
    with_ids,
)
from services.requests.tickets.round import TicketRound
from services.requests.tickets.rules.stored import Kept, Row
from services.shared.db import Connection


def _replacing(table: type[SQLModel], key: tuple[str, ...], but: tuple[str, ...] = ()) -> str:
    """The end of an INSERT that replaces the row with the same key, all columns of `table` except `key` and `but`.

    A row that is the same is left: a new version of it would go into every index.
    """
    name = table.__tablename__
    columns = [column.name for column in inspect(table).columns if column.name not in (*key, *but)]
    assignments = ", ".join(f"{column} = excluded.{column}" for column in columns)
    before, after = (", ".join(f"{side}.{column}" for column in columns) for side in (name, "excluded"))
    on = f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {assignments}"
    return f"{on} WHERE ({before}) IS DISTINCT FROM ({after})"


_FOLDED = (
    "state",
    "created_at",
    "submitted_at",
    "ended_at",
    "assignee_id",
    "priority",
    "promised_priority",
    "agreement_version_id",
    "terms",
    "events",
    "folded_at",
    "lapses_at",
    "lapses_into",
    "next_due_at",
    "next_due_clock",
    "awaits_approval_of",
)
"""The columns that every act writes anew."""

# Either all of the tickets change or, under another generation, none: whatever comes after asks whether one did. They
# are held, so each is there.
_UPDATE_TICKETS = f"""
WITH changed AS (
    UPDATE ticket SET {{columns}}, version = ticket.version + 1
    FROM jsonb_populate_recordset(NULL::ticket, $2::jsonb) AS n
    WHERE ticket.id = n.id AND ticket.id = ANY($1::uuid[]) AND $9 = (SELECT token FROM catalogue_generation)
    RETURNING ticket.id
), going AS (
    SELECT FROM changed LIMIT 1
), acted AS (
    SELECT a.id, a.lines FROM going, unnest($1::uuid[], $5::integer[]) AS a(id, lines)
), events AS (
    INSERT INTO ticket_event SELECT e.* FROM going, jsonb_populate_recordset(NULL::ticket_event, $3::jsonb) AS e
), ledger AS (
    INSERT INTO ledger_interval SELECT l.* FROM going, jsonb_populate_recordset(NULL::ledger_interval, $4::jsonb) AS l
    {_replacing(LedgerInterval, ("ticket_id", "position"))}
), shorter AS (
    DELETE FROM ledger_interval USING acted WHERE ticket_id = acted.id AND position >= acted.lines
), clocks AS (
    INSERT INTO ticket_clock SELECT c.* FROM going, jsonb_populate_recordset(NULL::ticket_clock, $6::jsonb) AS c
    {_replacing(TicketClock, ("ticket_id", "link_id", "clock", "cycle"), but=("id",))}
), fewer AS (
    DELETE FROM ticket_clock USING acted
    WHERE ticket_id = acted.id AND (ticket_id, clock, cycle, COALESCE(link_id, ticket_id)) NOT IN (
        SELECT c.ticket_id, c.clock, c.cycle, COALESCE(c.link_id, c.ticket_id)
        FROM jsonb_populate_recordset(NULL::ticket_clock, $6::jsonb) AS c
    )
), links AS (
    INSERT INTO ticket_link SELECT k.* FROM going, jsonb_populate_recordset(NULL::ticket_link, $7::jsonb) AS k
    {_replacing(TicketLink, ("id",), but=("department_id", "customer_department_id"))}
), unlinked AS (
    DELETE FROM ticket_link USING acted
    WHERE ticket_id = acted.id AND ticket_link.id NOT IN (
        SELECT k.id FROM jsonb_populate_recordset(NULL::ticket_link, $7::jsonb) AS k
    )
), leaving AS ({OUTBOX.format(after="going", parameter="$8")})
SELECT EXISTS (SELECT FROM changed) AS is_written, (SELECT token FROM catalogue_generation) AS token
"""
# Most acts fulfil, end and reopen nothing, so these are no part of every act's statement.
_ROUNDS = f"""
WITH given AS MATERIALIZED (
    SELECT r.* FROM jsonb_populate_recordset(NULL::ticket_round, $2::jsonb) AS r
), fewer AS (
    DELETE FROM ticket_round
    WHERE ticket_id = ANY($1::uuid[]) AND (ticket_id, number) NOT IN (SELECT ticket_id, number FROM given)
)
INSERT INTO ticket_round SELECT * FROM given
{_replacing(TicketRound, ("ticket_id", "number"))}
"""
_FORGET_LEDGER = "DELETE FROM link_interval WHERE ticket_id = ANY($1::uuid[])"


class Acted(NamedTuple):
    """A ticket with what was done on it: its row and what is kept of it then, and what that adds.

    The first `same_ledger_rows` are kept as they are; with `same_rounds` these are not written; `had_links`: it had
    some before.
    """

    ticket: Row
    kept: Kept
    written: Written
    same_ledger_rows: int = 0
    same_rounds: bool = False
    had_links: bool = False


@lru_cache(maxsize=64)
def _updating(more: tuple[str, ...]) -> str:
    """The statement of acts that also write these columns, which no fold gives."""
    return _UPDATE_TICKETS.format(columns=", ".join(f"{name} = n.{name}" for name in (*_FOLDED, *more)))


async def update_tickets(
    connection: Connection, acts: Sequence[Acted], *, only_under: UUID, columns: Collection[str] = ()
) -> None:
    """Acts on different tickets that the transaction holds: what is kept of each is as it is given here.

    `columns` names those of their rows that no fold gives and that change too. All are written while `only_under` is
    the current generation, else none. Superseded.
    """
    more = tuple(sorted(columns))
    row = await connection.fetchrow(
        _updating(more),
        [act.ticket["id"] for act in acts],
        as_json([{name: act.ticket[name] for name in ("id", *_FOLDED, *more)} for act in acts]),
        as_json([row for act in acts for row in act.written.events]),
        as_json([row for act in acts for row in act.kept.ledger[act.same_ledger_rows :]]),
        [len(act.kept.ledger) for act in acts],
        as_json(with_ids(row for act in acts for row in act.kept.clocks)),
        as_json([row for act in acts for row in act.kept.links]),
        leaving_json(event for act in acts for event in act.written.leaving),
        only_under,
    )
    if row is None:
        raise LookupError("a SELECT without FROM has a row")
    if not row["is_written"]:
        raise Superseded(row["token"])
    if turned := [act for act in acts if not act.same_rounds]:
        rounds = [row for act in turned for row in act.kept.rounds]
        await connection.execute(_ROUNDS, [act.ticket["id"] for act in turned], as_json(rounds))
    if linked := [act.ticket["id"] for act in acts if act.kept.links or act.had_links]:
        await connection.execute(_FORGET_LEDGER, linked)
    if ledger := [row for act in acts for row in act.kept.link_ledger]:
        await connection.execute(KEEP_LEDGER, as_json(ledger))
