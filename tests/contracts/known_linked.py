"""What tickets of the platform that is tried are linked with: made for it where there is none."""

from collections.abc import Sequence

from tests.contracts.known_platform import api, last


def a_relation(ticket_id: str, tickets: Sequence[str]) -> str | None:
    """One of the ticket's relations, made where there is none."""
    path = f"/v1/tickets/{ticket_id}/relations"
    known = last(path, "id")
    if known is None:
        other = next(each for each in tickets if each != ticket_id)
        api().post(path, json={"kind": "follows", "ticket_id": other})
    return known or last(path, "id")


def an_attachment(ticket_id: str) -> str | None:
    """A file on the ticket, attached for this."""
    files = {"file": ("words.txt", b"Words")}
    made = api().post(f"/v1/tickets/{ticket_id}/attachments", files=files)
    return str(made.json()["id"]) if made.is_success else None
