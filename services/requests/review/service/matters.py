"""What two managers talk about: what is past due, breaches, what was decided or left out, as far as one may read."""

from typing import Any
from uuid import UUID

from services.requests.agreements.queries.between import Between
from services.requests.breaches.contests.service import list_decided
from services.requests.breaches.dossiers.queries import breaches_about
from services.requests.breaches.dossiers.schemas import BreachFilters, BreachState
from services.requests.breaches.dossiers.service import list_dossiers
from services.requests.breaches.exclusions.service.reading import list_exclusions
from services.requests.freezes.service.reading import list_freezes
from services.requests.reports.service.backlog import overdue_of_pair
from services.requests.review.schemas import MOST
from services.requests.review.service.asking import Reading, Span, first_page, of_pair, path_of

Told = dict[str, Any]
UNDECIDED = [BreachState.OPEN, BreachState.EXPLAINED, BreachState.CONTESTED]


async def matters_of_tickets(reading: Reading, customer: UUID, provider: UUID, span: Span) -> Told:
    """`overdue`, `breaches` and `contests`, each None where the reader's token does not read tickets."""
    if "tickets:read" not in reading.actor.scopes:
        return dict.fromkeys(("overdue", "breaches", "contests"))
    return {
        "overdue": await _overdue(reading, customer, provider),
        "breaches": await _breaches(reading, customer, provider),
        "contests": await _contests(reading, customer, provider, span),
    }


async def matters_agreed(reading: Reading, customer: UUID, provider: UUID, span: Span) -> Told:
    """`exclusions` and `freezes`, each None where the reader's token does not read agreements."""
    if "agreements:read" not in reading.actor.scopes:
        return dict.fromkeys(("exclusions", "freezes"))
    wanted = Between(
        customer_department_id=customer, provider_department_id=provider, since=span.since, before=span.before
    )
    pair, page = of_pair(customer, provider), first_page(MOST)
    exclusions = await list_exclusions(reading.session, reading.actor, page, wanted)
    freezes = await list_freezes(reading.session, reading.actor, page, wanted, now=reading.now)
    return {
        name: {
            "items": [each.model_dump(by_alias=True) for each in found.items],
            "is_whole": found.next is None,
            "source": path_of(f"/v1/{name}", pair),
        }
        for name, found in (("exclusions", exclusions), ("freezes", freezes))
    }


async def _overdue(reading: Reading, customer: UUID, provider: UUID) -> Told:
    found = await overdue_of_pair(
        reading.connection, reading.actor, customer, provider, limit=MOST + 1, now=reading.now
    )
    rows = found[:MOST]
    about = await breaches_about(reading.connection, customer, provider, {row["ticket_id"] for row in rows})
    dossiers = {(each["ticket_id"], each["clock"], each["cycle"]): each for each in about}
    return {
        "items": [_clock(row, dossiers.get((row["ticket_id"], row["clock"], row["cycle"]))) for row in rows],
        "is_whole": len(found) <= MOST,
        "source": path_of("/v1/reports/backlog", of_pair(customer, provider)),
    }


def _clock(row: Told, dossier: Told | None) -> Told:
    clock_id = row["clock_id"]
    told = {name: value for name, value in row.items() if name != "clock_id"}
    in_short = None
    if dossier is not None:
        in_short = {name: dossier[name] for name in ("id", "state", "reason_code")}
        in_short["source"] = f"/v1/breaches/{dossier['id']}"
    path = f"/v1/tickets/{row['ticket_id']}/clocks/{clock_id}/explanation"
    return told | {"explanation": path, "dossier": in_short}


async def _breaches(reading: Reading, customer: UUID, provider: UUID) -> Told:
    asked = of_pair(customer, provider) | {"state": UNDECIDED}
    filters = BreachFilters.model_validate(asked)
    items, following = await list_dossiers(reading.connection, reading.actor, filters, first_page(MOST))
    return {"items": items, "is_whole": following is None, "source": path_of("/v1/breaches", asked)}


async def _contests(reading: Reading, customer: UUID, provider: UUID, span: Span) -> Told:
    found = await list_decided(
        reading.connection, reading.actor, (customer, provider), span.since, span.before, MOST + 1
    )
    items = [each | {"source": f"/v1/tickets/{each['ticket_id']}/contests"} for each in found[:MOST]]
    return {"items": items, "is_whole": len(found) <= MOST}
