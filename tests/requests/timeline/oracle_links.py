"""Section 5, the slow way: each part of a ticket is watched as a small ticket, by what an onlooker sees happen to it.

Read where `agreements.md` is brief:
- A part that is returned is fulfilled and closed in one: nobody owes it an acceptance, and its time ends.
- What a department writes while it holds a part is said to whoever handed it on, for everybody's eyes or not.
- A part sees of the parts beneath it those that were offered while somebody held it.
- A new calendar version is everybody's who follows it. What two departments agree or freeze is ruled on their part
  alone, while it is open: nothing of it is the ticket's or another part's. The ticket's priority is not theirs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.requests.timeline.events import Actor, Event
from services.requests.timeline.facts import (
    Commented,
    Fact,
    HandOffAccepted,
    HandOffAnswered,
    HandOffAsked,
    HandOffEnded,
    HandOffOffered,
    Moved,
    Submitted,
)
from services.requests.timeline.promised import PinnedTerms
from services.requests.timeline.rulings import AgreementRuled, CalendarRuled, FreezeRuled, FreezeWithdrawn, Ruling
from services.requests.timeline.vocabulary import ClockName, LinkEnd, Side, State
from tests.requests.timeline.oracle import Watched
from tests.requests.timeline.oracle_cycles import Cycle
from tests.requests.timeline.oracle_left_out import LeftOut, left_out
from tests.requests.timeline.oracle_moments import counting
from tests.requests.timeline.oracle_parts import Part, chain_to
from tests.requests.timeline.oracle_promises import Calendars, Length, Promise
from tests.requests.timeline.oracle_stopwatch import Stopwatch


@dataclass
class WatchedPart:
    """A part with the clerk who watches it, and the offer, if anybody made one."""

    part: Part
    own: Watched
    offer: HandOffOffered | None
    seen: tuple[bool, str | None] = (False, None)
    told: int = 0

    def hear(self, event: Event, side: Side, fact: Fact | Ruling) -> None:
        """What happened, as if it had happened to a ticket."""
        self.told += 1
        actor = Actor(side, automatic=event.actor.automatic)
        self.own.hear(replace(event, actor=actor, payload=fact, sequence=self.told, corrects=None))

    def pinned(self, ticket: PinnedTerms) -> PinnedTerms:
        """What is promised for it, and in whose calendars its time is told."""
        known = {party: each for party, each in ticket.calendars.items() if party.startswith("department:")}
        if self.offer and self.offer.terms:
            terms = _without_acceptance(self.offer.terms)
            return replace(terms, calendars={**known, **terms.calendars})
        theirs = known.get(f"department:{self.part.department}", ticket.calendar_id)
        above = self.part.above
        customer = known.get(f"department:{above.department}", ticket.calendar_id) if above else ticket.calendar_id
        return PinnedTerms(self.part.department, theirs, calendars={**known, "customer": customer})

    def lapses(self, ticket: PinnedTerms, calendars: Calendars) -> int:
        """When an offer lapses whose answer nobody promised a time for: a working day of the receiver later."""
        ruled = [each.about.payload for each in self.own.moments if each.what == "ruled"]
        agreed = [each.terms.calendar_id for each in ruled if isinstance(each, AgreementRuled)]
        receiver = [self.pinned(ticket).calendar_id, *agreed][-1]
        silence = Cycle(Promise("reply", receiver, Length(days=1)), 1, 1, self.part.offered)
        return int(Stopwatch(silence, calendars).told(left_out(self.own.moments, LeftOut())))


@dataclass
class Onlooker:
    """Sees every event of the ticket, and tells the clerks of its parts."""

    provider: str
    parts: dict[UUID, WatchedPart] = field(default_factory=dict)

    def watch(self, events: Iterable[Event]) -> None:
        ticket = Watched(self.provider)
        for event in counting(events):
            asking = {part.id for part in ticket.parts if part.asks}
            ticket.hear(event)
            for part in ticket.parts:
                self._look_at(part, event)
            self._listen(event, asking)

    def _look_at(self, part: Part, event: Event) -> None:
        fact = event.payload
        if part.id not in self.parts:
            offer = fact if isinstance(fact, HandOffOffered) and fact.link_id == part.id else None
            own = Watched(part.department, is_part=True)
            known = self.parts[part.id] = WatchedPart(part, own, offer)
            known.hear(event, Side.CUSTOMER, _request(offer))
            self._tell_above(part, event, HandOffOffered(part.id, part.department, part.wait))
        known = self.parts[part.id]
        was_accepted, had_ended = known.seen
        known.seen = (part.accepted is not None, part.end)
        if part.accepted is not None and not was_accepted:
            known.hear(event, Side.PROVIDER, Moved(State.ACCEPTED))
            self._tell_above(part, event, HandOffAccepted(part.id, part.department))
        if part.end and not had_ended:
            self._finish(known, event, part.end)
            self._tell_above(part, event, HandOffEnded(part.id, LinkEnd(part.end)))

    def _finish(self, known: WatchedPart, event: Event, end: str) -> None:
        if end == "bounced":
            known.hear(event, Side.PROVIDER, Moved(State.DECLINED, end))
        elif end == "returned":
            known.hear(event, Side.PROVIDER, Moved(State.FULFILLED))
            known.hear(event, Side.CUSTOMER, Moved(State.CLOSED))
        else:
            known.hear(event, Side.SYSTEM, Moved(State.CANCELLED, end))

    def _tell_above(self, part: Part, event: Event, fact: HandOffOffered | HandOffAccepted | HandOffEnded) -> None:
        for above in reversed(chain_to(part.above)):
            clerk = self.parts[above.id].own
            if clerk.base in ("closed", "declined", "cancelled"):
                continue
            inside = {each.id for each in clerk.parts}
            is_direct = above is part.above
            if not isinstance(fact, HandOffOffered):
                if part.id in inside:
                    self.parts[above.id].hear(event, Side.DEPARTMENT, fact)
            elif is_direct and clerk.base != "submitted":
                self.parts[above.id].hear(event, Side.PROVIDER, fact)
            elif not is_direct and part.above and part.above.id in inside:
                self.parts[above.id].hear(event, Side.DEPARTMENT, replace(fact, parent=part.above.id))

    def _listen(self, event: Event, asking: set[UUID]) -> None:
        fact = event.payload
        for known in list(self.parts.values()):
            part, is_held = known.part, known.part.is_open and known.part.accepted is not None
            if isinstance(fact, HandOffAsked) and fact.link_id == part.id and is_held:
                known.hear(event, Side.PROVIDER, Moved(State.WAITING_ON_CUSTOMER, f"asked:{fact.asks}", fact.comment))
            if isinstance(fact, HandOffAnswered) and fact.link_id == part.id and part.id in asking:
                known.hear(event, Side.CUSTOMER, Commented(fact.comment))
            if isinstance(fact, Commented) and is_held and _is_of(event.actor, part):
                known.hear(event, Side.PROVIDER, Commented(fact.body))
            if isinstance(fact, CalendarRuled) and part.is_open:
                known.hear(event, Side.SYSTEM, fact)
            if isinstance(fact, FreezeRuled | FreezeWithdrawn) and fact.link == part.id and part.is_open:
                known.hear(event, Side.SYSTEM, replace(fact, link=None))
            if isinstance(fact, AgreementRuled) and fact.link == part.id and part.is_open:
                known.hear(event, Side.SYSTEM, replace(fact, link=None, terms=_without_acceptance(fact.terms)))


def _without_acceptance(terms: PinnedTerms) -> PinnedTerms:
    return replace(terms, obligations=tuple(e for e in terms.obligations if e.clock is not ClockName.ACCEPTANCE))


def _is_of(actor: Actor, part: Part) -> bool:
    return actor.side is Side.DEPARTMENT and actor.department == part.department


def _request(offer: HandOffOffered | None) -> Submitted:
    if offer is None:
        return Submitted()
    return Submitted(
        needed_by=offer.needed_by,
        missing=offer.missing,
        quota_promised=offer.quota_promised,
        quota_observed=offer.quota_observed,
    )


def watch_parts(provider: str, events: Iterable[Event]) -> dict[UUID, WatchedPart]:
    """Every part of the ticket."""
    onlooker = Onlooker(provider)
    onlooker.watch(events)
    return onlooker.parts
