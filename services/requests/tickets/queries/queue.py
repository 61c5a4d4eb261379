"""Queues of work: the open tickets of somebody, or of departments, by nearest deadline, read from indexes in order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.requests.tickets.models import IS_TO_BE_DONE, QUEUE_DUE, QUEUE_URGENCY
from services.requests.tickets.policies import approving_ids, managed_departments, sees_all_tickets, serving_departments
from services.requests.tickets.queries.holding import HOLDS
from services.requests.tickets.queries.read import PUBLIC
from services.requests.tickets.rules.queue import OPEN, urgency
from services.requests.tickets.rules.stored import Row
from services.requests.timeline.vocabulary import Side, State
from services.shared.auth import Actor
from services.shared.db import Connection

_OPEN = ", ".join(f"'{state}'" for state in OPEN)
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Where tickets with nothing due stand in a queue; `models.QUEUE_DUE` says the same to PostgreSQL."""
WHOLE = UUID(int=0)
"""In the place of a hand-off: the ticket as a whole."""
Position = tuple[datetime, int, UUID, UUID]
_COLUMNS = ", ".join(f"t.{name}" for name in PUBLIC)
_FOUND = f"""
t.id, {QUEUE_DUE} AS due, {QUEUE_URGENCY} AS urgency, '{WHOLE}'::uuid AS link_id, t.next_due_at, t.next_due_clock
"""
_AFTER = f"({QUEUE_DUE}, {QUEUE_URGENCY}, t.id, '{WHOLE}'::uuid) > ({{place}})"
_ORDER = "due, urgency, id, link_id"
# A request that its provider has not got yet is its approvers' (`?awaits_my_approval=true`), and nobody's work.
_IS_WORK = f"{IS_TO_BE_DONE} AND NOT (t.state = '{State.AWAITING_APPROVAL}' AND t.submitted_at IS NULL)"
_ASSIGNED = f"""
SELECT {_FOUND} FROM ticket t WHERE t.assignee_id = {{me}} AND {_IS_WORK} AND {{rest}} AND {{after}}
ORDER BY {_ORDER} LIMIT {{n}}
"""
_OF_DEPARTMENTS = f"""
SELECT found.* FROM unnest({{departments}}::uuid[]) AS d(id), LATERAL (
    SELECT {_FOUND} FROM ticket t WHERE t.provider_department_id = d.id AND {_IS_WORK} AND {{rest}} AND {{after}}
    ORDER BY {_ORDER} LIMIT {{n}}
) AS found
"""
# What a department was handed is due by the hand-off's own clocks. Few hand-offs are open at a time: all are looked at.
_HANDED_OVER = f"""
SELECT held.* FROM (
    SELECT t.id, {QUEUE_DUE.replace("t.next_due_at", "c.due_at")} AS due, {QUEUE_URGENCY} AS urgency, k.id AS link_id,
        c.due_at, c.clock
    FROM ticket_link k JOIN ticket t ON t.id = k.ticket_id LEFT JOIN LATERAL (
        SELECT due_at, clock FROM ticket_clock WHERE ticket_id = k.ticket_id AND link_id = k.id
            AND side = '{Side.PROVIDER}' AND state IN ({_OPEN}) AND due_at IS NOT NULL ORDER BY due_at LIMIT 1
    ) AS c ON true
    WHERE k.department_id = ANY({{departments}}::uuid[]) AND k.ended_at IS NULL AND {_IS_WORK} AND {{rest}}
) AS held WHERE {{after_held}} ORDER BY {_ORDER} LIMIT {{n}}
"""
_PAGE = f"""
SELECT {_COLUMNS}, shown.next_due_at, shown.next_due_clock, NULLIF(shown.link_id, '{WHOLE}') AS link_id FROM (
    SELECT * FROM ({{branches}}) AS wanted(id, due, urgency, link_id, next_due_at, next_due_clock)
    ORDER BY {_ORDER} LIMIT {{n}}
) AS shown JOIN ticket t ON t.id = shown.id ORDER BY shown.due, shown.urgency, shown.id, shown.link_id
"""
_SERVED = f"""(t.provider_department_id = ANY({{departments}}::uuid[]) OR EXISTS (
    SELECT FROM ticket_link k
    WHERE k.ticket_id = t.id AND k.department_id = ANY({{departments}}::uuid[]) AND {HOLDS}
))"""


