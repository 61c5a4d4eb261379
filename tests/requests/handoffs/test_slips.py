"""Slips of hand-offs: each department takes back its own, and none undoes a breach of a link."""

from uuid import UUID

import pytest

from services.requests.tickets.schemas import NewCorrection, NewTransition
from services.requests.tickets.service import act
from services.requests.timeline.refusals import CorrectionUndoesBreach, InstantBehindBreach
from services.requests.timeline.vocabulary import State
from services.shared.problems import Conflict
from tests.requests.handoffs.chain import Chain, Told
from tests.requests.handoffs.test_small_tickets import Weeks, at, weeks
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.test_agreed import same_as_folded

__all__ = ["weeks"]
"""A fixture."""


async def the_latest(chain: Chain, ticket: Told, name: str) -> Told:
    events = (await chain.desk.get(ticket, "/history"))["items"]
    return next(event for event in reversed(events) if event["name"] == name)


async def test_a_department_takes_back_its_own_slip_and_no_other_departments(desk: Desk) -> None:
    chain = Chain(desk)
    ticket = await desk.submit()
    net, law = await chain.accepted(ticket, "NET"), await chain.accepted(ticket, "LAW")
    path = f"/v1/tickets/{ticket['id']}/corrections"
    assert (await chain.act(ticket, net, "returns", by="NET")).status_code == 201
    slip = {"event_id": (await the_latest(chain, ticket, "hand_off_ended"))["id"]}
    theirs = await desk.client.post(path, json=slip, headers=chain.agent("LAW"))
    assert (theirs.status_code, theirs.json()["code"]) == (409, "correction_of_another_side")
    assert "NET" in theirs.json()["detail"]
    own = await desk.client.post(path, json=slip, headers=chain.agent("NET"))
    assert own.status_code == 201, own.text
    assert (await the_latest(chain, ticket, "taken_back"))["department"] == "NET"
    states = {link["id"]: link["state"] for link in (await desk.get(ticket, "/hand-offs"))["items"]}
    assert states == {net["id"]: "accepted", law["id"]: "accepted"}
    await same_as_folded(desk)


@pytest.fixture
async def quick(weeks: Weeks) -> UUID:
    """An offering of NET that is acknowledged within twenty minutes and done within half an hour."""
    targets = [{"clock": "acknowledge", "duration": "PT20M"}, {"clock": "resolution", "duration": "PT30M"}]
    body = {"code": "quick", "name": "At once", "provider_department_id": str(weeks.chain.desk.network.id)}
    made = await weeks.chain.desk.client.post(
        "/v1/offerings", json={**body, "default_targets": targets}, headers=weeks.chain.desk.people.admin()
    )
    assert made.status_code == 201, made.text
    return UUID(made.json()["id"])


async def taken_back(weeks: Weeks, when: str, name: str, by: str) -> None:
    """The latest event of that name is taken back by an agent of that department."""
    sql = "SELECT id FROM ticket_event WHERE ticket_id = $1 AND name = $2 ORDER BY sequence DESC LIMIT 1"
    slip = NewCorrection(event_id=await weeks.connection.fetchval(sql, weeks.ticket_id, name))
    await act.take_back(weeks.connection, weeks.terms, weeks.agent(by), weeks.ticket_id, slip, now=at(when))


async def test_taking_an_acceptance_or_an_offer_back_undoes_no_breach_of_the_link(weeks: Weeks, quick: UUID) -> None:
    await weeks.begin("2 09:00")
    link = await weeks.offer("2 10:00", "NET", offering_id=quick)
    await weeks.accept("2 10:05", link, "NET")
    with pytest.raises(Conflict) as refused:
        await taken_back(weeks, "2 10:50", "hand_off_accepted", "NET")  # done by 10:35 it would have had to be
    assert refused.value.code == CorrectionUndoesBreach.code
    beside = await weeks.offer("2 10:50", "NET", offering_id=quick)
    with pytest.raises(Conflict) as refused:
        await taken_back(weeks, "2 11:20", "hand_off_offered", "IT")  # nobody had answered by 11:10
    assert refused.value.code == CorrectionUndoesBreach.code
    assert {key: told["provider"]["missed"] for key, told in (await weeks.links("2 11:20")).items()} == {
        link: 1,
        beside: 1,
    }


async def test_a_slip_of_a_hand_off_is_taken_back_while_nothing_is_breached(weeks: Weeks, quick: UUID) -> None:
    await weeks.begin("2 09:00")
    link = await weeks.offer("2 10:00", "NET", offering_id=quick)
    await weeks.accept("2 10:05", link, "NET")
    await taken_back(weeks, "2 10:10", "hand_off_accepted", "NET")
    assert (await weeks.links("2 10:10"))[link]["state"] == "offered"
    await taken_back(weeks, "2 10:15", "hand_off_offered", "IT")
    assert (await weeks.links("2 10:15"), await weeks.state()) == ({}, State.SUBMITTED)
    await same_as_folded(weeks.chain.desk)


async def test_no_step_is_dated_behind_a_breach_of_a_link(weeks: Weeks, quick: UUID) -> None:
    """It would end the link before it was due: nobody would have missed anything."""
    await weeks.begin("2 09:00")
    link = await weeks.offer("2 10:00", "NET", offering_id=quick)
    await weeks.accept("2 10:05", link, "NET")
    now = at("2 10:50")
    for dated, is_behind in (("2 10:30", True), ("2 10:40", False)):
        step = NewTransition(to=State.FULFILLED, occurred_at=at(dated))
        move = act.move_ticket(weeks.connection, weeks.terms, weeks.agent("IT"), weeks.ticket_id, step, now=now)
        if not is_behind:
            await move
            continue
        with pytest.raises(Conflict) as refused:
            await move
        assert refused.value.code == InstantBehindBreach.code
    assert (await weeks.links("2 10:50"))[link]["provider"] == {"met": 1, "missed": 1}
