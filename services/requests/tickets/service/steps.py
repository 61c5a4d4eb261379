"""A ticket's checklist: shown to its readers, checked off by those who work on it. It enters no clock."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.requests.tickets.policies import sides_of
from services.requests.tickets.queries.steps import note_step, noted_steps, steps_as_pinned
from services.requests.tickets.refusals import ForProviderOnly, OnlyLooksOn, TicketHasEnded
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.schemas.steps import NewStepNote
from services.requests.tickets.service.recording import readable_ticket
from services.requests.timeline.vocabulary import Side
from services.shared.auth import Actor
from services.shared.db import Connection
from services.shared.language import Texts
from services.shared.problems import Conflict, NotFound

Told = dict[str, Any]


class UnknownStep(NotFound):
    code = "unknown_step"
    detail = Texts("This ticket's checklist has no step {key}.", "La lista de este ticket no tiene el paso {key}.")


class StepStandsSo(Conflict):
    code = "step_stands_so"
    detail = Texts("The step {key} stands so already.", "El paso {key} ya está así.")


async def show_steps(connection: Connection, actor: Actor, ticket_id: UUID) -> list[Told]:
    """The ticket's checklist in its order; none where its offering has no steps. UnknownTicket."""
    return await _steps_of(connection, await readable_ticket(connection, actor, ticket_id))


async def note_ticket_step(
    connection: Connection, actor: Actor, ticket_id: UUID, new: NewStepNote, *, now: datetime
) -> Told:
    """Check a step off, or take that back; the step as it is then.

    UnknownTicket, OnlyLooksOn, ForProviderOnly, UnknownStep, TicketHasEnded, StepStandsSo.
    """
    row = await readable_ticket(connection, actor, ticket_id, hold=True)
    sides = sides_of(actor, row, row["holders"])
    if not sides:
        raise OnlyLooksOn
    if not {Side.PROVIDER, Side.DEPARTMENT}.intersection(sides):
        raise ForProviderOnly
    step = next((each for each in await _steps_of(connection, row) if each["key"] == new.key), None)
    if step is None:
        raise UnknownStep(pointer="/key", key=new.key)
    if row["ended_at"] is not None:
        raise TicketHasEnded
    if step["done"] is new.done:
        raise StepStandsSo(pointer="/done", key=new.key)
    await note_step(connection, ticket_id, new.key, is_done=new.done, by=actor.id, now=now)
    at, by = (now, actor.id) if new.done else (None, None)
    return step | {"done": new.done, "done_at": at, "done_by": by}


async def _steps_of(connection: Connection, row: Row) -> list[Told]:
    steps, responsibilities = await steps_as_pinned(connection, row["offering_id"], row["offering_version"])
    if not steps:
        return []
    noted = await noted_steps(connection, row["id"])
    return [_told(step, noted.get(step["key"]), responsibilities) for step in steps]


def _told(step: Told, noted: Mapping[str, Any] | None, responsibilities: Sequence[Told]) -> Told:
    by_step = {each["step"]: each for each in responsibilities}
    done = noted if noted is not None and noted["is_done"] else None
    return {
        "key": step["key"],
        "texts": step["texts"],
        "optional": step["optional"],
        "done": done is not None,
        "done_at": done["noted_at"] if done else None,
        "done_by": done["noted_by"] if done else None,
        "responsibility": by_step.get(step["key"], by_step.get(None)),
    }
