"""Bringing cases in: a new case becomes a ticket, a known one gains what it does not have yet."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.agreements.pinning import pin_defaults
from services.requests.catalogue.terms import Current
from services.requests.departments.service import Identity
from services.requests.events import TicketSubmitted
from services.requests.imports.rules.case import OPENED, Case, case_of, events_of, opening
from services.requests.imports.rules.rows import LogRow
from services.requests.imports.schemas import ImportMapping
from services.requests.tickets.queries.read import hold_ticket, imported_tickets, source_keys_of
from services.requests.tickets.rules.stored import Row
from services.requests.tickets.service.appending import append
from services.requests.tickets.service.recording import open_ticket, unfold
from services.shared.db import Connection


@dataclass(slots=True)
class Tally:
    """What came of the cases so far."""

    tickets_created: int = 0
    tickets_changed: int = 0
    tickets_unchanged: int = 0
    events_added: int = 0

    def told(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Import:
    """One import under way. `departments` are those that the mapping names, by code."""

    mapping: ImportMapping
    departments: Mapping[str, UUID]
    kept: Sequence[str]
    identity: Identity

    def provider_of(self, case: Case) -> UUID:
        """The department that provides the case's ticket."""
        return self.departments[case.provider] if case.provider else self.mapping.default_provider_department_id


async def bring_in(
    connection: Connection,
    current: Current,
    job: Import,
    cases: Mapping[str, Sequence[LogRow]],
    tally: Tally,
    *,
    now: datetime,
) -> None:
    """These cases, in the connection's transaction; `tally` counts what came of them.

    In the order of their names, so that two who bring the same ones wait for each other in no circle.
    """
    known = await imported_tickets(connection, job.mapping.source, list(cases))
    for name, rows in sorted(cases.items()):
        if name in known:
            await _complete(connection, current, known[name], rows, tally, now)
        else:
            await _open(connection, current, job, case_of(name, rows), tally, now)


async def _open(connection: Connection, current: Current, job: Import, case: Case, tally: Tally, now: datetime) -> None:
    offered = await current.terms_for(
        connection.fetch,
        job.identity,
        offering_id=job.mapping.offering_id,
        customer_department_id=job.mapping.customer_department_id,
        provider_department_id=job.provider_of(case),
    )
    draft = {
        **_draft(case, job),
        "offering_version": offered.offering.version,
        "is_confidential": offered.offering.is_confidential,
        "provider_department_id": offered.provider.id,
    }
    events = [opening(case, now), *events_of(case.rows, 2, now)]
    leaving = TicketSubmitted(
        ticket_id=draft["id"],
        customer_department_id=draft["customer_department_id"],
        provider_department_id=draft["provider_department_id"],
        offering_id=draft["offering_id"],
        requester_id=None,
        priority=case.priority,
        submitted_at=case.opened_at,
    )
    opened = await open_ticket(
        connection,
        current,
        draft,
        pin_defaults(offered, case.priority),
        events,
        now=now,
        leaving=[leaving],
        source_keys=[OPENED, *(row.key for row in case.rows)],
    )
    if opened is None:  # another import of the same source was faster; it may have had fewer rows
        known = await imported_tickets(connection, job.mapping.source, [case.name])
        await _complete(connection, current, known[case.name], case.rows, tally, now)
        return
    tally.tickets_created += 1
    tally.events_added += len(events)


async def _complete(
    connection: Connection,
    current: Current,
    ticket_id: UUID,
    rows: Sequence[LogRow],
    tally: Tally,
    now: datetime,
) -> None:
    held = await hold_ticket(connection, ticket_id)
    known = await source_keys_of(connection, ticket_id)
    new = [row for row in rows if row.key not in known]
    if held is None or not new:
        tally.tickets_unchanged += 1
        return
    unfolded = await unfold(connection, current, held)
    events = events_of(new, unfolded.next_sequence, now)
    await append(connection, current, unfolded, events, now=now, source_keys=[row.key for row in new])
    tally.tickets_changed += 1
    tally.events_added += len(events)


def _draft(case: Case, job: Import) -> Row:
    first_known = {
        column: value
        for column in job.kept
        if (
            value := next(
                (v for row in case.rows if (v := row.values[column].strip()) not in ("", *job.mapping.unknown)), None
            )
        )
    }
    return {
        "id": uuid7(),
        "subject": case.subject,
        "description": "",
        "offering_id": job.mapping.offering_id,
        "customer_department_id": job.mapping.customer_department_id,
        "requester_id": None,
        "beneficiary_id": None,
        "participants": [],
        "assignee_id": None,
        "priority": case.priority,
        "promised_priority": case.priority,
        "needed_by": None,
        "agreement_version_id": None,
        "fields": first_known,
        "external_refs": [{"system": job.mapping.source, "id": case.name}],
        "source": job.mapping.source,
        "source_key": case.name,
    }
