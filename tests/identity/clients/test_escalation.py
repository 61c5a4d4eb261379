"""A program that manages service accounts makes none, and becomes none, that may more than itself."""

from typing import Any

import httpx
import pytest

from tests.identity.organisation import Organisation

PATH = "/v1/clients"
MANAGER = ("clients:read", "clients:write", "tickets:read")


async def test_a_program_gives_no_scope_that_it_does_not_have(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    account, _ = await organisation.account(*MANAGER)
    headers = await organisation.account_headers(account)
    refused = await client.post(PATH, json={"name": "x", "scopes": ["people:write"]}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "scopes_not_yours_to_give")


async def test_a_program_does_not_get_the_secret_of_a_mightier_one(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    account, _ = await organisation.account(*MANAGER)
    headers = await organisation.account_headers(account)
    mightier, _ = await organisation.account("people:write")
    refused = await client.post(f"{PATH}/{mightier.id}/secrets", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "scopes_not_yours_to_give")
    assert (await client.post(f"{PATH}/{account.id}/secrets", headers=headers)).status_code == 201


@pytest.mark.parametrize(
    ("own", "given", "status"),
    [(None, "member", 403), ("member", "member", 201), ("agent", "manager", 403), ("manager", "agent", 201)],
)
async def test_a_program_gives_no_role_above_its_own(
    client: httpx.AsyncClient, organisation: Organisation, own: str | None, given: str, status: int
) -> None:
    department = await organisation.department()
    memberships: list[dict[str, Any]] = [{"department_id": department.id, "role": own}] if own else []
    account, _ = await organisation.account(*MANAGER, memberships=memberships)
    headers = await organisation.account_headers(account)
    wanted = {"department_id": str(department.id), "role": given}
    body = {"name": "x", "scopes": ["tickets:read"], "memberships": [wanted]}
    answer = await client.post(PATH, json=body, headers=headers)
    assert answer.status_code == status, answer.text
    other, _ = await organisation.account("tickets:read", memberships=[wanted])
    assert (await client.post(f"{PATH}/{other.id}/secrets", headers=headers)).status_code == status
