"""Setting up, changing and ending a standing order: what it asks is checked as if it were asked now."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.calendars.rules import local_date
from services.requests.catalogue.form import FormRefused
from services.requests.catalogue.terms import Current, TermsCache
from services.requests.departments.service import Identity
from services.requests.people.rules import Person
from services.requests.standing_orders import queries
from services.requests.standing_orders.policies import can_change_order, can_read_order
from services.requests.standing_orders.refusals import (
    MayNotOrder,
    OrderHasEnded,
    ScheduleIncomplete,
    ScheduleOver,
    UnknownOrder,
)
from services.requests.standing_orders.rules import Every, Schedule, first_instant
from services.requests.standing_orders.schemas import (
    NewStandingOrder,
    OrderRequest,
    OrderSchedule,
    StandingOrderChanges,
)
from services.requests.tickets.refusals import check_instant
from services.requests.tickets.service.asked import asked_under, check_may_ask
from services.requests.worktime import WorkingTime
from services.requests.worktime.zones import MICROSECOND
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.etags import Expected
from services.shared.problems import Problem

Row = dict[str, Any]
_NEEDS = {Every.WEEK: "weekdays", Every.MONTH: "day", Every.WORKING_DAYS: "n"}


async def set_up_order(
    connection: Connection, terms: TermsCache, identity: Identity, actor: Actor, new: NewStandingOrder, *, now: datetime
) -> Row:
    """A new order of the actor's. MayNotOrder, ScheduleIncomplete, ScheduleOver, SUBMISSION_PROBLEMS."""
    _check_schedule(new.schedule)
    asking = _as_owner(actor)
    current = await terms.current(connection.fetch)
    department_id = await _checked_request(
        connection, current, identity, asking, new.request, new.customer_department_id, now
    )
    content = new.model_dump(mode="json", include={"name", "schedule", "request", "catch_up"})
    calendar = await calendar_of(connection, current, department_id)
    order = {
        "id": uuid7(),
        "customer_department_id": department_id,
        "owner_id": actor.id,
        "content": content,
        "is_paused": False,
        "next_at": _first(content, calendar, now),
        "ended_at": None,
        "number": 1,
        "version": 1,
        "created_at": now,
    }
    await queries.insert_order(connection, order)
    await queries.insert_version(connection, order, now)
    return order


async def change_order(
    connection: Connection,
    terms: TermsCache,
    identity: Identity,
    actor: Actor,
    order_id: UUID,
    changes: StandingOrderChanges,
    expected: Expected,
    *,
    now: datetime,
) -> Row:
    """The order with these changes; what it says then is a version of its own, in the actor's name.

    UnknownOrder, MayNotOrder, PreconditionFailed, OrderHasEnded, and what `set_up_order` raises.
    """
    order = await _changeable(connection, actor, order_id, expected)
    given = changes.given()
    is_paused = given.pop("is_paused", order["is_paused"])
    content = order["content"] | given
    if content == order["content"] and is_paused == order["is_paused"]:
        return order
    changed = order | {"content": content, "is_paused": is_paused, "version": order["version"] + 1}
    current = await terms.current(connection.fetch)
    department_id = order["customer_department_id"]
    if content != order["content"]:
        _check_schedule(OrderSchedule(**content["schedule"]))
        asking = _as_owner(actor)
        request = OrderRequest(**content["request"])
        await _checked_request(connection, current, identity, asking, request, department_id, now)
        changed |= {"owner_id": actor.id, "number": order["number"] + 1}
    calendar = await calendar_of(connection, current, department_id)
    latest = await queries.last_instant(connection, order_id)  # by whatever clock: an instant comes once
    since = now if latest is None else max(now, latest + MICROSECOND)
    changed["next_at"] = None if is_paused else _first(content, calendar, since)
    await queries.update_order(connection, changed)
    if changed["number"] != order["number"]:
        await queries.insert_version(connection, changed, now)
    return changed


