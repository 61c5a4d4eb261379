"""What an offering may ask of approvers, and that tickets keep the levels of the version that they pinned."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.requests.catalogue.shapes import an_offering
from tests.requests.people import IdentityDouble, People

FORM = {"schema": {"properties": {"cost": {"type": "number"}}, "additionalProperties": False}, "expected": []}
COSTLY = {"side": "customer", "when": {"pointer": "/cost", "at_least": 500}}
ANYBODY = str(uuid4())


async def publish(client: httpx.AsyncClient, people: People, identity: IdentityDouble, **more: Any) -> httpx.Response:
    offering = an_offering(identity.add().id, **more)
    return await client.post("/v1/offerings", json=offering, headers=people.admin())


async def test_levels_are_answered_as_they_were_given_and_versioned(
    client: httpx.AsyncClient, people: People, identity: IdentityDouble
) -> None:
    person = str(identity.add_person().id)
    named = {"side": "provider", "person_id": person, "expires_after": "P3D"}
    answer = await publish(client, people, identity, form=FORM, approvals=[COSTLY, named])
    assert answer.status_code == 201, answer.text
    offering = answer.json()
    assert [(each["role"], each["person_id"], each["expires_after"]) for each in offering["approvals"]] == [
        ("manager", None, None),
        (None, person, "P3D"),
    ]
    path, headers = f"/v1/offerings/{offering['id']}", people.admin() | {"If-Match": '"1"'}
    changed = await client.patch(path, json={"approvals": []}, headers=headers)
    assert (changed.json()["approvals"], changed.json()["version"]) == ([], 2)


@pytest.mark.parametrize(
    ("more", "status", "code", "pointer"),
    [
        ({"approvals": [COSTLY]}, 409, "threshold_outside_form", "/approvals/0/when/pointer"),
        (
            {"form": FORM, "approvals": [COSTLY | {"when": {"pointer": "/price", "at_least": 1}}]},
            409,
            "threshold_outside_form",
            "/approvals/0/when/pointer",
        ),
        (
            {"approvals": [{"side": "customer", "role": "manager", "person_id": ANYBODY}]},
            409,
            "approver_role_or_person",
            "/approvals/0/role",
        ),
        ({"approvals": [{"side": "provider", "person_id": ANYBODY}]}, 404, "unknown_person", "/approvals/0/person_id"),
        (
            {"approvals": [{"side": "provider"}, {"side": "customer"}], "confidential": True},
            409,
            "confidential_from_approver",
            "/approvals/1/side",
        ),
        ({"approvals": [{"side": "provider"}] * 3}, 422, "invalid_input", "/approvals"),
        ({"approvals": [{"side": "department"}]}, 422, "invalid_input", "/approvals/0/side"),
        ({"approvals": [{"side": "provider", "expires_after": "P1W"}]}, 422, None, "/approvals/0/expires_after"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    client: httpx.AsyncClient,
    people: People,
    identity: IdentityDouble,
    more: dict[str, Any],
    status: int,
    code: str | None,
    pointer: str,
) -> None:
    answer = await publish(client, people, identity, **more)
    assert answer.status_code == status, answer.text
    assert code in (None, answer.json()["code"])
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_form_keeps_what_thresholds_point_at(
    client: httpx.AsyncClient, people: People, identity: IdentityDouble
) -> None:
    offering = (await publish(client, people, identity, form=FORM, approvals=[COSTLY])).json()
    path, headers = f"/v1/offerings/{offering['id']}", people.admin() | {"If-Match": '"1"'}
    refused = await client.patch(path, json={"form": None}, headers=headers)
    assert refused.json()["code"] == "threshold_outside_form"
    changed = await client.patch(path, json={"form": None, "approvals": []}, headers=headers)
    assert changed.status_code == 200, changed.text
