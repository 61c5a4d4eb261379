"""Offerings with forms: published, changed in versions, and at hand for whoever submits a ticket."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from services.requests.catalogue.queries import find_offered
from services.shared.idempotency import Fetch
from tests.requests.calendars.shapes import pointers
from tests.requests.catalogue.shapes import a_known_department, a_published_offering, an_offering
from tests.requests.people import People

SCHEMA = {"type": "object", "properties": {"zoo": {"type": "string"}, "ant": {"type": "integer"}}, "required": ["ant"]}
FORM: dict[str, Any] = {"schema": SCHEMA, "expected": ["/zoo"]}


async def test_a_form_is_published_and_its_fields_stay_in_order(
    client: httpx.AsyncClient, people: People, fetch: Fetch
) -> None:
    provider = await a_known_department(fetch)
    made = await a_published_offering(client, people.admin(), provider.id, form=FORM)
    assert made["form"] == FORM
    read = (await client.get(f"/v1/offerings/{made['id']}", headers=people.admin())).json()
    assert read == made
    assert list(read["form"]["schema"]["properties"]) == ["zoo", "ant"]
    without = await a_published_offering(client, people.admin(), provider.id, form={"schema": {}})
    assert without["form"] == {"schema": {}, "expected": []}


async def test_a_changed_form_is_a_version(client: httpx.AsyncClient, people: People, fetch: Fetch) -> None:
    provider = await a_known_department(fetch)
    made = await a_published_offering(client, people.admin(), provider.id)
    assert made["form"] is None
    path, headers = f"/v1/offerings/{made['id']}", people.one_of(provider.id, "manager") | {"If-Match": "*"}
    changed = await client.patch(path, json={"form": FORM}, headers=headers)
    assert (changed.status_code, changed.json()["form"], changed.json()["version"]) == (200, FORM, 2)
    renamed = (await client.patch(path, json={"name": "Other"}, headers=headers)).json()
    assert (renamed["form"], renamed["version"]) == (FORM, 3)
    removed = (await client.patch(path, json={"form": None}, headers=headers)).json()
    assert (removed["form"], removed["version"]) == (None, 4)
    sql = "SELECT content->'form'->'expected' FROM offering_version WHERE offering_id = $1 ORDER BY number"
    kept = [row[0] for row in await fetch(sql, UUID(made["id"]))]
    assert kept == [None, ["/zoo"], ["/zoo"], None]


async def test_whoever_submits_finds_it_compiled(client: httpx.AsyncClient, people: People, fetch: Fetch) -> None:
    provider = await a_known_department(fetch)
    made = await a_published_offering(client, people.admin(), provider.id, form=FORM)
    other = await a_published_offering(client, people.admin(), provider.id, form=FORM)
    free = await a_published_offering(client, people.admin(), provider.id)
    found = [await find_offered(fetch, UUID(each["id"])) for each in (made, made, other, free)]
    forms = [each.form for each in found if each is not None]
    assert forms[0] is not None
    assert forms[0].expected == ("/zoo",)
    assert forms[0] is forms[1] is forms[2]
    assert forms[3] is None


@pytest.mark.parametrize(
    ("form", "status", "where"),
    [
        ({"schema": {"type": "objekt"}}, 409, "/form/schema/type"),
        ({"schema": SCHEMA, "expected": ["/zoo", "/zebra"]}, 409, "/form/expected/1"),
        ({"schema": SCHEMA, "expected": ["/zoo", "/zoo"]}, 409, "/form/expected/1"),
        ({"schema": {"$ref": "https://example.org/"}}, 409, "/form/schema/$ref"),
        ({"schema": True}, 422, "/form/schema"),
        ({"schema": SCHEMA, "expected": ["zoo"]}, 422, "/form/expected/0"),
        ({"schema": SCHEMA, "expected": [""]}, 422, "/form/expected/0"),
        ({"schema": SCHEMA, "expected": ["/zo~o"]}, 422, "/form/expected/0"),
        ({"expected": []}, 422, "/form/schema"),
        ({"schema": SCHEMA, "size": 1}, 422, "/form/size"),
    ],
)
async def test_a_form_that_is_none_is_told_with_its_field(
    client: httpx.AsyncClient, people: People, fetch: Fetch, form: object, status: int, where: str
) -> None:
    provider = await a_known_department(fetch)
    answer = await client.post("/v1/offerings", json=an_offering(provider.id, form=form), headers=people.admin())
    assert (answer.status_code, pointers(answer)) == (status, [where]), answer.text
    made = await a_published_offering(client, people.admin(), provider.id)
    headers = people.admin() | {"If-Match": '"1"'}
    answer = await client.patch(f"/v1/offerings/{made['id']}", json={"form": form}, headers=headers)
    assert (answer.status_code, pointers(answer)) == (status, [where])
    assert (await client.get(f"/v1/offerings/{made['id']}", headers=people.admin())).json() == made
