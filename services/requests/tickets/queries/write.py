"""Writing tickets: a new one with all its rows, or an act on one, is one statement each.

Rows travel as JSON and PostgreSQL makes them rows of the table by name, so a column is named in one place only.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import inspect
from sqlmodel import SQLModel
from uuid_utils.compat import uuid7

from services.requests.tickets.models import LedgerInterval, TicketClock
from services.requests.tickets.models.linked import TicketLink
from services.requests.tickets.round import TicketRound
from services.requests.tickets.rules.stored import Kept, Row
from services.shared.db import Connection
from services.shared.outbox import OutboxValues


def _replacing(table: type[SQLModel], key: tuple[str, ...], but: tuple[str, ...] = ()) -> str:
    """The end of an INSERT that replaces the row with the same key, all columns of `table` except `key` and `but`."""
    columns = [column.name for column in inspect(table).columns if column.name not in (*key, *but)]
    assignments = ", ".join(f"{column} = excluded.{column}" for column in columns)
    return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {assignments}"


_OUTBOX = """
    INSERT INTO outbox (id, aggregate, subject, body, created_at)
    SELECT o.id, o.aggregate, o.subject, o.body, o.created_at
    FROM {after}, jsonb_to_recordset({parameter}::jsonb)
        AS o(id uuid, aggregate text, subject text, body jsonb, created_at timestamptz)
"""

_INSERT_TICKET = f"""
WITH made AS (
    INSERT INTO ticket SELECT t.* FROM jsonb_populate_record(
        NULL::ticket, $1::jsonb || jsonb_build_object('key', $2::text || '-' || nextval('ticket_key_number'))
    ) AS t
    WHERE $8::uuid IS NULL OR $8 = (SELECT token FROM catalogue_generation)
    ON CONFLICT (source, source_key) DO NOTHING RETURNING id, key, subject, description
), events AS (
    INSERT INTO ticket_event SELECT e.* FROM made, jsonb_populate_recordset(NULL::ticket_event, $3::jsonb) AS e
), ledger AS (
    INSERT INTO ledger_interval SELECT l.* FROM made, jsonb_populate_recordset(NULL::ledger_interval, $4::jsonb) AS l
), clocks AS (
    INSERT INTO ticket_clock SELECT c.* FROM made, jsonb_populate_recordset(NULL::ticket_clock, $5::jsonb) AS c
), links AS (
    INSERT INTO ticket_link SELECT k.* FROM made, jsonb_populate_recordset(NULL::ticket_link, $6::jsonb) AS k
), words AS (
    INSERT INTO ticket_text (ticket_id, shown)
    SELECT made.id, ticket_words(made.key, made.subject, made.description, '') FROM made
), leaving AS ({_OUTBOX.format(after="made", parameter="$7")}){{more}}
SELECT (SELECT key FROM made) AS key, (SELECT token FROM catalogue_generation) AS token, {{referred}} AS referred
"""
_BREACHED = """, breaches AS (
    INSERT INTO breach SELECT b.* FROM made, jsonb_populate_recordset(NULL::breach, $9::jsonb) AS b
)"""
INSERT_TICKET = _INSERT_TICKET.format(more="", referred="0")
_INSERT_REFERRED = _INSERT_TICKET.format(
    more=""", referred AS (
    INSERT INTO ticket_reference (system, external_id, ticket_id)
    SELECT r.system, r.id, made.id
    FROM made, jsonb_to_recordset($1::jsonb -> 'external_refs') AS r(system text, id text)
    ON CONFLICT DO NOTHING RETURNING system
)""",
    referred="(SELECT count(*) FROM referred)",
)
"""The same for a ticket with references to other systems."""

_KEEP_OWN_REFERENCES = """
UPDATE ticket t SET external_refs = ARRAY_TO_JSON(ARRAY(
    SELECT e.ref FROM jsonb_array_elements(t.external_refs) WITH ORDINALITY AS e(ref, place)
    JOIN ticket_reference r ON r.system = e.ref ->> 'system' AND r.external_id = e.ref ->> 'id' AND r.ticket_id = t.id
    ORDER BY e.place
))::jsonb WHERE t.id = $1
"""
"""What another ticket has is not this one's: an import leaves it there."""

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

