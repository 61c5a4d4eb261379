"""Sections 3 and 8: which quarters of an hour both sides leave out, and which were decided to be somebody else's.

Read where `agreements.md` is brief:
- A freeze holds from when it is recorded, if that is later than it begins, until it ends or is withdrawn.
- It stops the clocks of both sides whoever is charged; the ledger goes on charging the customer and the approver.
- Of freezes that overlap the one that was recorded first is named; what was excluded afterwards comes before them.
- Of contests that overlap the one that was decided last holds; nobody's time stays nobody's.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from services.requests.timeline.decisions import DECISIONS, ExclusionGranted
from services.requests.timeline.events import Event
from services.requests.timeline.rulings import FreezeRuled, FreezeWithdrawn
from tests.requests.timeline.oracle_moments import Held, Moment
from tests.requests.timeline.weeks import tick_of


@dataclass(frozen=True)
class Span:
    """From one quarter to another: left out by that freeze or exclusion, or decided by that contest as `party`'s."""

    of: str
    begin: int
    end: int
    party: str = ""


@dataclass(frozen=True)
class LeftOut:
    """What is known at some moment to be left out, before it and after."""

    spans: tuple[Span, ...] = ()
    decided: tuple[Span, ...] = ()

    def hear(self, moment: Moment) -> "LeftOut":
        """What is known after that ruling."""
        ruling, tick = moment.about.payload, moment.tick
        if isinstance(ruling, FreezeRuled):
            begin = max(tick, tick_of(ruling.begins_at))
            frozen = Span(f"freeze:{ruling.freeze_id}", begin, tick_of(ruling.ends_at))
            return replace(self, spans=(*self.spans, frozen))
        assert isinstance(ruling, FreezeWithdrawn)
        freeze = f"freeze:{ruling.freeze_id}"
        cut = [replace(span, end=min(span.end, tick)) if span.of == freeze else span for span in self.spans]
        return replace(self, spans=tuple(cut))

    def by(self, tick: int) -> str | None:
        """The freeze or exclusion to which that quarter belongs."""
        return next((span.of for span in self.spans if span.begin <= tick < span.end), None)

    def until(self) -> int:
        """The end of all of it."""
        return max((span.end for span in self.spans), default=0)

    def charged(self, tick: int, held: Held) -> Held:
        """Who the ledger says held that quarter."""
        for span in self.decided:
            if span.begin <= tick < span.end and held[0] != "none":
                held = (span.party, span.of, ())
        left_out_by = self.by(tick)
        if left_out_by is None or held[0] in ("customer", "approver", "none"):
            return held
        return ("excluded", left_out_by, ())


def decided(events: list[Event], part: UUID | None = None) -> LeftOut:
    """What was decided afterwards about the ticket itself or that part of it, in the order in which it was."""
    known = LeftOut()
    for event in events:
        decision = event.payload
        if not isinstance(decision, DECISIONS) or decision.link != part:
            continue
        if isinstance(decision, ExclusionGranted):
            span = Span(f"exclusion:{decision.exclusion_id}", tick_of(decision.begins_at), tick_of(decision.ends_at))
            known = replace(known, spans=(*known.spans, span))
        elif decision.upheld:
            begin, end = tick_of(decision.begins_at), tick_of(decision.ends_at)
            span = Span(f"contest:{decision.contest_id}", begin, end, decision.party)
            known = replace(known, decided=(*known.decided, span))
    return known


def left_out(moments: list[Moment], known: LeftOut) -> LeftOut:
    """What all rulings come to, beside what was `known` from the beginning."""
    for moment in moments:
        if is_freeze(moment):
            known = known.hear(moment)
    return known


def is_freeze(moment: Moment) -> bool:
    """Whether something is left out, or no more, by that ruling."""
    return moment.what == "ruled" and isinstance(moment.about.payload, FreezeRuled | FreezeWithdrawn)
