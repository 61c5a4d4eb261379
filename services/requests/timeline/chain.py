"""Each hand-off as a small ticket inside the ticket: what happens to it goes to a fold of its own, like the ticket's.

Its customer is who offers, its provider who accepts. Read where `agreements.md` is brief:
- Offered is submitted, a bounce a decline, a return fulfilled and closed at once: nobody owes it an acceptance. What is
  withdrawn, lapses, or ends with what is above it is cancelled. Time ends with the link.
- What it hands on itself holds its time as a hand-off holds the ticket's. Nothing is handed on from a mere offer.
- What its department writes on the ticket while it holds the link is a reply to whoever offered, internal or not.
- A question waits on the link's customer, whoever is asked; the reason names them. The ticket goes on as it was.
- A calendar's ruling reaches whoever follows the calendar. A freeze and an agreement's version are ruled on a link by
  itself, where they are between the two departments that the link is between (or above them): what others leave out or
  agree anew is not theirs. Both end with the link, as a ticket's do: what is over is ruled on no more.
- Another priority of the ticket changes no link: its two departments chose theirs at the offer, and the ticket's
  customer and provider are not both of them. It goes on sorting the queues in which the link stands too.
- The working day after which an unanswered offer lapses leaves frozen time out, as its `acknowledge` would.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, assert_never
from uuid import UUID

from services.requests.timeline.events import Actor, Event, in_effect
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
from services.requests.timeline.fold import Timeline, advance, view
from services.requests.timeline.lapses import silent_until
from services.requests.timeline.links import Link, Links
from services.requests.timeline.overlay import NOTHING_LAID, Overlay
from services.requests.timeline.progress import Progress
from services.requests.timeline.rulings import AgreementRuled, CalendarRuled, FreezeRuled, FreezeWithdrawn, LinkRuling
from services.requests.timeline.terms import Terms
from services.requests.timeline.vocabulary import (
    PROVIDER,
    ClockName,
    EventKind,
    LinkEnd,
    Party,
    PartyKind,
    Side,
    State,
    StepReason,
)
from services.requests.worktime import WorkingDays

ASKED = "asked:{}"
_PLACES = 1 << 20
"""One event of the ticket may be that many of a link, one after the other."""
_ONE_DAY = WorkingDays(1)
Laid = Mapping[UUID, Overlay]
"""What lies over the account of each link from its offer on: what was decided about it, in the second fold."""


class LinkFold(NamedTuple):
    """A link, what its fold comes to under `terms`, and the offer that made it (None: another system did)."""

    link: Link
    terms: Terms
    progress: Progress
    offered: HandOffOffered | None

    def at(self, now: datetime) -> Timeline:
        """The small ticket at `now`."""
        return view(self.terms, self.progress, now)

    def lapses_at(self, timeline: Timeline) -> datetime | None:
        """When the offer lapses: at its `acknowledge`, else after one working day of the receiver; None: never.

        `timeline` is its view.
        """
        if not self.link.is_offered:
            return None
        acknowledge = (each for each in timeline.clocks if each.clock is ClockName.ACKNOWLEDGE and each.is_open)
        due_at = next((each.due_at for each in acknowledge), None)
        if due_at is not None:
            return due_at
        return silent_until(self.progress.terms, self.progress.overlay, PROVIDER, self.link.offered_at, _ONE_DAY)


def fold_links(terms: Terms, events: Iterable[Event], laid: Laid = MappingProxyType({})) -> tuple[LinkFold, ...]:
    """Every link of the ticket as its own small ticket, in the order of the ticket's links. Never raises."""
    progress: Progress | None = None
    chain = _Chain(terms, laid)
    for event in in_effect(events):
        if progress is None and event.kind is not EventKind.FACT:
            continue
        before = progress.links if progress else ()
        progress = advance(terms, progress, event)
        if progress.links or before:
            chain.hear(event, before, progress.links)
    return chain.folds(progress.links if progress else ())


