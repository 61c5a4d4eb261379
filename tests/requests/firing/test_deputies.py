"""Whoever is there for somebody who is away is told what that one is told, where they may read the ticket."""

from typing import Any
from uuid import UUID

from services.requests.absences.queries import store_absence
from services.requests.departments.queries import store_departments
from services.requests.timeline.facts import Assigned
from services.shared.db import hot_transaction
from tests.requests.absences.away import an_absence
from tests.requests.firing.bell import Bell, ago
from tests.requests.firing.test_escalation import a_late_ticket, link, told
from tests.requests.people import a_department


async def leaves(bell: Bell, person_id: UUID, deputy_id: UUID | None, department_id: UUID | None = None) -> None:
    """The person is away today, from IT where nothing else is said."""
    department_id = department_id or bell.it
    changes: dict[str, Any] = {"person_id": person_id, "department_id": department_id, "deputy_id": deputy_id}
    async with hot_transaction(bell.engine) as connection:
        await store_departments(connection.fetch, [a_department(id=department_id)])
        await store_absence(connection.fetch, an_absence(**changes))


async def test_a_breach_is_told_to_the_deputies_of_assignee_and_managers_too(bell: Bell) -> None:
    manager, absent_manager = await bell.person(it="manager"), await bell.person(it="manager")
    absent, deputy, managers_deputy = [await bell.person(it="agent") for _ in range(3)]
    ticket = await bell.open(ago(hours=2), bell.target("PT1H"))
    await bell.act(ticket, Assigned(absent), at=ago(minutes=90), now=ago(minutes=90))
    await leaves(bell, absent, deputy)
    await leaves(bell, absent_manager, managers_deputy)
    await bell.turn()
    everybody = (manager, absent_manager, absent, deputy, managers_deputy)
    assert await told(bell) == {(person, "clock_breached"): [link(ticket)] for person in everybody}


async def test_a_deputy_who_is_told_anyway_is_told_once(bell: Bell) -> None:
    absent, deputy = await bell.person(it="manager"), await bell.person(it="manager")
    await leaves(bell, absent, deputy)
    ticket = await a_late_ticket(bell)
    await bell.turn()
    assert await told(bell) == {(person, "clock_breached"): [link(ticket)] for person in (absent, deputy)}


async def test_nobody_is_told_of_tickets_that_they_may_not_read(bell: Bell) -> None:
    """A customer's manager is told, and not their deputy, an agent of that department: agents there do not read."""
    manager = await bell.person(hr="manager")
    deputy = await bell.person(hr="agent")
    await leaves(bell, manager, deputy, bell.hr)
    version = await bell.agreed({"clock": "resolution", "percent": 100, "notify": ["customer:manager"]})
    ticket = await a_late_ticket(bell, agreement_version_id=version)
    await bell.turn()
    assert await told(bell) == {(manager, "clock_breached"): [link(ticket)]}


async def test_a_ticket_that_goes_to_one_who_is_away_stays_with_them_and_their_deputy_hears(bell: Bell) -> None:
    expert, deputy = await bell.person(it="agent"), await bell.person(it="agent")
    await leaves(bell, expert, deputy)
    version = await bell.agreed({"clock": "resolution", "percent": 100, "reassign_to": expert})
    ticket = await a_late_ticket(bell, agreement_version_id=version)
    await bell.turn()
    ((assignee_id,),) = await bell.fetch("SELECT assignee_id FROM ticket")
    assert assignee_id == expert
    assert await told(bell) == {(person, "ticket_assigned"): [link(ticket)] for person in (expert, deputy)}
