"""What follows a threshold: people by their roles, in one message a minute; another assignee; a higher priority."""

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from services.requests.timeline.facts import Assigned, Moved
from services.requests.timeline.vocabulary import ClockName, State
from tests.requests.firing.bell import Bell, ago

MESSAGES = """
SELECT m.person_id, i.kind, array_agg(i.link ORDER BY i.position) AS links FROM message m
JOIN message_item i ON i.message_id = m.id GROUP BY 1, 2 ORDER BY 2, 1
"""


async def told(bell: Bell) -> dict[tuple[UUID, str], list[str]]:
    """The links that each person was told, by kind."""
    return {(row[0], row[1]): row[2] for row in await bell.fetch(MESSAGES)}


def link(ticket_id: UUID) -> str:
    return f"/v1/tickets/{ticket_id}"


async def a_late_ticket(bell: Bell, **columns: Any) -> UUID:
    return await bell.open(ago(hours=2), bell.target("PT1H"), **columns)


async def test_without_an_agreement_a_breach_is_told_to_managers_and_the_assignee(bell: Bell) -> None:
    manager = await bell.person(it="manager")
    await bell.person(it="agent")
    await bell.person(hr="manager")
    ticket = await a_late_ticket(bell)
    warned = await bell.open(ago(minutes=50), bell.target("PT1H"))
    await bell.turn()
    assert await told(bell) == {(manager, "clock_breached"): [link(ticket)]}
    assert len((await bell.marks())[warned]) == 2


async def test_the_assignee_is_told_once_who_is_a_manager_too(bell: Bell) -> None:
    manager, assignee = await bell.person(it="manager"), uuid4()
    for person in (manager, assignee):
        ticket = await bell.open(ago(hours=2), bell.target("PT1H"))
        await bell.act(ticket, Assigned(person), at=ago(minutes=90), now=ago(minutes=90))
    await bell.turn()
    assert {person: len(links) for (person, _), links in (await told(bell)).items()} == {manager: 2, assignee: 1}


async def test_a_breach_by_the_customer_is_told_to_its_side(bell: Bell) -> None:
    manager, requester = await bell.person(hr="manager"), uuid4()
    await bell.person(it="manager")
    reply = bell.obligation(ClockName.REPLY, "PT1H")
    ticket = await bell.open(ago(hours=3), obligations=[reply], requester_id=requester)
    asked = Moved(State.WAITING_ON_CUSTOMER, comment="Which?")
    await bell.act(ticket, asked, at=ago(hours=2), now=ago(hours=2))
    await bell.turn()
    assert {person for person, kind in await told(bell) if kind == "clock_breached"} == {manager, requester}


async def test_a_digest_instead_of_a_storm(bell: Bell) -> None:
    manager = await bell.person(it="manager")
    tickets = [await a_late_ticket(bell) for _ in range(30)]
    await bell.turn()
    messages = await told(bell)
    assert {person for person, _ in messages} == {manager}
    assert sorted(each for links in messages.values() for each in links) == sorted(link(each) for each in tickets)
    assert len(await bell.fetch("SELECT FROM message")) <= 2, "one, or two where a minute ended meanwhile"
    posted = await bell.fetch("SELECT body::text FROM outbox WHERE subject LIKE '%message%'")
    assert len(posted) == len(await bell.fetch("SELECT FROM message"))


async def test_an_agreement_says_who_is_told_of_what(bell: Bell) -> None:
    agent, manager = await bell.person(it="agent"), await bell.person(it="manager")
    customer = await bell.person(hr="manager")
    requester = uuid4()
    version = await bell.agreed(
        {"clock": "resolution", "percent": 75, "notify": ["provider:agent", "requester"]},
        {"clock": "resolution", "percent": 100, "notify": ["customer:manager", "provider:manager"]},
        {"clock": "first_response", "percent": 50, "notify": ["assignee"]},
    )
    ticket = await a_late_ticket(bell, agreement_version_id=version, requester_id=requester)
    await bell.turn()
    assert await told(bell) == {
        (person, kind): [link(ticket)]
        for person, kind in [
            (agent, "clock_warned"),
            (requester, "clock_warned"),
            (manager, "clock_breached"),
            (customer, "clock_breached"),
        ]
    }


async def test_a_breach_of_which_an_agreement_says_nothing_is_told_as_without_one(bell: Bell) -> None:
    manager, customer = await bell.person(it="manager"), await bell.person(hr="manager")
    version = await bell.agreed(
        {"clock": "resolution", "percent": 75, "notify": ["customer:manager"]},
        {"clock": "acknowledge", "percent": 100, "raise_priority": "high"},
    )
    promised = [bell.target("PT1H", clock) for clock in (ClockName.RESOLUTION, ClockName.ACKNOWLEDGE)]
    ticket = await bell.open(ago(hours=2), *promised, agreement_version_id=version)
    await bell.turn()
    assert await told(bell) == {
        (customer, "clock_warned"): [link(ticket)],
        (manager, "clock_breached"): [link(ticket)],
    }
    clocks = await bell.fetch("SELECT about->>'clock' FROM message_item WHERE kind = 'clock_breached'")
    assert [row[0] for row in clocks] == ["resolution"]


