"""Who held the ticket in each second: stretches that partition its life, each charged to exactly one party.

Read where `agreements.md` is brief: a wait is told by its own reason where it has one, by the name of its state
otherwise; after `closed`, `declined` or `cancelled` time is nobody's, and is told only if the ticket comes back.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from services.requests.timeline.links import Links, holders, waited_for
from services.requests.timeline.terms import NO_TIME, Terms, worked
from services.requests.timeline.vocabulary import (
    APPROVER,
    CUSTOMER,
    FINAL,
    NOBODY,
    PROVIDER,
    Party,
    PartyKind,
    State,
)


class Standing(NamedTuple):
    """A state with what was said on entering it."""

    state: State
    reason: str | None = None
    third_party: str | None = None


class Charge(NamedTuple):
    """Who is charged, why, and who else was at work (parallel hand-offs)."""

    party: Party
    reason: str
    also: tuple[Party, ...] = ()


class Stretch(NamedTuple):
    """`[from_, to)` and whom it is charged to; `is_frozen`: both sides leave it out, whoever is charged."""

    from_: datetime
    to: datetime
    charge: Charge
    is_frozen: bool = False


class Interval(NamedTuple):
    """One line of the ledger; `wall` and `working` (in the charged party's calendar) are durations."""

    from_: datetime
    to: datetime
    party: Party
    reason: str
    also: tuple[Party, ...]
    wall: timedelta
    working: timedelta


_PARTY_OF = {
    State.AWAITING_APPROVAL: APPROVER,
    State.SUBMITTED: PROVIDER,
    State.ACCEPTED: PROVIDER,
    State.IN_PROGRESS: PROVIDER,
    State.WAITING_ON_CUSTOMER: CUSTOMER,
    State.FULFILLED: CUSTOMER,
    **dict.fromkeys(FINAL, NOBODY),
}
_PLAIN = {state: Charge(party, state.value) for state, party in _PARTY_OF.items()}


def charge_of(standing: Standing, links: Links) -> Charge:
    """Who is charged while the ticket stands so.

    >>> charge_of(Standing(State.WAITING_ON_THIRD_PARTY, third_party="Acme"), ()).party.name
    'Acme'
    """
    if standing.state is State.WAITING_ON_THIRD_PARTY:
        return Charge(Party(PartyKind.THIRD_PARTY, standing.third_party), standing.reason or standing.state.value)
    if standing.state is State.HANDED_OFF:
        return _charge_of_hand_offs(links)
    if standing.state is State.WAITING_ON_CUSTOMER and standing.reason:
        return Charge(CUSTOMER, standing.reason)
    return _PLAIN[standing.state]


def _charge_of_hand_offs(links: Links) -> Charge:
    holding = holders(links)
    if holding:
        party, *others = dict.fromkeys(Party(PartyKind.DEPARTMENT, link.department) for link in holding)
        return Charge(party, State.HANDED_OFF.value, tuple(others))
    offered = waited_for(links)
    return Charge(PROVIDER, f"offered:{offered[0].department}" if offered else State.HANDED_OFF.value)


class Account(NamedTuple):
    """The stretches that are over, and the open one: since when it runs and whom it is charged to."""

    past: tuple[Stretch, ...]
    since: datetime
    charge: Charge

    def charged(self, charge: Charge, at: datetime) -> "Account":
        """From `at` on charged so. Nothing of no length is kept, and equal neighbours are one.

        >>> noon = datetime.fromisoformat("2024-05-06T12:00Z")
        >>> account = Account((), noon, Charge(PROVIDER, "submitted"))
        >>> account.charged(Charge(CUSTOMER, "fulfilled"), noon).past
        ()
        """
        if charge == self.charge:
            return self
        past = (*self.past, Stretch(self.since, at, self.charge)) if at > self.since else self.past
        if past and past[-1].charge == charge:
            return Account(past[:-1], past[-1].from_, charge)
        return Account(past, at, charge)

    def stretches(self, now: datetime) -> tuple[Stretch, ...]:
        """All stretches until `now`, or until the ticket ended for the time being."""
        past = self.past
        if self.charge.party.kind is not PartyKind.NONE:
            return (*past, Stretch(self.since, now, self.charge)) if now > self.since else past
        while past and past[-1].charge.party.kind is PartyKind.NONE:
            past = past[:-1]
        return past


def tell(terms: Terms, stretches: tuple[Stretch, ...]) -> tuple[Interval, ...]:
    """The ledger's lines, with the wall and the working time of each stretch; neighbours charged alike are one."""
    lines: list[Stretch] = []
    for stretch in stretches:
        if lines and lines[-1].charge == stretch.charge:
            lines[-1] = lines[-1]._replace(to=stretch.to)
        else:
            lines.append(stretch)
    return tuple(_line(terms, line) for line in lines)


def _line(terms: Terms, stretch: Stretch) -> Interval:
    from_, to, (party, reason, also), _ = stretch
    calendar = terms.calendar_of(party, from_)
    working = NO_TIME if calendar is None else worked(calendar, from_, to)
    return Interval(from_, to, party, reason, also, to - from_, working)