class _Chain:
    """The folds of a ticket's links, told one event of the ticket after the other."""

    def __init__(self, terms: Terms, laid: Laid) -> None:
        self._terms = terms
        self._laid = laid
        self._progress: dict[UUID, Progress] = {}
        self._terms_of: dict[UUID, Terms] = {}
        self._offered: dict[UUID, HandOffOffered | None] = {}
        self._place = 0

    def folds(self, links: Links) -> tuple[LinkFold, ...]:
        """All of them, with the links as they are."""
        return tuple(
            LinkFold(link, self._terms_of[link.id], self._progress[link.id], self._offered[link.id]) for link in links
        )

    def hear(self, event: Event, before: Links, after: Links) -> None:
        """What `event`, which made the ticket's links what they are `after` it, was to each of them."""
        self._place = 0
        known = {link.id: link for link in before}
        by_id = {link.id: link for link in after}
        for link in after:
            if (old := known.get(link.id)) is not link:
                for fact in self._changed(old, link, by_id, event):
                    self._pass_up(link, by_id, fact, event)
        match event.payload:
            case HandOffAsked(link_id=link_id, comment=comment, asks=asks) if link_id in by_id and by_id[link_id].asks:
                question = Moved(State.WAITING_ON_CUSTOMER, ASKED.format(asks), comment)
                self._tell(link_id, Side.PROVIDER, question, event)
            case HandOffAnswered(link_id=link_id, comment=comment) if link_id in known and known[link_id].asks:
                self._tell(link_id, Side.CUSTOMER, Commented(comment), event)
            case Commented(body=body) if event.actor.side is Side.DEPARTMENT:
                for link in after:
                    if link.department == event.actor.department and link.is_open and not link.is_offered:
                        self._tell(link.id, Side.PROVIDER, Commented(body), event)
            case CalendarRuled() as ruling:
                for link in after:
                    if link.is_open:
                        self._tell(link.id, Side.SYSTEM, ruling, event)
            case AgreementRuled() | FreezeRuled() | FreezeWithdrawn() as ruled:
                if ruled.link in by_id and by_id[ruled.link].is_open:
                    self._tell(ruled.link, Side.SYSTEM, replace(ruled, link=None), event)

    def _changed(self, old: Link | None, link: Link, by_id: Mapping[UUID, Link], event: Event) -> Iterator[Fact]:
        """Tell the link what became of it; the same as facts for those above it."""
        if old is None:
            self._begin(link, by_id[link.parent] if link.parent else None, event)
            yield HandOffOffered(link.id, link.department, link.wait)
        if link.accepted_at is not None and (old is None or old.accepted_at is None):
            self._tell(link.id, Side.PROVIDER, Moved(State.ACCEPTED), event)
            yield HandOffAccepted(link.id, link.department)
        if link.end is not None and (old is None or old.is_open):
            for side, step in _last_steps(link.end):
                self._tell(link.id, side, step, event)
            yield HandOffEnded(link.id, link.end)

    def _begin(self, link: Link, parent: Link | None, event: Event) -> None:
        payload = event.payload
        offered = payload if isinstance(payload, HandOffOffered) and payload.link_id == link.id else None
        self._offered[link.id] = offered
        self._terms_of[link.id] = _terms_of(self._terms, link, parent, offered)
        request = Submitted()
        if offered is not None:
            request = Submitted(
                needed_by=offered.needed_by,
                missing=offered.missing,
                quota_promised=offered.quota_promised,
                quota_observed=offered.quota_observed,
            )
        self._tell(link.id, Side.CUSTOMER, request, event)

    def _pass_up(self, link: Link, by_id: Mapping[UUID, Link], fact: Fact, event: Event) -> None:
        """Tell those above `link` who hold their part, nearest first, what became of it."""
        above = link.parent
        while above is not None:
            self._tell_of_part(above, link, fact, event)
            above = by_id[above].parent

    def _tell_of_part(self, above: UUID, link: Link, fact: Fact, event: Event) -> None:
        progress = self._progress[above]
        if progress.ended_at is not None:
            return
        known = {each.id for each in progress.links}
        if not isinstance(fact, HandOffOffered):
            if link.id in known:
                self._tell(above, Side.DEPARTMENT, fact, event)
        elif link.parent == above and progress.path[0].state is not State.SUBMITTED:
            self._tell(above, Side.PROVIDER, fact, event)
        elif link.parent in known:
            self._tell(above, Side.DEPARTMENT, replace(fact, parent=link.parent), event)

    def _tell(self, link_id: UUID, side: Side, payload: Fact | CalendarRuled | LinkRuling, event: Event) -> None:
        """The link's next event, at the instant of the ticket's and in its order."""
        told = replace(
            event,
            sequence=event.sequence * _PLACES + self._place,
            actor=Actor(side, event.actor.id, automatic=event.actor.automatic),
            payload=payload,
            corrects=None,
        )
        self._place += 1
        terms, laid = self._terms_of[link_id], self._laid.get(link_id, NOTHING_LAID)
        self._progress[link_id] = advance(terms, self._progress.get(link_id), told, laid)


def _last_steps(end: LinkEnd) -> tuple[tuple[Side, Moved], ...]:
    """Who takes the link to its end, and by which steps."""
    match end:
        case LinkEnd.BOUNCED:
            return ((Side.PROVIDER, Moved(State.DECLINED, end)),)
        case LinkEnd.RETURNED:
            return ((Side.PROVIDER, Moved(State.FULFILLED)), (Side.SYSTEM, Moved(State.CLOSED)))
        case LinkEnd.LAPSED:
            return ((Side.SYSTEM, Moved(State.CANCELLED, StepReason.LAPSED)),)
        case LinkEnd.WITHDRAWN:
            return ((Side.CUSTOMER, Moved(State.CANCELLED, end)),)
        case LinkEnd.ENDED:
            return ((Side.SYSTEM, Moved(State.CANCELLED, end)),)
        case _:
            assert_never(end)


def _terms_of(terms: Terms, link: Link, parent: Link | None, offered: HandOffOffered | None) -> Terms:
    """What was pinned at the offer, else a promise of nothing; with the calendars that the ticket knows besides."""
    others = {party: each for party, each in terms.calendars.items() if party.startswith(PartyKind.DEPARTMENT)}
    if offered is not None and offered.terms is not None:
        pinned = offered.terms.terms(terms.known).as_link()
        return replace(pinned, calendars={**others, **pinned.calendars})
    own = others.get(_spelled(link), terms.calendar)
    customer = terms.calendar if parent is None else others.get(_spelled(parent), terms.calendar)
    calendars = {**others, str(PartyKind.CUSTOMER): customer}
    return Terms(link.department, own, calendars=calendars, known=terms.known, is_link=True)


def _spelled(link: Link) -> str:
    return str(Party(PartyKind.DEPARTMENT, link.department))
