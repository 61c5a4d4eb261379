"""One batch of thresholds that are due: marks, events, what is yet to fire, and what follows, in one transaction."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.requests.catalogue.terms import TermsCache
from services.requests.firing.queries.fire import fire_batch
from services.requests.firing.rules import Threshold
from services.requests.firing.service.escalate import Escalations
from services.requests.firing.service.measure import tell_counts
from services.shared.db import Connection

BATCH = 500
"""Clocks in one transaction: enough to share the cost of its statements, few enough that the first do not wait long."""


async def fire_due(
    connection: Connection,
    terms: TermsCache,
    escalations: Escalations,
    *,
    limit: int = BATCH,
    now: datetime | None = None,
) -> int:
    """Fire what is due at `now` (None: by the database's clock), in the transaction of `connection`; how many fired.

    Of each clock one threshold, the earliest: what else is due is the next batch's. Workers go by the database's clock;
    a story that tells of other weeks brings its own.
    """
    rows = await fire_batch(connection, _ids(limit), _ids(limit), now)
    told = [(row, Threshold(row["percent"], row["reached_at"])) for row in rows if row["id"] is not None]
    if told:
        to_fold = {row["ticket_id"]: row for row, _ in told if row["ticket_id"] in rows[0]["to_fold"]}
        await tell_counts(connection, terms, list(to_fold.values()), rows[0]["now"])
        await escalations.run(connection, terms, told, now=rows[0]["now"])
    count: int = rows[0]["count"]
    return count


def _ids(count: int) -> list[UUID]:
    return [uuid7() for _ in range(count)]