async def end_order(connection: Connection, actor: Actor, order_id: UUID, expected: Expected, *, now: datetime) -> None:
    """Nothing is submitted any more; the order and what came of it stay. UnknownOrder, MayNotOrder, OrderHasEnded."""
    order = await _changeable(connection, actor, order_id, expected)
    await queries.update_order(connection, order | {"ended_at": now, "next_at": None})


async def readable_order(connection: Connection, actor: Actor, order_id: UUID, *, hold: bool = False) -> Row:
    """The order, if the actor may read it. UnknownOrder."""
    order = await queries.find_order(connection, order_id, hold=hold)
    if order is None or not can_read_order(actor, order):
        raise UnknownOrder
    return order


async def calendar_of(connection: Connection, current: Current, department_id: UUID) -> WorkingTime:
    """The calendar by which the department works now."""
    resolved = await current.calendar_of(connection.fetch, department_id)
    return await current.working_times.get(connection.fetch, resolved.version_id)


def acting_as(person: Person) -> Actor:
    """A person as their copy tells them: where they belong, and no role in the organisation."""
    return Actor(person.id, department_roles=dict(person.departments), customer_type=person.customer_type)


async def _changeable(connection: Connection, actor: Actor, order_id: UUID, expected: Expected) -> Row:
    order = await readable_order(connection, actor, order_id, hold=True)
    if not can_change_order(actor, order):
        raise MayNotOrder
    expected.check(order["version"])
    if order["ended_at"] is not None:
        raise OrderHasEnded
    return order


def _as_owner(actor: Actor) -> Actor:
    """The actor as the worker will know them later: by where they belong alone. MayNotOrder for a program."""
    if actor.is_client:
        raise MayNotOrder
    return Actor(actor.id, department_roles=actor.department_roles, customer_type=actor.customer_type)


async def _checked_request(
    connection: Connection,
    current: Current,
    identity: Identity,
    asking: Actor,
    request: OrderRequest,
    department_id: UUID | None,
    now: datetime,
) -> UUID:
    """For which department it asks, having been checked as a ticket of now. SUBMISSION_PROBLEMS, under /request."""
    if department_id is None and len(asking.department_roles) == 1:
        (department_id,) = asking.department_roles
    if department_id is None or department_id not in asking.department_roles:
        raise MayNotOrder(pointer="/customer_department_id")
    zone = (await calendar_of(connection, current, department_id)).definition.time_zone
    with _under_request():
        new = request.ticket(department_id, local_date(now, zone))
        customer_id = await check_may_ask(connection, identity, asking, new)
        await asked_under(connection, current, identity, asking, new, customer_id, now)
    return customer_id


@contextmanager
def _under_request() -> Iterator[None]:
    """Pointers of a new ticket's problems lead into the order's `request`."""
    try:
        yield
    except FormRefused as refused:
        raise FormRefused([replace(each, pointer=f"/request{each.pointer}") for each in refused.refusals]) from refused
    except Problem as problem:
        if problem.pointer is not None:
            problem.pointer = f"/request{problem.pointer}"
        raise


def _check_schedule(schedule: OrderSchedule) -> None:
    """InstantOutside; ScheduleIncomplete, with a pointer to the field that is lacking or is too many."""
    check_instant(schedule.starts_on, "/schedule/starts_on")
    check_instant(schedule.ends_on, "/schedule/ends_on")
    for every, name in _NEEDS.items():
        if (getattr(schedule, name) is not None) is not (schedule.every is every):
            raise ScheduleIncomplete(pointer=f"/schedule/{name}")


def _first(content: Mapping[str, Any], calendar: WorkingTime, now: datetime) -> datetime:
    """When it is due first from now on. ScheduleOver."""
    first = first_instant(Schedule.read(content["schedule"]), calendar, now)
    if first is None:
        raise ScheduleOver(pointer="/schedule")
    return first
