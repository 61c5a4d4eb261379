"""Who reads agreements, and how they are found."""

from typing import Any
from uuid import uuid4

import pytest

from tests.requests.agreements.shapes import Pair, done, refused, today
from tests.requests.catalogue.shapes import a_published_offering


async def test_who_reads_an_agreement(pair: Pair) -> None:
    made = await pair.propose()
    people = pair.people
    below, aside = pair.identity.add(parent_id=pair.it.id), pair.identity.add()
    offering = await a_published_offering(pair.client, people.admin(), below.id)
    assert offering["provider_department_id"] == str(below.id)
    await a_published_offering(pair.client, people.admin(), aside.id)
    deputy = people.headers(scope="agreements:read", deputy_of=[str(below.id)])
    for headers, sees in (
        (people.one_of(pair.hr.id), True),
        (people.one_of(pair.it.id, "agent"), True),
        (people.admin(), True),
        (people.headers(scope="agreements:read", roles=["auditor"]), True),
        (people.account(), True),
        (people.one_of(below.id, "manager"), True),
        (deputy, True),
        (people.one_of(below.id), False),
        (people.one_of(aside.id, "manager"), False),
        (people.headers(scope="agreements:read", roles=["viewer"]), False),
    ):
        listed = (await pair.client.get("/v1/agreements", headers=headers)).json()["items"]
        assert [each["id"] for each in listed] == ([made["id"]] if sees else [])
        for below_it in ("", "/versions", "/versions/1", "/versions/1/diff", "/signatures"):
            answer = await pair.client.get(f"/v1/agreements/{made['id']}{below_it}", headers=headers)
            assert answer.status_code == (200 if sees else 404)
    unknown = await pair.client.get(f"/v1/agreements/{uuid4()}", headers=people.admin())
    hidden = await pair.client.get(f"/v1/agreements/{made['id']}", headers=people.one_of(aside.id))
    assert refused(unknown) == refused(hidden) == (404, "unknown_agreement", [])
    assert (await pair.client.get("/v1/agreements")).status_code == 401


async def test_agreements_are_filtered_and_paged(pair: Pair) -> None:
    offering = await a_published_offering(pair.client, pair.people.admin(), pair.it.id)
    proposed = await pair.propose()
    active = await pair.agreed(offering_ids=[offering["id"]])
    coming = await pair.agreed(effective_from=today(9).isoformat())
    ended = await pair.propose()
    done(await pair.post(f"/{ended['id']}/terminations", {"reason": "No more"}, pair.asker))

    async def found(**filters: Any) -> list[str]:
        answer = await pair.client.get("/v1/agreements", params=filters, headers=pair.asker)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    everything = [each["id"] for each in (ended, coming, active, proposed)]
    hr, it = str(pair.hr.id), str(pair.it.id)
    assert await found() == everything
    for department in (hr, it):
        assert await found(department_id=department) == everything
    assert await found(customer_department_id=hr, provider_department_id=it) == everything
    assert await found(customer_department_id=it) == await found(department_id=str(uuid4())) == []
    assert await found(offering_id=offering["id"]) == [active["id"]]
    for state, agreement in (("proposed", proposed), ("active", active), ("signed", coming), ("terminated", ended)):
        assert await found(state=state) == [agreement["id"]]
    assert await found(state="expired") == []
    page = (await pair.client.get("/v1/agreements?limit=3", headers=pair.asker)).json()
    assert [each["id"] for each in page["items"]] == everything[:3]
    assert await found(limit=3, cursor=page["next"]) == everything[3:]


@pytest.mark.parametrize("wrong", ["colour=red", "state=draft", "department_id=IT", "limit=0"])
async def test_a_wrong_filter_is_refused(pair: Pair, wrong: str) -> None:
    answer = await pair.client.get(f"/v1/agreements?{wrong}", headers=pair.asker)
    assert (answer.status_code, refused(answer)[2]) == (422, [f"?{wrong.split('=')[0]}"])
