"""What the platform's databases and lists say about the tickets, set against what clients were told."""

import json
from dataclasses import dataclass

import httpx
import nats
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from tests.e2e.organisation import interactions
from tests.e2e.running import Running
from tests.e2e.submitting import Tally

READS = {
    "requests": ("ACUERDO_IDENTITY", "ACUERDO_FEEDBACK"),
    "feedback": ("ACUERDO_REQUESTS", "ACUERDO_IDENTITY"),
}
"""The streams that each consuming service reads."""
SUBMITTED = "acuerdo.requests.ticket.submitted.v1"
TICKETS = "SELECT subject, id::text FROM ticket"
TICKETS_BY_PAIR = (
    "SELECT customer_department_id::text, provider_department_id::text, count(*) FROM ticket GROUP BY 1, 2"
)


@dataclass
class Books:
    """`lost` and `doubled` are Idempotency-Keys; counts are by (customer, provider)."""

    tickets: int
    lost: set[str]
    doubled: set[str]
    unknown: set[str]
    in_requests: dict[tuple[str, str], int]
    in_feedback: dict[tuple[str, str], int]
    published: dict[str, list[str]]
    """Ids of the events that JetStream holds for each consuming service, as often as it holds them."""
    submissions: set[str]
    """Ids of the events among them that tell of a submitted ticket."""
    taken_in: dict[str, set[str]]
    """Ids in the inbox of each consuming service."""
    dead_letters: int


async def audit(running: Running, admin: str, tally: Tally) -> Books:
    """Read everything; needs a platform that has caught up."""
    rows = await running.rows("requests", TICKETS)
    by_key: dict[str, set[str]] = {}
    for key, ticket_id in rows:
        by_key.setdefault(key, set()).add(ticket_id)
    listed = await listed_tickets(running, admin)
    return Books(
        tickets=len(rows),
        lost={
            key
            for key, ticket_id in tally.acknowledged.items()
            if ticket_id not in by_key.get(key, ()) or ticket_id not in listed
        },
        doubled={key for key, ids in by_key.items() if len(ids) > 1},
        unknown=by_key.keys() - tally.acknowledged.keys(),
        in_requests={(customer, by): count for customer, by, count in await running.rows("requests", TICKETS_BY_PAIR)},
        in_feedback=await interactions(running, admin),
        published={
            name: [each for stream in streams for each in await published_for(running, stream, name)]
            for name, streams in READS.items()
        },
        submissions=set(await published_for(running, "ACUERDO_REQUESTS", "feedback", SUBMITTED)),
        taken_in={
            name: {event_id for (event_id,) in await running.rows(name, "SELECT event_id::text FROM inbox")}
            for name in READS
        },
        dead_letters=sum([await running.value(name, "SELECT count(*) FROM dead_letter") for name in READS]),
    )


async def published_for(running: Running, stream: str, consumer: str, only: str | None = None) -> list[str]:
    """The ids of all events in the stream that the consumer reads, or of those on one subject alone."""
    client = await nats.connect(running.nats_url())
    jetstream = client.jetstream()
    reads = (await jetstream.consumer_info(stream, consumer)).config.filter_subjects
    if only is not None:
        assert only in (reads or ())
        reads = [only]
    everything = ConsumerConfig(filter_subjects=reads, deliver_policy=DeliverPolicy.ALL, ack_policy=AckPolicy.NONE)
    reader = await jetstream.pull_subscribe("", stream=stream, config=everything)
    left = (await reader.consumer_info()).num_pending or 0
    ids: list[str] = []
    while len(ids) < left:
        ids += [json.loads(message.data)["id"] for message in await reader.fetch(500, timeout=5)]
    await client.close()
    return ids


async def listed_tickets(running: Running, admin: str) -> set[str]:
    """The ids of all tickets, page by page through the gateway."""
    found: set[str] = set()
    query: dict[str, str | int] = {"limit": 200}
    async with running.client(admin) as client:
        while True:
            answer = await client.get("/v1/tickets", params=query)
            assert answer.status_code == httpx.codes.OK, answer.text
            page = answer.json()
            found |= {ticket["id"] for ticket in page["items"]}
            if page["next"] is None:
                return found
            query["cursor"] = page["next"]
