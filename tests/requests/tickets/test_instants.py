"""When an act was: now, or as said, within what the timeline allows people and connectors."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.requests.departments.service import Identity
from services.requests.tickets.schemas import NewTicket
from services.requests.tickets.service.submit import submit_ticket
from services.shared.auth import Actor
from services.shared.db import hot_transaction
from tests.requests.tickets.desk import Desk

CONNECTOR = "tickets:read tickets:write tickets:import"


async def submitted_ago(desk: Desk, ago: timedelta, **changes: Any) -> dict[str, Any]:
    """A ticket of the requester, submitted so long ago."""
    actor = Actor(desk.requester_id, department_roles={desk.hr.id: "member"})
    asked: dict[str, Any] = {"subject": "A computer", "offering_id": desk.offering_id}
    new = NewTicket(**asked | changes)
    async with hot_transaction(desk.app.state.engine) as connection:
        row = await submit_ticket(
            connection,
            desk.app.state.terms,
            Identity(desk.app.state.identity, ""),
            actor,
            new,
            now=datetime.now(UTC) - ago,
        )
    return {"id": str(row["id"])}


def at(moment: datetime) -> str:
    return moment.isoformat()


async def refused(desk: Desk, ticket: dict[str, Any], moment: datetime, headers: Any = None) -> str:
    answer = await desk.step(ticket, "in_progress", headers, occurred_at=at(moment))
    assert answer.status_code == 409, answer.text
    assert answer.json()["errors"][0]["pointer"] == "/occurred_at"
    return str(answer.json()["code"])


async def test_people_go_back_to_the_latest_fact_and_no_further(desk: Desk) -> None:
    ticket = await submitted_ago(desk, timedelta(seconds=90))
    created = datetime.fromisoformat((await desk.get(ticket))["created_at"])
    assert await refused(desk, ticket, created - timedelta(microseconds=1)) == "instant_behind_latest_fact"
    answer = await desk.step(ticket, "accepted", occurred_at=at(created + timedelta(seconds=30)))
    assert answer.status_code == 201, answer.text
    (first, *_) = (await desk.get(ticket, "/ledger"))["items"]
    assert first["wall_seconds"] == 30
    assert (await desk.get(ticket, "/history"))["items"][1]["occurred_at"] == at(
        created + timedelta(seconds=30)
    ).replace("+00:00", "Z")
    assert await refused(desk, ticket, created + timedelta(seconds=29)) == "instant_behind_latest_fact"


async def test_nobody_goes_more_than_five_minutes_ahead(desk: Desk) -> None:
    ticket = await desk.submit()
    ahead = datetime.now(UTC) + timedelta(minutes=6)
    for headers in (desk.agent, desk.people.admin()):
        assert await refused(desk, ticket, ahead, headers) == "instant_in_future"
    soon = datetime.now(UTC) + timedelta(minutes=4)
    assert (await desk.step(ticket, "in_progress", occurred_at=at(soon))).status_code == 201
    after = await desk.step(ticket, "fulfilled")
    assert after.status_code == 201, after.text
    assert (await desk.get(ticket, "/history"))["items"][-1]["occurred_at"] == at(soon).replace("+00:00", "Z")


async def test_no_act_is_dated_behind_a_due_time_that_passed(desk: Desk) -> None:
    ticket = await submitted_ago(desk, timedelta(days=60))
    clocks = (await desk.get(ticket, "/clocks"))["items"]
    assert {clock["state"] for clock in clocks} == {"running"}
    due = max(datetime.fromisoformat(clock["breached_at"]) for clock in clocks)
    for moment in (due, due - timedelta(days=1)):
        assert await refused(desk, ticket, moment) == "instant_behind_breach"
    late = await desk.step(ticket, "fulfilled", occurred_at=at(due + timedelta(microseconds=1)))
    assert late.status_code == 201, late.text
    assert {clock["state"] for clock in (await desk.get(ticket, "/clocks"))["items"]} == {"missed"}


async def test_connectors_date_facts_freely(desk: Desk) -> None:
    connector = desk.people.account(CONNECTOR)
    ticket = await submitted_ago(desk, timedelta(days=60))
    created = datetime.fromisoformat((await desk.get(ticket))["created_at"])
    assert (await desk.step(ticket, "in_progress", connector)).status_code == 201
    moment = at(created + timedelta(seconds=1))
    late = await desk.step(ticket, "waiting_on_third_party", connector, occurred_at=moment)
    assert late.status_code == 201, late.text
    assert late.json()["state"] == "in_progress"
    parties = [line["party"] for line in (await desk.get(ticket, "/ledger"))["items"]]
    assert parties == ["provider", "third_party:unknown", "provider"]
    before = at(created - timedelta(seconds=1))
    too_early = await desk.step(ticket, "waiting_on_third_party", connector, occurred_at=before)
    assert (too_early.status_code, too_early.json()["code"]) == (409, "instant_behind_latest_fact")


async def test_administrators_are_people_and_date_as_people_do(desk: Desk) -> None:
    ticket = await submitted_ago(desk, timedelta(days=60))
    assert (await desk.step(ticket, "in_progress", desk.people.admin())).status_code == 201
    created = datetime.fromisoformat((await desk.get(ticket))["created_at"])
    moment = at(created + timedelta(seconds=1))
    answer = await desk.step(ticket, "waiting_on_third_party", desk.people.admin(), occurred_at=moment)
    assert (answer.status_code, answer.json()["code"]) == (409, "instant_behind_latest_fact")


async def test_a_late_step_of_a_connector_is_never_refused_for_the_state_of_now(desk: Desk) -> None:
    connector = desk.people.account(CONNECTOR)
    ticket = await submitted_ago(desk, timedelta(days=3))
    created = datetime.fromisoformat((await desk.get(ticket))["created_at"])
    assert (await desk.step(ticket, "fulfilled")).status_code == 201
    moment = at(created + timedelta(days=1))
    late = await desk.step(ticket, "waiting_on_customer", connector, comment="Which?", occurred_at=moment)
    assert (late.status_code, late.json().get("state")) == (201, "fulfilled"), late.text


async def test_what_a_program_writes_is_no_first_response(desk: Desk) -> None:
    ticket = await desk.submit()
    path = f"/v1/tickets/{ticket['id']}/comments"
    for headers, state in ((desk.people.account(CONNECTOR), "running"), (desk.agent, "met")):
        answer = await desk.client.post(path, json={"body": "We have received it"}, headers=headers)
        assert answer.status_code == 201, answer.text
        clocks = {clock["clock"]: clock["state"] for clock in (await desk.get(ticket, "/clocks"))["items"]}
        assert clocks["first_response"] == state


@pytest.mark.parametrize("moment", ["1969-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2201-01-01T00:00:00Z"])
async def test_instants_outside_the_calendars_years_are_refused(desk: Desk, moment: str) -> None:
    ticket = await desk.submit()
    answer = await desk.step(ticket, "accepted", desk.people.admin(), occurred_at=moment)
    assert (answer.status_code, answer.json()["code"]) == (409, "instant_outside")


async def test_a_reopening_window_runs_from_the_latest_fulfilment(desk: Desk) -> None:
    ticket = await submitted_ago(desk, timedelta(days=60))
    created = datetime.fromisoformat((await desk.get(ticket))["created_at"])
    connector = desk.people.account(CONNECTOR)
    for to, days in (("fulfilled", 1), ("closed", 2)):
        answer = await desk.step(ticket, to, connector, occurred_at=at(created + timedelta(days=days)))
        assert answer.status_code == 201, answer.text
    answer = await desk.step(ticket, "in_progress", desk.requester)
    assert (answer.status_code, answer.json()["code"]) == (409, "reopening_window_passed")
    manager = desk.people.one_of(desk.hr.id, "manager")
    dated_back = await desk.step(ticket, "in_progress", manager, occurred_at=at(created + timedelta(days=8)))
    assert (dated_back.status_code, dated_back.json()["code"]) == (409, "reopening_window_passed")
    within = await desk.step(ticket, "in_progress", connector, occurred_at=at(created + timedelta(days=8)))
    assert within.status_code == 201, within.text
    assert [
        clock["cycle"] for clock in (await desk.get(ticket, "/clocks"))["items"] if clock["clock"] == "resolution"
    ] == [
        1,
        2,
    ]
