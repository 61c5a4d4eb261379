"""The second fold: the same facts and rulings, the decided times charged otherwise; it stands beside the first.

Read where `agreements.md` is brief:
- Of contests that overlap the one decided last holds. What was excluded afterwards wins over whom a contest names, but
  for the customer and the approver, as a freeze does.
- A decision is of the one ledger that was disputed, the ticket's or a link's: no ledger is added to another, so what
  two departments settle about their part changes nothing of what a third was promised, nor the reverse.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.requests.timeline.chain import fold_links
from services.requests.timeline.decisions import ContestDecided, Decision, ExclusionGranted
from services.requests.timeline.events import Event
from services.requests.timeline.fold import Timeline, progress_of, view
from services.requests.timeline.ledger import Charge
from services.requests.timeline.marking import ClockKey
from services.requests.timeline.overlay import NOTHING_LAID, Decided, Overlay, Window
from services.requests.timeline.readings import ClockReading
from services.requests.timeline.terms import Terms
from services.requests.timeline.vocabulary import Party

Readings = Mapping[ClockKey, ClockReading]
Outcomes = Mapping[UUID | None, Readings]
"""Each clock as it is after all decisions, by link (None: of the ticket itself); none of those without a decision."""


def decided_of(events: Iterable[Event], link: UUID | None = None) -> Overlay:
    """What decisions lay over the account of the ticket, or of that link, in the order in which they were recorded."""
    overlay = NOTHING_LAID
    decided = ((each.sequence, each.payload) for each in events if isinstance(each.payload, Decision))
    for _, decision in sorted(((n, each) for n, each in decided if each.link == link), key=lambda each: each[0]):
        match decision:
            case ContestDecided(upheld=True) as contest:
                charge = Charge(Party.parse(contest.party), f"contest:{contest.contest_id}")
                laid = Decided(contest.begins_at, contest.ends_at, charge)
                overlay = Overlay(overlay.windows, (*overlay.decided, laid))
            case ExclusionGranted(exclusion_id=id_, begins_at=begins_at, ends_at=ends_at):
                overlay = overlay.frozen(Window(id_, begins_at, ends_at, f"exclusion:{id_}"), begins_at)
    return overlay


def after_decisions(terms: Terms, events: Sequence[Event], now: datetime) -> Timeline | None:
    """The ticket at `now` with all that was decided; None where nothing was."""
    overlay = decided_of(events)
    if overlay == NOTHING_LAID:
        return None
    return view(terms, progress_of(terms, events, overlay), now)


def links_after_decisions(terms: Terms, events: Sequence[Event], now: datetime) -> Iterator[tuple[UUID, Timeline]]:
    """Each link about which something was decided, at `now` with all of that, as its own small ticket."""
    links = {each.payload.link for each in events if isinstance(each.payload, Decision)} - {None}
    laid = {link: overlay for link in links if link and (overlay := decided_of(events, link)) != NOTHING_LAID}
    if laid:
        yield from ((each.link.id, each.at(now)) for each in fold_links(terms, events, laid) if each.link.id in laid)


def outcomes_of(terms: Terms, events: Sequence[Event], now: datetime) -> Outcomes:
    """The same, clock by clock."""
    timeline = after_decisions(terms, events, now)
    told: dict[UUID | None, Timeline] = {None: timeline} if timeline else {}
    told.update(links_after_decisions(terms, events, now))
    return {link: {(each.clock, each.cycle): each for each in one.clocks} for link, one in told.items()}
