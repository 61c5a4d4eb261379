"""GET /v1/interactions: who sees which, filters, pages, refusals."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import permutations, product
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.feedback.interactions.queries import add_ticket
from services.shared.service_app import openapi_document
from tests.embedded import Databases
from tests.feedback.world import World, a_world
from tests.issuer import Issuer

PATH = "/v1/interactions"
IT, PEOPLE, LEGAL, STRANGER = (UUID(int=number) for number in range(1, 5))
ALL = set(permutations((IT, PEOPLE, LEGAL), 2))
NOTHING_KEPT = {"met": 0, "missed": 0, "share": None, "low": None, "high": None}
EARLY, LATE = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 3, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
async def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory, issuer: Issuer) -> AsyncIterator[World]:
    """Each of three departments has asked each other one, twice. These tests only read."""
    async with a_world(await databases.fresh("feedback"), tmp_path_factory.mktemp("feedback"), issuer) as world:
        async with world.app.state.sessions.begin() as session:
            for (customer, provider), at in product(ALL, (EARLY, LATE)):
                await add_ticket(
                    session, customer_department_id=customer, provider_department_id=provider, submitted_at=at
                )
        yield world


def edges(body: dict[str, Any]) -> set[tuple[UUID, UUID]]:
    """(customer, provider) of each item."""
    return {(UUID(item["customer_department_id"]), UUID(item["provider_department_id"])) for item in body["items"]}


async def test_an_interaction_tells_its_departments_and_its_tickets(world: World) -> None:
    async with world.client(roles=["admin"]) as admin:
        page = (await admin.get(PATH, params={"customer_department_id": str(IT), "limit": 1})).json()
    assert page["items"] == [
        {
            "customer_department_id": str(IT),
            "provider_department_id": str(PEOPLE),
            "tickets": 2,
            "first_ticket_at": "2026-03-02T09:00:00Z",
            "last_ticket_at": "2026-03-03T09:30:00Z",
            "attainment": {"provider": NOTHING_KEPT, "customer": NOTHING_KEPT},
            "score": {"n": 0, "mean": None, "satisfied": None, "low": None, "high": None},
            "served": 0,
            "asked": 0,
            "answered": 0,
        }
    ]


@pytest.mark.parametrize(
    "claims", [{"roles": [role]} for role in ("admin", "auditor", "listener", "viewer")] + [{"client": True}]
)
async def test_those_who_look_at_the_whole_see_all(world: World, claims: dict[str, Any]) -> None:
    async with world.client(**claims) as client:
        assert edges((await client.get(PATH)).json()) == ALL


@pytest.mark.parametrize("role", ["agent", "manager"])
async def test_who_serves_a_department_sees_both_its_sides(world: World, role: str) -> None:
    async with world.member_of(IT, role) as client:
        assert edges((await client.get(PATH)).json()) == {edge for edge in ALL if IT in edge}


async def test_members_see_whom_their_department_asks(world: World) -> None:
    async with world.member_of(IT, "member") as client:
        assert edges((await client.get(PATH)).json()) == {(IT, PEOPLE), (IT, LEGAL)}


async def test_several_departments_add_up(world: World) -> None:
    async with world.client(roles=[], departments={str(IT): "member", str(PEOPLE): "agent"}) as client:
        assert edges((await client.get(PATH)).json()) == ALL - {(LEGAL, IT)}


@pytest.mark.parametrize("claims", [{}, {"roles": ["member"]}, {"departments": {str(STRANGER): "manager"}}])
async def test_others_see_none(world: World, claims: dict[str, Any]) -> None:
    async with world.client(**claims) as client:
        answer = await client.get(PATH)
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})


async def test_filters_narrow_and_never_widen(world: World) -> None:
    async with world.client(roles=["viewer"]) as viewer, world.member_of(IT, "member") as member:
        for client, query, expected in (
            (viewer, {"customer_department_id": PEOPLE}, {(PEOPLE, IT), (PEOPLE, LEGAL)}),
            (viewer, {"provider_department_id": PEOPLE}, {(IT, PEOPLE), (LEGAL, PEOPLE)}),
            (viewer, {"customer_department_id": IT, "provider_department_id": LEGAL}, {(IT, LEGAL)}),
            (viewer, {"customer_department_id": STRANGER}, set()),
            (member, {"provider_department_id": PEOPLE}, {(IT, PEOPLE)}),
            (member, {"customer_department_id": PEOPLE}, set()),
        ):
            answer = await client.get(PATH, params={name: str(value) for name, value in query.items()})
            assert edges(answer.json()) == expected, query


@pytest.mark.parametrize("limit", [1, 2, 4, 6])
async def test_pages_follow_each_other_to_the_end(world: World, limit: int) -> None:
    query: dict[str, str | int] = {"limit": limit}
    seen: list[tuple[str, str]] = []
    async with world.client(roles=["admin"]) as admin:
        while True:
            page = (await admin.get(PATH, params=query)).json()
            seen += [(item["customer_department_id"], item["provider_department_id"]) for item in page["items"]]
            if page["next"] is None:
                break
            query["cursor"] = page["next"]
    assert seen == sorted((str(customer), str(provider)) for customer, provider in ALL)


@pytest.mark.parametrize(
    ("query", "status", "pointer"),
    [
        ("department_id=1", 422, "?department_id"),
        ("customer_department_id=IT", 422, "?customer_department_id"),
        ("provider_department_id=", 422, "?provider_department_id"),
        ("limit=0", 422, "?limit"),
        ("limit=201", 422, "?limit"),
        ("limit=many", 422, "?limit"),
        ("cursor=nonsense", 400, "?cursor"),
        ("cursor=W10", 400, "?cursor"),
    ],
)
async def test_what_cannot_be_read_is_refused(world: World, query: str, status: int, pointer: str) -> None:
    async with world.client(roles=["admin"]) as admin:
        answer = await admin.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_cursor_belongs_to_its_filter(world: World) -> None:
    async with world.client(roles=["admin"]) as admin:
        cursor = (await admin.get(PATH, params={"limit": 1})).json()["next"]
        answer = await admin.get(PATH, params={"cursor": cursor, "customer_department_id": str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


async def test_a_token_with_the_scope_is_needed(world: World) -> None:
    async with world.client(scope="tickets:read", roles=["admin"]) as client:
        answer = await client.get(PATH)
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
        assert (await client.get(PATH, headers={"Authorization": "Bearer x.y.z"})).status_code == 401
        refused = await client.post(PATH, json={})
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET")


def test_the_contract_says_what_the_route_may_answer(world: World) -> None:
    operation = openapi_document(world.app)["paths"][PATH]["get"]
    assert operation["operationId"] == "interactions_list_interactions"
    assert operation["security"] == [{"access_token": ["interactions:read"]}]
    assert operation["responses"].keys() == {"200", "400", "401", "403", "422", "503"}
