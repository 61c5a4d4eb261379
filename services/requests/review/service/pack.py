"""The pack put together: one snapshot of the database for all of it, and names asked of identity after that."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from services.requests.catalogue.queries import names_of_offerings
from services.requests.catalogue.terms import TermsCache
from services.requests.departments.queries import find_departments
from services.requests.departments.service import Identity
from services.requests.reports.schemas import PairAsked
from services.requests.reports.service.asking import covered
from services.requests.reports.service.scoreboard import check_pair, report_scoreboard
from services.requests.review.queries import keys_of_tickets
from services.requests.review.schemas import PackAsked
from services.requests.review.service.agreed import agreements_of
from services.requests.review.service.asking import Reading, Span, of_pair, path_of, span_asked
from services.requests.review.service.figures import REPORTS, figures_of
from services.requests.review.service.matters import matters_agreed, matters_of_tickets
from services.requests.review.service.named import names_of_departments, names_of_people, people_in
from services.shared.auth import Actor
from services.shared.db import Connection, Sessions, hot_connection

Told = dict[str, Any]
PATH = f"{REPORTS}/review-pack"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a pack is read from."""

    engine: AsyncEngine
    sessions: Sessions
    terms: TermsCache
    identity: Identity


async def review_pack(sources: Sources, actor: Actor, asked: PackAsked, *, now: datetime) -> Told:
    """Both directions of a pair over a period, the customer's first.

    SameDepartment, NotYourFigures, UnknownDepartment, DepartmentsUnavailable, UnknownReportZone, EmptyPeriod,
    TooManyBuckets.
    """
    span = span_asked(asked, now)
    both = asked.customer_department_id, asked.provider_department_id
    pair = PairAsked.model_validate(of_pair(*both) | span.query)
    async with hot_connection(sources.engine) as connection:
        await check_pair(connection, sources.identity, actor, pair)
    async with _one_snapshot(sources.sessions) as (session, connection):
        reading = Reading(session, connection, sources.terms, actor, now)
        board = await report_scoreboard(connection, sources.identity, actor, pair, now=now)
        items = [await _direction(reading, row, span) for row in board["items"]]
        codes = {each.id: each.code for each in (await find_departments(connection.fetch, both)).values()}
        offerings, tickets = await _offerings(reading, items), await _tickets(connection, items)
    pack = {
        **covered(pair, now),
        "customer_department_id": both[0],
        "provider_department_id": both[1],
        "source": path_of(PATH, of_pair(*both), span.query),
        "items": items,
        "offerings": offerings,
        "tickets": tickets,
    }
    return pack | await _names(sources.identity, items, codes)


@asynccontextmanager
async def _one_snapshot(sessions: Sessions) -> AsyncIterator[tuple[AsyncSession, Connection]]:
    """A session that only reads, all of it as of one moment, and the driver's connection beneath it.

    What uses the one is over before the other is used.
    """
    async with sessions() as session, session.begin():
        lease = await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        await session.execute(text("SET TRANSACTION READ ONLY"))
        raw: Any = (await lease.get_raw_connection()).driver_connection
        yield session, raw


async def _direction(reading: Reading, board: Told, span: Span) -> Told:
    customer, provider = board["customer_department_id"], board["provider_department_id"]
    pair = of_pair(customer, provider)
    return {
        **pair,
        "scoreboard": board | {"source": path_of(f"{REPORTS}/scoreboard", pair, span.query)},
        **await figures_of(reading, customer, provider, span),
        **await matters_of_tickets(reading, customer, provider, span),
        **await matters_agreed(reading, customer, provider, span),
        "agreements": await agreements_of(reading, customer, provider, span),
        "feedback": [path_of(f"/v1/{what}", pair) for what in ("interactions", "responses")],
    }


async def _offerings(reading: Reading, items: list[Told]) -> list[Told]:
    """What the offerings are called that versions of the agreements name."""
    if "offerings:read" not in reading.actor.scopes:
        return []
    named: set[UUID] = set()
    for direction in items:
        for agreement in (direction["agreements"] or {"items": []})["items"]:
            named.update(each for version in agreement["versions"] for each in version["offering_ids"])
    names = await names_of_offerings(reading.connection.fetch, named)
    return [{"id": each, "name": names[each]} for each in sorted(names)]


async def _tickets(connection: Connection, items: list[Told]) -> list[Told]:
    """What the tickets are called that breaches, contests and exclusions are about."""
    parts = (direction[name] for direction in items for name in ("breaches", "contests", "exclusions"))
    listed = {each["ticket_id"] for part in parts if part for each in part["items"]} - {None}
    keys = await keys_of_tickets(connection, listed)
    return [{"id": each, "key": keys[each]} for each in sorted(keys)]


async def _names(identity: Identity, items: list[Told], codes: dict[UUID, str]) -> Told:
    people = sorted(set(people_in(items)))
    departments, persons = await names_of_departments(identity, list(codes)), await names_of_people(identity, people)
    return {
        "departments": [
            {"id": each, "code": code, "name": departments.get(each)} for each, code in sorted(codes.items())
        ],
        "people": [{"id": each, "display_name": persons.get(each)} for each in people],
    }
