"""The words of a ticket's life: states, sides, parties and what clocks are called, each in one place."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a ticket stands."""

    AWAITING_APPROVAL = "awaiting_approval"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    WAITING_ON_CUSTOMER = "waiting_on_customer"
    WAITING_ON_THIRD_PARTY = "waiting_on_third_party"
    HANDED_OFF = "handed_off"
    FULFILLED = "fulfilled"
    CLOSED = "closed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


WORKING = frozenset({State.SUBMITTED, State.ACCEPTED, State.IN_PROGRESS})
"""States in which the provider itself holds the ticket."""
RESTING = frozenset(
    {State.AWAITING_APPROVAL, State.WAITING_ON_CUSTOMER, State.WAITING_ON_THIRD_PARTY, State.HANDED_OFF}
)
"""States that end into the state they came from."""
DONE = frozenset({State.FULFILLED, State.CLOSED, State.DECLINED, State.CANCELLED})
"""States in which no hand-off stays open; leaving one for a state outside them is a reopening."""
FINAL = frozenset({State.CLOSED, State.DECLINED, State.CANCELLED})
"""States in which the ledger has ended."""


class Side(StrEnum):
    """On which side of the ticket somebody acts."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    APPROVER = "approver"
    DEPARTMENT = "department"
    """A department that holds a link of the ticket."""
    SYSTEM = "system"
    """Nobody: a lapse, an expiry, a merge."""


def other_side(side: Side) -> Side:
    """Of the two that promise each other something.

    >>> other_side(Side.PROVIDER)
    <Side.CUSTOMER: 'customer'>
    """
    return Side.CUSTOMER if side is Side.PROVIDER else Side.PROVIDER


class PartyKind(StrEnum):
    """Who may be charged with time; `department` and `third_party` carry a name besides."""

    PROVIDER = "provider"
    CUSTOMER = "customer"
    APPROVER = "approver"
    DEPARTMENT = "department"
    THIRD_PARTY = "third_party"
    EXCLUDED = "excluded"
    NONE = "none"


NAMED = frozenset({PartyKind.DEPARTMENT, PartyKind.THIRD_PARTY})
UNNAMED = "unknown"


@dataclass(frozen=True, slots=True)
class Party:
    """Who is charged with a stretch of time; `str(party)` is its one spelling, in the ledger and in reports.

    >>> str(Party(PartyKind.PROVIDER)), str(Party(PartyKind.DEPARTMENT, "IT")), str(Party(PartyKind.THIRD_PARTY))
    ('provider', 'department:IT', 'third_party:unknown')
    >>> Party.parse("third_party:Acme: Ltd")
    Party(kind=<PartyKind.THIRD_PARTY: 'third_party'>, name='Acme: Ltd')
    """

    kind: PartyKind
    name: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in NAMED:
            if self.name is not None:
                raise ValueError(f"the party {self.kind} has no name")
        elif not self.name:
            object.__setattr__(self, "name", UNNAMED)

    def __str__(self) -> str:
        return self.kind.value if self.name is None else f"{self.kind.value}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> "Party":
        """The party that `text` spells; `ValueError` for anything else."""
        kind, colon, name = text.partition(":")
        return cls(PartyKind(kind), name if colon else None)


PROVIDER = Party(PartyKind.PROVIDER)
CUSTOMER = Party(PartyKind.CUSTOMER)
APPROVER = Party(PartyKind.APPROVER)
EXCLUDED = Party(PartyKind.EXCLUDED)
NOBODY = Party(PartyKind.NONE)


class ClockName(StrEnum):
    """What is measured. Targets are the provider's promise, obligations the customer's."""

    ACKNOWLEDGE = "acknowledge"
    FIRST_RESPONSE = "first_response"
    UPDATE = "update"
    RESOLUTION = "resolution"
    REPLY = "reply"
    ACCEPTANCE = "acceptance"
    NOTICE = "notice"
    COMPLETENESS = "completeness"
    QUOTA = "quota"


INSTANT = frozenset({ClockName.NOTICE, ClockName.COMPLETENESS, ClockName.QUOTA})
"""Obligations that are decided at once."""
OBLIGATIONS = INSTANT | {ClockName.REPLY, ClockName.ACCEPTANCE}
"""What the customer promises; all others are targets of the provider."""


class Effect(StrEnum):
    """What a missed obligation does to `resolution`."""

    NONE = "none"
    EXTEND = "extend"
    """The shortfall of a `notice` is added to the target."""
    BEST_EFFORT = "best_effort"
    """It is measured in a column of its own, neither met nor missed."""


class Restart(StrEnum):
    """What a ruling does with the time that open clocks have used."""

    KEEP = "keep"
    RESTART = "restart"


class ClockState(StrEnum):
    """How a clock stands; a running or paused clock may be breached already (`breached_at`)."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    VOID = "void"


class EventKind(StrEnum):
    """The four kinds of event; the fold reads facts and rulings, never decisions and marks."""

    FACT = "fact"
    RULING = "ruling"
    DECISION = "decision"
    MARK = "mark"


class Visibility(StrEnum):
    """Who reads a comment: everybody on the ticket, or the provider's side alone."""

    PUBLIC = "public"
    INTERNAL = "internal"


class LinkEnd(StrEnum):
    """How a hand-off ended."""

    BOUNCED = "bounced"
    """The department to which it was offered refused it."""
    WITHDRAWN = "withdrawn"
    """Whoever offered it took the offer back."""
    LAPSED = "lapsed"
    """Nobody answered the offer in time."""
    RETURNED = "returned"
    """It was accepted, and the work came back to whoever handed it off."""
    ENDED = "ended"
    """The ticket, or the link above, ended and took this link with it."""


class Asks(StrEnum):
    """Whom a department that holds a link asks something."""

    PROVIDER = "provider"
    """Whoever handed this part on."""
    REQUESTER = "requester"
    """Whoever asked for the whole."""


class StepReason(StrEnum):
    """Reasons that the platform itself gives for a step; people's reasons are free text."""

    NO_ANSWER = "no_answer"
    """waiting_on_customer → cancelled by lapse."""
    LAPSED = "lapsed"
    """fulfilled → closed by lapse."""
    EXPIRED = "expired"
    """awaiting_approval → declined, nobody having decided."""
    MERGED = "merged"
    """cancelled, merged into another ticket."""
    INCOMPLETE = "incomplete"
    """Back to the customer because the request lacks something (`lacking`)."""
