"""Which moments start, stop and void each clock, and who pauses it: the table of clocks.

Read where `agreements.md` is brief:
- What the people of a department that holds a link tell the customer in public is a reply too: the outer provider
  promised the whole.
- A decline or a fulfilment stops `acknowledge`, whoever took the step: no clock outlives its ticket. So a reply on a
  ticket that is done, or that comes with its end, starts no `update`.
- A ticket that another system closes without having been fulfilled was fulfilled in that instant.
- A ticket that another system brings back after a decline or a cancellation is reopened.
- A question is answered by the customer, or where the provider ends the wait saying so; otherwise it was taken back.
  While it lies under another wait it is still asked.
- Whoever closes what was fulfilled accepts it, but for a lapse.
- An offer that lapses misses its `acknowledge`, which is when it lapses.
- A moment that starts a clock which runs already changes nothing.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from services.requests.timeline.terms import Target
from services.requests.timeline.vocabulary import INSTANT, ClockName, PartyKind, Side


class Moment(StrEnum):
    """What a fact amounts to for clocks."""

    SUBMITTED = "submitted"
    """A link: offered."""
    BEGUN = "begun"
    """The work was the provider's: of a ticket when it is submitted, of a link when it is accepted."""
    PROVIDER_ACTED = "provider_acted"
    REPLIED = "replied"
    """A person of the provider's side told or asked the customer something in public."""
    REPLIED_FOR_NOW = "replied_for_now"
    """The same, on a ticket that goes on: another reply is to follow."""
    ASKED = "asked"
    """The ticket began to wait on the customer."""
    ANSWERED = "answered"
    QUESTION_DROPPED = "question_dropped"
    """It no longer waits, and nobody answered."""
    FULFILLED = "fulfilled"
    CLOSED = "closed"
    LAPSED = "lapsed"
    """It was closed because the customer said nothing; of a link: nobody answered the offer."""
    REFUSED = "refused"
    """The customer reopened what was fulfilled."""
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REOPENED = "reopened"


Moments = frozenset[Moment]
_NEVER: Moments = frozenset()


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One row of the table: what starts, stops and voids the clock, and whose time does not count.

    A moment that stops and starts ends one cycle and begins the next; one of `misses` ends it missed, whatever its due
    time. `third_party_by_agreement`: a third party pauses it if the target says so. Obligations that are decided at
    once have no moments.
    """

    side: Side
    starts: Moments = _NEVER
    stops: Moments = _NEVER
    voids: Moments = _NEVER
    misses: Moments = _NEVER
    pausing: frozenset[PartyKind] = field(default=frozenset({PartyKind.EXCLUDED}))
    third_party_by_agreement: bool = False

    def pauses(self, kind: PartyKind, target: Target) -> bool:
        """Whether time charged to this kind of party does not count."""
        if kind is PartyKind.THIRD_PARTY and self.third_party_by_agreement:
            return target.third_party_pauses
        return kind in self.pausing

    @property
    def ends(self) -> Moments:
        """All that ends a cycle."""
        return self.stops | self.voids | self.misses


_ASKING_SIDE = frozenset({PartyKind.CUSTOMER, PartyKind.APPROVER, PartyKind.EXCLUDED})
_ALL_BUT_PROVIDERS = frozenset(PartyKind) - {PartyKind.PROVIDER, PartyKind.DEPARTMENT}

RULES: dict[ClockName, ClockRule] = {
    ClockName.ACKNOWLEDGE: ClockRule(
        Side.PROVIDER,
        starts=frozenset({Moment.SUBMITTED}),
        stops=frozenset({Moment.PROVIDER_ACTED, Moment.DECLINED, Moment.FULFILLED}),
        voids=frozenset({Moment.CANCELLED}),
        misses=frozenset({Moment.LAPSED}),
    ),
    ClockName.FIRST_RESPONSE: ClockRule(
        Side.PROVIDER,
        starts=frozenset({Moment.BEGUN}),
        stops=frozenset({Moment.REPLIED, Moment.DECLINED, Moment.FULFILLED}),
        voids=frozenset({Moment.CANCELLED}),
        pausing=_ASKING_SIDE,
    ),
    ClockName.UPDATE: ClockRule(
        Side.PROVIDER,
        starts=frozenset({Moment.REPLIED_FOR_NOW}),
        stops=frozenset({Moment.REPLIED, Moment.DECLINED, Moment.FULFILLED}),
        voids=frozenset({Moment.CANCELLED}),
        pausing=_ALL_BUT_PROVIDERS,
    ),
    ClockName.RESOLUTION: ClockRule(
        Side.PROVIDER,
        starts=frozenset({Moment.BEGUN, Moment.REOPENED}),
        stops=frozenset({Moment.FULFILLED}),
        voids=frozenset({Moment.DECLINED, Moment.CANCELLED}),
        pausing=_ASKING_SIDE,
        third_party_by_agreement=True,
    ),
    ClockName.REPLY: ClockRule(
        Side.CUSTOMER,
        starts=frozenset({Moment.ASKED}),
        stops=frozenset({Moment.ANSWERED}),
        voids=frozenset({Moment.QUESTION_DROPPED, Moment.FULFILLED, Moment.DECLINED, Moment.CANCELLED}),
    ),
    ClockName.ACCEPTANCE: ClockRule(
        Side.CUSTOMER,
        starts=frozenset({Moment.FULFILLED}),
        stops=frozenset({Moment.CLOSED, Moment.REFUSED}),
        voids=frozenset({Moment.REOPENED, Moment.DECLINED, Moment.CANCELLED}),
        misses=frozenset({Moment.LAPSED}),
    ),
    **{clock: ClockRule(Side.CUSTOMER) for clock in INSTANT},
}

_STARTED_BY = {moment: frozenset(clock for clock in RULES if moment in RULES[clock].starts) for moment in Moment}
_ENDED_BY = {moment: frozenset(clock for clock in RULES if moment in RULES[clock].ends) for moment in Moment}


def running_after(running: frozenset[ClockName], moment: Moment) -> frozenset[ClockName]:
    """Which clocks would run after `moment` if all were promised.

    >>> sorted(running_after(frozenset({ClockName.RESOLUTION}), Moment.FULFILLED))
    [<ClockName.ACCEPTANCE: 'acceptance'>]
    """
    return (running - _ENDED_BY[moment]) | _STARTED_BY[moment]
