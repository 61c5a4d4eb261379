"""How clocks came out: one statement, which reads what is decided in the period, and what is not decided yet.

A row of `ticket_clock` is as the last act on its ticket left it: one that ran and whose due time has passed since is
missed (a paused one has a due time only where a freeze pauses it). Clocks that one ticket runs again and again count
once a round (a cycle of its resolution).
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from services.requests.reports.queries.asked import SHORT, Asked, conditions_of, rows_of, within
from services.shared.db import Connection

ALL = "ticket_clock"
BEFORE = "(SELECT * FROM ticket_clock WHERE state_after IS NOT NULL)"
"""The clocks of tickets on which something was decided: as they are without that."""
AFTER = """(
    SELECT ticket_id, link_id, clock, side, cycle, round, started_at, stopped_at, objective, refuted_by, effect,
        state_after AS state, due_at_after AS due_at, breached_at_after AS breached_at,
        decided_at_after AS decided_at, is_best_effort_after AS is_best_effort
    FROM ticket_clock WHERE state_after IS NOT NULL
)"""
"""The same clocks, as they are with it."""

_ATTAINMENT = """
WITH decided AS MATERIALIZED (
    SELECT {in_decided}c.clock, c.side, c.state, c.is_best_effort,
        count(*) AS clocks, count(c.objective) AS aimed, sum(c.objective) AS objective, count(c.refuted_by) AS refuted
    FROM {decided} AS c GROUP BY {bucket}c.clock, c.side, c.state, c.is_best_effort
), undecided AS (
    SELECT c.clock, c.side, c.objective, c.refuted_by, c.due_at < $1 AND c.state IN ('running', 'paused') AS is_late,
        CASE WHEN c.due_at < $1 AND c.state IN ('running', 'paused') THEN c.due_at ELSE c.started_at END AS at,
        c.is_best_effort OR (c.clock = 'resolution' AND EXISTS (
            SELECT FROM ticket_clock o WHERE o.ticket_id = c.ticket_id AND o.link_id IS NOT DISTINCT FROM c.link_id
            AND o.effect = 'best_effort'
            AND COALESCE(o.breached_at, CASE WHEN o.state IN ('running', 'paused') THEN o.due_at END) >= c.started_at
            AND COALESCE(o.breached_at, o.due_at) < c.due_at
        )) AS is_best_effort
    FROM {undecided} AS c
), rounds AS (
    SELECT c.clock, min(c.side) AS side, avg(c.objective) AS objective, count(c.refuted_by) AS refuted,
        min(COALESCE(c.breached_at, CASE WHEN c.decided_at IS NULL AND c.due_at < $1 THEN c.due_at END)) AS missed_at,
        min(c.started_at) FILTER (WHERE c.decided_at IS NULL) AS open_since,
        max(c.stopped_at) FILTER (WHERE c.state = 'met') AS met_at,
        max(c.stopped_at) AS void_at
    FROM {rounds} AS c
    GROUP BY c.ticket_id, c.clock, c.round, c.link_id
), counted AS (
    SELECT {bucket}clock, side, clocks, aimed, objective, refuted, CASE
            WHEN state = 'void' THEN 'void' WHEN is_best_effort THEN 'best_effort'
            WHEN state = 'met' THEN 'met' ELSE 'missed'  -- also what runs on, or pauses, after its breach
        END AS outcome
    FROM decided WHERE clock NOT IN ('update', 'reply')
    UNION ALL
    SELECT {in_bucket}clock, side, count(*), count(objective), sum(objective), count(refuted_by), CASE
            WHEN NOT is_late THEN 'open' WHEN is_best_effort THEN 'best_effort' ELSE 'missed'
        END AS outcome
    FROM (SELECT clock, side, objective, refuted_by, at, is_best_effort, COALESCE(is_late, false) AS is_late
        FROM undecided) AS u
    WHERE {late}
    GROUP BY {bucket}clock, side, outcome
    UNION ALL
    SELECT {in_bucket}clock, side, count(*), count(objective), sum(objective), sum(refuted), outcome
    FROM (
        SELECT *, CASE
                WHEN missed_at IS NOT NULL THEN 'missed' WHEN open_since IS NOT NULL THEN 'open'
                WHEN met_at IS NOT NULL THEN 'met' ELSE 'void'
            END AS outcome, COALESCE(missed_at, open_since, met_at, void_at) AS at
        FROM rounds
    ) AS r
    WHERE {round}
    GROUP BY {bucket}clock, side, outcome
)
SELECT {bucket}clock, side, outcome, sum(clocks)::bigint AS clocks, sum(refuted)::bigint AS refuted,
    sum(aimed)::bigint AS aimed, sum(objective) AS objective
