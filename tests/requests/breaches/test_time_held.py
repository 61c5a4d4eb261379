"""Who held the time, and what is overdue, before decisions and after them."""

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from tests.requests.breaches import test_exclusions as exclusions
from tests.requests.breaches.test_contests import contest, decide
from tests.requests.freezes.freezing import instant, manager_of, work_always
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.test_instants import submitted_ago

DAY = timedelta(days=1)
Held = dict[str, tuple[float, float]]


def near(value: float) -> object:
    """What floats come to."""
    return pytest.approx(value)


async def held(desk: Desk, *, after: bool, **asked: Any) -> Held:
    """Wall and working seconds by party, before or after decisions, of those who held any."""
    answer = await desk.client.get("/v1/reports/time-held", params=asked, headers=desk.people.admin())
    assert answer.status_code == 200, answer.text
    rows = {row["party"]: row["after_decisions"] if after else row for row in answer.json()["items"]}
    shares = [row["share"] for row in rows.values() if row["share"] is not None]
    assert not rows or sum(shares) == pytest.approx(1)
    return {party: (row["wall_seconds"], row["working_seconds"]) for party, row in rows.items() if row["wall_seconds"]}


async def hours_of_customers(desk: Desk, start: datetime, end: datetime) -> float:
    """Seconds of working time, in the customer's calendar (nine to five in Madrid)."""
    items = (await desk.client.get("/v1/calendars", headers=desk.people.admin())).json()["items"]
    calendar_id = next(each["id"] for each in items if each["name"] == "Madrid")
    span = {"start": start.isoformat(), "end": end.isoformat()}
    answer = await desk.client.post(
        "/v1/calendars/compute", json={"calendar_id": calendar_id, "between": span}, headers=desk.requester
    )
    return float(answer.json()["working_seconds"])


async def contested(desk: Desk, days: int) -> datetime:
    """A ticket of so many days ago, of which five turned out to be the customer's; when it was asked for."""
    ticket = await submitted_ago(desk, days * DAY)
    assert (await desk.step(ticket, "fulfilled")).status_code == 201
    begun = instant((await desk.get(ticket))["created_at"])
    span = {"from": begun.isoformat(), "to": (begun + 5 * DAY).isoformat()}
    upheld = await contest(desk, ticket, desk.agent, **span, party="customer", reason="Away")
    assert upheld.status_code == 201, upheld.text
    assert (await decide(desk, ticket, upheld.json()["id"], manager_of(desk, "HR"))).status_code == 201
    return begun


async def test_what_was_contested_is_anothers_after_decisions(desk: Desk) -> None:
    await work_always(desk)
    await submitted_ago(desk, 3 * DAY)  # nothing was decided of it
    period = {"to": datetime.now(UTC).date().isoformat()}
    plain = await held(desk, after=True, **period)
    assert plain == await held(desk, after=False, **period)
    begun = await contested(desk, 20)
    before, after = [await held(desk, after=each, **period) for each in (False, True)]
    midnight = datetime.combine(datetime.now(UTC).date(), time(), UTC)
    provided = (midnight - begun).total_seconds() + plain["provider"][0]
    assert before == {"provider": (near(provided), near(provided))}
    rest, five = near(provided - 5 * 86400), near(5 * 86400)
    assert after.pop("provider") == (rest, rest)
    assert after == {"customer": (five, near(await hours_of_customers(desk, begun, begun + 5 * DAY)))}


async def test_a_period_cuts_what_was_contested(desk: Desk) -> None:
    await work_always(desk)
    begun = await contested(desk, 20)
    first = (begun + 4 * DAY).date()
    period = {"from": first.isoformat(), "to": (first + 3 * DAY).isoformat()}
    until = begun + 5 * DAY
    theirs = (until - datetime.combine(first, time(), UTC)).total_seconds()
    after = await held(desk, after=True, **period)
    assert {party: wall for party, (wall, _) in after.items()} == {
        "customer": near(theirs),
        "provider": near(3 * 86400 - theirs),
    }
    assert await held(desk, after=False, **period) == {"provider": (3 * 86400, 3 * 86400)}
    assert await held(desk, after=True, **period, priority="urgent") == {}
    beyond = {"from": (begun + 8 * DAY).date().isoformat(), "to": (begun + 9 * DAY).date().isoformat()}
    assert await held(desk, after=True, **beyond) == await held(desk, after=False, **beyond)


async def test_what_was_excluded_afterwards_has_a_row_of_its_own_and_no_working_time(desk: Desk) -> None:
    await work_always(desk)
    for _ in range(3):
        await submitted_ago(desk, 30 * DAY)
    now = datetime.now(UTC)
    span = {"from": (now - 9 * DAY).isoformat(), "to": (now - 7 * DAY).isoformat()}
    asked = await exclusions.ask(desk, manager_of(desk, "IT"), **span)
    assert (await exclusions.decide(desk, asked.json(), manager_of(desk, "HR"))).status_code == 201
    await exclusions.take_to_tickets(desk)
    period = {"to": date.fromordinal(now.toordinal() - 1).isoformat()}
    before, after = [await held(desk, after=each, **period) for each in (False, True)]
    left_out = 3 * 2 * 86400
    assert list(after["excluded"]) == [near(left_out), 0]
    assert after["provider"][1] == near(before["provider"][1] - left_out)
    assert before.keys() == {"provider"}
    answer = await desk.client.get(
        "/v1/reports/time-held", params={**period, "format": "csv"}, headers=desk.people.admin()
    )
    rows = {row["party"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    assert float(rows["excluded"]["after_decisions_wall_seconds"]) == near(left_out)
    assert float(rows["excluded"]["wall_seconds"]) == 0


async def test_the_backlog_tells_what_is_overdue_after_decisions(desk: Desk) -> None:
    await work_always(desk)
    ticket = await submitted_ago(desk, 30 * DAY)
    await submitted_ago(desk, 30 * DAY)  # nothing is decided of this one
    begun = instant((await desk.get(ticket))["created_at"])
    span = {"from": begun.isoformat(), "to": (begun + 29 * DAY).isoformat()}
    asked = await contest(desk, ticket, desk.agent, **span, party="approver", reason="Nobody had allowed it")
    assert asked.status_code == 201, asked.text
    assert (await decide(desk, ticket, asked.json()["id"], manager_of(desk, "HR"))).status_code == 201
    answer = await desk.client.get("/v1/reports/backlog", headers=desk.people.admin())
    told = answer.json()
    assert (told["tickets"], told["overdue"], told["after_decisions"]["overdue"]) == (2, 2, 2), "acknowledge is late"
    assert (await desk.step(ticket, "in_progress", comment="We are at it")).status_code == 201
    told = (await desk.client.get("/v1/reports/backlog", headers=desk.people.admin())).json()
    assert (told["overdue"], told["after_decisions"]["overdue"]) == (2, 1), "its resolution is due days from now"
    by_state = {row["state"]: row["after_decisions"]["overdue"] for row in told["items"]}
    assert by_state == {"submitted": 1, "in_progress": 0}
    sheet = await desk.client.get("/v1/reports/backlog", params={"format": "csv"}, headers=desk.people.admin())
    rows = list(csv.DictReader(io.StringIO(sheet.text)))
    assert sum(int(row["after_decisions_overdue"]) for row in rows) == 1