_UPDATE_TICKET = f"""
WITH changed AS (
    UPDATE ticket SET {{columns}}, version = ticket.version + 1
    FROM jsonb_populate_record(NULL::ticket, $2::jsonb) AS n
    WHERE ticket.id = $1 AND $9 = (SELECT token FROM catalogue_generation) RETURNING ticket.id, ticket.version
), events AS (
    INSERT INTO ticket_event SELECT e.* FROM changed, jsonb_populate_recordset(NULL::ticket_event, $3::jsonb) AS e
), ledger AS (
    INSERT INTO ledger_interval SELECT l.* FROM changed, jsonb_populate_recordset(NULL::ledger_interval, $4::jsonb) AS l
    {_replacing(LedgerInterval, ("ticket_id", "position"))}
), shorter AS (
    DELETE FROM ledger_interval USING changed WHERE ticket_id = changed.id AND position >= $5
), clocks AS (
    INSERT INTO ticket_clock SELECT c.* FROM changed, jsonb_populate_recordset(NULL::ticket_clock, $6::jsonb) AS c
    {_replacing(TicketClock, ("ticket_id", "link_id", "clock", "cycle"), but=("id",))}
), fewer AS (
    DELETE FROM ticket_clock USING changed
    WHERE ticket_id = changed.id AND (clock, cycle, COALESCE(link_id, changed.id)) NOT IN (
        SELECT c.clock, c.cycle, COALESCE(c.link_id, c.ticket_id)
        FROM jsonb_populate_recordset(NULL::ticket_clock, $6::jsonb) AS c
    )
), links AS (
    INSERT INTO ticket_link SELECT k.* FROM changed, jsonb_populate_recordset(NULL::ticket_link, $7::jsonb) AS k
    {_replacing(TicketLink, ("id",), but=("department_id", "customer_department_id"))}
), unlinked AS (
    DELETE FROM ticket_link USING changed
    WHERE ticket_id = changed.id AND ticket_link.id NOT IN (
        SELECT k.id FROM jsonb_populate_recordset(NULL::ticket_link, $7::jsonb) AS k
    )
), leaving AS ({_OUTBOX.format(after="changed", parameter="$8")})
SELECT (SELECT version FROM changed) AS version, (SELECT token FROM catalogue_generation) AS token
"""


# Most acts fulfil, end and reopen nothing, so these are no part of every act's statement.
_ROUNDS = f"""
WITH given AS MATERIALIZED (
    SELECT r.* FROM jsonb_populate_recordset(NULL::ticket_round, $2::jsonb) AS r
), fewer AS (
    DELETE FROM ticket_round WHERE ticket_id = $1 AND number NOT IN (SELECT number FROM given)
)
INSERT INTO ticket_round SELECT * FROM given
{_replacing(TicketRound, ("ticket_id", "number"))}
"""
_FORGET_LEDGER = "DELETE FROM link_interval WHERE ticket_id = $1"
_KEEP_LEDGER = "INSERT INTO link_interval SELECT l.* FROM jsonb_populate_recordset(NULL::link_interval, $1::jsonb) AS l"


@lru_cache(maxsize=64)
def _updating(more: tuple[str, ...]) -> str:
    """The statement of an act that also writes these columns, which no fold gives."""
    return _UPDATE_TICKET.format(columns=", ".join(f"{name} = n.{name}" for name in (*_FOLDED, *more)))


class Written(NamedTuple):
    """What an act adds: event rows, events that leave for other services, breaches that come with a new ticket."""

    events: Sequence[Row]
    leaving: Sequence[OutboxValues] = ()
    breaches: Sequence[Row] = ()


class ReferenceTaken(Exception):
    """A reference of a new ticket is on another one; the transaction is to be rolled back."""


class Superseded(Exception):
    """The generation under which a ticket was made is no longer the current one, which is `token`; nothing is written.

    (`catalogue/terms.py` tells what a generation is.)
    """

    def __init__(self, token: UUID) -> None:
        self.token = token
        super().__init__(str(token))


