"""Changes of group as hand-offs: who provides, who holds the time when, what a wait, a return and a reopening do."""

import pytest

from tests.requests.imports.importing import Imports, a_log, a_mapping

DAY = "2026-02-0{}T09:00:00Z"


def day(number: int) -> str:
    return DAY.format(number)


STORIES = {
    "the first known group is the provider": (
        [("New", 1, "?"), ("New", 2, "A"), ("Done", 3, "A"), ("Closed", 4, "A")],
        [(1, 3, "provider"), (3, 4, "customer")],
    ),
    "no known group: the default provider": (
        [("New", 1, "?"), ("Done", 2, ""), ("Closed", 3, "?")],
        [(1, 2, "provider"), (2, 3, "customer")],
    ),
    "? after a known group changes nothing": (
        [("New", 1, "A"), ("Active", 2, "B"), ("Active", 3, "?"), ("Done", 4, "?"), ("Closed", 5, "?")],
        [(1, 2, "provider"), (2, 4, "department:B"), (4, 5, "customer")],
    ),
    "each later change is nested, a group of the chain is a return": (
        [
            ("New", 1, "A"),
            ("Active", 2, "B"),
            ("Active", 3, "C"),
            ("Active", 4, "B"),
            ("Active", 5, "A"),
            ("Closed", 6, "A"),
        ],
        [
            (1, 2, "provider"),
            (2, 3, "department:B"),
            (3, 4, "department:C"),
            (4, 5, "department:B"),
            (5, 6, "provider"),
        ],
    ),
    "back to the provider from the depth of the chain": (
        [("New", 1, "A"), ("New", 2, "B"), ("Active", 3, "C"), ("Active", 4, "A"), ("Closed", 5, "A")],
        [(1, 2, "provider"), (2, 3, "department:B"), (3, 4, "department:C"), (4, 5, "provider")],
    ),
    "a wait leaves the link open and ends back into it": (
        [
            ("New", 1, "A"),
            ("Active", 2, "B"),
            ("User", 3, "B"),
            ("Active", 4, "B"),
            ("Vendor", 5, "B"),
            ("New", 6, "B"),
            ("Closed", 7, "B"),
        ],
        [
            (1, 2, "provider"),
            (2, 3, "department:B"),
            (3, 4, "customer"),
            (4, 5, "department:B"),
            (5, 6, "third_party:Acme"),
            (6, 7, "department:B"),
        ],
    ),
    "a change of group within a wait counts when the wait ends": (
        [("New", 1, "A"), ("User", 2, "A"), ("User", 3, "B"), ("Active", 4, "B"), ("Closed", 5, "B")],
        [(1, 2, "provider"), (2, 4, "customer"), (4, 5, "department:B")],
    ),
    "waits of two kinds follow each other": (
        [("Active", 1, "A"), ("User", 2, "A"), ("Vendor", 3, "A"), ("User", 4, "A"), ("Closed", 5, "A")],
        [(1, 2, "provider"), (2, 3, "customer"), (3, 4, "third_party:Acme"), (4, 5, "customer")],
    ),
    "fulfilling ends the hand-offs; a change of group there opens none": (
        [("New", 1, "A"), ("Active", 2, "B"), ("Done", 3, "B"), ("Done", 4, "C"), ("Closed", 5, "C")],
        [(1, 2, "provider"), (2, 3, "department:B"), (3, 5, "customer")],
    ),
    "a reopening under another group is a hand-off at that instant": (
        [("New", 1, "A"), ("Done", 2, "A"), ("Active", 3, "B"), ("Done", 4, "B"), ("Closed", 5, "B")],
        [(1, 2, "provider"), (2, 3, "customer"), (3, 4, "department:B"), (4, 5, "customer")],
    ),
    "a reopening under the provider is none": (
        [("New", 1, "A"), ("Active", 2, "B"), ("Closed", 3, "B"), ("Active", 4, "A"), ("Closed", 5, "A")],
        [(1, 2, "provider"), (2, 3, "department:B"), (3, 4, "none"), (4, 5, "provider")],
    ),
    "the group of a closed row counts at a reopening that names none": (
        [("New", 1, "A"), ("Done", 2, "B"), ("Active", 3, "?"), ("Closed", 4, "?")],
        [(1, 2, "provider"), (2, 3, "customer"), (3, 4, "department:B")],
    ),
}


@pytest.mark.parametrize("story", STORIES)
async def test_who_held_the_time(imports: Imports, story: str) -> None:
    rows, held = STORIES[story]
    job = await imports.bring_in(a_log([("C1", state, day(at), group) for state, at, group in rows]))
    assert job["errors"] == []
    assert await imports.held("C1") == [(day(since), day(until), party) for since, until, party in held]
    assert await imports.differences() == []


async def test_the_provider_is_the_first_known_groups_department(imports: Imports) -> None:
    await imports.bring_in(
        a_log([("C1", "New", day(1), "?"), ("C1", "Active", day(2), "B"), ("C2", "New", day(1), "?")])
    )
    tickets = await imports.tickets()
    departments = {each.id: each.code for each in imports.desk.identity.departments.values()}
    by_text = {str(department_id): code for department_id, code in departments.items()}
    assert by_text[tickets["C1"]["provider_department_id"]] == "B"
    assert by_text[tickets["C2"]["provider_department_id"]] == "IT"
    assert tickets["C1"]["key"].startswith("B-")


