"""Chapter one: People operations needs a computer for a new colleague from IT, first without a promise, then with one.

Without an agreement three weeks pass, and both sides own the failure: IT was rigid, and was told four days before. Then
the two managers agree: IT delivers in five working days, People operations asks ten working days before the need and
answers questions within four working hours. Who keeps it is measured on both sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.launcher.chapters.stage import Agreed, Moment, Promise, Stage

IT_MANAGER, IT_AGENT = "Irene Vidal", "Tomás Rey"
PEOPLE_MANAGER = "Pilar Soto"
ASKING = ("Eva Luna", "Raúl Cano", "Ana Ruiz", "Marc Puig")
"""Each asks for one computer, so that nobody is asked too often how it was."""

ACKNOWLEDGED = Promise("PT4H", "PT5S")
DELIVERED = Promise("P5D", "PT8S")
DELIVERED_AT_FIRST = Promise("P3D", "PT6S")
NOTICE = Promise("P10D", "PT20S")
NOTICE_AT_FIRST = Promise("P5D", "PT10S")
ANSWERED = Promise("PT4H", "PT6S")


@dataclass(frozen=True, slots=True)
class Computers:
    """The four tickets and the agreement, to be looked at when the chapter is over."""

    offering_id: UUID
    agreed: Agreed
    without_promise: UUID
    early: UUID
    short_notice: UUID
    overrun: UUID


async def tell(stage: Stage) -> Computers:
    """The whole chapter."""
    offering_id = await stage.publish(IT_MANAGER, await _offering(stage))
    without = await _three_weeks(stage, offering_id)
    agreed = await _they_agree(stage, offering_id)
    early = await _with_a_question(stage, offering_id)
    short = await _four_days_notice(stage, offering_id)
    overrun = await _runs_over(stage, offering_id)
    return Computers(offering_id, agreed, without, early, short, overrun)


async def _offering(stage: Stage) -> Mapping[str, Any]:
    """A computer for a new colleague: what IT has to know, and nothing promised by default."""
    schema = {
        "type": "object",
        "properties": {
            "colleague": {"type": "string", "title": "Name of the new colleague", "maxLength": 200},
            "model": {"enum": ["laptop", "desktop"]},
            "programs": {"type": "array", "items": {"type": "string", "maxLength": 100}, "maxItems": 20},
        },
        "required": ["colleague"],
    }
    return {
        "code": "new-colleague-computer",
        "name": "A computer for a new colleague",
        "provider_department_id": str(await stage.department("IT")),
        "form": {"schema": schema, "expected": ["/model"]},
    }


def _asked(offering_id: UUID, needed_by: str, colleague: str) -> Mapping[str, Any]:
    return {
        "subject": "A computer for a new colleague",
        "offering_id": str(offering_id),
        "needed_by": needed_by,
        "fields": {"colleague": colleague, "model": "laptop"},
    }


async def _three_weeks(stage: Stage, offering_id: UUID) -> UUID:
    await stage.at(Moment("2026-02-05T10:00", 0.0))
    needed_by = stage.instant(Moment("2026-02-09T09:00", 1.0))
    ticket_id = await stage.submit(ASKING[0], _asked(offering_id, needed_by, "Núria Camps"))
    await stage.at(Moment("2026-02-06T09:30", 0.4))
    await stage.move(IT_AGENT, ticket_id, "accepted")
    await stage.at(Moment("2026-02-26T12:00", 2.0))
    await stage.move(IT_AGENT, ticket_id, "fulfilled")
    await stage.at(Moment("2026-02-26T13:00", 2.2))
    await stage.move(ASKING[0], ticket_id, "closed")
    return ticket_id


async def _they_agree(stage: Stage, offering_id: UUID) -> Agreed:
    await stage.at(Moment("2026-03-02T10:00", 2.4))
    first = await _content(stage, offering_id, DELIVERED_AT_FIRST, NOTICE_AT_FIRST)
    proposed = await stage.propose(PEOPLE_MANAGER, first)
    await stage.at(Moment("2026-03-03T12:00", 2.6))
    second = await _content(stage, offering_id, DELIVERED, NOTICE)
    countered = await stage.propose(IT_MANAGER, second, counters=proposed)
    await stage.at(Moment("2026-03-04T10:00", 2.8))
    await stage.sign(PEOPLE_MANAGER, countered)
    await stage.at(Moment("2026-03-04T11:00", 3.0))
    await stage.sign(IT_MANAGER, countered)
    return countered


async def _content(stage: Stage, offering_id: UUID, delivered: Promise, notice: Promise) -> Mapping[str, Any]:
    """A version of the agreement between the two."""
    targets = [
        {"clock": "acknowledge", "priority": None, "duration": stage.amount(ACKNOWLEDGED), "objective": 0.9},
        {"clock": "resolution", "priority": None, "duration": stage.amount(delivered), "objective": 0.95},
    ]
    obligations = [
        {"clock": "notice", "duration": stage.amount(notice), "effect": "extend"},
        {"clock": "reply", "duration": stage.amount(ANSWERED), "effect": "none"},
        {"clock": "completeness", "effect": "none"},
    ]
    escalations = [
        {"clock": "resolution", "percent": 75, "notify": ["assignee", "provider:manager"]},
        {"clock": "resolution", "percent": 100, "notify": ["provider:manager", "customer:manager"]},
    ]
    return {
        "name": "Computers for new colleagues",
        "customer_department_id": str(await stage.department("PEOPLE")),
        "provider_department_id": str(await stage.department("IT")),
        "customer_calendar_id": str(await stage.calendar("PEOPLE")),
        "provider_calendar_id": str(await stage.calendar("IT")),
        "offering_ids": [str(offering_id)],
        "targets": targets,
        "obligations": obligations,
        "escalations": escalations,
        "effective_from": stage.day(Moment("2026-03-05T00:00", 2.0)),
        "texts": {
            "en": "IT hands over a computer that is ready to work; People operations says in time who is coming.",
            "es": "IT entrega un ordenador listo para trabajar; Personas avisa a tiempo de quién llega.",
        },
    }


async def _with_a_question(stage: Stage, offering_id: UUID) -> UUID:
    """Asked sixteen days before; a question is open over a weekend and a public holiday; in time, and rated 5."""
    await stage.at(Moment("2026-04-28T10:00", 5.0))
    needed_by = stage.instant(Moment("2026-05-14T09:00", 35.0))
    ticket_id = await stage.submit(ASKING[1], _asked(offering_id, needed_by, "Jordi Bosch"))
    await stage.at(Moment("2026-04-28T11:00", 5.5))
    await stage.move(IT_AGENT, ticket_id, "accepted")
    await stage.at(Moment("2026-04-30T17:00", 6.0))
    await stage.move(IT_AGENT, ticket_id, "waiting_on_customer", comment="Which programs will Jordi need?")
    await stage.at(Moment("2026-05-04T11:00", 8.0))
    await stage.comment(ASKING[1], ticket_id, "The payroll client and the diary, please.")
    await stage.at(Moment("2026-05-06T12:00", 10.0))
    await stage.move(IT_AGENT, ticket_id, "fulfilled")
    await stage.at(Moment("2026-05-06T15:30", 10.5))
    await stage.rate(ASKING[1], ticket_id, 5, "It was ready on the desk.")
    await stage.at(Moment("2026-05-06T15:40", 11.0))
    await stage.move(ASKING[1], ticket_id, "closed")
    return ticket_id


async def _four_days_notice(stage: Stage, offering_id: UUID) -> UUID:
    """Asked four days before: the notice is missed by its shortfall, which is added to what IT has promised."""
    await stage.at(Moment("2026-05-18T10:00", 12.0))
    needed_by = stage.instant(Moment("2026-05-22T09:00", 20.0))
    ticket_id = await stage.submit(ASKING[2], _asked(offering_id, needed_by, "Laia Rius"))
    await stage.at(Moment("2026-05-18T11:00", 12.5))
    await stage.move(IT_AGENT, ticket_id, "accepted")
    await stage.at(Moment("2026-05-29T16:00", 22.0))
    await stage.move(IT_AGENT, ticket_id, "fulfilled")
    await stage.at(Moment("2026-05-29T17:00", 22.3))
    await stage.rate(ASKING[2], ticket_id, 4)
    await stage.at(Moment("2026-05-29T17:30", 22.6))
    await stage.move(ASKING[2], ticket_id, "closed")
    return ticket_id


async def _runs_over(stage: Stage, offering_id: UUID) -> UUID:
    """Asked in time and delivered late: warned of at 75 %, breached at its instant."""
    await stage.at(Moment("2026-06-01T10:00", 23.0))
    needed_by = stage.instant(Moment("2026-06-30T09:00", 60.0))
    ticket_id = await stage.submit(ASKING[3], _asked(offering_id, needed_by, "Pere Vila"))
    await stage.at(Moment("2026-06-01T11:00", 23.5))
    await stage.move(IT_AGENT, ticket_id, "accepted")
    await stage.at(Moment("2026-06-10T12:00", 33.0))
    await stage.move(IT_AGENT, ticket_id, "fulfilled")
    await stage.at(Moment("2026-06-10T13:00", 33.5))
    await stage.rate(ASKING[3], ticket_id, 2, "The colleague had been here for a week.")
    await stage.at(Moment("2026-06-10T13:05", 34.0))
    await stage.move(ASKING[3], ticket_id, "closed")
    return ticket_id
