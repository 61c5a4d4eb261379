"""What a new version of a calendar or an agreement does to the time that has elapsed on open clocks."""

from datetime import timedelta

import pytest

from tests.requests.rulings.test_priority import resolution
from tests.requests.rulings.test_worker import agree, calendar_of, differences, rule_all, shorten_days
from tests.requests.tickets.desk import Desk
from tests.requests.tickets.test_instants import submitted_ago

LONGER = [{"clock": "resolution", "duration": "P9D", "objective": 0.9}]
A_WORKING_DAY = 8 * 3600


@pytest.mark.parametrize("elapsed", ["keep", "restart"])
@pytest.mark.parametrize("what", ["calendar", "agreement"])
async def test_a_version_says_what_becomes_of_the_time_that_has_elapsed(desk: Desk, what: str, elapsed: str) -> None:
    ticket = await submitted_ago(desk, timedelta(days=3))  # any three days hold a working day
    assert (await resolution(desk, ticket))["elapsed_seconds"] >= A_WORKING_DAY
    if what == "calendar":
        await shorten_days(desk, elapsed=elapsed)
    else:
        await agree(desk, applies_to_open=True, elapsed=elapsed, targets=LONGER)
    assert await rule_all(desk) >= 1
    after = (await resolution(desk, ticket))["elapsed_seconds"]
    assert after >= A_WORKING_DAY if elapsed == "keep" else after < 600
    (ruling,) = (await desk.get(ticket, "/rulings"))["items"]
    assert (ruling["kind"], ruling["elapsed"]) == (what, elapsed)
    assert await differences(desk) == []


async def test_versions_keep_what_has_elapsed_unless_they_say_otherwise(desk: Desk) -> None:
    await shorten_days(desk)
    path = f"/v1/calendars/{await calendar_of(desk)}"
    versions = (await desk.client.get(f"{path}/versions", headers=desk.people.admin())).json()["items"]
    assert [each["elapsed"] for each in versions] == ["keep", "keep"]
    first = {"name": "A", "time_zone": "UTC", "shifts": [], "elapsed": "restart"}
    refused = await desk.client.post("/v1/calendars", json=first, headers=desk.people.admin())
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/elapsed")