async def test_hand_offs_are_links_of_known_departments(imports: Imports) -> None:
    rows = [("New", 1, "A"), ("Active", 2, "B"), ("Active", 3, "C"), ("Done", 4, "C")]
    await imports.bring_in(a_log([("C1", state, day(at), group) for state, at, group in rows]))
    first, second = await imports.told("C1", "hand-offs")
    assert (first["department"], first["parent_id"], first["accepted_at"]) == ("B", None, day(2))
    assert (second["department"], second["parent_id"], second["accepted_at"]) == ("C", first["id"], day(3))
    assert {first["outcome"], second["outcome"], first["ended_at"], second["ended_at"]} == {"ended", day(4)}
    assert None not in (first["department_id"], second["department_id"])


@pytest.mark.parametrize(
    ("opened", "begins"), [("2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z"), (day(3), day(1)), ("?", day(1))]
)
async def test_it_opens_at_the_sources_opening_or_its_first_row(imports: Imports, opened: str, begins: str) -> None:
    rows = [("C1", "New", day(1), "A", "", opened), ("C1", "Done", day(2), "A", "", opened)]
    await imports.bring_in(a_log(rows))
    ticket = (await imports.tickets())["C1"]
    assert (ticket["created_at"], ticket["submitted_at"]) == (begins, begins)
    assert (await imports.held("C1"))[0] == (begins, day(2), "provider")


async def test_a_later_priority_moves_only_that_of_queues(imports: Imports) -> None:
    rows = [("C1", "New", day(1), "A", "3"), ("C1", "Active", day(2), "A", "1"), ("C1", "Active", day(3), "A", "?")]
    await imports.bring_in(a_log(rows))
    ticket = (await imports.tickets())["C1"]
    assert (ticket["priority"], ticket["promised_priority"]) == ("urgent", "normal")


async def test_of_two_states_in_one_minute_the_later_row_holds(imports: Imports) -> None:
    rows = [("C1", "New", day(1), "A"), ("C1", "Done", day(2), "A"), ("C1", "Active", day(2), "A")]
    await imports.bring_in(a_log(rows))
    assert (await imports.tickets())["C1"]["state"] == "in_progress"


async def test_a_step_outside_the_table_is_kept_and_marked(imports: Imports) -> None:
    await imports.bring_in(a_log([("C1", "New", day(1), "A"), ("C1", "Closed", day(2), "A")]))
    history = [event for event in await imports.told("C1", "history") if event["kind"] == "fact"]
    assert [(event["name"], event["irregular"]) for event in history] == [
        ("submitted", False),
        ("reported", False),
        ("reported", True),
    ]
    assert history[-1]["payload"]["source_state"] == "Closed"
    assert history[-1]["actor_id"] is None


async def test_it_makes_no_people_and_keeps_the_sources_words(imports: Imports) -> None:
    imports.mapping = a_mapping(imports.desk, keep=["caller"])
    columns = ["case", "state", "at", "group", "priority", "opened", "title", "caller"]
    rows = [
        ("C1", "New", day(1), "A", "1", "", "Mouse", " ? "),
        ("C1", "Done", day(2), "A", "", "", "Other", "Caller 9"),
    ]
    assert (await imports.bring_in(a_log(rows, columns)))["errors"] == []
    ticket = (await imports.tickets())["C1"]
    assert (ticket["requester_id"], ticket["subject"]) == (None, "Mouse")
    assert ticket["fields"] == {"caller": "Caller 9"}
    assert ticket["external_refs"] == [{"system": "helpdesk", "id": "C1"}]
    assert ticket["customer_department_id"] == str(imports.desk.hr.id)


async def test_a_ticket_that_waits_for_approval_first_is_submitted_when_it_is_granted(imports: Imports) -> None:
    states = a_mapping(imports.desk)["states"] | {"Approval": {"state": "awaiting_approval"}}
    imports.mapping = a_mapping(imports.desk, states=states)
    await imports.bring_in(a_log([("C1", "Approval", day(1), "A"), ("C1", "New", day(3), "A")]))
    ticket = (await imports.tickets())["C1"]
    assert (ticket["created_at"][:10], ticket["submitted_at"][:10]) == (day(1)[:10], day(3)[:10])
    assert [line["party"] for line in await imports.told("C1", "ledger")] == ["approver", "provider"]
    assert {clock["started_at"] for clock in await imports.told("C1", "clocks")} == {ticket["submitted_at"]}


async def test_the_person_of_the_source_stays_in_the_fields(imports: Imports) -> None:
    columns = a_mapping(imports.desk)["columns"] | {"person": "agent"}
    imports.mapping = a_mapping(imports.desk, columns=columns)
    header = ["case", "state", "at", "group", "priority", "opened", "title", "agent"]
    await imports.bring_in(a_log([("C1", "New", day(1), "A", "1", "", "Mouse", "Resolver 7")], header))
    assert (await imports.tickets())["C1"]["fields"] == {"agent": "Resolver 7"}
