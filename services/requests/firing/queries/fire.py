"""One statement fires a batch: it claims what is due, and writes marks, events and what is yet to fire."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from services.requests.events import ClockBreached, ClockWarned, TicketMeasured
from services.requests.firing.queries.bodies import body_of, spelled
from services.requests.firing.rules import WHOLE
from services.requests.tickets.rules.measured import ONCE_A_ROUND
from services.requests.timeline.marks import ThresholdFired
from services.requests.timeline.vocabulary import ClockState, Effect, EventKind, Side
from services.shared.db import Connection

_CLOCK = {
    "clock_id": "f.id",
    "ticket_id": "f.ticket_id",
    "customer_department_id": "f.customer_department_id",
    "provider_department_id": "f.provider_department_id",
    "clock": "f.clock",
    "cycle": "f.cycle",
    "side": "f.side",
    "percent": "f.percent",
    "fires_at": "f.reached_text",
    "fired_at": "f.now_text",
    "link_id": "f.link_id",
}
_MEASURED = {
    "ticket_id": "f.ticket_id",
    "version": "f.version",
    "customer_department_id": "f.customer_department_id",
    "provider_department_id": "f.provider_department_id",
    "provider": "jsonb_build_object('met', m.provider_met, 'missed', m.provider_missed)",
    "customer": "jsonb_build_object('met', m.customer_met, 'missed', m.customer_missed)",
}
_EVENT = {"event_id": "($1::uuid[])[f.place]", "subject": "f.ticket_id", "time": "f.now_text"}
_WARNED = body_of(ClockWarned, **_EVENT, data=_CLOCK)
_BREACHED = body_of(ClockBreached, **_EVENT, data=_CLOCK)
_COUNTED = body_of(TicketMeasured, **{**_EVENT, "event_id": "($2::uuid[])[f.place]"}, data=_MEASURED)
_RUNNING, _PAUSED, _MET = ClockState.RUNNING, ClockState.PAUSED, ClockState.MET
_MANY = ", ".join(f"'{clock}'" for clock in sorted(ONCE_A_ROUND))

# `statement_timestamp()`: with `clock_timestamp()` each claim reads the whole index. The planner cannot see what it
# comes to, and so reads the clocks in the order of their index, no more of them than wanted, however many are due. Then
# their tickets are held as well, so that no act changes either until we have ended.
# What somebody else holds is left for the next look: nobody waits for another in a circle.
_CLAIMED = f"""
clock AS MATERIALIZED (
    SELECT COALESCE($3::timestamptz, statement_timestamp()) AS now
), due AS MATERIALIZED (
    SELECT id, ticket_id, link_id, clock, side, cycle, fires, next_fire_at FROM ticket_clock
    WHERE next_fire_at <= (SELECT now FROM clock)
    ORDER BY next_fire_at LIMIT {{limit}} FOR UPDATE SKIP LOCKED
), held AS MATERIALIZED (
    SELECT due.*, t.key, t.state, t.priority, t.is_confidential, t.events, t.version,
        CASE WHEN k.id IS NULL THEN t.customer_department_id ELSE k.customer_department_id END
            AS customer_department_id,
        CASE WHEN k.id IS NULL THEN t.provider_department_id ELSE k.department_id END AS provider_department_id,
        CASE WHEN k.id IS NULL THEN t.agreement_version_id ELSE k.agreement_version_id END AS agreement_version_id,
        CASE WHEN k.id IS NULL THEN t.requester_id END AS requester_id,
        CASE WHEN k.id IS NULL THEN t.assignee_id END AS assignee_id
    FROM due JOIN ticket t ON t.id = due.ticket_id LEFT JOIN ticket_link k ON k.id = due.link_id
    FOR UPDATE OF t SKIP LOCKED
), placed AS (
    SELECT held.*, (fires->0->>0)::integer AS percent,
        row_number() OVER (ORDER BY next_fire_at, ticket_id, clock) AS place,
        row_number() OVER (PARTITION BY ticket_id ORDER BY next_fire_at, clock) AS nth,
        count(*) OVER (PARTITION BY ticket_id) AS in_all
    FROM held
), reached AS (
    SELECT placed.*, CASE percent WHEN {WHOLE} THEN next_fire_at - interval '1 microsecond' ELSE next_fire_at END
        AS reached_at
    FROM placed
), fired AS MATERIALIZED (
    SELECT reached.*, {spelled("reached_at")} AS reached_text, clock.now, clock.now_text
    FROM reached, (SELECT now, {spelled("now")} AS now_text FROM clock) AS clock
)
"""
# As `tickets/rules/measured.py` counts, of rows to which nothing has happened since they were folded but that due times
# have passed. Where a miss changes another clock (best effort), and of hand-offs, a fold has to tell.
_COUNTS = f"""
breached AS MATERIALIZED (
    SELECT DISTINCT ON (ticket_id) * FROM fired WHERE percent = {WHOLE} AND link_id IS NULL ORDER BY ticket_id, place
), passed AS (
    SELECT c.ticket_id, c.side, c.clock, CASE WHEN c.clock IN ({_MANY}) THEN c.round ELSE -c.cycle END AS once,
        c.effect IS NOT DISTINCT FROM '{Effect.BEST_EFFORT}' AS changes_others,
        CASE
            WHEN c.is_best_effort THEN ''
            WHEN c.breached_at IS NOT NULL THEN 'missed'
            WHEN c.state IN ('{_RUNNING}', '{_PAUSED}') AND c.due_at < b.now THEN 'missed'
            WHEN c.state IN ('{_RUNNING}', '{_PAUSED}') THEN 'open'
            ELSE c.state
        END AS outcome
    FROM breached b JOIN ticket_clock c ON c.ticket_id = b.ticket_id AND c.link_id IS NULL
), outcomes AS (
    SELECT ticket_id, side, bool_or(changes_others) AS changes_others, bool_or(outcome = 'missed') AS missed,
        bool_or(outcome = '{_MET}') AND NOT bool_or(outcome IN ('missed', 'open')) AS met
    FROM passed GROUP BY ticket_id, side, clock, once
), counts AS MATERIALIZED (
    SELECT ticket_id, bool_or(changes_others) AS changes_others,
        count(*) FILTER (WHERE side = '{Side.PROVIDER}' AND met) AS provider_met,
        count(*) FILTER (WHERE side = '{Side.PROVIDER}' AND missed) AS provider_missed,
        count(*) FILTER (WHERE side = '{Side.CUSTOMER}' AND met) AS customer_met,
        count(*) FILTER (WHERE side = '{Side.CUSTOMER}' AND missed) AS customer_missed
    FROM outcomes GROUP BY ticket_id
)
"""
_WRITTEN = f"""
marks AS (
    INSERT INTO ticket_event (ticket_id, sequence, id, kind, name, payload, occurred_at, recorded_at, source_order,
        side, is_automatic)
    SELECT f.ticket_id, f.events + f.nth, ($1::uuid[])[f.place], '{EventKind.MARK}', '{ThresholdFired.name}',
        jsonb_strip_nulls(jsonb_build_object('clock', f.clock, 'cycle', f.cycle, 'percent', f.percent,
            'fires_at', f.reached_text, 'link', f.link_id)),
        f.reached_at, f.now, 0, '{Side.SYSTEM}', true
    FROM fired f
), clocks AS (
    UPDATE ticket_clock c SET fires = f.fires - 0, next_fire_at = (f.fires->1->>1)::timestamptz
    FROM fired f WHERE c.id = f.id
), tickets AS (
    UPDATE ticket t SET events = f.events + f.in_all FROM fired f WHERE t.id = f.ticket_id AND f.nth = 1
), dossiers AS (
    INSERT INTO breach (id, ticket_id, link_id, clock, cycle, side, customer_department_id, provider_department_id,
        is_confidential, breached_at, opened_at, state)
    SELECT ($1::uuid[])[f.place], f.ticket_id, f.link_id, f.clock, f.cycle, f.side, f.customer_department_id,
        f.provider_department_id, f.is_confidential, f.reached_at, f.now, 'open'
    FROM fired f WHERE f.percent = {WHOLE}
), leaving AS (
    INSERT INTO outbox (id, aggregate, subject, body, created_at)
    SELECT o.id, o.ticket_id::text, o.subject, o.body, o.now FROM (
        SELECT ($1::uuid[])[f.place] AS id, f.ticket_id, '{ClockWarned.subject}' AS subject, {_WARNED} AS body, f.now,
            f.place, 1 AS turn FROM fired f WHERE f.percent <> {WHOLE}
        UNION ALL
        SELECT ($1::uuid[])[f.place], f.ticket_id, '{ClockBreached.subject}', {_BREACHED}, f.now,
            f.place, 1 FROM fired f WHERE f.percent = {WHOLE}
        UNION ALL
        SELECT ($2::uuid[])[f.place], f.ticket_id, '{TicketMeasured.subject}', {_COUNTED}, f.now,
            f.place, 2 FROM breached f JOIN counts m USING (ticket_id) WHERE NOT m.changes_others
    ) AS o ORDER BY o.turn, o.place
)
"""
_FIRE = f"""
WITH {_CLAIMED}, {_COUNTS}, {_WRITTEN}
SELECT n.*, f.id, f.ticket_id, f.link_id, f.clock, f.side, f.cycle, f.percent, f.reached_at, f.key, f.state, f.priority,
    f.customer_department_id, f.provider_department_id, f.requester_id, f.assignee_id, f.is_confidential,
    f.agreement_version_id, f.version