async def test_of_what_is_confidential_the_customers_managers_are_told_nothing(bell: Bell) -> None:
    await bell.person(hr="manager")
    manager = await bell.person(it="manager")
    everybody = ["customer:manager", "provider:manager"]
    version = await bell.agreed({"clock": "resolution", "percent": 100, "notify": everybody})
    await a_late_ticket(bell, agreement_version_id=version, is_confidential=True)
    await bell.turn()
    assert {person for person, _ in await told(bell)} == {manager}


async def test_who_is_gone_is_told_nothing(bell: Bell) -> None:
    manager = await bell.person(it="manager")
    await bell.fetch("UPDATE person_copy SET is_active = false WHERE id = $1", manager)
    await a_late_ticket(bell)
    await bell.turn()
    assert await told(bell) == {}


async def facts(bell: Bell, ticket: UUID) -> list[tuple[str, str]]:
    sql = "SELECT name, side FROM ticket_event WHERE ticket_id = $1 AND kind = 'fact' ORDER BY sequence"
    return [(row[0], row[1]) for row in await bell.fetch(sql, ticket)]


async def test_a_ticket_goes_to_somebody_else_and_up_in_the_queues(bell: Bell) -> None:
    expert = await bell.person(it="agent")
    version = await bell.agreed(
        {"clock": "resolution", "percent": 75, "raise_priority": "high"},
        {"clock": "resolution", "percent": 100, "reassign_to": expert, "raise_priority": "urgent"},
    )
    ticket = await a_late_ticket(bell, agreement_version_id=version)
    await bell.turn()
    (row,) = await bell.fetch("SELECT priority, promised_priority, assignee_id, events FROM ticket")
    assert tuple(row) == ("urgent", "normal", expert, 7)
    by_system = [(name, "system") for name in ("prioritised", "assigned", "prioritised")]
    assert await facts(bell, ticket) == [("submitted", "customer"), *by_system]
    assert await told(bell) == {(expert, "ticket_assigned"): [link(ticket)]}
    await bell.turn()
    assert (len(await facts(bell, ticket)), await bell.differences()) == (4, [])


async def test_a_ticket_stays_whose_it_is_when_who_is_named_no_longer_serves_it(bell: Bell) -> None:
    gone = await bell.person(hr="agent")
    version = await bell.agreed(
        {"clock": "resolution", "percent": 100, "reassign_to": gone, "raise_priority": "urgent"},
    )
    await a_late_ticket(bell, agreement_version_id=version)
    await bell.turn()
    (row,) = await bell.fetch("SELECT priority, assignee_id FROM ticket")
    assert tuple(row) == ("urgent", None)
    assert await told(bell) == {}


@pytest.mark.parametrize(("priority", "raised"), [("normal", "high"), ("urgent", "urgent")])
async def test_a_priority_is_never_lowered(bell: Bell, priority: str, raised: str) -> None:
    version = await bell.agreed({"clock": "resolution", "percent": 75, "raise_priority": "high"})
    await a_late_ticket(bell, agreement_version_id=version, priority=priority, promised_priority=priority)
    await bell.turn()
    assert [row[0] for row in await bell.fetch("SELECT priority FROM ticket")] == [raised]


async def test_what_is_done_is_neither_reassigned_nor_raised(bell: Bell) -> None:
    manager = await bell.person(it="manager")
    version = await bell.agreed(
        {"clock": "resolution", "percent": 100, "reassign_to": manager, "raise_priority": "urgent"},
        {"clock": "resolution", "percent": 100, "notify": ["provider:manager"]},
    )
    ticket = await a_late_ticket(bell, agreement_version_id=version)
    await bell.act(ticket, Moved(State.FULFILLED), at=ago(minutes=5), now=ago(minutes=5))
    await bell.turn()
    assert await facts(bell, ticket) == [("submitted", "customer"), ("moved", "provider")]
    assert await told(bell) == {(manager, "clock_breached"): [link(ticket)]}


async def test_a_ticket_that_cannot_be_folded_holds_up_no_others(bell: Bell) -> None:
    """Its clock fires; its escalation changes nothing, which is told in the log."""
    expert = await bell.person(it="agent")
    version = await bell.agreed({"clock": "resolution", "percent": 100, "reassign_to": expert})
    broken, sound = [await a_late_ticket(bell, agreement_version_id=version) for _ in range(2)]
    await bell.fetch("UPDATE ticket SET terms = '{\"odd\": 1}' WHERE id = $1", broken)
    await bell.turn()
    assert {ticket: len(marks) for ticket, marks in (await bell.marks()).items()} == {broken: 3, sound: 3}
    assert [len(await facts(bell, each)) for each in (broken, sound)] == [1, 2]
    assert await told(bell) == {(expert, "ticket_assigned"): [link(sound)]}


async def test_a_message_tells_what_was_used_up_and_when(bell: Bell) -> None:
    await bell.person(it="manager")
    ticket = await a_late_ticket(bell)
    await bell.turn()
    ((about,),) = await bell.fetch("SELECT about::text FROM message_item")
    ((key, clock_id, due_at),) = await bell.fetch(
        "SELECT t.key, c.id, c.due_at FROM ticket t JOIN ticket_clock c ON c.ticket_id = t.id"
    )
    assert orjson.loads(about) == {
        "ticket_id": str(ticket),
        "ticket_key": key,
        "clock_id": str(clock_id),
        "clock": "resolution",
        "cycle": 1,
        "percent": 100,
        "fires_at": due_at.isoformat().replace("+00:00", "Z"),
    }
