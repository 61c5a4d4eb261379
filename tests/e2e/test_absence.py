"""An absence over two services: identity records it, requests puts the work into the deputy's queue, and back."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.organisation import Organisation, a_person, found, made
from tests.e2e.running import Running, until

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
async def organisation(running: Running) -> Organisation:
    return await found(running, ["AWAY", "ASKS"], {"chair": "AWAY"})


async def test_the_deputy_finds_the_work_while_it_lasts(running: Running, organisation: Organisation) -> None:
    desk, asking = organisation.departments["AWAY"], organisation.departments["ASKS"]
    member = await a_person(running, organisation, "away.asks", ASKS="member")
    absent = await a_person(running, organisation, "away.absent", AWAY="agent")
    deputy = await a_person(running, organisation, "away.deputy", AWAY="agent")
    today = datetime.now(ZoneInfo("Europe/Madrid")).date()  # the zone of this organisation's departments
    days = {"from": today.isoformat(), "to": (today + timedelta(days=9)).isoformat()}
    async with running.client(member) as asks, running.client(absent) as away, running.client(deputy) as there:
        new = {"subject": "A chair", "offering_id": organisation.offerings["chair"]}
        ticket = await made(asks, "/v1/tickets", **new, customer_department_id=asking)
        absent_id, deputy_id = [(await client.get("/v1/me")).json()["id"] for client in (away, there)]
        await made(there, f"/v1/tickets/{ticket['id']}/assignments", assignee_id=absent_id)

        async def in_queue() -> list[str | None]:
            return [item["deputy_for"] for item in (await there.get("/v1/tickets/queue")).json()["items"]]

        absences = f"/v1/departments/{desk}/absences"
        assert await in_queue() == []
        first = await made(away, absences, person_id=absent_id, deputy_id=deputy_id, **days)

        async def is_there() -> bool:
            return await in_queue() == [absent_id]

        await until(is_there)
        told = (await there.get("/v1/messages")).json()["items"]
        assert [(each["kind"], each["link"]) for each in told] == [("deputy_named", f"{absences}/{first['id']}")]
        assert (await there.get(told[0]["link"])).json() == first
        again = await made(there, f"/v1/tickets/{ticket['id']}/assignments", assignee_id=absent_id)
        assert (again["absent_until"], again["deputy_id"]) == (days["to"], deputy_id)
        ended = await away.delete(f"{absences}/{first['id']}", headers={"If-Match": '"1"'})
        assert ended.status_code == 204, ended.text

        async def is_back() -> bool:
            return await in_queue() == []

        await until(is_back)
    assert running.errors() == []