@lru_cache(maxsize=4)
def _inserting(has_references: bool, has_breaches: bool) -> str:
    """The statement of a new ticket: what it does not have costs it nothing."""
    sql = _INSERT_REFERRED if has_references else INSERT_TICKET
    return (
        sql.replace("\nSELECT (SELECT key FROM made)", f"{_BREACHED}\nSELECT (SELECT key FROM made)")
        if has_breaches
        else sql
    )


async def insert_ticket(
    connection: Connection, code: str, ticket: Row, kept: Kept, written: Written, *, only_under: UUID | None = None
) -> str | None:
    """A new ticket of the provider with that code, and all its rows; its key, none where its source has one.

    With `only_under` it is written while that is the current generation. Superseded; ReferenceTaken, but for a ticket
    with a source, which leaves its reference to whoever has it.
    """
    references = ticket["external_refs"]
    row = await connection.fetchrow(
        _inserting(bool(references), bool(written.breaches)),
        _json(ticket),
        code,
        _json(written.events),
        _json(kept.ledger),
        _json(_with_ids(kept.clocks)),
        _json(kept.links),
        _leaving(written.leaving),
        only_under,
        *([_json(written.breaches)] if written.breaches else []),
    )
    if row is None:
        raise LookupError("a SELECT without FROM has a row")
    if row["key"] is None and only_under not in (None, row["token"]):
        raise Superseded(row["token"])
    if row["key"] is not None and row["referred"] < len(references):
        if ticket["source"] is None:
            raise ReferenceTaken
        await connection.execute(_KEEP_OWN_REFERENCES, ticket["id"])
    key: str | None = row["key"]
    if kept.rounds and key is not None:
        await connection.execute(_ROUNDS, ticket["id"], _json(kept.rounds))
    if key is not None and kept.link_ledger:
        await connection.execute(_KEEP_LEDGER, _json(kept.link_ledger))
    return key


async def update_ticket(
    connection: Connection,
    ticket: Row,
    kept: Kept,
    written: Written,
    *,
    only_under: UUID,
    same_ledger_rows: int = 0,
    same_rounds: bool = False,
    had_links: bool = False,
    columns: Collection[str] = (),
) -> None:
    """An act on a ticket that the transaction holds: its row as it is then. The first `same_ledger_rows` are kept.

    With `same_rounds` these are not written; `had_links`: it had some before. `columns` names those of the row that no
    fold gives and that change too. It is written while `only_under` is the current generation. Superseded.
    """
    more = tuple(sorted(columns))
    row = await connection.fetchrow(
        _updating(more),
        ticket["id"],
        _json({name: ticket[name] for name in (*_FOLDED, *more)}),
        _json(written.events),
        _json(kept.ledger[same_ledger_rows:]),
        len(kept.ledger),
        _json(_with_ids(kept.clocks)),
        _json(kept.links),
        _leaving(written.leaving),
        only_under,
    )
    if row is None:
        raise LookupError("a SELECT without FROM has a row")
    if row["version"] is None:
        raise Superseded(row["token"])
    if not same_rounds:
        await connection.execute(_ROUNDS, ticket["id"], _json(kept.rounds))
    if kept.links or had_links:
        await connection.execute(_FORGET_LEDGER, ticket["id"])
    if kept.link_ledger:
        await connection.execute(_KEEP_LEDGER, _json(kept.link_ledger))


def _with_ids(clocks: Sequence[Row]) -> list[Row]:
    return [{"id": uuid7(), **clock} for clock in clocks]


def _leaving(events: Sequence[OutboxValues]) -> str:
    return _json([event._asdict() | {"body": orjson.Fragment(event.body)} for event in events])


def _json(rows: Any) -> str:
    return orjson.dumps(rows, default=_interval).decode()


def _interval(value: object) -> str:
    """A duration as PostgreSQL reads an interval, exact to the microsecond; ids of the driver as text."""
    if isinstance(value, timedelta):
        return f"{value.days * 24} hours {value.seconds}.{value.microseconds:06} seconds"
    return str(value)