FROM (
    SELECT now, (SELECT count(*) FROM fired) AS count,
        ARRAY(
            SELECT ticket_id FROM counts WHERE changes_others
            UNION SELECT ticket_id FROM fired WHERE percent = {WHOLE} AND link_id IS NOT NULL
        ) AS to_fold FROM clock
) AS n
LEFT JOIN fired f ON f.percent = {WHOLE} OR f.agreement_version_id IS NOT NULL ORDER BY f.place
"""


async def fire_batch(
    connection: Connection, marks: Sequence[UUID], counted: Sequence[UUID], now: datetime | None
) -> list[Any]:
    """Fire one threshold of each clock that is due, as many as there are ids in `marks`; `now` None: the database's.

    A mark and the event that tells of it have the same id; `counted` are ids for events of what promises came to.
    Answers a row for each breach, and for each warning under an agreement, with the columns of its ticket, the earliest
    first; with none of these one row without a clock. All say `now`, `count`, how many have fired, and `to_fold`, the
    tickets of which a fold has to tell what their promises came to.
    """
    return await connection.fetch(statement_for(len(marks)), list(marks), list(counted), now)


@lru_cache(maxsize=16)
def statement_for(limit: int) -> str:
    """The statement for so many clocks: as a parameter, the planner would have to take it for any number of them."""
    return _FIRE.replace("{limit}", str(limit))
