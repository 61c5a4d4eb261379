"""Chapter two: the hospital's scrubs. Surgery hoarded because supply was unreliable; the cure has three parts.

A standing order refills the shelf every week, Surgery takes one set at a time, and says early when the shelf runs low.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.launcher.chapters.stage import Agreed, Moment, Promise, Stage

LAUNDRY_MANAGER, LAUNDRY_AGENT = "Lola Pons", "Rita Cruz"
SURGERY_MANAGER = "Sol Herrero"
ASKING = ("Bruno Ibáñez", "Celia Ros", "Mar Nieto", "Álex Cid")

BROUGHT = Promise("PT4H", "PT6S")
REFILLED = Promise("PT8H", "PT10S")
EVERY_MONDAY = {"every": "week", "weekdays": ["mon"], "at": "08:00", "starts_on": "2026-03-11", "ends_on": "2026-04-05"}
REFILLS = (
    ("2026-03-16T08:01", "2026-03-16T13:00", 4.0),
    ("2026-03-23T08:01", "2026-03-23T12:30", 6.0),
    ("2026-03-30T08:01", "2026-03-30T14:00", 8.0),
)


@dataclass(frozen=True, slots=True)
class Scrubs:
    """The tickets and the agreement, to be looked at when the chapter is over."""

    shelf: Agreed
    one_at_a_time: Agreed
    hoarded: UUID
    standing: UUID
    refills: tuple[UUID, ...]
    one_set: UUID
    five_sets: UUID
    warning: UUID


async def tell(stage: Stage) -> Scrubs:
    """The whole chapter."""
    sets, refill, warning = await _offerings(stage)
    hoarded = await _hoarded(stage, sets)
    shelf, one_at_a_time = await _they_agree(stage, sets, refill, warning)
    standing = await _standing(stage, refill)
    refills = tuple([await _refill(stage, standing, *when) for when in REFILLS])
    one = await _one_set(stage, sets)
    five = await _five_sets(stage, sets)
    return Scrubs(shelf, one_at_a_time, hoarded, standing, refills, one, five, await _early_warning(stage, warning))


async def _offerings(stage: Stage) -> tuple[UUID, UUID, UUID]:
    laundry = str(await stage.department("LAUNDRY"))
    many = {"type": "object", "properties": {"sets": {"type": "integer", "minimum": 1, "maximum": 500}}}
    offered = (
        ("scrubs-set", "Scrubs, a set", {"schema": many | {"required": ["sets"]}, "expected": []}),
        ("scrubs-refill", "Scrubs, the shelf refilled", {"schema": many, "expected": []}),
        ("scrubs-warning", "Scrubs are running low", {"schema": many, "expected": []}),
    )
    made = [
        await stage.publish(
            LAUNDRY_MANAGER, {"code": code, "name": name, "provider_department_id": laundry, "form": form}
        )
        for code, name, form in offered
    ]
    return made[0], made[1], made[2]


async def _ask(stage: Stage, person: str, offering_id: UUID, subject: str, sets: int) -> UUID:
    body: Mapping[str, Any] = {"subject": subject, "offering_id": str(offering_id), "fields": {"sets": sets}}
    return await stage.submit(person, body)


async def _hoarded(stage: Stage, sets: UUID) -> UUID:
    """Before: whoever gets hold of a form asks for a dozen, and waits for days."""
    await stage.at(Moment("2026-03-02T07:30", 0.0))
    ticket_id = await _ask(stage, ASKING[0], sets, "Twelve sets, who knows when there will be more", 12)
    await stage.at(Moment("2026-03-05T12:00", 1.0))
    await stage.move(LAUNDRY_AGENT, ticket_id, "fulfilled")
    await stage.at(Moment("2026-03-05T13:00", 1.2))
    await stage.move(ASKING[0], ticket_id, "closed")
    return ticket_id


async def _they_agree(stage: Stage, sets: UUID, refill: UUID, warning: UUID) -> tuple[Agreed, Agreed]:
    """One agreement about the shelf, which the laundry keeps filled; one about what Surgery takes from it."""
    await stage.at(Moment("2026-03-09T09:00", 1.4))
    shelf = await stage.propose(LAUNDRY_MANAGER, await _shelf(stage, refill, warning))
    one_at_a_time = await stage.propose(SURGERY_MANAGER, await _one_at_a_time(stage, sets))
    for person, moment in (
        (LAUNDRY_MANAGER, Moment("2026-03-10T09:00", 1.6)),
        (SURGERY_MANAGER, Moment("2026-03-10T12:00", 1.8)),
    ):
        await stage.at(moment)
        await stage.sign(person, shelf)
        await stage.sign(person, one_at_a_time)
    return shelf, one_at_a_time


async def _shelf(stage: Stage, refill: UUID, warning: UUID) -> Mapping[str, Any]:
    brought = {"clock": "resolution", "priority": None, "duration": stage.amount(BROUGHT), "objective": 0.9}
    refilled = brought | {"duration": stage.amount(REFILLED), "objective": 0.98, "offering_id": str(refill)}
    return await _between_them(stage) | {
        "name": "A shelf of scrubs that is never empty",
        "offering_ids": [str(refill), str(warning)],
        "targets": [brought, refilled],
        "texts": {
            "en": "The laundry refills the shelf every Monday, and at once when Surgery warns that it runs low.",
            "es": "La lavandería repone el estante cada lunes, y enseguida si Cirugía avisa de que se acaba.",
        },
    }


async def _one_at_a_time(stage: Stage, sets: UUID) -> Mapping[str, Any]:
    quota = {"clock": "quota", "limit": 1, "period": "day", "quantity": "/sets", "effect": "best_effort"}
    return await _between_them(stage) | {
        "name": "Scrubs, one set at a time",
        "offering_ids": [str(sets)],
        "targets": [{"clock": "resolution", "priority": None, "duration": stage.amount(BROUGHT), "objective": 0.9}],
        "obligations": [quota],
        "texts": {
            "en": "Surgery takes one set at a time; the laundry brings it within four hours.",
            "es": "Cirugía pide los juegos de uno en uno; la lavandería los lleva en cuatro horas.",
        },
    }


async def _between_them(stage: Stage) -> dict[str, Any]:
    return {
        "customer_department_id": str(await stage.department("SURGERY")),
        "provider_department_id": str(await stage.department("LAUNDRY")),
        "customer_calendar_id": str(await stage.calendar("SURGERY")),
        "provider_calendar_id": str(await stage.calendar("LAUNDRY")),
        "effective_from": stage.day(Moment("2026-03-11T00:00", 1.0)),
    }


async def _standing(stage: Stage, refill: UUID) -> UUID:
    """Surgery's manager asks for it once and for all: every Monday morning until Easter."""
    await stage.at(Moment("2026-03-11T10:00", 2.0))
    request = {"subject": "The weekly refill", "offering_id": str(refill), "fields": {"sets": 60}}
    return await stage.stand(
        SURGERY_MANAGER, {"name": "Scrubs for the week", "schedule": EVERY_MONDAY, "request": request}
    )


