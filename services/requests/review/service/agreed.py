"""The agreements that cover what one department asks of another: words, signatures, changes, and dates to come."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.requests.agreements.models import Agreement
from services.requests.agreements.queries.read import Wanted, find_agreement
from services.requests.agreements.schemas import AgreementVersionPublic
from services.requests.agreements.service.reading import (
    compare_versions,
    list_agreements,
    list_versions,
    show_agreement,
)
from services.requests.calendars.rules import local_date
from services.requests.departments.queries import departments_above
from services.requests.reminders.queries import Reminded, reminders_of
from services.requests.review.service.asking import Reading, Span, first_page, of_pair, path_of

Told = dict[str, Any]
MOST_AGREEMENTS = 20
MOST_VERSIONS = 50


async def agreements_of(reading: Reading, customer: UUID, provider: UUID, span: Span) -> Told | None:
    """Those between the two or departments above them; None where the reader's token does not read agreements."""
    if "agreements:read" not in reading.actor.scopes:
        return None
    fetch = reading.connection.fetch
    customers, providers = [await departments_above(fetch, {each}) for each in (customer, provider)]
    wanted = Wanted(customers=customers, providers=providers)
    listed = await list_agreements(reading.session, reading.actor, first_page(MOST_AGREEMENTS), wanted, now=reading.now)
    reminders = await reminders_of(fetch, [each.id for each in listed.items])
    items = []
    for each in listed.items:
        agreement = await find_agreement(reading.session, each.id)
        if agreement is not None:
            told = [reminder for reminder in reminders if reminder.agreement_id == each.id]
            items.append(await _agreement(reading, agreement, told, span))
    source = path_of("/v1/agreements", of_pair(customer, provider))
    return {"items": items, "is_whole": listed.next is None, "source": source}


async def _agreement(reading: Reading, agreement: Agreement, reminders: Sequence[Reminded], span: Span) -> Told:
    session, now = reading.session, reading.now
    shown = await show_agreement(session, agreement, now=now)
    versions = await list_versions(session, agreement, first_page(MOST_VERSIONS), now=now)
    changes = [
        await compare_versions(session, agreement, each.number, None)
        for each in versions.items
        if each.number > 1 and _is_new_in(each, span)
    ]
    source, current = f"/v1/agreements/{agreement.id}", shown.current_version
    budget = f"{source}/feasibility?number={current.number}" if current.stages else None
    return {
        **shown.model_dump(by_alias=True),
        "versions": [each.model_dump(by_alias=True) for each in versions.items],
        "versions_are_whole": versions.next is None,
        "changes": [each.model_dump(by_alias=True) for each in changes],
        "reminders": [
            {
                "number": each.number,
                "occasion": each.occasion,
                "falls_on": each.falls_on,
                "reminded_at": each.reminded_at,
            }
            for each in reminders
        ],
        "source": source,
        "feasibility": budget,
    }


def _is_new_in(version: AgreementVersionPublic, span: Span) -> bool:
    """Whether the version was proposed or came into force in the period."""
    days: list[date | None] = [local_date(version.proposed_at, span.time_zone), version.in_force_from]
    return any(day is not None and span.first <= day < span.to for day in days)
