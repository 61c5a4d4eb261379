"""What can be so about a ticket: the typed payload of every fact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from services.requests.timeline.approving import Approver
from services.requests.timeline.promised import PinnedTerms
from services.requests.timeline.vocabulary import Asks, EventKind, LinkEnd, Restart, Side, State, Visibility


class FactName(StrEnum):
    """The stored name of each fact's type."""

    SUBMITTED = "submitted"
    MOVED = "moved"
    APPROVAL_ANSWERED = "approval_answered"
    COMMENTED = "commented"
    ASSIGNED = "assigned"
    HAND_OFF_OFFERED = "hand_off_offered"
    HAND_OFF_ACCEPTED = "hand_off_accepted"
    HAND_OFF_ENDED = "hand_off_ended"
    HAND_OFF_ASKED = "hand_off_asked"
    HAND_OFF_ANSWERED = "hand_off_answered"
    REPORTED = "reported"
    AMENDED = "amended"
    PRIORITY_PROPOSED = "priority_proposed"
    PRIORITISED = "prioritised"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class _Fact:
    kind: ClassVar[EventKind] = EventKind.FACT


@dataclass(frozen=True, slots=True)
class Submitted(_Fact):
    """A customer asks. With `needs_approval` the clocks wait until the approver, who is of that side, lets it pass.

    `needed_by` is an instant or a date, as text; `missing` the expected pointers that the request lacks. `quota_*` were
    read under a lock: what the quota allows in this period, and what it comes to with this ticket. `approvals` are the
    levels that are asked, none where another system asked them.
    """

    name: ClassVar[FactName] = FactName.SUBMITTED
    needs_approval: bool = False
    needed_by: str | None = None
    missing: tuple[str, ...] = ()
    quota_promised: float | None = None
    quota_observed: float | None = None
    approver: Side = Side.CUSTOMER
    approvals: tuple[Approver, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved(_Fact):
    """Somebody, or a lapse (side `system`), took the ticket to another state.

    `comment` is public, and on a wait on the customer it is the question. `third_party` names whom the ticket waits
    for. `lacking` points at what an incomplete request lacks. `answers` says of a step out of a
    wait on the customer that the customer had answered; else the question was taken back. `approvals` are the levels
    that a step to `awaiting_approval` asks.
    """

    name: ClassVar[FactName] = FactName.MOVED
    to: State
    reason: str | None = None
    comment: str | None = None
    third_party: str | None = None
    lacking: tuple[str, ...] = ()
    answers: bool | None = None
    approvals: tuple[Approver, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalAnswered(_Fact):
    """Somebody approved or declined at one level (from 1). The step that follows from it is a fact of its own.

    `deputy`: they stood in for a manager of the department that was asked.
    """

    name: ClassVar[FactName] = FactName.APPROVAL_ANSWERED
    level: int
    approved: bool
    comment: str | None = None
    deputy: bool = False


@dataclass(frozen=True, slots=True)
class Commented(_Fact):
    """Somebody wrote. A customer's public comment ends a wait on the customer unless `answers` is false."""

    name: ClassVar[FactName] = FactName.COMMENTED
    body: str
    visibility: Visibility = Visibility.PUBLIC
    answers: bool = True


@dataclass(frozen=True, slots=True)
class Assigned(_Fact):
    """The ticket is somebody's to work on, or nobody's again."""

    name: ClassVar[FactName] = FactName.ASSIGNED
    assignee_id: UUID | None


@dataclass(frozen=True, slots=True)
class HandOffOffered(_Fact):
    """The provider, or the holder of the link `parent`, asks a department (its code) to take over part of the ticket.

    `offering_id` names what is asked of it, `needed_by` (an instant or a date, as text) and `fields` say more. `terms`
    are what is promised for this part, by that `priority` of its agreement; `missing` and `quota_*` as in a request.
    """

    name: ClassVar[FactName] = FactName.HAND_OFF_OFFERED
    link_id: UUID
    department: str
    wait: bool = True
    parent: UUID | None = None
    comment: str | None = None
    offering_id: UUID | None = None
    offering_version: int | None = None
    needed_by: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    quota_promised: float | None = None
    quota_observed: float | None = None
    terms: PinnedTerms | None = None
    priority: str | None = None


@dataclass(frozen=True, slots=True)
class HandOffAccepted(_Fact):
    """A department took over part of the ticket that it was offered.

    One that nobody offered (an import's) is offered and accepted at once: only then `wait` and `parent` matter.
    """

    name: ClassVar[FactName] = FactName.HAND_OFF_ACCEPTED
    link_id: UUID
    department: str
    wait: bool = True
    parent: UUID | None = None


@dataclass(frozen=True, slots=True)
class HandOffEnded(_Fact):
    """A department's part is over, or will not be; the links beneath it end with it."""

    name: ClassVar[FactName] = FactName.HAND_OFF_ENDED
    link_id: UUID
    end: LinkEnd = LinkEnd.RETURNED
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class HandOffAsked(_Fact):
    """The department that holds a link asks something, and its part waits for the answer.

    What it asks whoever handed its part on is between the two (`visibility`).
    """

    name: ClassVar[FactName] = FactName.HAND_OFF_ASKED
    link_id: UUID
    comment: str
    asks: Asks = Asks.PROVIDER
    visibility: Visibility = Visibility.PUBLIC


@dataclass(frozen=True, slots=True)
class HandOffAnswered(_Fact):
    """What a link's department asked was answered, for the eyes that read the question."""

    name: ClassVar[FactName] = FactName.HAND_OFF_ANSWERED
    link_id: UUID
    comment: str
    visibility: Visibility = Visibility.PUBLIC


@dataclass(frozen=True, slots=True)
class Reported(_Fact):
    """One row of another system: the state and the department that it names at that instant, as the mapping reads them.

    `None` says that the source does not tell, and changes nothing. Both stand in one fact because they came as one:
    whether a change of group opens a hand-off depends on the state in the same row. `priority` is the source's, for
    queues; `source_state` and `source_group` are its own words, kept for the history.
    """

    name: ClassVar[FactName] = FactName.REPORTED
    state: State | None = None
    department: str | None = None
    third_party: str | None = None
    priority: str | None = None
    source_state: str | None = None
    source_group: str | None = None


_NOTES = frozenset({"participants", "external_refs"})


@dataclass(frozen=True, slots=True)
class Amended(_Fact):
    """The customer's side changed what it asks: the fields of the ticket, each with its new value.

    It is an answer to whatever was asked, unless it only notes who looks on or where else the work is kept. A
    `needed_by` that moves earlier has the `notice` decided again.
    """

    name: ClassVar[FactName] = FactName.AMENDED
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def answers(self) -> bool:
        """Whether it tells the provider something.

        >>> Amended({"fields": {"model": "B"}}).answers, Amended({"participants": []}).answers
        (True, False)
        """
        return not self.changes or not self.changes.keys() <= _NOTES


@dataclass(frozen=True, slots=True)
class PriorityProposed(_Fact):
    """A side wants another promised priority. Nothing changes until the other side confirms it, which is a ruling.

    `restart` is what it would do with the time that open targets have used.
    """

    name: ClassVar[FactName] = FactName.PRIORITY_PROPOSED
    priority: str
    restart: Restart = Restart.KEEP


@dataclass(frozen=True, slots=True)
class Prioritised(_Fact):
    """The ticket has another place in queues (`priority`); what is promised stays."""

    name: ClassVar[FactName] = FactName.PRIORITISED
    priority: str


@dataclass(frozen=True, slots=True)
class TakenBack(_Fact):
    """A slip taken back: the event that carries this names it in `corrects`, and is as internal as it is."""

    name: ClassVar[FactName] = FactName.TAKEN_BACK
    reason: str | None = None
    visibility: Visibility = Visibility.PUBLIC


Fact = (
    Submitted
    | Moved
    | ApprovalAnswered
    | Commented
    | Assigned
    | HandOffOffered
    | HandOffAccepted
    | HandOffEnded
    | HandOffAsked
    | HandOffAnswered
    | Reported
    | Amended
    | PriorityProposed
    | Prioritised
    | TakenBack
)
FACTS: tuple[type[Fact], ...] = (
    Submitted,
    Moved,
    ApprovalAnswered,
    Commented,
    Assigned,
    HandOffOffered,
    HandOffAccepted,
    HandOffEnded,
    HandOffAsked,
    HandOffAnswered,
    Reported,
    Amended,
    PriorityProposed,
    Prioritised,
    TakenBack,
)
