"""What other services tell feedback: their events as they publish them, with what a test wants in them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

A_MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
Event = dict[str, Any]


def an_event(noun: str, verb: str, data: dict[str, Any], *, at: datetime, service: str = "requests") -> Event:
    """The envelope around `data`; its first field is the aggregate's id."""
    told = {name: _spelled(value) for name, value in data.items()}
    return {
        "specversion": "1.0",
        "id": str(uuid7()),
        "source": f"urn:acuerdo:{service}",
        "type": f"acuerdo.{service}.{noun}.{verb}.v1",
        "subject": next(iter(told.values())),
        "time": _spelled(at),
        "datacontenttype": "application/json",
        "data": told,
    }


def a_submitted_ticket(customer: UUID, provider: UUID, at: datetime = A_MONDAY, **changes: Any) -> Event:
    """A ticket was submitted; `changes` join or replace fields of its data."""
    data = {
        "ticket_id": uuid7(),
        "customer_department_id": customer,
        "provider_department_id": provider,
        "offering_id": uuid4(),
        "requester_id": None,
        "priority": "normal",
        "submitted_at": at,
    }
    return an_event("ticket", "submitted", data | changes, at=at)


def a_fulfilled_ticket(customer: UUID, provider: UUID, at: datetime = A_MONDAY, **changes: Any) -> Event:
    """A ticket was fulfilled for the first time, by nobody in particular and for nobody who could be asked."""
    data = {
        "ticket_id": uuid7(),
        "cycle": 1,
        "ticket_key": "IT-1042",
        "customer_department_id": customer,
        "provider_department_id": provider,
        "offering_id": uuid4(),
        "offering_name": "A computer",
        "agreement_version_id": None,
        "requester_id": None,
        "beneficiary_id": None,
        "participants": [],
        "assignee_id": None,
        "is_confidential": False,
        "is_imported": False,
        "fulfilled_at": at,
        "version": 7,
    }
    return an_event("ticket", "fulfilled", data | changes, at=at)


def fulfilled_again(first: Event, at: datetime, **changes: Any) -> Event:
    """The same ticket is told as fulfilled once more, two versions on."""
    data = first["data"] | {"version": first["data"]["version"] + 2, "fulfilled_at": at}
    return an_event("ticket", "fulfilled", data | changes, at=at)


def reopened(fulfilled: Event, at: datetime, *, slip: bool = False) -> Event:
    """The fulfilled ticket is reopened, or its fulfilment was a slip and is taken back."""
    data = fulfilled["data"]
    told = {
        "ticket_id": data["ticket_id"],
        "cycle": data["cycle"] + (not slip),
        "version": data["version"] + 1,
        "reopened_at": at,
    }
    return an_event("ticket", "reopened", told, at=at)


def measured(
    ticket: UUID, pair: tuple[UUID, UUID], version: int, provider: tuple[int, int], customer: tuple[int, int]
) -> Event:
    """What a ticket's promises came to: (met, missed) of each side."""
    told = {
        "ticket_id": ticket,
        "version": version,
        "customer_department_id": pair[0],
        "provider_department_id": pair[1],
        "provider": dict(zip(("met", "missed"), provider, strict=True)),
        "customer": dict(zip(("met", "missed"), customer, strict=True)),
    }
    return an_event("ticket", "measured", told, at=A_MONDAY)


def part_measured(
    link: UUID, pair: tuple[UUID, UUID], version: int, provider: tuple[int, int], customer: tuple[int, int]
) -> Event:
    """What the promises about a hand-off came to, of some ticket."""
    told = measured(UUID(int=1), pair, version, provider, customer)["data"]
    return an_event("hand_off", "measured", {**told, "link_id": link}, at=A_MONDAY)


def a_person(person: UUID, *departments: UUID, is_active: bool = True, version: int = 1) -> Event:
    """A person as identity tells them, a member of these departments."""
    told = {
        "person_id": person,
        "customer_type": "operative",
        "relation": "employee",
        "is_active": is_active,
        "memberships": [{"department_id": str(each), "role": "member"} for each in departments],
        "version": version,
    }
    return an_event("person", "changed", told, at=A_MONDAY, service="identity")


def _spelled(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case list():
            return [_spelled(each) for each in value]
    return value
