"""Signatures: by managers of both sides or their deputies, one person for one side, under what is proposed last."""

from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.requests.events import AgreementSigned
from services.shared.idempotency import Fetch
from tests.requests.agreements.shapes import Pair, done, refused, today


async def test_both_sides_sign_and_it_is_in_force(pair: Pair, fetch: Fetch) -> None:
    made = await pair.propose()
    first = done((await pair.sign(made, by=[pair.asker]))[0])
    assert first | {"signed_at": None} == {
        "number": 1,
        "side": "customer",
        "department_id": str(pair.hr.id),
        "person_id": str(pair.asker_id),
        "is_deputy": False,
        "signed_at": None,
    }
    half = await pair.get(made)
    assert (half["state"], half["number_proposed"], half["current_version"]["signatures"]) == ("proposed", 1, [first])
    second = done((await pair.sign(made, by=[pair.provider]))[0])
    whole = await pair.get(made)
    assert (whole["state"], whole["number_in_force"], whole["number_proposed"]) == ("active", 1, None)
    assert whole["current_version"]["state"] == "active"
    assert (whole["current_version"]["in_force_from"], whole["current_version"]["in_force_until"]) == (
        today().isoformat(),
        None,
    )
    assert (await pair.get(made, "/signatures"))["items"] == [second, first]
    page = await pair.get(made, "/signatures", limit=1)
    assert (await pair.get(made, "/signatures", limit=1, cursor=page["next"]))["items"] == [first]
    (told,) = await fetch("SELECT body->'data' FROM outbox WHERE subject = $1", AgreementSigned.subject)
    assert (told[0]["number"], told[0]["in_force_from"]) == (1, today().isoformat())


async def test_nobody_signs_twice(pair: Pair) -> None:
    made = await pair.propose()
    done((await pair.sign(made, by=[pair.asker]))[0])
    colleague = pair.people.one_of(pair.hr.id, "manager")
    for again in (pair.asker, colleague):
        assert refused((await pair.sign(made, by=[again]))[0]) == (409, "already_signed", ["/version"])
    done((await pair.sign(made, by=[pair.provider]))[0])
    for again in (pair.asker, pair.provider):
        assert refused((await pair.sign(made, by=[again]))[0]) == (409, "already_signed", ["/version"])
    assert len((await pair.get(made, "/signatures"))["items"]) == 2


async def test_one_person_does_not_sign_for_both_sides(pair: Pair) -> None:
    managers = {str(pair.hr.id): "manager", str(pair.it.id): "manager"}
    both = pair.people.headers(scope="agreements:read agreements:write", subject=uuid4(), departments=managers)
    made = await pair.propose(both)
    path = f"/{made['id']}/signatures"
    assert done(await pair.post(path, {"version": 1, "side": "provider"}, both))["side"] == "provider"
    assert refused(await pair.post(path, {"version": 1, "side": "provider"}, both))[1] == "already_signed"
    for side in ({}, {"side": "customer"}):
        answer = await pair.post(path, {"version": 1} | side, both)
        assert refused(answer) == (409, "one_person_for_both", ["/version"])
    assert (await pair.get(made))["state"] == "proposed"
    assert refused(await pair.post(path, {"version": 1, "side": "approver"}, both))[0] == 422


async def test_a_manager_becoming_one_of_the_other_side_does_not_sign_again(pair: Pair) -> None:
    made = await pair.propose()
    done((await pair.sign(made, by=[pair.asker]))[0])
    moved = pair.people.one_of(pair.it.id, "manager", pair.asker_id)
    assert refused((await pair.sign(made, by=[moved]))[0])[1] == "one_person_for_both"


async def test_who_gives_a_sides_word(pair: Pair) -> None:
    made = await pair.propose()
    scope = "agreements:read agreements:write"
    hr, it = str(pair.hr.id), str(pair.it.id)
    for headers, expected in (
        (pair.people.one_of(uuid4(), "manager"), (404, "unknown_agreement")),
        (pair.people.admin(), (403, "may_not_sign")),
        (pair.people.account(), (403, "may_not_sign")),
        (pair.people.one_of(pair.it.id, "agent"), (403, "missing_scope")),
        (pair.people.headers(scope=scope, departments={it: "agent"}), (403, "may_not_sign")),
        (pair.people.headers(scope=scope, departments={it: "manager"}, client=True), (403, "may_not_sign")),
        (pair.people.headers(scope=scope, departments={it: "manager"}, deputy_of=[str(uuid4())]), (201, None)),
        (pair.people.headers(scope=scope, departments={it: "member"}, deputy_of=[hr]), (201, None)),
    ):
        answer = (await pair.sign(made, by=[headers]))[0]
        assert (answer.status_code, answer.json().get("code")) == expected
    signed = (await pair.get(made, "/signatures"))["items"]
    assert {each["side"]: each["is_deputy"] for each in signed} == {"provider": False, "customer": True}
    other_side = {"version": 1, "side": "customer"}
    assert refused(await pair.post(f"/{made['id']}/signatures", other_side, pair.provider))[1] == "may_not_sign"


async def test_only_what_is_proposed_last_is_signed(pair: Pair) -> None:
    made = await pair.propose()
    assert refused((await pair.sign(made, 2))[0]) == (404, "unknown_agreement_version", ["/version"])
    done((await pair.sign(made, by=[pair.asker]))[0])
    await pair.counter(made)
    for answer in await pair.sign(made, 1):
        assert refused(answer) == (409, "version_superseded", ["/version"])
    for answer in await pair.sign(made, 2):
        done(answer)
    versions = (await pair.get(made, "/versions"))["items"]
    assert [(each["number"], each["state"], len(each["signatures"])) for each in versions] == [
        (2, "active", 2),
        (1, "superseded", 1),
    ]


async def test_a_version_whose_time_is_over_is_not_signed(pair: Pair) -> None:
    made = await pair.propose(effective_from=today(-20).isoformat(), effective_until=today(-10).isoformat())
    assert refused((await pair.sign(made))[0]) == (409, "version_over", ["/version"])


async def test_nothing_is_in_force_before_both_have_signed(pair: Pair) -> None:
    made = await pair.agreed(effective_from=today(-20).isoformat())
    assert (await pair.get(made))["current_version"]["in_force_from"] == today().isoformat()


async def test_what_was_proposed_and_signed_cannot_be_changed_by_the_service(app: FastAPI) -> None:
    for table in ("agreement_version", "agreement_signature", "agreement_termination"):
        for statement in (f"UPDATE {table} SET agreement_id = agreement_id", f"DELETE FROM {table}"):
            async with app.state.engine.connect() as connection:
                with pytest.raises(DBAPIError, match="permission denied"):
                    await connection.execute(text(statement))
