"""Quotas: counted under a lock with the ticket itself, by local period, and never twice the same."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from services.requests.tickets.queries import quota as quota_queries
from services.requests.tickets.queries import write
from services.requests.tickets.service import recording
from tests.requests.tickets.agreeing import NOTICE, ONE_A_WEEK, agree, later
from tests.requests.tickets.counting import statements
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.test_agreed import same_as_folded
from tests.requests.tickets.test_amending import amended, told
from tests.requests.tickets.test_current_terms import change_offering
from tests.requests.tickets.test_submit import submitted

SETS = ONE_A_WEEK | {"limit": 3, "quantity": "/sets"}


async def quota_of(desk: Desk, ticket: dict[str, Any]) -> tuple[float, str]:
    """What it came to, and how it was decided."""
    items = (await desk.get(ticket, "/clocks"))["items"]
    (clock,) = [each for each in items if each["clock"] == "quota"]
    return clock["observed"], clock["state"]


async def test_twenty_at_once_count_one_to_twenty(desk: Desk) -> None:
    await agree(desk, ONE_A_WEEK | {"limit": 12})
    tickets = await asyncio.gather(*(desk.submit() for _ in range(20)))
    counted = sorted([await quota_of(desk, ticket) for ticket in tickets])
    assert [count for count, _ in counted] == list(range(1, 21))
    assert [state for _, state in counted] == ["met"] * 12 + ["missed"] * 8
    assert await same_as_folded(desk)


async def test_a_ticket_that_is_not_written_counts_for_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await agree(desk, ONE_A_WEEK)
    await desk.submit()

    async def fail(*given: Any, **named: Any) -> None:
        raise RuntimeError("the database is gone")

    with monkeypatch.context() as broken:
        broken.setattr(recording, "insert_ticket", fail)
        assert (await submitted(desk, {}))[0] == 500
    assert await quota_of(desk, await desk.submit()) == (2, "missed")


async def test_the_lock_is_given_back_with_what_was_superseded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await agree(desk, ONE_A_WEEK)
    await desk.submit()
    met = 0

    async def after_a_change(*given: Any, **named: Any) -> Any:
        nonlocal met
        met += 1
        if met == 1:
            await change_offering(desk, 1, name="A better computer")
        return await write.insert_ticket(*given, **named)

    monkeypatch.setattr(recording, "insert_ticket", after_a_change)
    ticket = await desk.submit(desk.requester | {"Idempotency-Key": "once"})
    assert (met, ticket["offering_version"], await quota_of(desk, ticket)) == (2, 2, (2, "missed"))


async def test_quantities_are_added_up_exactly(desk: Desk) -> None:
    await agree(desk, SETS)
    for sets, come_to in ((0.1, (0.1, "met")), (0.2, (0.3, "met")), (2, (2.3, "met")), (1, (3.3, "missed"))):
        assert await quota_of(desk, await desk.submit(fields={"sets": sets})) == come_to


@pytest.mark.parametrize("fields", [{}, {"sets": "3"}, {"sets": 0}, {"sets": -1}, {"sets": True}, {"sets": 1e12}])
async def test_a_quantity_has_to_be_told(desk: Desk, fields: dict[str, Any]) -> None:
    await agree(desk, SETS)
    for path in ("/v1/tickets", "/v1/tickets/preview"):
        assert await submitted(desk, {"fields": fields}, path=path) == (409, "quantity_missing", "/fields/sets")


async def test_a_quantity_may_become_less_for_whoever_comes_after_and_never_more(desk: Desk) -> None:
    await agree(desk, SETS)
    first = await desk.submit(fields={"sets": 2})
    assert told(await amended(desk, first, fields={})) == (409, "quantity_missing", "/fields/sets")
    assert told(await amended(desk, first, fields={"sets": 3})) == (409, "quantity_grows", "/fields/sets")
    assert (await amended(desk, first, fields={"sets": 1, "colour": "grey"})).status_code == 200
    assert told(await amended(desk, first, fields={"sets": 2})) == (409, "quantity_grows", "/fields/sets")
    assert await quota_of(desk, first) == (2, "met")
    assert await quota_of(desk, await desk.submit(fields={"sets": 1})) == (2, "met")


async def test_what_was_asked_before_the_agreement_or_in_another_week_does_not_count(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.submit()
    await agree(desk, ONE_A_WEEK)
    assert await quota_of(desk, await desk.submit()) == (1, "met")
    asked: list[tuple[datetime, datetime]] = []
    used = quota_queries.quota_used

    async def note(connection: Any, agreement_id: Any, offering_id: Any, start: Any, end: Any, steps: Any) -> Any:
        asked.append((start, end))
        return await used(connection, agreement_id, offering_id, start, end, steps)

    monkeypatch.setattr("services.requests.tickets.service.quota.quota_used", note)
    await desk.submit()
    ((start, end),) = asked
    assert start <= datetime.now(UTC) < end
    assert (end - start).days in (6, 7)
    async with desk.app.state.engine.connect() as pooled:
        connection: Any = (await pooled.get_raw_connection()).driver_connection
        agreement_id = await connection.fetchval("SELECT agreement_id FROM agreement_version")
        for span, expected in (((start, end), 2), ((end, end + (end - start)), 0), ((start - (end - start), start), 0)):
            assert await used(connection, agreement_id, desk.offering_id, *span, None) == expected


async def test_a_quota_costs_a_lock_and_a_count(desk: Desk) -> None:
    await agree(desk, NOTICE, ONE_A_WEEK)
    await desk.submit(needed_by=later(60))
    async with statements(desk) as sent:
        await desk.submit(needed_by=later(60))
    assert [statement.split()[0] for statement in sent] == ["SELECT", "SELECT", "WITH"]