async def _refill(stage: Stage, standing: UUID, asked: str, brought: str, live: float) -> UUID:
    """The weekly refill, as it was ordered, and brought on the same day."""
    await stage.at(Moment(asked, live))
    ticket_id = await stage.ordered(standing)
    await stage.at(Moment(brought, live + 1.0))
    await stage.move(LAUNDRY_AGENT, ticket_id, "fulfilled")
    await stage.at(Moment(brought, live + 1.2))
    await stage.move(SURGERY_MANAGER, ticket_id, "closed")
    return ticket_id


async def _one_set(stage: Stage, sets: UUID) -> UUID:
    """One set at a time, as agreed; it comes in time."""
    await stage.at(Moment("2026-04-07T09:00", 10.0))
    ticket_id = await _ask(stage, ASKING[1], sets, "One set", 1)
    await stage.at(Moment("2026-04-07T11:00", 11.0))
    await stage.move(LAUNDRY_AGENT, ticket_id, "fulfilled")
    await stage.at(Moment("2026-04-07T12:00", 11.5))
    await stage.rate(ASKING[1], ticket_id, 5)
    return ticket_id


async def _five_sets(stage: Stage, sets: UUID) -> UUID:
    """Five at once on the same day: more than agreed, so the laundry does what it can, and is not measured by it."""
    await stage.at(Moment("2026-04-07T13:00", 12.0))
    ticket_id = await _ask(stage, ASKING[2], sets, "Five sets, to be safe", 5)
    await stage.at(Moment("2026-04-08T14:00", 20.0))
    await stage.move(LAUNDRY_AGENT, ticket_id, "fulfilled")
    return ticket_id


async def _early_warning(stage: Stage, warning: UUID) -> UUID:
    """The shelf runs low before a long weekend, and Surgery says so in time."""
    await stage.at(Moment("2026-04-09T08:30", 21.0))
    ticket_id = await _ask(stage, ASKING[3], warning, "Four sets are left", 40)
    await stage.at(Moment("2026-04-09T10:30", 22.0))
    await stage.move(LAUNDRY_AGENT, ticket_id, "fulfilled")
    await stage.at(Moment("2026-04-09T11:00", 22.5))
    await stage.rate(ASKING[3], ticket_id, 4, "Before the last one was gone.")
    return ticket_id
