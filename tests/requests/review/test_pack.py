"""The pack as data: each part is what its path answers, for each reader as much as they may read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest

from tests.requests.review.reviewed import PATH, Reviewed
from tests.requests.tickets.desk import Desk


def sources(told: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each part of a pack with a path, and the path."""
    if isinstance(told, dict):
        if "source" in told:
            yield told["source"], told
        for each in told.values():
            yield from sources(each)
    elif isinstance(told, list):
        for each in told:
            yield from sources(each)


async def test_the_scoreboard_is_the_scoreboard(done: Reviewed) -> None:
    period = {"from": "2026-01-01", "to": "2199-01-01", "time_zone": "Europe/Madrid"}
    for headers in (done.asker, done.provider, done.desk.agent, done.desk.people.one_of(done.desk.hr.id, "agent")):
        board = await done.desk.client.get("/v1/reports/scoreboard", params=done.pair | period, headers=headers)
        given: dict[str, Any] = {**period, "to": "2030-01-01"}
        pack = await done.pack(headers, **given)
        told = [{name: part[name] for name in part if name != "source"} for part in _parts(pack, "scoreboard")]
        assert told == board.json()["items"]
        assert sum(row["n"] for row in told[0]["targets"]) > 0


async def test_what_was_decided_moves_the_figures_after_it_alone(done: Reviewed) -> None:
    (row,) = [row for row in _parts(await done.pack(), "scoreboard")[0]["targets"] if row["clock"] == "resolution"]
    assert row["missed"] == 2
    assert row["after_decisions"]["missed"] < row["missed"]


async def test_every_part_is_what_its_path_answers(done: Reviewed) -> None:
    pack = await done.pack()
    seen = set()
    for path, part in sources(pack["items"]):
        answer = await done.desk.client.get(path, headers=done.asker)
        assert answer.status_code == 200, (path, answer.text)
        told = answer.json()
        seen.add(path.partition("?")[0].rpartition("/")[2])
        for name in ("items", "targets", "obligations", "tickets", "overdue", "state", "current_version"):
            if name in part and name in told and not _is_narrowed(path, name):
                assert _comparable(part[name]) == _comparable(told[name]), (path, name)
    assert seen >= {"scoreboard", "flow", "trend", "lead-time", "time-held", "backlog", "breaches", "contests"}
    assert seen >= {"exclusions", "freezes", "agreements"}


def _is_narrowed(path: str, name: str) -> bool:
    """Whether the part holds less, or tells more of each, than the list at its path; tried by tests of their own."""
    return name == "items" and any(each in path for each in ("breaches", "agreements", "backlog", "time-held"))


def _comparable(told: Any) -> Any:
    return (
        [
            {name: each[name] for name in each if name not in ("source", "computed_at")}
            if isinstance(each, dict)
            else each
            for each in told
        ]
        if isinstance(told, list)
        else told
    )


async def test_who_held_the_time_of_days_that_are_over_is_what_its_path_answers(done: Reviewed) -> None:
    there = (await done.pack(to=datetime.now(UTC).date().isoformat()))["items"][0]["time_held"]
    answer = (await done.desk.client.get(there["source"], headers=done.asker)).json()
    assert there["items"] == answer["items"] != []
    assert (there["tickets"], there["wall_seconds"]) == (answer["tickets"], answer["wall_seconds"])


async def test_what_is_overdue_is_what_the_backlog_counts(done: Reviewed) -> None:
    pack = await done.pack()
    there, back = pack["items"]
    late = {each["ticket_id"] for each in there["overdue"]["items"] if each["side"] == "provider"}
    assert len(late) == there["backlog"]["overdue"] == 1
    assert late == {done.overdue["id"]}
    (clock,) = [each for each in there["overdue"]["items"] if each["clock"] == "resolution"]
    assert clock["dossier"]["id"] == done.breach["id"]
    assert (clock["dossier"]["state"], clock["dossier"]["reason_code"]) == ("explained", "third_party")
    explained = await done.desk.client.get(clock["explanation"], headers=done.asker)
    assert explained.json()["clock"]["breached_at"] == clock["due_at"]
    assert (back["overdue"]["items"], back["backlog"]["overdue"]) == ([], 0)


async def test_open_breaches_have_their_history(done: Reviewed) -> None:
    breaches = (await done.pack())["items"][0]["breaches"]
    (told,) = [each for each in breaches["items"] if each["id"] == done.breach["id"]]
    whole = (await done.desk.client.get(f"/v1/breaches/{told['id']}", headers=done.asker)).json()
    assert told == {name: whole[name] for name in told}
    assert [entry["kind"] for entry in told["history"]] == ["explained"]


async def test_signatures_have_names_and_changes_are_told(done: Reviewed) -> None:
    pack = await done.pack()
    (agreement,) = pack["items"][0]["agreements"]["items"]
    assert agreement["id"] == done.agreement_id
    assert [version["number"] for version in agreement["versions"]] == [2, 1]
    names = {each["id"]: each["display_name"] for each in pack["people"]}
    for version in agreement["versions"]:
        assert {each["person_id"] for each in version["signatures"]} == {str(done.asker_id), str(done.provider_id)}
    assert names[str(done.provider_id)] == "Iñaki Sáez"
    (change,) = agreement["changes"]
    assert (change["number"], change["against"]) == (2, 1)
    assert ("/targets/resolution:all/duration", "P5D", "P3D") in [
        (each["path"], each["before"], each["after"]) for each in change["items"]
    ]
    assert {each["name"] for each in pack["departments"]} == {"Sistemas & Cía", "People"}
    assert pack["offerings"] == [{"id": str(done.desk.offering_id), "name": "A computer"}]
    assert pack["items"][1]["agreements"]["items"] == []


