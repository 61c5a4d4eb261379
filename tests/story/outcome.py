"""What must have come of a story, on whatever stage it was played: read over the API, as its people may read it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.launcher.chapters.computer import ASKING, IT_MANAGER, PEOPLE_MANAGER, Computers
from services.launcher.chapters.scrubs import LAUNDRY_MANAGER, SURGERY_MANAGER, Scrubs

KEPT = dict.fromkeys(("acknowledge", "resolution", "notice", "completeness"), "met")
Told = dict[str, Any]
Read = Callable[[str, str, dict[str, str]], Awaitable[Told]]
"""Reads a path as the person with that name, with these parameters."""


@dataclass(frozen=True)
class Looks:
    """Reads the API after a story; `departments` are ids by the codes of the story."""

    read: Read
    departments: dict[str, UUID]

    async def clocks(self, person: str, ticket_id: UUID) -> dict[str, Told]:
        """A ticket's clocks by name; of several cycles the last."""
        told = await self.read(person, f"/v1/tickets/{ticket_id}/clocks", {})
        return {clock["clock"]: clock for clock in told["items"]}

    async def ledger(self, person: str, ticket_id: UUID) -> list[Told]:
        return list((await self.read(person, f"/v1/tickets/{ticket_id}/ledger", {}))["items"])

    async def pair(self, person: str, path: str, customer: str, provider: str) -> Told:
        asked = {"customer_department_id": customer, "provider_department_id": provider}
        return await self.read(person, path, {name: str(self.departments[code]) for name, code in asked.items()})

    async def interaction(self, person: str, customer: str, provider: str) -> Told:
        return dict((await self.pair(person, "/v1/interactions", customer, provider))["items"][0])

    async def told(self, person: str) -> set[str]:
        messages = (await self.read(person, "/v1/messages", {}))["items"]
        return {item["kind"] for message in messages for item in message["items"]}


def states(clocks: dict[str, Told]) -> dict[str, str]:
    return {name: clock["state"] for name, clock in clocks.items()}


def charged(ledger: Sequence[Told]) -> list[str]:
    return [interval["party"] for interval in ledger]


async def check_computers(looks: Looks, told: Computers) -> None:
    """No clocks without a promise; then kept, kept with the lacking notice added, and missed after a warning."""
    assert await looks.clocks(ASKING[0], told.without_promise) == {}
    early = await looks.clocks(ASKING[1], told.early)
    assert states(early) == KEPT | {"reply": "met"}
    held = charged(await looks.ledger(ASKING[1], told.early))
    assert held == ["provider", "provider", "customer", "provider", "customer"]
    short = await looks.clocks(ASKING[2], told.short_notice)
    assert states(short) == KEPT | {"notice": "missed"}
    assert short["notice"]["shortfall_seconds"] > 0
    assert short["resolution"]["target_seconds"] > early["resolution"]["target_seconds"]
    overrun = await looks.clocks(ASKING[3], told.overrun)
    assert states(overrun) == KEPT | {"resolution": "missed"}
    assert overrun["resolution"]["breached_at"] == overrun["resolution"]["due_at"]
    assert [mark["percent"] for mark in overrun["resolution"]["thresholds"] if mark["fired_at"]] == [75, 100]
    interaction = await looks.interaction(PEOPLE_MANAGER, "PEOPLE", "IT")
    assert (interaction["score"]["n"], interaction["answered"]) == (3, 3)
    assert interaction["score"]["mean"] == (5 + 4 + 2) / 3
    assert await looks.told(IT_MANAGER) == {"clock_warned", "clock_breached"}
    assert await looks.told(PEOPLE_MANAGER) == {"clock_breached"}


async def check_scrubs(looks: Looks, told: Scrubs) -> None:
    """The shelf was refilled in time; one set at a time is kept; five at once are measured, and count for nobody."""
    for refill in told.refills:
        assert states(await looks.clocks(SURGERY_MANAGER, refill)) == {"resolution": "met"}
    one = await looks.clocks(SURGERY_MANAGER, told.one_set)
    assert states(one) == {"resolution": "met", "quota": "met"}
    assert (one["quota"]["promised"], one["quota"]["observed"]) == (1, 1)
    five = await looks.clocks(SURGERY_MANAGER, told.five_sets)
    assert (five["quota"]["state"], five["quota"]["observed"]) == ("missed", 6)
    assert five["resolution"]["is_best_effort"]
    assert states(await looks.clocks(LAUNDRY_MANAGER, told.warning)) == {"resolution": "met"}
    interaction = await looks.interaction(SURGERY_MANAGER, "SURGERY", "LAUNDRY")
    assert interaction["score"]["n"] == 2
