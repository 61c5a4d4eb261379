"""Two e-mail addresses that look the same are the same: nothing that does not show makes another one."""

import httpx
import pytest

from tests.identity.organisation import Organisation

INVISIBLE = {
    "zero width space": "\u200b",
    "zero width joiner": "\u200d",
    "right to left override": "\u202e",
    "word joiner": "\u2060",
    "soft hyphen": "\u00ad",
    "byte order mark": "\ufeff",
    "variation selector": "\ufe0f",
    "Hangul filler": "\u3164",
    "ideographic space": "\u3000",
    "next line": "\u0085",
    "second at sign": "\uff20",
}


@pytest.mark.parametrize("character", INVISIBLE.values(), ids=INVISIBLE.keys())
@pytest.mark.parametrize(
    "address", ["an{}a@example.org", "ana@example{}.org", "{}ana@example.org", "ana@example.org{}"]
)
async def test_what_does_not_show_is_refused(
    client: httpx.AsyncClient, organisation: Organisation, address: str, character: str
) -> None:
    body = {"email": address.format(character), "display_name": "Ana"}
    answer = await client.post("/v1/people", json=body, headers=await organisation.admin())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/email")


@pytest.mark.parametrize("spelled", ["KIM@example.org", "\u212aim@example.org", "kim@EXAMPLE.ORG"])
async def test_another_spelling_is_the_same_address(
    client: httpx.AsyncClient, organisation: Organisation, spelled: str
) -> None:
    await organisation.person(email="kim@example.org")
    body = {"email": spelled, "display_name": "Kim"}
    answer = await client.post("/v1/people", json=body, headers=await organisation.admin())
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")


async def test_an_accent_composed_or_not_is_the_same_address(
    client: httpx.AsyncClient, organisation: Organisation
) -> None:
    await organisation.person(email="jos\u00e9@example.org")
    body = {"email": "jose\u0301@example.org", "display_name": "José"}
    answer = await client.post("/v1/people", json=body, headers=await organisation.admin())
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")
