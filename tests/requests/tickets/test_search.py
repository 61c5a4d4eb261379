"""Tickets are found by their words in both languages, by who may see them, the best match first, page after page."""

from typing import Any
from uuid import uuid4

import pytest

from tests.requests.tickets.counting import statements
from tests.requests.tickets.desk import Desk, Headers
from tests.requests.tickets.stories import hand_over
from tests.requests.tickets.test_amending import amended


async def found(desk: Desk, words: str, headers: Headers | None = None, **more: Any) -> list[str]:
    """The ids of the tickets that are found by these words, by the requester (or another)."""
    query = {"q": words, **more}
    answer = await desk.client.get("/v1/tickets", params=query, headers=headers or desk.requester)
    assert answer.status_code == 200, answer.text
    return [ticket["id"] for ticket in answer.json()["items"]]


async def say(desk: Desk, ticket: dict[str, Any], body: str, headers: Headers, visibility: str = "public") -> None:
    path = f"/v1/tickets/{ticket['id']}/comments"
    answer = await desk.client.post(path, json={"body": body, "visibility": visibility}, headers=headers)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("La impresora no imprime", "impresoras"),
        ("Cancelación de reuniones", "cancelaciones"),
        ("Cancelación de reuniones", "cancelacion reunion"),
        ("Cancelacion de reuniones", "CANCELACIÓN"),
        ("Ñandúes en el jardín", "nandues jardin"),
        ("Printers are burning", "printer burns"),
        ("The projector is broken", "the projector"),
        ("Monitor y keyboard", "keyboards monitores"),
        ("Resumé upload", "resume uploads"),
    ],
)
async def test_words_are_found_in_both_languages_and_without_accents(desk: Desk, subject: str, words: str) -> None:
    ticket = await desk.submit(subject=subject)
    await desk.submit(subject="Otra cosa")
    assert await found(desk, words) == [ticket["id"]]
    assert await found(desk, f"{words} xylophone") == []


async def test_a_ticket_is_found_by_its_key_and_all_that_is_said(desk: Desk) -> None:
    ticket, other = await desk.submit(description="Con teclado español."), await desk.submit()
    assert await found(desk, ticket["key"]) == await found(desk, f" {ticket['key'].lower()} ") == [ticket["id"]]
    assert await found(desk, "teclados") == [ticket["id"]]
    await say(desk, ticket, "The cable is missing", desk.requester)
    await say(desk, other, "Hay un cable de sobra", desk.agent)
    asked = await desk.step(other, "waiting_on_customer", comment="Which adapter?")
    assert asked.status_code == 201
    assert set(await found(desk, "cables")) == {ticket["id"], other["id"]}
    assert await found(desk, "adapters cable") == [other["id"]]
    assert await found(desk, "cable", state="waiting_on_customer") == [other["id"]]
    assert await found(desk, "cable", offering_id=str(uuid4())) == []


async def test_what_changed_is_found_as_it_is_now(desk: Desk) -> None:
    ticket = await desk.submit(subject="A giraffe")
    assert (await amended(desk, ticket, subject="An elephant", description="Grey")).status_code == 200
    assert await found(desk, "giraffe") == []
    assert await found(desk, "grey elephants") == [ticket["id"]]
    await say(desk, ticket, "Oops, a hippopotamus", desk.requester)
    slip = (await desk.get(ticket, "/history"))["items"][-1]
    assert await found(desk, "hippopotamus elephant") == [ticket["id"]]
    path = f"/v1/tickets/{ticket['id']}/corrections"
    assert (await desk.client.post(path, json={"event_id": slip["id"]}, headers=desk.requester)).status_code == 201
    assert await found(desk, "hippopotamus") == []
    assert await found(desk, "elephant") == [ticket["id"]]


async def test_what_is_internal_is_found_by_who_serves(desk: Desk) -> None:
    admin_id = uuid4()
    desk.identity.add_person(id=admin_id)
    ticket = await desk.submit()
    asked_by_admin = await desk.submit(participants=[str(admin_id)])
    for each in (ticket, asked_by_admin):
        await say(desk, each, "The budget is gone", desk.agent, "internal")
    admin = desk.people.headers(scope="tickets:read", subject=admin_id, roles=["admin"])
    connector = desk.people.headers(scope="tickets:read tickets:import", client=True)
    manager = desk.people.one_of(desk.hr.id, "manager")
    both = {ticket["id"], asked_by_admin["id"]}
    for headers, expected in (
        (desk.requester, set()),
        (manager, set()),
        (connector, set()),
        (desk.agent, both),
        (admin, {ticket["id"]}),
    ):
        assert set(await found(desk, "budgets", headers)) == expected
        assert set(await found(desk, "budget computer", headers)) == expected
    assert set(await found(desk, "computer", admin)) == both


