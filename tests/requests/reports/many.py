"""Very many tickets of a year with their clocks, made by PostgreSQL itself: no report may grow with their number."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
NOW = BEGIN + timedelta(days=400)
CLOCKS_OF_TEN_TICKETS = 34
"""`acknowledge`, `first_response` and `resolution` of each, and `reply` twice on every fifth."""

_TICKETS = """
INSERT INTO ticket (
    id, key, subject, description, offering_id, offering_version, customer_department_id, provider_department_id,
    participants, priority, promised_priority, state, is_confidential, created_at, submitted_at, ended_at, fields,
    external_refs, terms, version, events, folded_at
)
SELECT lpad(to_hex(n), 32, '0')::uuid, 'X-' || n, 'x', '', lpad(to_hex(n % 40), 32, '0')::uuid, 1,
    lpad(to_hex(n % 12), 32, '0')::uuid, lpad(to_hex((n + 1 + n / 12 % 11) % 12), 32, '0')::uuid,
    '{}', 'normal', (ARRAY['low', 'normal', 'normal', 'high', 'urgent'])[1 + n % 5], 'closed', n % 50 = 0,
    at, at, at + interval '3 days', '{}', '[]', '{}', 1, 1, at
FROM generate_series(1, $1::int) AS n, LATERAL (SELECT $2::timestamptz + n * $3::interval AS at) AS began
"""
_CLOCKS = """
INSERT INTO ticket_clock (
    id, ticket_id, clock, side, cycle, state, started_at, stopped_at, target, elapsed, due_at, breached_at, decided_at,
    round, is_best_effort, fires, objective
)
SELECT lpad(to_hex(n * 8 + place), 32, '0')::uuid, lpad(to_hex(n), 32, '0')::uuid, clock, side, cycle,
    CASE WHEN late THEN 'missed' WHEN n % 37 = 0 THEN 'void' ELSE 'met' END, at, stopped_at, interval '4 hours',
    interval '1 hour', at + interval '8 hours', CASE WHEN late THEN at + interval '8 hours' END,
    CASE WHEN late THEN at + interval '8 hours' ELSE stopped_at END, 1, clock = 'resolution' AND n % 97 = 0, '[]',
    CASE clock WHEN 'resolution' THEN 0.95 END
FROM generate_series(1, $1::int) AS n CROSS JOIN (VALUES
    (1, 'acknowledge', 'provider', 1, 3), (2, 'first_response', 'provider', 1, 5), (3, 'resolution', 'provider', 1, 7),
    (4, 'reply', 'customer', 1, 9), (5, 'reply', 'customer', 2, 11)
) AS of_ticket(place, clock, side, cycle, factor), LATERAL (
    SELECT $2::timestamptz + n * $3::interval AS at, n * factor % 11 = 0 AS late
) AS began, LATERAL (
    SELECT at + CASE WHEN late THEN interval '1 day' ELSE interval '6 hours' END AS stopped_at
) AS ended
WHERE place <= 3 OR n % 5 = 0
"""
_OPEN = "UPDATE ticket SET state = 'in_progress', ended_at = NULL WHERE created_at > $1::timestamptz"
_ROUNDS = """
INSERT INTO ticket_round (ticket_id, number, began_at, fulfilled_at, ended_at, ended_as, working)
SELECT t.id, number, t.created_at + (number - 1) * interval '3 days', t.created_at + number * interval '2 days',
    t.created_at + number * interval '3 days', 'closed', interval '8 hours'
FROM ticket t, generate_series(1, 2) AS number
WHERE t.ended_at IS NOT NULL AND (number = 1 OR t.key LIKE '%7')
"""
_LINKS = """
INSERT INTO ticket_link
SELECT (jsonb_populate_record(NULL::ticket_link, jsonb_build_object(
    'id', gen_random_uuid(), 'ticket_id', t.id, 'department', 'NET', 'is_waited_for', true, 'ended_at', at,
    'offered_at', at, 'accepted_at', CASE WHEN t.key LIKE '%13' THEN NULL ELSE at END,
    'outcome', CASE WHEN t.key LIKE '%13' THEN 'bounced' ELSE 'returned' END
))).*
FROM ticket t, LATERAL (SELECT t.created_at + interval '1 hour' AS at) AS offered WHERE t.key LIKE '%3'
"""
_LEDGER = """
INSERT INTO ledger_interval (ticket_id, position, starts_at, party, reason, also)
SELECT id, 0, created_at, 'provider', 'in_progress', '{}' FROM ticket WHERE ended_at IS NULL
"""
_INDEXES = (
    "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'ticket_clock' AND indexname LIKE 'ix_%'"
    " UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE conrelid = 'ticket_clock'::regclass AND contype IN ('p', 'u')"
)


def department(number: int) -> UUID:
    """One of twelve departments, from 0; each asks every other, in turn."""
    return UUID(int=number)


async def fill(superuser: asyncpg.Connection, tickets: int) -> None:
    """So many tickets, spread evenly over the year from BEGIN; the indexes of clocks are made anew after their rows."""
    await superuser.execute("SET session_replication_role = replica")  # no key is looked up: all of them exist
    for (index,) in await superuser.fetch(
        "SELECT indexname FROM pg_indexes WHERE tablename = 'ticket' AND indexname LIKE 'ix_%'"
    ):
        await superuser.execute(f"DROP INDEX {index}")
    known = await superuser.fetch(_INDEXES)
    for name, definition in known:
        if definition.startswith("CREATE"):
            await superuser.execute(f"DROP INDEX {name}")
        else:
            await superuser.execute(f"ALTER TABLE ticket_clock DROP CONSTRAINT {name}")
    apart = timedelta(days=365) / tickets
    for statement in (_TICKETS, _CLOCKS):
        await superuser.fetch(statement, tickets, BEGIN, apart)
    for name, definition in known:
        made = (
            definition
            if definition.startswith("CREATE")
            else f"ALTER TABLE ticket_clock ADD CONSTRAINT {name} {definition}"
        )
        await superuser.execute(made)
    for index in (
        "CREATE INDEX ix_ticket_customer ON ticket (customer_department_id, created_at, id)",
        "CREATE INDEX ix_ticket_provider ON ticket (provider_department_id, created_at, id)",
    ):
        await superuser.execute(index)
    for table in ("ticket", "ticket_clock"):
        await superuser.execute(f"VACUUM (ANALYZE) {table}")


async def fill_flow(superuser: asyncpg.Connection) -> None:
    """What reports of flow and of what is open read of these tickets: those of the last week of the year are open."""
    await superuser.execute(_OPEN, BEGIN + timedelta(days=358))
    for statement in (_ROUNDS, _LINKS, _LEDGER):
        await superuser.execute(statement)
    for index in (
        "CREATE INDEX ix_ticket_created_at_id ON ticket (created_at, id)",
        "CREATE INDEX ix_ticket_open_of_offering ON ticket (offering_id, id) WHERE ended_at IS NULL",
    ):
        await superuser.execute(index)
    for table in ("ticket", "ticket_round", "ticket_link", "ledger_interval"):
        await superuser.execute(f"VACUUM (ANALYZE) {table}")
