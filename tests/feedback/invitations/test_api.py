"""Invitations as the person asked sees them: their own, with the link, and the budget of requests."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.feedback.asked import DAY, HOUR, somebody_asked
from tests.feedback.told import a_fulfilled_ticket, reopened
from tests.feedback.world import ORIGIN, World

PATH = "/v1/invitations"


async def test_an_invitation_tells_what_it_is_about_and_its_link(world: World) -> None:
    asked = await somebody_asked(world)
    async with world.person(asked.person) as client:
        (listed,) = (await client.get(PATH)).json()["items"]
        read = (await client.get(f"{PATH}/{asked.invitation}")).json()
    assert read.pop("link") == f"{ORIGIN}{asked.path}"
    assert read == listed
    assert (read["ticket_id"], read["ticket_key"], read["cycle"]) == (asked.ticket, "IT-1042", 1)
    assert (read["state"], read["answered_at"], read["survey"]) == ("open", None, "csat")
    told = {asked.fulfilled["data"]["offering_name"], str(asked.person)}
    assert not told & {str(value) for value in read.values()}


async def test_nobody_else_sees_it(world: World) -> None:
    asked = await somebody_asked(world)
    for claims in ({}, {"roles": ["admin", "listener"]}, {"departments": {str(asked.provider): "manager"}}):
        async with world.person(uuid4(), **claims) as client:
            assert (await client.get(f"{PATH}/{asked.invitation}")).status_code == 404
            assert (await client.get(PATH)).json()["items"] == []
    async with world.person(asked.person, client=True) as program:
        assert (await program.get(f"{PATH}/{asked.invitation}")).status_code == 404


async def test_a_program_that_delivers_reads_the_link_and_no_person_does(world: World) -> None:
    asked = await somebody_asked(world)
    scope = "surveys:read responses:write invitations:deliver"
    async with world.client(scope=scope, client=True) as mailer:
        (listed,) = (await mailer.get(PATH, params={"person_id": str(asked.person)})).json()["items"]
        read = (await mailer.get(f"{PATH}/{listed['id']}")).json()
        assert (await mailer.get(PATH)).json()["items"] == []
        answer = {"invitation_id": listed["id"], "score": 1}
        assert (await mailer.post("/v1/responses", json=answer)).status_code == 404
    assert read["link"] == f"{ORIGIN}{asked.path}"
    async with world.client(scope=scope, roles=["admin"]) as administrator:
        refused = await administrator.get(PATH, params={"person_id": str(asked.person)})
        assert (await administrator.get(f"{PATH}/{asked.invitation}")).status_code == 404
    assert (refused.status_code, refused.json()["code"]) == (403, "for_deliverers_alone")
    assert refused.json()["errors"][0]["pointer"] == "?person_id"


async def test_what_is_answered_is_changed_by_no_link_that_a_program_reads(world: World) -> None:
    asked = await somebody_asked(world)
    async with world.person(asked.person) as client:
        await client.post("/v1/responses", json={"invitation_id": str(asked.invitation), "score": 3})
        own = await client.get(PATH, params={"person_id": str(asked.person)})
        assert [item["state"] for item in own.json()["items"]] == ["answered"]
    async with world.client(scope="surveys:read invitations:deliver", client=True) as mailer:
        assert (await mailer.get(f"{PATH}/{asked.invitation}")).json()["link"] is None


async def test_the_link_is_there_while_an_answer_is_taken(world: World) -> None:
    expired, withdrawn, answered = [await somebody_asked(world, ago=ago) for ago in (14 * DAY, DAY, DAY)]
    await world.take_in(reopened(withdrawn.fulfilled, datetime.now(UTC)))
    async with world.person(answered.person) as client:
        await client.post("/v1/responses", json={"invitation_id": str(answered.invitation), "score": 3})
    for asked, state, has_link in (
        (expired, "expired", False),
        (withdrawn, "withdrawn", False),
        (answered, "answered", True),
    ):
        async with world.person(asked.person) as client:
            read = (await client.get(f"{PATH}/{asked.invitation}")).json()
        assert (read["state"], read["link"] is not None) == (state, has_link)


async def test_own_invitations_come_newest_first_in_pages(world: World) -> None:
    asked = await somebody_asked(world, ago=60 * DAY)
    now = datetime.now(UTC)
    for days in (50, 40, 30):
        await world.take_in(
            a_fulfilled_ticket(asked.customer, asked.provider, now - days * DAY, requester_id=asked.person)
        )
    seen, cursor = list[str](), None
    async with world.person(asked.person) as client:
        while True:
            page = (await client.get(PATH, params={"limit": 3, **({"cursor": cursor} if cursor else {})})).json()
            seen += [item["issued_at"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
    assert len(seen) == 4
    assert seen == sorted(seen, reverse=True)


async def test_the_budget_is_told(world: World) -> None:
    async with world.person(uuid4()) as client:
        nobody_asked = (await client.get(f"{PATH}/budget")).json()
    assert nobody_asked == {
        "is_open": True,
        "opens_at": None,
        "limits": [
            {"most": 1, "within_seconds": 604800, "used": 0},
            {"most": 4, "within_seconds": 7776000, "used": 0},
        ],
    }
    asked = await somebody_asked(world, ago=HOUR)
    async with world.person(asked.person) as client:
        budget = (await client.get(f"{PATH}/budget")).json()
    assert (budget["is_open"], [limit["used"] for limit in budget["limits"]]) == (False, [1, 1])
    opens_at = datetime.fromisoformat(budget["opens_at"])
    assert opens_at == datetime.fromisoformat(asked.fulfilled["time"]) + timedelta(days=7)


async def test_surveys_are_told_in_both_languages(world: World) -> None:
    async with world.person(uuid4()) as client:
        (csat,) = (await client.get("/v1/surveys")).json()["items"]
    assert (csat["code"], csat["version"], csat["mode"], csat["open_for_seconds"]) == ("csat", 1, "attributed", 1209600)
    score, comment = csat["questions"]
    assert (score["lowest"], score["highest"], len(score["labels"]), comment["longest"]) == (1, 5, 5, 2000)
    assert {"en", "es"} == csat["notice"].keys() == score["text"].keys()