async def test_a_search_sees_what_the_list_sees(desk: Desk) -> None:
    beneficiary, participant = desk.identity.add_person(), desk.identity.add_person()
    confidential = await desk.client.post(
        "/v1/offerings",
        json={"code": "s", "name": "S", "provider_department_id": str(desk.it.id), "confidential": True},
        headers=desk.people.admin(),
    )
    tickets = [
        await desk.submit(),
        await desk.submit(beneficiary_id=str(beneficiary.id)),
        await desk.submit(participants=[str(participant.id), str(beneficiary.id)]),
        await desk.submit(offering_id=confidential.json()["id"]),
        await desk.submit(desk.people.one_of(desk.hr.id, "manager")),
    ]
    await hand_over(desk, tickets[0])
    for headers in (
        desk.requester,
        desk.agent,
        desk.people.admin(),
        desk.people.one_of(desk.hr.id, "member", beneficiary.id),
        desk.people.one_of(desk.network.id, "member", participant.id),
        desk.people.one_of(desk.network.id, "agent"),
        desk.people.one_of(desk.hr.id, "manager"),
        desk.people.one_of(desk.hr.id, "agent"),
        desk.people.one_of(desk.it.id, "member"),
        desk.people.headers(scope="tickets:read", roles=["auditor"]),
        desk.people.account("tickets:read"),
    ):
        listed = (await desk.client.get("/v1/tickets", headers=headers)).json()["items"]
        assert set(await found(desk, "computers", headers)) == {ticket["id"] for ticket in listed}


async def test_the_best_match_comes_first_and_pages_hold_each_once(desk: Desk) -> None:
    in_words = [await desk.submit(subject="Something", description=f"about a lamp {n}") for n in range(4)]
    in_subject = await desk.submit(subject="A lamp")
    newest = await desk.submit(subject="Other", description="one lamp")
    order = [in_subject, newest, *reversed(in_words)]
    assert await found(desk, "lamps") == [ticket["id"] for ticket in order]
    seen: list[str] = []
    query: dict[str, Any] = {"q": "lamps", "limit": 2}
    while True:
        page = (await desk.client.get("/v1/tickets", params=query, headers=desk.agent)).json()
        seen += [ticket["id"] for ticket in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == [ticket["id"] for ticket in order]
    foreign = {"q": "lamp", "cursor": query["cursor"]}
    assert (await desk.client.get("/v1/tickets", params=foreign, headers=desk.agent)).status_code == 400


@pytest.mark.parametrize(
    "words", ["'", "it-'1", ":*", "a & !b | (c <-> d)", "\\", "-", "«»", "🖨️", "ﷺ", "%", "IT-" + "9" * 190]
)
async def test_any_text_may_be_searched_for(desk: Desk, words: str) -> None:
    await desk.submit()
    assert await found(desk, words) == []


async def test_any_text_may_be_said(desk: Desk) -> None:
    ticket = await desk.submit(subject="ﷺ" * 200, description=" ".join(f"ﷺ{n}ﷺ" for n in range(3_000)))
    for n in range(8):
        await say(desk, ticket, " ".join(f"wörd{n}x{m:04}é" for m in range(1_300)), desk.agent, "internal")
        await say(desk, ticket, "ﷺ " * 6_000 + f"public{n}", desk.requester)
    await say(desk, ticket, "zz " * 3_000 + "ábaco " + "y" * 5_000, desk.requester)
    assert await found(desk, "abacos") == [ticket["id"]]
    assert await found(desk, "word7x0001e", desk.agent) == [ticket["id"]]


async def test_asking_takes_no_statement_more(desk: Desk) -> None:
    await desk.submit()
    async with statements(desk) as sent:
        await desk.submit()
    assert len([each for each in sent if "ticket_text" in each]) == len(sent) == 1
