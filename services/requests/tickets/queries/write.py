"""Writing a new ticket with all its rows: one statement. (`acts.py` writes what is done on tickets that are there.)

Rows travel as JSON and PostgreSQL makes them rows of the table by name, so a column is named in one place only.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from uuid_utils.compat import uuid7

from services.requests.tickets.rules.stored import Kept, Row
from services.shared.db import Connection
from services.shared.outbox import OutboxValues

OUTBOX = """
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
), leaving AS ({OUTBOX.format(after="made", parameter="$7")}){{more}}
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
KEEP_ROUNDS = "INSERT INTO ticket_round SELECT r.* FROM jsonb_populate_recordset(NULL::ticket_round, $1::jsonb) AS r"
KEEP_LEDGER = "INSERT INTO link_interval SELECT l.* FROM jsonb_populate_recordset(NULL::link_interval, $1::jsonb) AS l"


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
        as_json(ticket),
        code,
        as_json(written.events),
        as_json(kept.ledger),
        as_json(with_ids(kept.clocks)),
        as_json(kept.links),
        leaving_json(written.leaving),
        only_under,
        *([as_json(written.breaches)] if written.breaches else []),
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
        await connection.execute(KEEP_ROUNDS, as_json(kept.rounds))
    if key is not None and kept.link_ledger:
        await connection.execute(KEEP_LEDGER, as_json(kept.link_ledger))
    return key


def with_ids(clocks: Iterable[Row]) -> list[Row]:
    """Rows of clocks, each with an id for the case that it is new."""
    return [{"id": uuid7(), **clock} for clock in clocks]


def leaving_json(events: Iterable[OutboxValues]) -> str:
    """What leaves for other services, for `OUTBOX`."""
    return as_json([event._asdict() | {"body": orjson.Fragment(event.body)} for event in events])


def as_json(rows: Any) -> str:
    """Rows as PostgreSQL reads them."""
    return orjson.dumps(rows, default=_interval).decode()


def _interval(value: object) -> str:
    """A duration as PostgreSQL reads an interval, exact to the microsecond; ids of the driver as text."""
    if isinstance(value, timedelta):
        return f"{value.days * 24} hours {value.seconds}.{value.microseconds:06} seconds"
    return str(value)