async def test_it_is_as_the_contract_says(done: Reviewed) -> None:
    document = done.desk.app.openapi()
    schema = {"$ref": "#/components/schemas/ReviewPack", "components": document["components"]}
    for headers in (done.asker, done.desk.people.account("reports:read")):
        jsonschema_rs.validate(schema, await done.pack(headers), validate_formats=True)


async def test_what_lies_outside_the_period_is_left_out(done: Reviewed) -> None:
    january: dict[str, Any] = {"from": "2026-01-01", "to": "2026-02-01"}
    there = (await done.pack(**january))["items"][0]
    assert [there[name]["items"] for name in ("contests", "exclusions", "freezes")] == [[], [], []]
    assert [agreement["changes"] for agreement in there["agreements"]["items"]] == [[]]
    assert there["scoreboard"]["targets"] == [] or all(row["n"] == 0 for row in there["scoreboard"]["targets"])
    now = (await done.pack())["items"][0]
    assert [len(now[name]["items"]) for name in ("contests", "exclusions", "freezes")] == [1, 1, 1]


async def test_who_reads_it(done: Reviewed) -> None:
    people, desk = done.desk.people, done.desk
    everything = "reports:read tickets:read agreements:read offerings:read"
    for headers in (done.asker, done.provider, desk.agent, people.headers(scope=everything, roles=["auditor"])):
        assert (await done.ask(headers)).status_code == 200
    for headers in (
        desk.requester,
        people.one_of(desk.network.id, "manager"),
        people.headers(scope=everything, roles=["listener"]),
    ):
        answer = await done.ask(headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_figures")
    assert (await done.ask(people.headers(scope="tickets:read", roles=["admin"]))).status_code == 403
    assert (await desk.client.get(PATH, params=done.pair)).status_code == 401


async def test_readers_see_what_they_may_read_elsewhere(done: Reviewed) -> None:
    people, desk = done.desk.people, done.desk
    onlooker = await done.pack(people.headers(scope="reports:read tickets:read agreements:read", roles=["viewer"]))
    there = onlooker["items"][0]
    assert sum(row["n"] for row in there["scoreboard"]["targets"]) > 0
    for part in ("overdue", "breaches", "contests", "exclusions", "freezes", "agreements"):
        assert there[part]["items"] == [], part
    program = (await done.pack(people.account("reports:read")))["items"][0]
    for part in ("overdue", "breaches", "contests", "exclusions", "freezes", "agreements"):
        assert program[part] is None, part
    assert (await done.pack(desk.agent))["items"][0]["overdue"]["items"] != []


async def test_without_identity_it_goes_without_names(done: Reviewed) -> None:
    done.desk.identity.is_away = True
    try:
        pack = await done.pack()
    finally:
        done.desk.identity.is_away = False
    assert {each["name"] for each in pack["departments"]} == {None}
    assert {each["display_name"] for each in pack["people"]} == {None}


async def test_a_pair_of_which_nothing_is_known_yet(desk: Desk) -> None:
    pair = {"customer_department_id": str(desk.it.id), "provider_department_id": str(desk.network.id)}
    headers = desk.people.one_of(desk.it.id, "manager")
    answer = await desk.client.get(PATH, params=pair, headers=headers)
    assert answer.status_code == 200, answer.text
    for direction in answer.json()["items"]:
        assert direction["scoreboard"]["targets"] == direction["trend"]["items"] == []
        assert len(direction["flow"]["items"]) == 12
        assert direction["agreements"]["items"] == direction["overdue"]["items"] == []


@pytest.mark.parametrize(
    ("query", "status", "code", "pointer"),
    [
        ({"provider_department_id": "IT"}, 422, "invalid_input", "?provider_department_id"),
        ({"format": "docx"}, 422, "invalid_input", "?format"),
        ({"below": "true"}, 422, "unknown_parameter", "?below"),
        ({"provider_department_id": str(uuid4())}, 404, "unknown_department", "?provider_department_id"),
        ({"time_zone": "Mars/Base"}, 409, "unknown_time_zone", "?time_zone"),
        ({"from": "2026-03-02", "to": "2026-03-02"}, 409, "empty_period", "?to"),
        ({"from": "2199-03-02"}, 409, "empty_period", "?to"),
        ({"from": "1970-01-02", "to": "2199-01-01"}, 409, "too_many_buckets", "?from"),
    ],
)
async def test_what_is_wrong_is_named(
    done: Reviewed, query: dict[str, str], status: int, code: str, pointer: str
) -> None:
    viewer = done.desk.people.headers(scope="reports:read", roles=["viewer"])
    answer = await done.ask(viewer, **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_pair_is_of_two(done: Reviewed) -> None:
    answer = await done.ask(provider_department_id=str(done.desk.hr.id))
    assert (answer.status_code, answer.json()["code"]) == (409, "same_department")


def _parts(pack: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [direction[name] for direction in pack["items"]]
