"""Two at once: the database decides, and everybody is told what came of it."""

import asyncio

from tests.requests.agreements.shapes import Pair, done, refused


async def test_both_sides_at_once(committing_pair: Pair) -> None:
    pair = committing_pair
    made = await pair.propose()
    path = f"/{made['id']}/signatures"
    colleague = pair.people.one_of(pair.hr.id, "manager")
    signing = [pair.post(path, {"version": 1}, each) for each in (pair.asker, pair.provider, colleague)]
    answers = await asyncio.gather(*signing)
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409]
    assert (await pair.get(made))["state"] == "active"


async def test_one_person_for_both_sides_at_once(committing_pair: Pair) -> None:
    pair = committing_pair
    managers = {str(pair.hr.id): "manager", str(pair.it.id): "manager"}
    both = pair.people.headers(scope="agreements:read agreements:write", subject=pair.asker_id, departments=managers)
    made = await pair.propose()
    path = f"/{made['id']}/signatures"
    signing = [pair.post(path, {"version": 1, "side": side}, both) for side in ("customer", "provider")]
    answers = await asyncio.gather(*signing)
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_a_signature_races_a_counter_proposal(committing_pair: Pair) -> None:
    """Whichever is first: either the counter-proposal stands alone, or it follows what both had signed."""
    pair = committing_pair
    for _ in range(4):
        made = await pair.propose()
        done((await pair.sign(made, by=[pair.asker]))[0])
        signed, countered = await asyncio.gather(
            pair.post(f"/{made['id']}/signatures", {"version": 1}, pair.provider),
            pair.post(f"/{made['id']}/versions", pair.terms(), pair.asker),
        )
        assert done(countered)["number"] == 2
        told = await pair.get(made)
        assert told["number_proposed"] == 2
        if signed.status_code == 201:
            assert (told["state"], told["number_in_force"]) == ("active", 1)
            done(await pair.post(f"/{made['id']}/terminations", {"reason": "Next round"}, pair.asker))
        else:
            assert refused(signed) == (409, "version_superseded", ["/version"])
            assert told["state"] == "proposed"


async def test_two_agreements_that_would_cover_the_same_at_once(committing_pair: Pair) -> None:
    pair = committing_pair
    made = [await pair.propose() for _ in range(4)]
    for each in made:
        done((await pair.sign(each, by=[pair.asker]))[0])
    answers = await asyncio.gather(
        *(pair.post(f"/{each['id']}/signatures", {"version": 1}, pair.provider) for each in made)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "already_covered"}


async def test_a_repeated_signature_is_answered_as_the_first_time(committing_pair: Pair) -> None:
    pair = committing_pair
    made = await pair.propose()
    once = pair.asker | {"Idempotency-Key": "sign"}
    first, second = [(await pair.sign(made, by=[once]))[0] for _ in range(2)]
    assert done(first) == done(second)
    assert len((await pair.get(made, "/signatures"))["items"]) == 1
