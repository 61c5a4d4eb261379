"""The stage on which one fact acts: how a ticket stands, and the few moves that every kind of fact is made of.

A ticket stands on a short path: a state in which the provider works or which is done, and on it what the ticket rests
in, latest last. "The state it came from" is the one beneath. Read where `agreements.md` is brief:
- Entering a rest that already lies on the path returns to it, so a path never grows beyond the rests there are.
- A customer's answer takes the question off the path wherever it lies.
- When the last hand-off that is waited for ends, what lies beneath it becomes `in_progress`; a wait on top goes on.
- A fact that takes a ticket out of its first approval without an approver grants it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.requests.timeline.clocks import Moment
from services.requests.timeline.ledger import Standing
from services.requests.timeline.links import Links, end_all, waited_for
from services.requests.timeline.vocabulary import DONE, RESTING, Side, State, StepReason

Path = tuple[Standing, ...]

PLAIN: dict[State, Path] = {state: (Standing(state),) for state in State}


@dataclass(slots=True)
class Scene:
    """How the ticket stands at the instant `at`, changed move by move; what happened gathers in `moments`.

    `side` is who acts. `is_submitted`: the request has reached the provider, which a first approval holds up. Of a link
    (`is_link`) the work begins when it is accepted.
    """

    at: datetime
    side: Side
    is_submitted: bool
    path: Path
    links: Links
    group: str | None
    assignee_id: UUID | None
    priority: str | None
    is_link: bool = False
    moments: list[Moment] = field(default_factory=list)
    is_irregular: bool = False
    is_answered: bool = False

    @property
    def state(self) -> State:
        """The state in which the ticket is."""
        return self.path[-1].state

    @property
    def came_from(self) -> State | None:
        """The state into which a wait, a hand-off or an approval ends."""
        return self.path[-2].state if len(self.path) > 1 else None

    @property
    def is_asking(self) -> bool:
        """Whether a question to the customer is open, be it under another wait."""
        return any(standing.state is State.WAITING_ON_CUSTOMER for standing in self.path)

    def open(self, *, needs_approval: bool) -> None:
        """The ticket begins to exist."""
        if needs_approval:
            self.path = PLAIN[State.AWAITING_APPROVAL]
        else:
            self._submit()

    def accept(self) -> None:
        """The provider acted, which in `submitted` is acceptance."""
        if self.path[0].state is State.SUBMITTED:
            self.path = (*PLAIN[State.ACCEPTED], *self.path[1:])
            if self.is_link:
                self.moments.append(Moment.BEGUN)

    def move(self, standing: Standing) -> None:
        """Into another state, whatever the table says of it."""
        if standing.state in DONE:
            self._settle(standing)
            return
        self.come_alive(standing.state)
        if standing.state in RESTING:
            self._rest(standing)
        else:
            self.path = PLAIN[standing.state]

    def come_alive(self, towards: State) -> None:
        """Out of a state that is done (a reopening), or towards the provider for the first time (approved)."""
        if not self.is_submitted and towards is State.AWAITING_APPROVAL:
            self.path = PLAIN[State.AWAITING_APPROVAL]
        elif not self.is_submitted:
            self._submit()
        elif self.state in DONE:
            if self.state is State.FULFILLED and self.side is Side.CUSTOMER:
                self.moments.append(Moment.REFUSED)
            self.moments.append(Moment.REOPENED)
            self.path = PLAIN[State.IN_PROGRESS]

    def answer(self) -> None:
        """The customer answered: the ticket no longer waits on the customer."""
        self.is_answered = True
        if len(self.path) > 1:
            self.path = tuple(standing for standing in self.path if standing.state is not State.WAITING_ON_CUSTOMER)

    def reply(self) -> None:
        """A person of the provider's side told the customer something, after what else the fact did."""
        self.moments.append(Moment.REPLIED)
        if self.is_submitted and self.state not in DONE:
            self.moments.append(Moment.REPLIED_FOR_NOW)

    def note_question(self, *, was_asking: bool) -> None:
        """After all that the fact did: a question was asked, answered or dropped by it."""
        if self.is_asking and not was_asking:
            self.moments.append(Moment.ASKED)
        elif was_asking and not self.is_asking:
            # An answer counts before the end that comes with it.
            self.moments.insert(0, Moment.ANSWERED if self.is_answered else Moment.QUESTION_DROPPED)

    def stop_waiting_for_links(self) -> None:
        """Back to work once no hand-off is waited for any more."""
        if waited_for(self.links):
            return
        places = [place for place, standing in enumerate(self.path) if standing.state is State.HANDED_OFF]
        if places:
            self.path = (*PLAIN[State.IN_PROGRESS], *self.path[places[0] + 1 :])

    def _submit(self) -> None:
        self.path = PLAIN[State.SUBMITTED]
        self.is_submitted = True
        self.moments.append(Moment.SUBMITTED)
        if not self.is_link:
            self.moments.append(Moment.BEGUN)

    def _rest(self, standing: Standing) -> None:
        for place, known in enumerate(self.path):
            if known.state is standing.state:
                says_more = standing.reason or standing.third_party
                self.path = (*self.path[:place], standing if says_more else known)
                return
        self.path = (*self.path, standing)

    def _settle(self, standing: Standing) -> None:
        if not self.is_submitted and standing.state in (State.FULFILLED, State.CLOSED):
            self._submit()
        if standing.state is State.FULFILLED or (standing.state is State.CLOSED and self.state not in DONE):
            self.moments.append(Moment.FULFILLED)
        elif standing.state is State.DECLINED:
            self.moments.append(Moment.DECLINED)
        elif standing.state is State.CANCELLED:
            if self.is_link and standing.reason == StepReason.LAPSED:
                self.moments.append(Moment.LAPSED)
            self.moments.append(Moment.CANCELLED)
        if standing.state is State.CLOSED:
            is_lapse = self.side is Side.SYSTEM and standing.reason == StepReason.LAPSED
            self.moments.append(Moment.LAPSED if is_lapse else Moment.CLOSED)
        self.links = end_all(self.links, self.at)
        self.path = (standing,)
