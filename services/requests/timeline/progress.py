"""How far a ticket has come: what its facts and rulings add up to, before anybody asks what time it is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.requests.timeline.approving import Pending
from services.requests.timeline.cycles import Cycles
from services.requests.timeline.events import OrderKey
from services.requests.timeline.facts import Submitted
from services.requests.timeline.ledger import Account, Stretch
from services.requests.timeline.links import Links
from services.requests.timeline.overlay import Overlay
from services.requests.timeline.rounds import Rounds
from services.requests.timeline.scene import Path
from services.requests.timeline.terms import Terms
from services.requests.timeline.verdicts import Verdicts
from services.requests.timeline.vocabulary import ClockName


@dataclass(frozen=True, slots=True)
class Progress:
    """What the facts and rulings so far come to, without a `now`. Events join it in order, each by `advance`.

    `terms` are what is promised now; rulings change them. `round` counts submission and reopenings, `running` the
    clocks that would run if all were promised, `overlay` what lies over the account. `asked` is the request as amended
    since; None where another system's step opened the ticket. `state_since` is when it entered its state, `fact_at` the
    instant of its latest fact. `approval` is the asking under way.
    """

    path: Path
    links: Links
    account: Account
    overlay: Overlay
    terms: Terms
    asked: Submitted | None
    cycles: Cycles
    verdicts: Verdicts
    round: int
    running: frozenset[ClockName]
    created_at: datetime
    submitted_at: datetime | None
    fulfilled_at: datetime | None
    ended_at: datetime | None
    state_since: datetime
    fact_at: datetime
    assignee_id: UUID | None
    group: str | None
    priority: str | None
    promised_priority: str | None
    irregular: tuple[UUID, ...]
    latest: OrderKey
    approval: Pending | None = None
    rounds: Rounds = ()

    def stretches(self, now: datetime) -> tuple[Stretch, ...]:
        """Who held the ticket until `now`, or until it ended for the time being, with all that is laid over that."""
        return self.overlay.over(self.account.stretches(now))
