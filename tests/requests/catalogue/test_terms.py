"""What tickets are promised is kept in memory, and never older than the last commit."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from services.requests.agreements.pinning import pin_published
from services.requests.calendars.rules import ROUND_THE_CLOCK
from services.requests.catalogue.rules import PublishedTarget
from services.requests.catalogue.service import UnknownOffering
from services.requests.catalogue.terms import OfferingTerms, TermsCache
from services.requests.departments.service import Identity, UnknownDepartment
from services.shared.db import Connection
from tests.requests.calendars.shapes import a_saved_calendar, a_version
from tests.requests.catalogue.shapes import a_published_offering, a_target
from tests.requests.people import IdentityDouble, People


def counts_in(terms: OfferingTerms, target: PublishedTarget) -> UUID:
    """The calendar that a ticket pins for the target."""
    return pin_published(target, terms.provider_calendar.calendar_id).calendar_id


class Asking:
    """Asks for terms as submitting a ticket does: each time on a connection that counts its statements."""

    def __init__(self, connection: Connection, identity: Identity) -> None:
        self.cache = TermsCache()
        self.connection = connection
        self.identity = identity
        self.statements = 0

    async def fetch(self, sql: str, *arguments: Any) -> list[Any]:
        self.statements += 1
        return await self.connection.fetch(sql, *arguments)

    async def terms(self, offering_id: str, customer_id: UUID, provider_id: UUID | None = None) -> OfferingTerms:
        current = await self.cache.current(self.fetch)
        return await current.terms_for(
            self.fetch,
            self.identity,
            offering_id=UUID(offering_id),
            customer_department_id=customer_id,
            provider_department_id=provider_id,
        )


@pytest.fixture
async def asking(committing: httpx.AsyncClient, url: str, identity: IdentityDouble) -> AsyncIterator[Asking]:
    connection = await asyncpg.connect(url)
    async with identity.client() as client:
        yield Asking(connection, Identity(client, "a token"))
    await connection.close()


async def test_terms_name_offering_departments_calendars_and_targets(
    committing: httpx.AsyncClient, people: People, identity: IdentityDouble, asking: Asking
) -> None:
    admin = people.admin()
    provider, customer = identity.add(), identity.add()
    own = await a_saved_calendar(committing, admin)
    targets = [a_target(duration="P3D"), a_target(priority="high", calendar_id=own)]
    made = await a_published_offering(committing, admin, provider.id, default_targets=targets)
    await committing.put(
        f"/v1/calendars/assignments/{customer.id}", json={"calendar_id": own}, headers=admin | {"If-Match": '"0"'}
    )
    terms = await asking.terms(made["id"], customer.id)
    assert (terms.offering.version, terms.offering.code) == (1, made["code"])
    assert (terms.customer, terms.provider) == (customer, provider)
    assert terms.provider_calendar.calendar_id == ROUND_THE_CLOCK
    assert str(terms.customer_calendar.calendar_id) == own
    (high,) = terms.targets("high")
    (low,) = terms.targets("low")
    assert (high.duration, str(counts_in(terms, high))) == ("PT8H", own)
    assert (low.duration, counts_in(terms, low)) == ("P3D", ROUND_THE_CLOCK)
    imported = await asking.terms(made["id"], customer.id, customer.id)
    assert str(counts_in(imported, imported.targets("low")[0])) == own


async def test_one_statement_while_nothing_has_changed(
    committing: httpx.AsyncClient, people: People, identity: IdentityDouble, asking: Asking
) -> None:
    customer = identity.add()
    made = await a_published_offering(committing, people.admin(), identity.add().id)
    await asking.terms(made["id"], customer.id)
    terms = await asking.terms(made["id"], customer.id)
    before = asking.statements
    assert await asking.terms(made["id"], customer.id) is terms
    assert asking.statements == before + 1


async def test_every_change_is_seen_from_its_commit_on(
    committing: httpx.AsyncClient, people: People, identity: IdentityDouble, asking: Asking
) -> None:
    admin = people.admin()
    provider, customer = identity.add(), identity.add()
    made = await a_published_offering(committing, admin, provider.id)
    calendar_id = await a_saved_calendar(committing, admin)

    async def terms() -> OfferingTerms:
        return await asking.terms(made["id"], customer.id)

    assert (await terms()).offering.version == 1
    changed = await committing.patch(
        f"/v1/offerings/{made['id']}", json={"name": "Other"}, headers=admin | {"If-Match": '"1"'}
    )
    assert changed.status_code == 200
    assert ((await terms()).offering.version, (await terms()).offering.name) == (2, "Other")
    await committing.put(
        f"/v1/calendars/assignments/{provider.id}",
        json={"calendar_id": calendar_id},
        headers=admin | {"If-Match": '"0"'},
    )
    assert str((await terms()).provider_calendar.calendar_id) == calendar_id
    await committing.post(f"/v1/calendars/{calendar_id}/versions", json=a_version(time_zone="UTC"), headers=admin)
    assert (await terms()).provider_calendar.number == 2
    await asking.connection.execute("UPDATE department_copy SET code = 'X', version = 2 WHERE id = $1", customer.id)
    assert (await terms()).customer.code == "X"


async def test_calendars_come_with_all_their_versions(
    committing: httpx.AsyncClient, people: People, asking: Asking
) -> None:
    admin = people.admin()
    calendar_id = UUID(await a_saved_calendar(committing, admin))
    for zone in ("UTC", "Asia/Tokyo"):
        current = await asking.cache.current(asking.fetch)
        before = (await current.calendars(asking.fetch, [calendar_id]))[calendar_id]
        await committing.post(f"/v1/calendars/{calendar_id}/versions", json=a_version(time_zone=zone), headers=admin)
        assert (await current.calendars(asking.fetch, [calendar_id]))[calendar_id] is before
    current = await asking.cache.current(asking.fetch)
    history = (await current.calendars(asking.fetch, [calendar_id, ROUND_THE_CLOCK]))[calendar_id]
    assert [each.definition.time_zone for each in history.versions] == ["Europe/Berlin", "UTC", "Asia/Tokyo"]
    assert list(history.since) == sorted(history.since)
    assert history.versions[0] is before.versions[0]
    assert (await current.calendar_of(asking.fetch, None)).calendar_id == ROUND_THE_CLOCK


async def test_what_is_rolled_back_was_never_kept(
    committing: httpx.AsyncClient, people: People, identity: IdentityDouble, asking: Asking
) -> None:
    customer = identity.add()
    made = await a_published_offering(committing, people.admin(), identity.add().id)
    attempt = asking.connection.transaction()
    await attempt.start()
    await asking.terms(made["id"], customer.id)
    await asking.connection.execute("UPDATE offering SET name = 'never'")
    assert (await asking.terms(made["id"], customer.id)).offering.name == "never"
    await attempt.rollback()
    identity.departments.clear()
    with pytest.raises(UnknownDepartment):
        await asking.terms(made["id"], customer.id)


async def test_slow_reader_does_not_spoil_what_others_keep(
    committing: httpx.AsyncClient, people: People, identity: IdentityDouble, asking: Asking
) -> None:
    customer = identity.add()
    made = await a_published_offering(committing, people.admin(), identity.add().id)
    await asking.terms(made["id"], customer.id)
    slow = await asking.cache.current(asking.fetch)
    for number in range(1, 6):
        await asyncio.gather(
            slow.terms_for(
                asking.connection.fetch,
                asking.identity,
                offering_id=UUID(made["id"]),
                customer_department_id=customer.id,
            ),
            committing.patch(
                f"/v1/offerings/{made['id']}",
                json={"name": str(number)},
                headers=people.admin() | {"If-Match": f'"{number}"'},
            ),
        )
        assert (await asking.terms(made["id"], customer.id)).offering.version == number + 1


async def test_what_is_unknown_is_told_with_its_field(
    committing: httpx.AsyncClient, people: People, identity: IdentityDouble, asking: Asking
) -> None:
    made = await a_published_offering(committing, people.admin(), identity.add().id)
    with pytest.raises(UnknownOffering) as no_offering:
        await asking.terms(str(uuid4()), uuid4())
    assert no_offering.value.pointer == "/offering_id"
    with pytest.raises(UnknownDepartment) as nobody:
        await asking.terms(made["id"], uuid4())
    assert nobody.value.pointer == "/customer_department_id"
