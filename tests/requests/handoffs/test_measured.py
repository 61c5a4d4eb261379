"""What the promises about a hand-off come to is told between its own two departments, whoever finds it out."""

from typing import Any
from uuid import UUID

import orjson

from tests.requests.handoffs.test_small_tickets import Weeks
from tests.requests.handoffs.test_small_tickets import weeks as weeks

Counts = tuple[int, int]


async def measured(weeks: Weeks, kind: str = "hand_off") -> list[dict[str, Any]]:
    sql = "SELECT body::text FROM outbox WHERE subject = $1 ORDER BY position"
    rows = await weeks.connection.fetch(sql, f"acuerdo.requests.{kind}.measured.v1")
    return [orjson.loads(row[0])["data"] for row in rows]


async def counted(weeks: Weeks, link: UUID) -> list[Counts]:
    """Met and missed targets, in the order in which they were told; all of them of NET for IT."""
    told = [each for each in await measured(weeks) if each["link_id"] == str(link)]
    for each in told:
        pair = each["customer_department_id"], each["provider_department_id"]
        assert pair == (str(weeks.chain.desk.it.id), str(weeks.chain.desk.network.id))
        assert each["customer"] == {"met": 0, "missed": 0}
    return [(each["provider"]["met"], each["provider"]["missed"]) for each in told]


async def test_each_act_that_changes_it_tells_it(weeks: Weeks) -> None:
    await weeks.begin("2 09:00")
    link = await weeks.offer("2 10:00", "NET", offering_id=weeks.offering_id)
    unpromised = await weeks.offer("2 10:00", "LAW", wait=False)
    assert await counted(weeks, link) == []
    await weeks.accept("2 12:00", link, "NET")
    await weeks.accept("2 12:00", unpromised, "LAW")
    await weeks.give_back("2 13:00", link, "NET")
    assert await counted(weeks, link) == [(1, 0), (3, 0)]  # acknowledged; answered and resolved
    assert {each["link_id"] for each in await measured(weeks)} == {str(link)}
    of_ticket = {each["provider_department_id"] for each in await measured(weeks, "ticket")}
    assert of_ticket == {str(weeks.chain.desk.it.id)}


async def test_a_breach_that_fires_tells_it(weeks: Weeks) -> None:
    await weeks.begin("2 09:00")
    link = await weeks.offer("2 10:00", "NET", offering_id=weeks.offering_id)
    await weeks.accept("2 11:00", link, "NET")
    await weeks.fire("2 14:00")  # the first response is due two hours after the acceptance
    assert (await counted(weeks, link))[-1] == (1, 1)
    await weeks.fire("3 12:00")
    assert (await counted(weeks, link))[-1] == (1, 2)
