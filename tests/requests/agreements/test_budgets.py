"""Stages of an agreement: what they may rest on, what comes of them, and that nobody signs what cannot be kept."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.requests.agreements.service import budgets
from services.requests.departments.rules import Department
from tests.requests.agreements.shapes import Answer, Pair, a_target, done, refused, today
from tests.requests.calendars.shapes import a_saved_calendar
from tests.requests.catalogue.shapes import a_published_offering


class Suppliers:
    """Logistics, of which IT is a customer: the manager of each, and what IT agrees with it."""

    def __init__(self, pair: Pair, department: Department, offering_id: str) -> None:
        self.pair = pair
        self.department, self.offering_id = department, offering_id
        self.manager = pair.people.one_of(department.id, "manager")

    def proposal(self, **changes: Any) -> Answer:
        usual = {
            "customer_department_id": str(self.pair.it.id),
            "provider_department_id": str(self.department.id),
            "offering_ids": [self.offering_id],
            "targets": [a_target(clock="acknowledge", duration="PT1H"), a_target(duration="PT4H")],
            "obligations": [],
        }
        return self.pair.proposal(**{**usual, **changes})

    async def proposed(self, **changes: Any) -> Answer:
        return done(await self.pair.post("", self.proposal(**changes), self.manager))

    async def agreed(self, **changes: Any) -> Answer:
        made = await self.proposed(**changes)
        for answer in await self.pair.sign(made, by=[self.pair.provider, self.manager]):
            done(answer)
        return made


@pytest.fixture
async def suppliers(pair: Pair) -> Suppliers:
    department = pair.identity.add(code="LOG")
    offering = await a_published_offering(pair.client, pair.people.admin(), department.id)
    return Suppliers(pair, department, offering["id"])


def own(duration: str, **changes: Any) -> Answer:
    return {"own": True, "duration": duration} | changes


async def test_stages_are_kept_and_told_as_they_were_given(pair: Pair, suppliers: Suppliers) -> None:
    below = await suppliers.agreed()
    made = await pair.propose(
        pair.provider, stages=[own("PT2H", parallel_group="a"), {"agreement": below["id"], "parallel_group": "a"}]
    )
    rest = {"due": "same_time", "calendar_id": None, "parallel_group": "a"}
    assert made["current_version"]["stages"] == [
        {"agreement": None, "own": True, "duration": "PT2H"} | rest,
        {"agreement": below["id"], "own": False, "duration": None} | rest,
    ]


async def test_feasibility_is_told_with_the_worst_start(pair: Pair, suppliers: Suppliers) -> None:
    below = await suppliers.agreed()
    first = today(7 - today().weekday())  # a Monday: the pair's office is open from nine to five, in UTC
    made = await pair.propose(
        pair.provider,
        effective_from=first.isoformat(),
        targets=[a_target(duration="PT8H", priority="high"), a_target(duration="PT7H"), a_target(clock="update")],
        stages=[own("PT2H"), {"agreement": below["id"]}],
    )
    answer = await pair.get(made, "/feasibility")
    assert (answer["number"], answer["feasible"]) == (1, True)
    assert answer["starts_on"] == first.isoformat()
    assert [(each["target"], each["priorities"]) for each in answer["items"]] == [
        ("/targets/1", ["low", "normal", "urgent"]),
        ("/targets/0", ["high"]),
    ]
    tight, wide = answer["items"]
    assert (tight["worst"]["slack_seconds"], wide["worst"]["slack_seconds"]) == (0, 3600)
    assert tight["first_broken"] is None
    start = tight["worst"]["start_at"]
    begins = [each["begins_at"] for each in tight["stages"]]
    ends = [each["ends_at"] for each in tight["stages"]]
    assert begins == [start, ends[0]]
    assert ends[1] == tight["worst"]["done_at"] == tight["worst"]["due_at"]
    handed_off = tight["stages"][1]
    assert handed_off["agreement"] == below["id"]
    assert handed_off["agreement_version_id"] == below["current_version"]["id"]
    assert ends[0] < handed_off["acknowledged_at"] < ends[1]
    assert [each["calendar_id"] for each in answer["calendars"]] == [pair.calendar_id]


async def test_a_version_without_stages_has_no_budget(pair: Pair) -> None:
    answer = await pair.get(await pair.propose(), "/feasibility")
    assert (answer["feasible"], answer["items"], answer["calendars"]) == (None, [], [])


async def test_each_version_has_its_own(pair: Pair) -> None:
    made = await pair.propose(targets=[a_target(duration="PT8H")], stages=[own("PT9H")])
    await pair.counter(made, targets=[a_target(duration="PT8H")], stages=[own("PT8H")])
    assert (await pair.get(made, "/feasibility"))["feasible"] is True
    first = await pair.get(made, "/feasibility", number=1)
    assert (first["feasible"], first["items"][0]["worst"]["slack_seconds"]) == (False, -3600)
    answer = await pair.client.get(f"/v1/agreements/{made['id']}/feasibility?number=3", headers=pair.asker)
    assert refused(answer) == (404, "unknown_agreement_version", ["?number"])


async def test_nobody_signs_what_cannot_be_kept(pair: Pair) -> None:
    made = await pair.propose(targets=[a_target(duration="PT8H")], stages=[own("PT8H"), own("PT1S")])
    for answer in await pair.sign(made):
        assert refused(answer) == (409, "infeasible", ["/version"])
    assert (await pair.get(made, "/signatures"))["items"] == []
    await pair.counter(made, targets=[a_target(duration="PT8H")], stages=[own("PT7H"), own("PT1H")])
    for answer in await pair.sign(made, 2):
        done(answer)
    assert (await pair.get(made))["state"] == "active"


async def test_what_is_signed_rests_on_what_is_signed(pair: Pair, suppliers: Suppliers) -> None:
    below = await suppliers.proposed()
    made = await pair.propose(pair.provider, stages=[{"agreement": below["id"]}])
    assert (await pair.get(made, "/feasibility"))["feasible"] is True
    assert refused((await pair.sign(made))[1]) == (409, "stage_unsigned", ["/stages/0/agreement"])
    for answer in await pair.sign(below, by=[pair.provider, suppliers.manager]):
        done(answer)
    for answer in await pair.sign(made):
        done(answer)


async def test_an_offer_that_nobody_has_to_acknowledge_may_wait_a_working_day(pair: Pair, suppliers: Suppliers) -> None:
    below = await suppliers.agreed(targets=[a_target(duration="PT4H")])
    made = await pair.propose(
        pair.provider, targets=[a_target(duration="P2D")], stages=[{"agreement": below["id"], "duration": "PT8H"}]
    )
    answer = await pair.get(made, "/feasibility")
    assert (answer["feasible"], answer["items"][0]["worst"]["slack_seconds"]) == (True, 0)


async def test_of_what_an_agreement_promises_the_slowest_counts(pair: Pair, suppliers: Suppliers) -> None:
    other = await a_published_offering(pair.client, pair.people.admin(), suppliers.department.id)
    below = await suppliers.agreed(
        offering_ids=[suppliers.offering_id, other["id"]],
        targets=[
            a_target(clock="acknowledge", duration="PT1H"),
            a_target(duration="PT2H"),
            a_target(duration="PT5H", offering_id=other["id"]),
        ],
    )
    made = await pair.propose(pair.provider, targets=[a_target(duration="PT8H")], stages=[{"agreement": below["id"]}])
    (told,) = (await pair.get(made, "/feasibility"))["items"]
    assert told["worst"]["slack_seconds"] == 2 * 3600
    assert len(told["stages"]) == 1


@pytest.mark.parametrize(
    ("stages", "code", "pointer"),
    [
        ([{"duration": "PT1H"}], "stage_is_one_thing", "/stages/0"),
        ([{"own": True, "agreement": str(uuid4()), "duration": "PT1H"}], "stage_is_one_thing", "/stages/0"),
        ([own("PT1H"), {"own": True}], "stage_needs_duration", "/stages/1"),
        (
            [own("PT1H", parallel_group=1), own("PT1H"), own("PT1H", parallel_group=1)],
            "group_is_apart",
            "/stages/2/parallel_group",
        ),
        ([own("PT1H"), {"agreement": str(uuid4())}], "unknown_agreement", "/stages/1/agreement"),
        ([own("PT1H", calendar_id=str(uuid4()))], "unknown_calendar", "/stages/0/calendar_id"),
        ([own("PT1H")] * 13, "invalid_input", "/stages"),
        ([own("P1DT1H")], "invalid_input", "/stages/0/duration"),
    ],
)
async def test_stages_that_contradict_themselves_are_refused(
    pair: Pair, stages: list[Answer], code: str, pointer: str
) -> None:
    assert refused(await pair.post("", pair.proposal(stages=stages), pair.provider))[1:] == (code, [pointer])


async def test_a_budget_shares_out_a_promise(pair: Pair) -> None:
    body = pair.proposal(targets=[a_target(clock="update")], stages=[own("PT1H")])
    assert refused(await pair.post("", body, pair.provider)) == (409, "nothing_to_budget", ["/stages"])


async def test_a_stage_is_under_an_agreement_in_which_the_provider_asks(pair: Pair, suppliers: Suppliers) -> None:
    below = await suppliers.agreed()
    body = suppliers.proposal(stages=[{"agreement": below["id"]}])  # logistics would hand off to itself, for IT
    assert refused(await pair.post("", body, suppliers.manager)) == (409, "stage_of_another", ["/stages/0/agreement"])


async def test_a_stage_rests_on_nothing_that_ends(pair: Pair, suppliers: Suppliers) -> None:
    below = await suppliers.agreed()
    made = await pair.propose(pair.provider, stages=[{"agreement": below["id"]}])
    done(await pair.post(f"/{below['id']}/terminations", {"reason": "Enough"}, pair.provider))
    for answer in await pair.sign(made):
        assert refused(answer) == (409, "stage_has_ended", ["/stages/0/agreement"])
    again = await pair.post(f"/{made['id']}/versions", pair.terms(stages=[{"agreement": below["id"]}]), pair.provider)
    assert refused(again) == (409, "stage_has_ended", ["/stages/0/agreement"])


async def test_agreements_do_not_rest_on_each_other(pair: Pair, suppliers: Suppliers) -> None:
    upper = await pair.agreed()
    hr_offering = await a_published_offering(pair.client, pair.people.admin(), pair.hr.id)
    between = suppliers.proposal(
        provider_department_id=str(pair.hr.id),
        offering_ids=[hr_offering["id"]],
        stages=[{"agreement": upper["id"]}],
    )
    lower = done(await pair.post("", between, pair.asker))
    terms = pair.terms(stages=[{"agreement": lower["id"]}])
    answer = await pair.post(f"/{upper['id']}/versions", terms, pair.provider)
    assert refused(answer) == (409, "agreement_cycle", ["/stages/0/agreement"])
    itself = await pair.post(f"/{upper['id']}/versions", pair.terms(stages=[{"agreement": upper["id"]}]), pair.provider)
    assert refused(itself) == (409, "agreement_cycle", ["/stages/0/agreement"])


async def test_the_other_side_counters_with_stages_that_it_may_not_read(pair: Pair, suppliers: Suppliers) -> None:
    below = await suppliers.agreed()
    body = pair.proposal(stages=[{"agreement": below["id"]}])
    assert refused(await pair.post("", body, pair.asker)) == (404, "unknown_agreement", ["/stages/0/agreement"])
    made = await pair.propose(pair.provider, stages=[{"agreement": below["id"]}])
    await pair.counter(made, pair.asker, stages=[{"agreement": below["id"]}, own("PT1H")])
    for answer in await pair.sign(made, 2):
        done(answer)


async def test_a_stage_without_a_promise_needs_a_duration(pair: Pair, suppliers: Suppliers) -> None:
    below = await suppliers.agreed(targets=[a_target(clock="acknowledge", duration="PT1H")])
    made = await pair.propose(pair.provider, stages=[{"agreement": below["id"]}])
    path = f"/v1/agreements/{made['id']}/feasibility"
    answer = await pair.client.get(path, headers=pair.asker)
    assert refused(answer) == (409, "stage_without_promise", ["/stages/0"])


async def test_what_no_calendar_reaches_is_told(pair: Pair) -> None:
    made = await pair.propose(stages=[own("PT630720000S")])
    answer = await pair.client.get(f"/v1/agreements/{made['id']}/feasibility", headers=pair.asker)
    assert refused(answer) == (409, "calendar_exhausted", ["/stages"])


async def test_days_are_those_of_the_calendar_of_a_stage(pair: Pair) -> None:
    weekend = [{"weekday": "sat", "start": "09:00", "end": "17:00"}]
    calendar_id = await a_saved_calendar(pair.client, pair.people.admin(), time_zone="UTC", shifts=weekend)
    made = await pair.propose(targets=[a_target(duration="P5D")], stages=[own("P1D", calendar_id=calendar_id)])
    answer = await pair.get(made, "/feasibility")
    assert answer["feasible"] is False
    assert {each["calendar_id"] for each in answer["calendars"]} == {calendar_id, pair.calendar_id}


async def test_a_stage_rests_on_what_holds_for_all_the_starts(pair: Pair, suppliers: Suppliers) -> None:
    """Of a year from the first day, or of as long as the version itself holds."""
    below = await suppliers.agreed(effective_until=today(90).isoformat())
    stages = [{"agreement": below["id"]}]
    too_long = await pair.post("", pair.proposal(stages=stages), pair.provider)
    assert refused(too_long) == (409, "stage_has_ended", ["/stages/0/agreement"])
    made = await pair.propose(pair.provider, stages=stages, effective_until=today(90).isoformat())
    for answer in await pair.sign(made):
        done(answer)
    forever = {name: value for name, value in suppliers.proposal().items() if not name.endswith("department_id")}
    done(await pair.post(f"/{below['id']}/versions", forever, suppliers.manager))
    for answer in await pair.sign(below, 2, by=[pair.provider, suppliers.manager]):
        done(answer)
    done(await pair.post(f"/{made['id']}/versions", pair.terms(stages=stages), pair.provider))


async def test_a_year_of_starts_has_each_of_its_days(pair: Pair) -> None:
    made = await pair.propose(pair.provider, stages=[own("PT1H")])
    answer = await pair.client.get(f"/v1/agreements/{made['id']}/feasibility", headers=pair.provider)
    told = answer.json()
    first, after = (date.fromisoformat(told[name]) for name in ("starts_on", "starts_until"))
    assert (after.year - first.year, after.month, after.day) == (1, first.month, first.day)


async def test_all_promises_of_a_version_are_looked_at_in_time_or_none(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = [a_target(duration="P5D"), a_target(duration="P4D", priority="high")]
    made = await pair.propose(pair.provider, targets=targets, stages=[own("PT1H"), own("PT2H")])
    path = f"/v1/agreements/{made['id']}/feasibility"
    told = (await pair.client.get(path, headers=pair.provider)).json()
    looks = sum(each["starts_checked"] * 3 for each in told["items"])  # two stages and the promise
    monkeypatch.setattr(budgets, "MOST_LOOKS", looks)
    assert (await pair.client.get(path, headers=pair.provider)).json() == told
    monkeypatch.setattr(budgets, "MOST_LOOKS", looks - 1)
    assert refused(await pair.client.get(path, headers=pair.provider)) == (409, "budget_too_fine", ["/stages"])
    assert [refused(answer)[1] for answer in await pair.sign(made)] == ["budget_too_fine"] * 2
