"""The pack of the two departments of a hand-off: what they dispute of it is theirs, and not who asked's."""

from typing import Any
from uuid import uuid4

from tests.requests.breaches.test_links import contested, decided, manager, returned
from tests.requests.handoffs.test_small_tickets import Weeks
from tests.requests.handoffs.test_small_tickets import weeks as weeks
from tests.requests.review.reviewed import PATH


async def contests(weeks: Weeks, customer: str, provider: str, reader: str, role: str = "manager") -> list[str]:
    """The ids of the contests in the pack of that pair, of the month in which they were decided."""
    departments, desk = weeks.chain.departments, weeks.chain.desk
    pair = {"customer_department_id": departments[customer].id, "provider_department_id": departments[provider].id}
    asked: dict[str, Any] = {name: str(each) for name, each in pair.items()} | {
        "from": "2026-03-01",
        "to": "2026-04-01",
    }
    headers = desk.people.one_of(departments[reader].id, role, uuid4())
    answer = await desk.client.get(PATH, params=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"][0]["contests"]["items"]]


async def test_contests_of_a_hand_off_are_in_the_pack_of_its_departments(weeks: Weeks) -> None:
    link = await returned(weeks)
    contest = await contested(weeks, link, weeks.agent("NET"))
    await decided(weeks, contest, manager(weeks.chain, "IT"))
    for reader, role in (("NET", "manager"), ("NET", "agent"), ("IT", "manager"), ("IT", "agent")):
        assert await contests(weeks, "IT", "NET", reader, role) == [str(contest["id"])]
    assert await contests(weeks, "HR", "IT", "IT") == []
    assert await contests(weeks, "HR", "IT", "HR") == []
