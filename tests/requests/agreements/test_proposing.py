"""Proposals: taken as they are given, countered in versions, compared; and who may make one."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.requests.agreements.queries.read import contents_of
from services.requests.events import AgreementProposed
from services.requests.timeline.vocabulary import Restart
from services.shared.idempotency import Fetch
from tests.requests.agreements.shapes import Pair, a_target, an_obligation, done, refused, today
from tests.requests.catalogue.shapes import a_published_offering

ESCALATION = {"clock": "resolution", "percent": 75, "notify": ["provider:manager"], "raise_priority": "high"}


async def test_a_proposal_is_kept_as_it_was_given(pair: Pair, fetch: Fetch) -> None:
    given = pair.proposal(
        name="Computers",
        targets=[a_target(), a_target(clock="update", duration="PT8H", offering_id=pair.offering_id, priority="high")],
        obligations=[an_obligation(), {"clock": "quota", "limit": 1, "period": "week", "quantity": "/sets"}],
        escalations=[ESCALATION],
        priority_role="provider:manager",
        no_answer_window="P20D",
        review_on=today(180).isoformat(),
        texts={"en": "IT helps.", "es-MX": "IT ayuda."},
    )
    answer = await pair.post("", given, pair.asker)
    made = done(answer)
    assert answer.headers["location"] == f"/v1/agreements/{made['id']}"
    assert made["state"] == made["current_version"]["state"] == "proposed"
    assert (made["number_proposed"], made["number_in_force"], made["latest_number"]) == (1, None, 1)
    version = made["current_version"]
    for field in set(given) - {"targets", "obligations", "escalations"}:
        assert version[field] == given[field], field
    for field in ("targets", "obligations", "escalations"):
        assert [told | row for told, row in zip(version[field], given[field], strict=True)] == version[field]
    assert (version["proposed_by"], version["proposed_for"]) == (str(pair.asker_id), "customer")
    assert (version["stages"], version["reopening_window"], version["signatures"]) == ([], "P10D", [])
    assert await pair.get(made) == made
    assert await pair.get(made, "/versions/1") == version
    (told,) = await fetch("SELECT body->'data' FROM outbox WHERE subject = $1", AgreementProposed.subject)
    assert (told[0]["agreement_version_id"], told[0]["number"]) == (version["id"], 1)


async def test_a_counter_proposal_takes_the_place_of_what_is_proposed(pair: Pair) -> None:
    made = await pair.propose()
    countered = await pair.counter(made, targets=[a_target(duration="P7D")])
    assert (countered["number"], countered["state"], countered["proposed_for"]) == (2, "proposed", "provider")
    versions = (await pair.get(made, "/versions"))["items"]
    assert [(each["number"], each["state"]) for each in versions] == [(2, "proposed"), (1, "superseded")]
    assert (await pair.get(made))["number_proposed"] == 2
    assert refused((await pair.sign(made, 1))[0]) == (409, "version_superseded", ["/version"])
    page = await pair.get(made, "/versions", limit=1)
    rest = await pair.get(made, "/versions", limit=1, cursor=page["next"])
    assert ([each["number"] for each in rest["items"]], rest["next"]) == ([1], None)


async def test_what_becomes_of_elapsed_time_is_compared_too(pair: Pair) -> None:
    made = await pair.propose()
    later = await pair.counter(made, applies_to_open=True, elapsed="restart")
    assert (made["current_version"]["elapsed"], later["elapsed"]) == ("keep", "restart")
    told = (await pair.get(made, "/versions/2/diff"))["items"]
    assert {each["path"]: (each["before"], each["after"]) for each in told} == {
        "/applies_to_open": (False, True),
        "/elapsed": ("keep", "restart"),
    }


async def test_a_version_from_before_elapsed_time_was_asked_about_keeps_it(pair: Pair, fetch: Fetch) -> None:
    made, old = await pair.propose(), uuid4()
    old = uuid4()
    await fetch(
        "INSERT INTO agreement_version (id, agreement_id, number, content, effective_from, proposed_by, proposed_for,"
        " proposed_at) SELECT $1, agreement_id, 2, content - 'elapsed', effective_from, proposed_by, proposed_for,"
        " proposed_at FROM agreement_version WHERE agreement_id = $2 AND number = 1",
        old,
        UUID(made["id"]),
    )
    assert (await pair.get(made, "/versions/2/diff"))["items"] == []
    assert (await pair.get(made, "/versions/2"))["elapsed"] == "keep"
    assert (await contents_of(fetch, [old]))[old].elapsed is Restart.KEEP


async def test_versions_are_compared_row_by_row(pair: Pair) -> None:
    made = await pair.propose(targets=[a_target(), a_target(priority="urgent", duration="PT8H")], name="One")
    await pair.counter(
        made,
        targets=[a_target(priority="urgent", duration="PT4H"), a_target(), a_target(clock="update", duration="P1D")],
        obligations=[],
    )
    found = await pair.get(made, "/versions/2/diff")
    assert (found["number"], found["against"]) == (2, 1)
    told = {each["path"]: (each["before"], each["after"]) for each in found["items"]}
    assert told["/name"] == ("One", None)
    assert told["/targets/resolution:urgent/duration"] == ("PT8H", "PT4H")
    assert told["/targets/update:all"][0] is None
    assert told["/targets/update:all"][1]["duration"] == "P1D"
    assert told["/obligations/notice"][1] is None
    assert len(told) == 4
    assert (await pair.get(made, "/versions/2/diff", against=2))["items"] == []
    back = await pair.get(made, "/versions/1/diff", against=2)
    assert {each["path"]: (each["after"], each["before"]) for each in back["items"]} == told
    first = await pair.get(made, "/versions/1/diff")
    assert (first["against"], {each["before"] for each in first["items"]}) == (None, {None})
    path = f"/v1/agreements/{made['id']}/versions"
    for wrong, pointer in ((f"{path}/3/diff", []), (f"{path}/2/diff?against=3", ["?against"]), (f"{path}/3", [])):
        answer = await pair.client.get(wrong, headers=pair.asker)
        assert refused(answer) == (404, "unknown_agreement_version", pointer)


async def test_an_agreement_stays_between_its_departments(pair: Pair) -> None:
    made = await pair.propose()
    path = f"/{made['id']}/versions"
    named = done(await pair.post(path, pair.proposal(), pair.provider))
    assert (named["number"], named["customer_department_id"]) == (2, str(pair.hr.id))
    turned = pair.terms(customer_department_id=str(pair.it.id))
    assert refused(await pair.post(path, turned, pair.provider)) == (409, "other_pair", ["/customer_department_id"])


async def test_who_proposes(pair: Pair) -> None:
    for headers, code in (
        (pair.people.one_of(uuid4(), "manager"), "may_not_propose"),
        (pair.people.admin(), "may_not_propose"),
        (pair.people.account(), "may_not_propose"),
        (pair.people.one_of(pair.it.id, "agent"), "missing_scope"),
    ):
        assert refused(await pair.post("", pair.proposal(), headers))[:2] == (403, code)
    deputy = pair.people.headers(
        scope="agreements:read agreements:write", departments={str(pair.hr.id): "member"}, deputy_of=[str(pair.hr.id)]
    )
    assert (await pair.propose(deputy))["current_version"]["proposed_for"] == "customer"


async def test_offerings_may_be_of_departments_below_the_provider(pair: Pair) -> None:
    below = pair.identity.add(parent_id=pair.it.id)
    offering = await a_published_offering(pair.client, pair.people.admin(), below.id)
    made = await pair.propose(offering_ids=[pair.offering_id, offering["id"]])
    assert made["current_version"]["offering_ids"] == [pair.offering_id, offering["id"]]
    foreign = await a_published_offering(pair.client, pair.people.admin(), pair.hr.id)
    answer = await pair.post("", pair.proposal(offering_ids=[pair.offering_id, foreign["id"]]), pair.asker)
    assert refused(answer) == (409, "offering_of_another", ["/offering_ids/1"])


QUOTA = {"clock": "quota", "limit": 1, "period": "week"}
BROKEN: list[tuple[dict[str, Any], int, str, str]] = [
    ({"targets": [a_target(), a_target(duration="P1D")]}, 409, "duplicate_target", "/targets/1"),
    (
        {"targets": [a_target(duration="PT8H"), a_target(clock="acknowledge", duration="PT9H")]},
        409,
        "targets_contradict",
        "/targets/1/duration",
    ),
    (
        {"targets": [a_target(clock="first_response", duration="P3D"), a_target(priority="urgent", duration="P2D")]},
        409,
        "targets_contradict",
        "/targets/0/duration",
    ),
    ({"targets": [a_target(offering_id=str(uuid4()))]}, 409, "target_of_other_offering", "/targets/0/offering_id"),
    ({"targets": [a_target(clock="update", reopened="P1D")]}, 409, "only_for_resolution", "/targets/0/reopened"),
    ({"obligations": [an_obligation(), an_obligation()]}, 409, "duplicate_obligation", "/obligations/1"),
    ({"obligations": [{"clock": "reply"}]}, 409, "obligation_needs", "/obligations/0"),
    ({"obligations": [{"clock": "quota", "limit": 3}]}, 409, "obligation_needs", "/obligations/0"),
    ({"obligations": [QUOTA | {"duration": "P1D"}]}, 409, "obligation_has_no", "/obligations/0/duration"),
    ({"obligations": [an_obligation(period="day")]}, 409, "obligation_has_no", "/obligations/0/period"),
    ({"obligations": [{"clock": "completeness", "limit": 1}]}, 409, "obligation_has_no", "/obligations/0/limit"),
    ({"obligations": [QUOTA | {"effect": "extend"}]}, 409, "only_notice_extends", "/obligations/0/effect"),
    ({"escalations": [ESCALATION, ESCALATION]}, 409, "duplicate_escalation", "/escalations/1"),
    ({"escalations": [{"clock": "reply", "percent": 50}]}, 409, "nothing_to_escalate", "/escalations/0/clock"),
    (
        {"escalations": [ESCALATION | {"reassign_to": str(uuid4())}]},
        404,
        "unknown_person",
        "/escalations/0/reassign_to",
    ),
    ({"effective_from": "2016-01-01"}, 409, "effective_from_outside", "/effective_from"),
    ({"effective_from": "2216-01-01"}, 409, "effective_from_outside", "/effective_from"),
    ({"effective_until": today().isoformat()}, 409, "dates_out_of_order", "/effective_until"),
    ({"review_on": today(-1).isoformat()}, 409, "dates_out_of_order", "/review_on"),
    ({"customer_calendar_id": str(uuid4())}, 404, "unknown_calendar", "/customer_calendar_id"),
    ({"targets": [a_target(calendar_id=str(uuid4()))]}, 404, "unknown_calendar", "/targets/0/calendar_id"),
    ({"offering_ids": [str(uuid4())]}, 404, "unknown_offering", "/offering_ids/0"),
    ({"customer_department_id": str(uuid4())}, 404, "unknown_department", "/customer_department_id"),
    ({"offering_ids": []}, 422, "invalid_input", "/offering_ids"),
    ({"targets": [a_target(duration="soon")]}, 422, "invalid_input", "/targets/0/duration"),
    ({"targets": [a_target(objective=95)]}, 422, "invalid_input", "/targets/0/objective"),
    ({"targets": [a_target(clock="reply")]}, 422, "invalid_input", "/targets/0/clock"),
    ({"escalations": [{"clock": "notice", "percent": 50}]}, 422, "invalid_input", "/escalations/0/clock"),
    ({"obligations": [QUOTA | {"limit": 0}]}, 422, "invalid_input", "/obligations/0/limit"),
    ({"stages": [None]}, 422, "invalid_input", "/stages/0"),
    ({"texts": {"en": "x" * 20_001}}, 422, "invalid_input", "/texts/en"),
]


@pytest.mark.parametrize(("changes", "status", "code", "pointer"), BROKEN)
async def test_what_nobody_could_keep_is_refused(
    pair: Pair, changes: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    answer = await pair.post("", pair.proposal(**changes), pair.asker)
    assert refused(answer) == (status, code, [pointer])
    assert (await pair.client.get("/v1/agreements", headers=pair.asker)).json()["items"] == []


async def test_tickets_are_reassigned_to_somebody_who_serves_them(pair: Pair) -> None:
    for departments in ({pair.hr.id: "manager"}, {pair.it.id: "member"}):
        person = pair.identity.add_person(departments=departments)
        proposal = pair.proposal(escalations=[ESCALATION | {"reassign_to": str(person.id)}])
        answer = await pair.post("", proposal, pair.asker)
        assert refused(answer) == (409, "reassigns_to_outsider", ["/escalations/0/reassign_to"])
    agent = pair.identity.add_person(departments={pair.it.id: "agent"})
    await pair.propose(escalations=[ESCALATION | {"reassign_to": str(agent.id)}])


async def test_what_only_looks_contradictory_is_taken(pair: Pair) -> None:
    """Hours beside days, another calendar, a shorter one for another priority, the same offering named beside all."""
    other = await pair.client.post(
        "/v1/calendars",
        json={"name": "Shop", "time_zone": "UTC", "shifts": [{"weekday": "mon", "start": "09:00", "end": "10:00"}]},
        headers=pair.people.admin(),
    )
    targets = [
        a_target(duration="P1D"),
        a_target(priority="low", duration="P9D", offering_id=pair.offering_id),
        a_target(clock="acknowledge", duration="PT800H"),
        a_target(clock="first_response", duration="P2D", calendar_id=other.json()["id"]),
        a_target(clock="update", duration="P3D"),
    ]
    assert len((await pair.propose(targets=targets))["current_version"]["targets"]) == 5


async def test_a_whole_number_is_one_however_it_is_spelled(pair: Pair) -> None:
    made = await pair.propose(escalations=[ESCALATION | {"percent": 75.0}], obligations=[QUOTA | {"limit": 2.0}])
    version = made["current_version"]
    assert (version["escalations"][0]["percent"], version["obligations"][0]["limit"]) == (75, 2)
    half = pair.proposal(escalations=[ESCALATION | {"percent": 75.5}])
    assert refused(await pair.post("", half, pair.asker)) == (422, "invalid_input", ["/escalations/0/percent"])


async def test_one_department_does_not_promise_itself(pair: Pair) -> None:
    body = pair.proposal(provider_department_id=str(pair.hr.id))
    assert refused(await pair.post("", body, pair.asker)) == (409, "own_provider", ["/provider_department_id"])
