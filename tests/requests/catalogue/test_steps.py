"""Standard steps of an offering, and that exactly one is accountable for each."""

from typing import Any

import httpx
import pytest

from tests.requests.catalogue.shapes import an_offering
from tests.requests.people import IdentityDouble, People

ORDER = {"key": "order", "texts": {"en": "Order it", "es": "Pedirlo"}}
INSTALL = {"key": "install", "texts": {"en": "Install it"}, "optional": True}


def a_party(identity: IdentityDouble, role: str = "agent") -> dict[str, Any]:
    return {"department_id": str(identity.add().id), "role": role}


def a_row(identity: IdentityDouble, step: str | None = None, **more: Any) -> dict[str, Any]:
    return {"step": step, "responsible": [a_party(identity)], "accountable": a_party(identity, "manager")} | more


async def publish(client: httpx.AsyncClient, people: People, identity: IdentityDouble, **more: Any) -> httpx.Response:
    offering = an_offering(identity.add().id, **more)
    return await client.post("/v1/offerings", json=offering, headers=people.admin())


async def test_steps_and_responsibilities_are_answered_as_they_were_given(
    client: httpx.AsyncClient, people: People, identity: IdentityDouble
) -> None:
    rows = [a_row(identity, "order"), a_row(identity, consulted=[a_party(identity)], informed=[])]
    answer = await publish(client, people, identity, steps=[ORDER, INSTALL], responsibilities=rows)
    assert answer.status_code == 201, answer.text
    offering = answer.json()
    assert offering["steps"] == [ORDER | {"optional": False}, INSTALL]
    assert offering["responsibilities"] == [{"consulted": [], "informed": []} | row for row in rows]
    path, headers = f"/v1/offerings/{offering['id']}", people.admin() | {"If-Match": '"1"'}
    refused = await client.patch(path, json={"steps": []}, headers=headers)
    assert refused.json()["code"] == "responsibility_for_unknown_step"
    changed = await client.patch(path, json={"steps": [], "responsibilities": []}, headers=headers)
    assert (changed.json()["steps"], changed.json()["version"]) == ([], 2)


@pytest.mark.parametrize(
    ("steps", "rows", "code", "pointer"),
    [
        ([ORDER, ORDER], [], "step_twice", "/steps/1/key"),
        ([ORDER], ["install"], "responsibility_for_unknown_step", "/responsibilities/0/step"),
        ([ORDER], [None, None], "responsibility_twice", "/responsibilities/1/step"),
        ([ORDER], ["order", "order"], "responsibility_twice", "/responsibilities/1/step"),
        ([ORDER, INSTALL], ["order"], "nobody_accountable", "/responsibilities"),
    ],
)
async def test_exactly_one_is_accountable_for_each_step(
    client: httpx.AsyncClient,
    people: People,
    identity: IdentityDouble,
    steps: list[dict[str, Any]],
    rows: list[str | None],
    code: str,
    pointer: str,
) -> None:
    said = [a_row(identity, step) for step in rows]
    answer = await publish(client, people, identity, steps=steps, responsibilities=said)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_what_is_no_responsibility_is_refused(
    client: httpx.AsyncClient, people: People, identity: IdentityDouble
) -> None:
    nowhere = {"department_id": "01900000-0000-7000-8000-00000000dead", "role": "agent"}
    for row, status, pointer in (
        (a_row(identity, accountable=[a_party(identity)]), 422, "/responsibilities/0/accountable"),
        (a_row(identity, responsible=[]), 422, "/responsibilities/0/responsible"),
        (a_row(identity, informed=[nowhere]), 404, "/responsibilities/0/informed/0/department_id"),
    ):
        answer = await publish(client, people, identity, responsibilities=[row])
        assert answer.status_code == status, answer.text
        assert answer.json()["errors"][0]["pointer"].startswith(pointer)
    answer = await publish(client, people, identity, steps=[{"key": "order", "texts": {}}])
    assert answer.status_code == 422
