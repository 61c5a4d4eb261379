"""A breach begins its dossier by itself: explained, contested, decided, or refuted by a late fact."""

from datetime import timedelta
from typing import Any

import httpx

from services.requests.firing.service.worker import FiringWorker
from services.shared.db import hot_connection
from tests.requests.freezes.freezing import instant, manager_of, resolution, work_always
from tests.requests.tickets.desk import Desk, Headers
from tests.requests.tickets.test_instants import CONNECTOR, submitted_ago

WHY = {"reason_code": "third_party", "note": "The supplier closed", "evidence": ["letter.pdf"]}


async def breached(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """A ticket whose resolution was announced as missed, and its dossier."""
    await work_always(desk)
    ticket = await submitted_ago(desk, timedelta(days=60))
    async with hot_connection(desk.app.state.engine) as connection:
        await FiringWorker(desk.app.state.engine, desk.app.state.terms).turn(connection)
    found = await listed(desk, desk.agent)
    return ticket, next(each for each in found if each["clock"] == "resolution")


async def listed(desk: Desk, headers: Headers, **filters: Any) -> list[dict[str, Any]]:
    answer = await desk.client.get("/v1/breaches", params=filters, headers=headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def say(desk: Desk, breach: dict[str, Any], what: str, headers: Headers, **body: Any) -> httpx.Response:
    return await desk.client.post(f"/v1/breaches/{breach['id']}/{what}", json=body, headers=headers)


async def test_the_breach_begins_its_dossier(desk: Desk) -> None:
    ticket, breach = await breached(desk)
    clock = await resolution(desk, ticket)
    assert (breach["state"], breach["side"], breach["breached_at"]) == ("open", "provider", clock["breached_at"])
    answer = await desk.client.get(f"/v1/breaches/{breach['id']}", headers=desk.agent)
    dossier = answer.json()
    assert (dossier["clock_now"]["id"], dossier["clock_now"]["breached_at"]) == (clock["id"], clock["breached_at"])
    assert dossier["history"] == []
    explained = await desk.client.get(dossier["explanation"], headers=desk.agent)
    assert explained.json()["clock"]["id"] == clock["id"]
    again = await listed(desk, desk.agent)
    async with hot_connection(desk.app.state.engine) as connection:
        await FiringWorker(desk.app.state.engine, desk.app.state.terms).turn(connection)
    assert await listed(desk, desk.agent) == again


async def test_it_is_explained_contested_and_decided(desk: Desk) -> None:
    _, breach = await breached(desk)
    explained = await say(desk, breach, "explanations", desk.agent, **WHY)
    assert (explained.status_code, explained.json()["state"]) == (201, "explained"), explained.text
    again = await say(desk, breach, "explanations", desk.agent, **{**WHY, "reason_code": "supplies"})
    assert again.json()["reason_code"] == "supplies"
    contested = await say(desk, breach, "contests", desk.requester, note="You never ordered it")
    assert (contested.status_code, contested.json()["state"]) == (201, "contested"), contested.text
    refused = await say(desk, breach, "explanations", desk.agent, **WHY)
    assert (refused.status_code, refused.json()["code"]) == (409, "breach_in_state")
    decision = {"upheld": False, "reason_code": "oversight", "note": "So it was"}
    theirs = await say(desk, breach, "decisions", manager_of(desk, "HR"), **decision)
    assert (theirs.status_code, theirs.json()["code"]) == (403, "may_not_decide_breach")
    decided = await say(desk, breach, "decisions", manager_of(desk, "IT"), **decision)
    assert (decided.status_code, decided.json()["state"]) == (201, "decided"), decided.text
    told = decided.json()
    assert told["reason_code"] == "oversight"
    assert [(each["kind"], each["side"], each["upheld"]) for each in told["history"]] == [
        ("explained", "provider", None),
        ("explained", "provider", None),
        ("contested", "customer", None),
        ("decided", "provider", False),
    ]
    assert told["history"][0]["evidence"] == ["letter.pdf"]
    for what, body in (("explanations", WHY), ("contests", {"note": "No"}), ("decisions", decision)):
        over = await say(desk, breach, what, desk.people.admin(), **body)
        assert (over.status_code, over.json()["code"]) == (409, "breach_in_state"), over.text


async def test_what_is_explained_the_other_side_accepts(desk: Desk) -> None:
    _, breach = await breached(desk)
    early = await say(desk, breach, "decisions", manager_of(desk, "HR"), upheld=True, note="Yes")
    assert early.json()["code"] == "breach_in_state"
    assert (await say(desk, breach, "contests", desk.requester, note="No")).json()["code"] == "breach_in_state"
    await say(desk, breach, "explanations", desk.agent, **WHY)
    own = await say(desk, breach, "decisions", manager_of(desk, "IT"), upheld=True, note="Yes")
    assert own.json()["code"] == "may_not_decide_breach"
    accepted = await say(desk, breach, "decisions", manager_of(desk, "HR"), upheld=True, note="Yes")
    assert (accepted.json()["state"], accepted.json()["reason_code"]) == ("decided", "third_party")


async def test_who_says_what(desk: Desk) -> None:
    _, breach = await breached(desk)
    assert (await say(desk, breach, "explanations", desk.requester, **WHY)).json()["code"] == "not_your_breach"
    await say(desk, breach, "explanations", desk.agent, **WHY)
    assert (await say(desk, breach, "contests", desk.agent, note="No")).json()["code"] == "contests_own_reason"
    stranger = desk.people.one_of(desk.network.id, "manager")
    for what, body in (("explanations", WHY), ("contests", {"note": "No"})):
        assert (await say(desk, breach, what, stranger, **body)).json()["code"] == "unknown_breach"
    unknown = await say(desk, breach, "explanations", desk.agent, **{**WHY, "reason_code": "weather"})
    assert unknown.status_code == 422


async def test_lists_and_their_filters(desk: Desk) -> None:
    _, breach = await breached(desk)
    await say(desk, breach, "explanations", desk.agent, **WHY)
    everything = await listed(desk, desk.agent)
    assert {each["clock"] for each in everything} == {"acknowledge", "first_response", "resolution"}
    assert [each["breached_at"] for each in everything] == sorted(
        (each["breached_at"] for each in everything), reverse=True
    )
    assert await listed(desk, manager_of(desk, "HR")) == everything
    assert await listed(desk, desk.people.admin()) == everything
    assert await listed(desk, desk.people.admin(), department_id=str(desk.hr.id)) == everything
    assert await listed(desk, desk.requester) == []
    assert await listed(desk, desk.people.one_of(desk.network.id, "manager")) == []
    assert [each["id"] for each in await listed(desk, desk.agent, state="explained")] == [breach["id"]]
    assert await listed(desk, desk.agent, side="customer") == []
    at = breach["breached_at"]
    same = {"breached_at[gte]": at, "breached_at[lt]": (instant(at) + timedelta(seconds=1)).isoformat()}
    assert [each["id"] for each in await listed(desk, desk.agent, **same)] == [breach["id"]]
    first = await desk.client.get("/v1/breaches", params={"limit": 2}, headers=desk.agent)
    rest = await listed(desk, desk.agent, limit=2, cursor=first.json()["next"])
    assert [*first.json()["items"], *rest] == everything


async def test_a_late_fact_that_refutes_the_breach_closes_its_dossier(desk: Desk) -> None:
    ticket, breach = await breached(desk)
    created = instant((await desk.get(ticket))["created_at"])
    connector = desk.people.account(CONNECTOR)
    early = (created + timedelta(minutes=1)).isoformat()
    assert (await desk.step(ticket, "fulfilled", connector, occurred_at=early)).status_code == 201
    seen = (await desk.client.get(f"/v1/breaches/{breach['id']}", headers=desk.agent)).json()
    assert (seen["state"], [each["kind"] for each in seen["history"]]) == ("refuted", ["refuted"])
    assert seen["clock_now"]["refuted_by"] is not None
    assert (await say(desk, breach, "explanations", desk.agent, **WHY)).json()["code"] == "breach_in_state"


async def test_what_a_late_fact_passes_begins_a_dossier_too(desk: Desk) -> None:
    await work_always(desk)
    ticket = await submitted_ago(desk, timedelta(days=60))
    assert (await desk.step(ticket, "fulfilled")).status_code == 201
    async with hot_connection(desk.app.state.engine) as connection:
        await FiringWorker(desk.app.state.engine, desk.app.state.terms).turn(connection)
    found = await listed(desk, desk.agent)
    assert sorted(each["clock"] for each in found) == ["acknowledge", "first_response", "resolution"]
