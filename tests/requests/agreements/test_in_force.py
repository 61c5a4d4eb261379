"""From when to when a version holds: superseded on a date, expired, ended; and PostgreSQL's own word on it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy.exc import IntegrityError

from services.requests.agreements.queries.read import Wanted, find_agreement
from services.requests.agreements.service.reading import list_agreements, list_versions, show_agreement
from services.requests.events import AgreementTerminated
from services.shared.auth import Actor
from services.shared.idempotency import Fetch, session_fetch
from services.shared.paging import PageWanted
from tests.requests.agreements.shapes import Pair, a_target, done, refused, today
from tests.requests.catalogue.shapes import a_published_offering

States = Callable[..., Awaitable[tuple[str, list[str]]]]
EVERY_PAGE = PageWanted(200, None, "")


@pytest.fixture
def states(app: FastAPI) -> States:
    """The state of an agreement so many days from now, and those of its versions, the first version first."""

    async def told(made: dict[str, Any], days: int = 0) -> tuple[str, list[str]]:
        now = datetime.now(UTC) + timedelta(days=days)
        async with app.state.sessions.begin() as session:
            agreement = await find_agreement(session, UUID(made["id"]))
            assert agreement is not None
            shown = await show_agreement(session, agreement, now=now)
            versions = (await list_versions(session, agreement, EVERY_PAGE, now=now)).items
            wanted = Wanted(state=shown.state)
            listed = await list_agreements(session, Actor(uuid4(), is_client=True), EVERY_PAGE, wanted, now=now)
        assert str(agreement.id) in [str(each.id) for each in listed.items]
        return shown.state, [each.state for each in reversed(versions)]

    return told


async def test_a_version_takes_the_place_of_the_one_before_on_its_date(pair: Pair, states: States) -> None:
    made = await pair.agreed()
    await pair.counter(made, effective_from=today(10).isoformat(), targets=[a_target(duration="P3D")])
    assert await states(made) == ("active", ["active", "proposed"])
    for answer in await pair.sign(made, 2):
        done(answer)
    assert await states(made) == ("active", ["active", "signed"])
    told = await pair.get(made)
    assert (told["number_in_force"], told["number_upcoming"], told["number_proposed"]) == (1, 2, None)
    assert told["current_version"]["in_force_until"] == today(10).isoformat()
    assert await states(made, days=9) == ("active", ["active", "signed"])
    assert await states(made, days=10) == ("active", ["superseded", "active"])


async def test_a_version_that_never_began_is_superseded_too(pair: Pair, states: States, fetch: Fetch) -> None:
    made = await pair.agreed()
    for number, days in ((2, 20), (3, 10)):
        await pair.counter(made, effective_from=today(days).isoformat())
        for answer in await pair.sign(made, number):
            done(answer)
    assert await states(made) == ("active", ["active", "superseded", "signed"])
    rows = await fetch("SELECT DISTINCT number, lower(during), upper(during) FROM agreement_coverage ORDER BY number")
    assert [tuple(row) for row in rows] == [(1, today(), today(10)), (3, today(10), None)]
    assert await states(made, days=30) == ("active", ["superseded", "superseded", "active"])


async def test_a_version_superseded_on_the_day_it_began_was_in_force(pair: Pair, states: States) -> None:
    made = await pair.agreed()
    await pair.counter(made, targets=[a_target(duration="P3D")])
    for answer in await pair.sign(made, 2):
        done(answer)
    assert await states(made) == ("active", ["superseded", "active"])
    day = today().isoformat()
    spans = {each["number"]: each for each in (await pair.get(made, "/versions"))["items"]}
    assert [(spans[n]["in_force_from"], spans[n]["in_force_until"]) for n in (1, 2)] == [(day, day), (day, None)]
    done(await pair.post(f"/{made['id']}/terminations", {"reason": "No more"}, pair.asker))
    assert await states(made) == ("terminated", ["superseded", "terminated"])
    ended = await pair.get(made, "/versions/2")
    assert (ended["in_force_from"], ended["in_force_until"]) == (day, day)


async def test_a_proposal_whose_time_is_over_is_told_as_expired(pair: Pair, states: States) -> None:
    made = await pair.propose(effective_until=today(5).isoformat())
    assert await states(made, days=4) == ("proposed", ["proposed"])
    assert await states(made, days=5) == ("expired", ["expired"])
    agreed = await pair.agreed(effective_from=today(1).isoformat())
    await pair.counter(agreed, effective_from=today(2).isoformat(), effective_until=today(5).isoformat())
    assert await states(agreed, days=4) == ("active", ["active", "proposed"])
    assert await states(agreed, days=5) == ("active", ["active", "expired"])


async def test_a_version_with_an_end_expires(pair: Pair, states: States) -> None:
    made = await pair.agreed(effective_from=today(2).isoformat(), effective_until=today(5).isoformat())
    for days, state in ((0, "signed"), (2, "active"), (4, "active"), (5, "expired")):
        assert await states(made, days) == (state, [state])
    await pair.counter(made, effective_from=today(5).isoformat())
    assert await states(made, days=5) == ("proposed", ["expired", "proposed"])


async def test_a_side_ends_an_agreement(pair: Pair, states: States, fetch: Fetch) -> None:
    made = await pair.agreed()
    body = {"reason": "Reorganised", "ends_on": today(3).isoformat()}
    ended = done(await pair.post(f"/{made['id']}/terminations", body, pair.provider))
    assert (ended["side"], ended["ends_on"], ended["person_id"]) == ("provider", body["ends_on"], str(pair.provider_id))
    told = await pair.get(made)
    assert (told["state"], told["ends_on"], told["termination"]) == ("active", body["ends_on"], ended)
    assert await states(made, days=2) == ("active", ["active"])
    assert await states(made, days=3) == ("terminated", ["terminated"])
    assert refused(await pair.post(f"/{made['id']}/terminations", body, pair.asker))[1] == "agreement_terminated"
    assert refused(await pair.post(f"/{made['id']}/versions", pair.terms(), pair.asker))[1] == "agreement_terminated"
    ((body_told,),) = await fetch("SELECT body->'data' FROM outbox WHERE subject = $1", AgreementTerminated.subject)
    assert body_told["ends_on"] == body["ends_on"]


async def test_an_end_is_at_once_if_no_date_is_named(pair: Pair, states: States) -> None:
    proposed, agreed = await pair.propose(), await pair.agreed()
    for agreement in (proposed, agreed):
        ended = done(await pair.post(f"/{agreement['id']}/terminations", {"reason": "No more"}, pair.asker))
        assert ended["ends_on"] == today().isoformat()
        assert await states(agreement) == ("terminated", ["terminated"])
    assert refused((await pair.sign(proposed))[0])[:2] == (409, "agreement_terminated")


async def test_when_and_by_whom_an_agreement_is_ended(pair: Pair) -> None:
    made = await pair.agreed()
    path = f"/{made['id']}/terminations"
    for days in (-1, 3661):
        body = {"reason": "No more", "ends_on": today(days).isoformat()}
        assert refused(await pair.post(path, body, pair.asker)) == (409, "ends_outside", ["/ends_on"])
    assert refused(await pair.post(path, {"reason": "No more"}, pair.people.admin()))[:2] == (403, "may_not_sign")
    assert refused(await pair.post(path, {"ends_on": today().isoformat()}, pair.asker))[2] == ["/reason"]


async def test_two_agreements_do_not_cover_the_same(pair: Pair) -> None:
    first = await pair.agreed()
    other = await pair.propose()
    done((await pair.sign(other, by=[pair.asker]))[0])
    answer = (await pair.sign(other, by=[pair.provider]))[0]
    assert refused(answer) == (409, "already_covered", ["/version"])
    assert first["id"] in answer.json()["detail"]
    assert len((await pair.get(other, "/signatures"))["items"]) == 1
    done(await pair.post(f"/{first['id']}/terminations", {"reason": "Anew"}, pair.asker))
    done((await pair.sign(other, by=[pair.provider]))[0])
    assert (await pair.get(other))["state"] == "active"


async def test_agreements_share_an_offering_by_priority_and_by_time(pair: Pair, fetch: Fetch) -> None:
    await pair.agreed(targets=[a_target(priority="urgent")])
    await pair.agreed(targets=[a_target(priority=each) for each in ("low", "normal", "high")])
    offering = await a_published_offering(pair.client, pair.people.admin(), pair.it.id)
    day = today(30).isoformat()
    await pair.agreed(offering_ids=[offering["id"]], effective_until=day)
    await pair.agreed(offering_ids=[offering["id"]], effective_from=day)
    ((rows,),) = await fetch("SELECT count(*) FROM agreement_coverage")
    assert rows == 1 + 3 + 4 + 4


async def test_postgresql_refuses_what_covers_twice(pair: Pair, app: FastAPI) -> None:
    made = await pair.agreed(effective_from=today(5).isoformat())
    before, over = [UUID((await pair.propose())["id"]) for _ in range(2)]
    insert = (
        "INSERT INTO agreement_coverage SELECT $1, 1, offering_id, priority, customer_department_id,"
        " provider_department_id, daterange($2, $3) FROM agreement_coverage WHERE agreement_id = $4"
    )
    async with app.state.sessions() as session:
        fetch = session_fetch(session)
        await fetch(insert, before, today(), today(5), UUID(made["id"]))
        with pytest.raises(IntegrityError, match="agreement_covers_once"):
            await fetch(insert, over, today(4), today(6), UUID(made["id"]))
        await session.rollback()