@dataclass(frozen=True, slots=True)
class QueueWanted:
    """Whose work: one's own (`is_mine`) or one's departments'; of one department; assigned or not (None: both).

    To one's own belongs that of absent people for whom one is there, in some departments: `standing_in_for`.
    """

    is_mine: bool
    department_id: UUID | None
    is_assigned: bool | None
    standing_in_for: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)


async def page_of_queue(
    connection: Connection, actor: Actor, wanted: QueueWanted, *, after: Position | None, limit: int
) -> list[Row]:
    """Open tickets that somebody works on or should, as the actor may see them, the nearest deadline first.

    A hand-off is an item of its own, `link_id`, with what is due of it.
    """
    arguments: list[Any] = []

    def placed(value: object) -> str:
        arguments.append(value)
        return f"${len(arguments)}"

    conditions = ["true"]
    place = ", ".join(placed(value) for value in after) if after is not None else ""
    if wanted.is_assigned is not None:
        conditions.append(f"t.assignee_id IS {'NOT ' if wanted.is_assigned else ''}NULL")
    branches = (_mine if wanted.is_mine else _departments)(actor, wanted, conditions, placed)
    if not branches:
        return []
    filled = {
        "{n}": placed(limit),
        "{after}": _AFTER.replace("{place}", place) if place else "true",
        "{after_held}": f"({_ORDER}) > ({place})" if place else "true",
    }
    sql = _PAGE.replace("{branches}", " UNION ALL ".join(f"({branch})" for branch in branches))
    for name, given in filled.items():
        sql = sql.replace(name, given)
    return [dict(row) for row in await connection.fetch(sql, *arguments)]


def position_of(row: Mapping[str, Any]) -> Position:
    """Where a ticket, or a hand-off of one, stands in its queue."""
    return row["next_due_at"] or NEVER, urgency(row["priority"]), row["id"], row["link_id"] or WHOLE


def _mine(actor: Actor, wanted: QueueWanted, conditions: Sequence[str], placed: Callable[[object], str]) -> list[str]:
    """What is assigned to the actor, as far as they may still see it; and to those for whom they are there."""
    narrowed = [*conditions]
    if wanted.department_id is not None:
        narrowed.append(_SERVED.format(departments=placed([wanted.department_id])))
    own = placed(actor.id)
    readable = [] if sees_all_tickets(actor) else [_readable(actor, own, placed)]
    branches = [_assigned(own, [*narrowed, *readable])]
    for absent_id, departments in wanted.standing_in_for.items():
        served = _SERVED.format(departments=placed(list(departments)))
        branches.append(_assigned(placed(absent_id), [*narrowed, served]))
    return branches


def _assigned(person: str, conditions: Sequence[str]) -> str:
    return _ASSIGNED.replace("{me}", person).replace("{rest}", " AND ".join(conditions))


def _departments(
    actor: Actor, wanted: QueueWanted, conditions: Sequence[str], placed: Callable[[object], str]
) -> list[str]:
    """What the departments that the actor serves provide, and what was handed to them; or one of these departments."""
    departments, department_id = serving_departments(actor), wanted.department_id
    if department_id is not None:
        departments = [department_id] if department_id in departments or sees_all_tickets(actor) else []
    if not departments:
        return []
    given, rest = placed(departments), " AND ".join(conditions)
    return [
        branch.replace("{departments}", given).replace("{rest}", rest) for branch in (_OF_DEPARTMENTS, _HANDED_OVER)
    ]


def _readable(actor: Actor, me: str, placed: Callable[[object], str]) -> str:
    """The reasons of `policies.can_read_ticket`, of the few tickets that are assigned to one person."""
    reasons = [f"{me} IN (t.requester_id, t.beneficiary_id)", f"t.participants @> ARRAY[{me}::uuid]"]
    reasons.append(f"t.awaits_approval_of = ANY({placed(list(approving_ids(actor)))}::uuid[])")
    if serving := serving_departments(actor):
        reasons.append(_SERVED.format(departments=placed(serving)))
    if managed := managed_departments(actor):
        reasons.append(f"(t.customer_department_id = ANY({placed(managed)}::uuid[]) AND NOT t.is_confidential)")
    return f"({' OR '.join(reasons)})"