FROM counted GROUP BY {bucket}clock, side, outcome ORDER BY side DESC, clock
"""
# In a short period the rounds that it touches are looked up; for a longer one all of them are read in order.
_TOUCHED = """ AND c.ticket_id IN (
        SELECT ticket_id FROM ticket_clock AS k WHERE clock IN ('update', 'reply') AND {decided}
        UNION ALL SELECT ticket_id FROM ticket_clock AS k WHERE clock IN ('update', 'reply') AND decided_at IS NULL
    )"""
# A hand-off is a small ticket: who offered it is its customer, who was asked its provider.
_OF_ALL = "(SELECT c.* FROM ticket_clock c WHERE {which})"
_OF_SOME = """(
    SELECT c.* FROM ticket_clock c JOIN ticket t ON t.id = c.ticket_id WHERE c.link_id IS NULL AND {which} AND {where}
    UNION ALL
    SELECT c.* FROM ticket_clock c JOIN (
        SELECT k.id AS link_id, k.customer_department_id, k.department_id AS provider_department_id, k.offering_id,
            o.promised_priority, o.is_confidential
        FROM ticket_link k JOIN ticket o ON o.id = k.ticket_id
    ) AS t ON t.link_id = c.link_id WHERE {which} AND {where}
)"""
_UNDECIDED = "c.decided_at IS NULL AND c.clock NOT IN ('update', 'reply')"


def attainment_statement(asked: Asked, edges: Sequence[datetime] = ()) -> tuple[str, list[Any]]:
    """The statement and its arguments; tickets and hand-offs are joined only where something is asked of them.

    With the `edges` of buckets it counts by `bucket` too: 1 is the one from the first edge on.
    """
    arguments: list[Any] = [asked.now]
    conditions = conditions_of(asked, arguments)
    inside = within("{at}", asked.period, arguments)
    decided = " AND ".join(each.format(at="decided_at") for each in inside) or "decided_at IS NOT NULL"
    at = " AND ".join(each.format(at="at") for each in inside) or "true"
    begun = " AND ".join(each.format(at="at") for each in inside if "<" in each) or "true"
    bucket = ""
    if edges:
        arguments.append(list(edges))
        bucket = f"width_bucket({{at}}, ${len(arguments)}::timestamptz[]) AS bucket, "
    touched = _TOUCHED.format(decided=decided) if asked.period.is_shorter_than(SHORT) else ""
    clocks = partial((_OF_SOME if conditions else _OF_ALL).format, where=" AND ".join(conditions))
    sql = _ATTAINMENT.format(
        bucket="bucket, " if edges else "",
        in_decided=bucket.format(at="c.decided_at"),
        in_bucket=bucket.format(at="at"),
        decided=clocks(which=decided.replace("decided_at", "c.decided_at")),
        undecided=clocks(which=_UNDECIDED),
        rounds=clocks(which=f"c.clock IN ('update', 'reply'){touched}"),
        late=f"CASE WHEN is_late THEN {at} ELSE {begun} END",
        round=f"CASE WHEN outcome <> 'open' THEN {at} ELSE {begun} END",
    )
    return sql, arguments


async def is_anything_decided(connection: Connection) -> bool:
    """Whether anything was decided on any ticket."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM ticket_clock WHERE state_after IS NOT NULL)"))


async def attainment_counts(
    connection: Connection, asked: Asked, edges: Sequence[datetime] = (), *, clocks: str = ALL
) -> list[dict[str, Any]]:
    """By clock, side and outcome (met, missed, open, void, best_effort): how many, refuted breaches, and objectives.

    `aimed` of them have an objective, and `objective` is the sum of these. With `edges` also by `bucket`.
    """
    sql, arguments = attainment_statement(asked, edges)
    return await rows_of(connection, sql.replace("ticket_clock", clocks), arguments)
