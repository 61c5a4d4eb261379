"""Which agreement covers a new ticket: the nearest one, on its local date, for its priority; else none does."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from services.requests.catalogue.terms import OfferingTerms, TermsCache
from services.requests.departments.rules import Department
from services.requests.departments.service import Identity
from services.shared.db import Connection
from tests.requests.agreements.shapes import Pair, a_target, done, today
from tests.requests.calendars.shapes import a_saved_calendar
from tests.requests.people import IdentityDouble


class Asking:
    """Asks for terms as submitting a ticket does, in one process or another."""

    def __init__(self, connection: Connection, identity: Identity) -> None:
        self.connection = connection
        self.identity = identity
        self.processes = [TermsCache(), TermsCache()]
        self.statements = 0

    async def fetch(self, sql: str, *arguments: Any) -> list[Any]:
        self.statements += 1
        return await self.connection.fetch(sql, *arguments)

    async def terms(self, offering_id: str, customer: Department, provider: Department | None = None) -> OfferingTerms:
        """The same from both processes."""
        found = []
        for process in self.processes:
            current = await process.current(self.fetch)
            terms = await current.terms_for(
                self.fetch,
                self.identity,
                offering_id=UUID(offering_id),
                customer_department_id=customer.id,
                provider_department_id=provider.id if provider else None,
            )
            found.append(terms)
        assert found[0].agreements == found[1].agreements
        return found[0]


@pytest.fixture
async def asking(committing_pair: Pair, url: str, identity: IdentityDouble) -> AsyncIterator[Asking]:
    connection = await asyncpg.connect(url)
    async with identity.client() as client:
        yield Asking(connection, Identity(client, "a token"))
    await connection.close()


def noon(days: int = 0) -> datetime:
    return datetime.combine(today(days), time(12), tzinfo=UTC)


def covering(terms: OfferingTerms, priority: str = "normal", now: datetime | None = None) -> str | None:
    """The agreement's id, if one covers."""
    found = terms.covering(priority, now or noon())
    return str(found.agreement_id) if found else None


async def test_a_version_that_was_cut_on_its_first_day_covers_nothing_any_more(
    committing_pair: Pair, asking: Asking
) -> None:
    pair = committing_pair
    made = await pair.agreed()
    await pair.counter(made, targets=[a_target(duration="P3D")])
    for answer in await pair.sign(made, 2):
        done(answer)
    assert [each.number for each in (await asking.terms(pair.offering_id, pair.hr)).agreements] == [2]
    done(await pair.post(f"/{made['id']}/terminations", {"reason": "No more"}, pair.asker))
    assert (await asking.terms(pair.offering_id, pair.hr)).agreements == []


async def test_what_changes_is_seen_from_its_commit_on(committing_pair: Pair, asking: Asking) -> None:
    pair = committing_pair
    assert covering(await asking.terms(pair.offering_id, pair.hr)) is None
    made = await pair.propose()
    done((await pair.sign(made, by=[pair.asker]))[0])
    assert covering(await asking.terms(pair.offering_id, pair.hr)) is None
    done((await pair.sign(made, by=[pair.provider]))[0])
    terms = await asking.terms(pair.offering_id, pair.hr)
    assert covering(terms) == made["id"]
    found = terms.covering("normal", noon())
    assert found is not None
    assert (str(found.version_id), found.number) == (made["current_version"]["id"], 1)
    await pair.counter(made, effective_from=today(3).isoformat())
    for answer in await pair.sign(made, 2):
        done(answer)
    terms = await asking.terms(pair.offering_id, pair.hr)
    numbers = [each.number if (each := terms.covering("low", noon(day))) else None for day in (-1, 0, 2, 3, 400)]
    assert numbers == [None, 1, 1, 2, 2]
    done(await pair.post(f"/{made['id']}/terminations", {"reason": "No more"}, pair.asker))
    assert covering(await asking.terms(pair.offering_id, pair.hr)) is None


async def test_one_statement_while_nothing_has_changed(committing_pair: Pair, asking: Asking) -> None:
    pair = committing_pair
    await pair.agreed()
    terms = await asking.terms(pair.offering_id, pair.hr)
    before = asking.statements
    assert await asking.terms(pair.offering_id, pair.hr) is terms
    assert asking.statements == before + len(asking.processes)


async def test_the_date_changes_at_midnight_where_the_provider_works(committing_pair: Pair, asking: Asking) -> None:
    pair = committing_pair
    tokyo = await a_saved_calendar(pair.client, pair.people.admin(), time_zone="Asia/Tokyo")
    day, last = today(5), today(9)
    made = await pair.agreed(
        provider_calendar_id=tokyo, effective_from=day.isoformat(), effective_until=last.isoformat()
    )
    assert made["time_zone"] == "Asia/Tokyo"
    terms = await asking.terms(pair.offering_id, pair.hr)
    moment = timedelta(microseconds=1)
    begins, ends = (datetime.combine(each, time(), tzinfo=ZoneInfo("Asia/Tokyo")) for each in (day, last))
    at = [begins - moment, begins, ends - moment, ends]
    assert [covering(terms, now=each) == made["id"] for each in at] == [False, True, True, False]


async def test_priorities_without_a_target_are_not_covered(committing_pair: Pair, asking: Asking) -> None:
    pair = committing_pair
    urgent = await pair.agreed(targets=[a_target(priority="urgent", duration="PT4H")])
    rest = await pair.agreed(targets=[a_target(priority="low"), a_target(priority="normal")])
    terms = await asking.terms(pair.offering_id, pair.hr)
    found = [covering(terms, each) for each in ("urgent", "low", "normal", "high")]
    assert found == [urgent["id"], rest["id"], rest["id"], None]


async def test_the_nearest_departments_have_the_say_the_customers_first(committing_pair: Pair, asking: Asking) -> None:
    pair = committing_pair
    team = pair.identity.add(parent_id=pair.hr.id)
    squad = pair.identity.add(parent_id=team.id)
    desk = pair.identity.add(parent_id=pair.it.id)
    offering = {"code": "desk", "name": "Desk", "provider_department_id": str(desk.id)}
    offered = await pair.client.post("/v1/offerings", json=offering, headers=pair.people.admin())
    offering_id: str = offered.json()["id"]
    scope, pairs = "agreements:read agreements:write", [(pair.hr, pair.it), (pair.hr, desk), (team, pair.it)]

    async def agreed(customer: Department, provider: Department) -> str:
        body = pair.terms(offering_ids=[offering_id]) | {
            "customer_department_id": str(customer.id),
            "provider_department_id": str(provider.id),
        }
        asker, server = (
            pair.people.headers(scope=scope, departments={str(each.id): "manager"}) for each in (customer, provider)
        )
        made = done(await pair.post("", body, asker))
        for answer in await pair.sign(made, by=[asker, server]):
            done(answer)
        return str(made["id"])

    assert covering(await asking.terms(offering_id, squad)) is None
    above, to_desk, of_team = [await agreed(*each) for each in pairs]
    assert covering(await asking.terms(offering_id, pair.hr)) == to_desk
    assert covering(await asking.terms(offering_id, squad)) == of_team
    assert covering(await asking.terms(offering_id, squad, pair.it)) == of_team
    assert covering(await asking.terms(offering_id, pair.hr, pair.it)) == above
    assert covering(await asking.terms(offering_id, pair.it)) is None
    own = await agreed(squad, pair.it)
    assert covering(await asking.terms(offering_id, squad)) == own
    assert covering(await asking.terms(offering_id, team)) == of_team
    assert covering(await asking.terms(pair.offering_id, squad)) is None
