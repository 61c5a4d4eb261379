"""Answers through the API: by whom, until when, seen by whom; scores per fulfilment."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from tests.feedback.asked import DAY, HOUR, Asked, everything, invited, somebody_asked
from tests.feedback.told import a_person, reopened
from tests.feedback.world import World

RESPONSES, SCORES = "/v1/responses", "/v1/scores"


async def answer(world: World, asked: Asked, score: int, comment: str | None = None) -> httpx.Response:
    """The person asked answers, signed in."""
    async with world.person(asked.person) as client:
        body = {"invitation_id": str(asked.invitation), "score": score, "comment": comment}
        return await client.post(RESPONSES, json=body)


async def seen(client: httpx.AsyncClient, path: str, **query: object) -> list[str]:
    """The tickets in a list, in its order."""
    found = (await client.get(path, params={name: str(value) for name, value in query.items()})).json()
    assert "items" in found, found
    return [item["ticket_id"] for item in found["items"]]


async def test_the_invited_person_answers_and_changes_it(world: World) -> None:
    asked = await somebody_asked(world)
    given = await answer(world, asked, 2, "  slow  ")
    changed = await answer(world, asked, 4)
    assert (given.status_code, changed.status_code) == (201, 200)
    first, second = given.json(), changed.json()
    assert (first["score"], first["comment"], first["version"], first["person_id"]) == (2, "slow", 1, str(asked.person))
    assert (second["score"], second["comment"], second["version"], second["id"]) == (4, None, 2, first["id"])
    assert second["answered_at"] == first["answered_at"] <= second["changed_at"]
    told = await world.rows(
        "SELECT body->'data'->>'score', body->'data'->>'version' FROM outbox"
        " WHERE subject = 'acuerdo.feedback.response.given.v1' ORDER BY position"
    )
    assert told == [("2", "1"), ("4", "2")]
    assert await world.rows("SELECT count(*) FROM outbox WHERE body::text LIKE '%slow%'") == [(0,)]


async def test_a_score_is_a_whole_number_however_json_spells_it(world: World) -> None:
    asked = await somebody_asked(world)
    async with world.person(asked.person) as client:
        body = f'{{"invitation_id": "{asked.invitation}", "score": 4.0}}'
        given = await client.post(RESPONSES, content=body, headers={"Content-Type": "application/json"})
    assert (given.status_code, given.json()["score"]) == (201, 4)


async def test_nobody_answers_in_anothers_place(world: World) -> None:
    asked = await somebody_asked(world)
    before = await everything(world)
    for claims in ({}, {"roles": ["admin"]}, {"client": True}, {"departments": {str(asked.provider): "manager"}}):
        async with world.person(uuid4(), **claims) as client:
            refused = await client.post(RESPONSES, json={"invitation_id": str(asked.invitation), "score": 5})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (404, "/invitation_id")
    async with world.person(asked.person, client=True) as program:
        refused = await program.post(RESPONSES, json={"invitation_id": str(asked.invitation), "score": 5})
    assert refused.status_code == 404
    assert await everything(world) == before


async def test_invitations_that_take_no_answer_are_told_apart(world: World) -> None:
    expired, withdrawn, moved, final = [
        await somebody_asked(world, ago=ago) for ago in (14 * DAY, DAY, DAY, 14 * DAY - HOUR)
    ]
    await world.take_in(
        reopened(withdrawn.fulfilled, datetime.now(UTC)), a_person(moved.person, moved.provider, version=2)
    )
    await answer(world, final, 1)
    async with world.app.state.sessions.begin() as session:
        await session.execute(text("UPDATE invitation SET answered_at = answered_at - interval '12 hours'"))
    before = await everything(world)
    for asked, status, code in (
        (expired, 410, "invitation_expired"),
        (withdrawn, 410, "invitation_withdrawn"),
        (moved, 409, "rates_own_department"),
        (final, 409, "answer_final"),
    ):
        refused = await answer(world, asked, 5)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await everything(world) == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"score": 0}, "/score"),
        ({"score": 6}, "/score"),
        ({"score": "5"}, "/score"),
        ({"score": 4.5}, "/score"),
        ({"score": True}, "/score"),
        ({"score": 5, "comment": "x" * 2001}, "/comment"),
        ({"score": 5, "comment": "\x00"}, "/comment"),
        ({"score": 5, "person_id": str(UUID(int=1))}, "/person_id"),
        ({}, "/score"),
    ],
)
async def test_what_is_no_answer_is_refused(world: World, body: dict[str, object], pointer: str) -> None:
    async with world.person(uuid4()) as client:
        refused = await client.post(RESPONSES, json={"invitation_id": str(uuid4()), **body})
    assert refused.status_code == 422
    assert pointer in [error["pointer"] for error in refused.json()["errors"]]


async def test_an_idempotency_key_answers_as_the_first_time(world: World) -> None:
    asked = await somebody_asked(world)
    async with world.person(asked.person, jti="one") as client:
        body = {"invitation_id": str(asked.invitation), "score": 5}
        first, again = [await client.post(RESPONSES, json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())


async def test_who_said_what_is_seen_by_those_whom_the_page_names(world: World) -> None:
    mine = await somebody_asked(world)
    other = await somebody_asked(world)
    for each in (mine, other):
        await answer(world, each, 3, "so so")
    both = [other.ticket, mine.ticket]
    everybody: tuple[dict[str, Any], ...] = {"roles": ["admin"]}, {"roles": ["listener"]}, {"client": True}
    served: tuple[dict[str, Any], ...] = tuple(
        {"departments": {str(mine.provider): role}} for role in ("agent", "manager")
    )
    nobody: tuple[dict[str, Any], ...] = (
        {},
        {"roles": ["auditor", "viewer"]},
        {"departments": {str(mine.provider): "member"}},
        {"departments": {str(mine.customer): "manager"}},
    )
    for claims, found in [
        *((each, both) for each in everybody),
        *((each, [mine.ticket]) for each in served),
        *((each, []) for each in nobody),
    ]:
        async with world.person(uuid4(), **claims) as client:
            assert await seen(client, RESPONSES) == found, claims
            assert sorted(await seen(client, SCORES)) == sorted(found), claims
    async with world.person(mine.person) as person:
        assert await seen(person, RESPONSES) == [mine.ticket]
        assert await seen(person, SCORES) == []


async def test_lists_are_filtered_and_paged(world: World) -> None:
    pair = (uuid4(), uuid4())
    asked = [await somebody_asked(world, ago=HOUR * n, pair=pair) for n in range(1, 5)]
    elsewhere = await somebody_asked(world)
    for each in [*asked, elsewhere]:
        await answer(world, each, 5)
    async with world.client(scope="responses:read", roles=["admin"]) as admin:
        for query, found in (
            ({"ticket_id": asked[0].ticket}, [asked[0].ticket]),
            ({"provider_department_id": elsewhere.provider}, [elsewhere.ticket]),
            ({"customer_department_id": pair[0]}, [each.ticket for each in reversed(asked)]),
        ):
            assert await seen(admin, RESPONSES, **query) == found
        assert await seen(admin, SCORES, provider_department_id=pair[1]) == [each.ticket for each in asked]
        assert await seen(admin, SCORES, ticket_id=asked[2].ticket) == [asked[2].ticket]
        for path, order in ((RESPONSES, [elsewhere, *reversed(asked)]), (SCORES, None)):
            paged, cursor = list[str](), ""
            while cursor is not None:
                page = (await admin.get(path, params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
                paged += [item["ticket_id"] for item in page["items"]]
                cursor = page["next"]
            assert len(paged) == len(set(paged)) == 5
            assert order is None or paged == [each.ticket for each in order]
            assert (await admin.get(path, params={"cursor": "W10"})).status_code == 400


async def test_a_score_tells_the_snapshot_who_was_asked_and_who_was_not(world: World) -> None:
    agreement, participant, colleague = uuid4(), uuid4(), uuid4()
    pair = (uuid4(), uuid4())
    await world.take_in(a_person(colleague, pair[1]))
    people = [participant, colleague]
    asked = await somebody_asked(world, pair=pair, participants=people, agreement_version_id=agreement)
    await answer(world, await invited(world, participant, asked.fulfilled), 2)
    async with world.client(scope="responses:read", roles=["listener"]) as listener:
        (before,) = (await listener.get(SCORES)).json()["items"]
        await answer(world, asked, 5)
        (after,) = (await listener.get(SCORES)).json()["items"]
    assert (before["score"], before["answered"], before["asked"]) == (2, 1, 2)
    assert (after["score"], after["answered"]) == (5, 2)
    assert after["not_asked"] == [{"reason": "belongs_to_provider", "people": 1}]
    assert (after["agreement_version_id"], after["ticket_key"]) == (str(agreement), "IT-1042")
