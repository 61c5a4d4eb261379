"""Section 8 on freezes: which quarters of an hour both sides leave out, and what that does to whom the ledger charges.

Read where `agreements.md` is brief:
- A freeze holds from when it is recorded, if that is later than it begins, until it ends or is withdrawn.
- It stops the clocks of both sides whoever is charged; the ledger goes on charging the customer and the approver.
- Of freezes that overlap the one that was recorded first is named.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from services.requests.timeline.rulings import FreezeRuled, FreezeWithdrawn
from tests.requests.timeline.oracle_moments import Held, Moment
from tests.requests.timeline.weeks import tick_of


@dataclass(frozen=True)
class Span:
    """From one quarter to another, left out by that freeze."""

    of: UUID
    begin: int
    end: int


@dataclass(frozen=True)
class LeftOut:
    """What is known at some moment to be left out, before it and after."""

    spans: tuple[Span, ...] = ()

    def hear(self, moment: Moment) -> "LeftOut":
        """What is known after that ruling."""
        ruling, tick = moment.about.payload, moment.tick
        if isinstance(ruling, FreezeRuled):
            begin = max(tick, tick_of(ruling.begins_at))
            return LeftOut((*self.spans, Span(ruling.freeze_id, begin, tick_of(ruling.ends_at))))
        assert isinstance(ruling, FreezeWithdrawn)
        return LeftOut(
            tuple(
                replace(span, end=min(span.end, tick)) if span.of == ruling.freeze_id else span for span in self.spans
            )
        )

    def by(self, tick: int) -> UUID | None:
        """The freeze to which that quarter belongs."""
        return next((span.of for span in self.spans if span.begin <= tick < span.end), None)

    def until(self) -> int:
        """The end of all of it."""
        return max((span.end for span in self.spans), default=0)

    def charged(self, tick: int, held: Held) -> Held:
        """Who the ledger says held that quarter."""
        freeze = self.by(tick)
        if freeze is None or held[0] in ("customer", "approver", "none"):
            return held
        return ("excluded", f"freeze:{freeze}", ())


def left_out(moments: list[Moment]) -> LeftOut:
    """What all rulings come to."""
    known = LeftOut()
    for moment in moments:
        if is_freeze(moment):
            known = known.hear(moment)
    return known


def is_freeze(moment: Moment) -> bool:
    """Whether something is left out, or no more, by that ruling."""
    return moment.what == "ruled" and isinstance(moment.about.payload, FreezeRuled | FreezeWithdrawn)
