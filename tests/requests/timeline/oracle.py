"""A ticket the slow way: facts read one by one into plain variables, clocks counted quarter of an hour by quarter.

Nothing is taken from the fold but the words. Where the fold keeps a path, this keeps a base and numbered rests; where
it adds and measures working time, this looks at every quarter and asks who held the ticket and whether it was worked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from services.requests.timeline.events import Event
from services.requests.timeline.facts import (
    Amended,
    ApprovalAnswered,
    Assigned,
    Commented,
    HandOffAccepted,
    HandOffAnswered,
    HandOffAsked,
    HandOffEnded,
    HandOffOffered,
    Moved,
    Prioritised,
    PriorityProposed,
    Reported,
    Submitted,
)
from services.requests.timeline.rulings import RULINGS
from services.requests.timeline.vocabulary import Side
from tests.requests.timeline.oracle_moments import Held, Moment, counting, is_of_part
from tests.requests.timeline.oracle_parts import Part, ask, finish, follow, held_by, shut, take_over
from tests.requests.timeline.weeks import tick_of

DONE = ("fulfilled", "closed", "declined", "cancelled")
RESTS = ("awaiting_approval", "waiting_on_customer", "waiting_on_third_party", "handed_off")


@dataclass
class Watched:
    """What an attentive clerk would have written down."""

    provider: str
    base: str = ""
    rests: dict[str, tuple[int, str | None, str | None]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    group: str | None = None
    is_submitted: bool = False
    moments: list[Moment] = field(default_factory=list)
    needed_by: str | None = None
    asked: Submitted | None = None
    held: list[tuple[int, Held]] = field(default_factory=list)
    now: int = 0
    entered: int = 0
    is_part: bool = False

    @property
    def state(self) -> str:
        return max(self.rests, key=lambda rest: self.rests[rest][0]) if self.rests else self.base

    @property
    def came_from(self) -> str | None:
        beneath = sorted(self.rests, key=lambda rest: self.rests[rest][0])[:-1]
        return (beneath[-1] if beneath else self.base) if self.rests else None

    def hear(self, event: Event) -> None:
        """A fact, and what it did to waits and to what was delivered; or a ruling, which moves nothing."""
        if isinstance(event.payload, RULINGS):
            if not self.base or is_of_part(event.payload):
                return
            self.moments.append(Moment(tick_of(event.recorded_at), "ruled", event))
            return
        before, asked = self.base, "waiting_on_customer" in self.rests
        self.read(event)
        asks = "waiting_on_customer" in self.rests
        if asked and not asks:
            self._note("answered" if self._is_answer(event) else "dropped")
        elif asks and not asked:
            self._note("asked")
        is_closed_at_once = self.base == "closed" and before not in DONE
        if is_closed_at_once or self.base == "fulfilled" != before:
            self._note("delivered")
        if is_closed_at_once or before == "fulfilled" != self.base:
            self._note(self._left_fulfilled(event))

    def _is_answer(self, event: Event) -> bool:
        """A wait ended: by an answer of the customer's side, or because the question was dropped."""
        fact, is_customer = event.payload, event.actor.side is Side.CUSTOMER
        if isinstance(fact, Moved):
            return fact.answers is True and not is_customer
        return is_customer and isinstance(fact, Commented | Amended)

    def _left_fulfilled(self, event: Event) -> str:
        if self.base == "closed":
            is_lapse = isinstance(event.payload, Moved) and event.payload.reason == "lapsed"
            return "lapsed" if is_lapse and event.actor.side is Side.SYSTEM else "accepted"
        is_customer = event.actor.side is Side.CUSTOMER
        return "accepted" if is_customer and self.base not in DONE else "refused"

    def read(self, event: Event) -> None:
        self.now = tick_of(event.occurred_at)
        fact, side = event.payload, event.actor.side
        if not self.base:
            self._begin(fact)
        elif isinstance(fact, Submitted):
            return
        if side is Side.PROVIDER and not isinstance(fact, Submitted | Reported):
            self._acted(is_decline=isinstance(fact, Moved) and fact.to == "declined")
        serves = side in (Side.PROVIDER, Side.DEPARTMENT) and not event.actor.automatic
        if isinstance(fact, Moved):
            self._go(fact.to.value, fact.reason, fact.third_party)
            if serves and (fact.comment or fact.to == "waiting_on_customer"):
                self._replied()
            is_return = fact.to == "waiting_on_customer" and fact.reason == "incomplete"
            if is_return and fact.lacking and side in (Side.PROVIDER, Side.DEPARTMENT):
                self._note("lacking", fact.lacking)
        elif isinstance(fact, Commented):
            if serves and fact.visibility == "public":
                self._replied()
            if side is Side.CUSTOMER and fact.visibility == "public" and fact.answers:
                self.rests.pop("waiting_on_customer", None)
        elif isinstance(fact, HandOffOffered):
            self._hand_off(fact, None)
        elif isinstance(fact, HandOffAccepted):
            if not take_over(self.parts, fact.link_id, self.now):
                self._hand_off(fact, self.now)  # nobody offered it: offered and taken over at once
        elif isinstance(fact, HandOffEnded):
            if finish(self.parts, fact.link_id, fact.end):
                self._back_to_work()
        elif isinstance(fact, HandOffAsked):
            if ask(self.parts, fact.link_id, fact.asks) and fact.asks == "requester" and serves:
                self._replied()
        elif isinstance(fact, HandOffAnswered):
            ask(self.parts, fact.link_id, None)
        elif isinstance(fact, Reported):
            self._row(fact, event)
        elif isinstance(fact, Amended):
            if side is Side.CUSTOMER:
                self._amend(fact)
        else:
            assert isinstance(fact, Submitted | ApprovalAnswered | Assigned | PriorityProposed | Prioritised)
        self.held.append((self.now, self._holder()))

    def _amend(self, fact: Amended) -> None:
        self.rests.pop("waiting_on_customer", None)
        if "needed_by" in fact.changes:
            self.needed_by = fact.changes["needed_by"]
            self._note("needed", self.needed_by)

    def _begin(self, fact: object) -> None:
        if isinstance(fact, Submitted):
            self.asked, self.needed_by = fact, fact.needed_by
        wanted = fact.state if isinstance(fact, Reported) else fact.to if isinstance(fact, Moved) else None
        if wanted == "awaiting_approval" or (isinstance(fact, Submitted) and fact.needs_approval):
            self.base = "awaiting_approval"
        else:
            self._submit()

    def _note(self, what: str, about: Any = None) -> None:
        self.moments.append(Moment(self.now, what, about))

    def _replied(self) -> None:
        """What is said before submission or after the end is no news of work: the moment tells which it is."""
        self._note("replied", self.is_submitted and self.base not in DONE)

    def _submit(self) -> None:
        self.base, self.rests, self.is_submitted = "submitted", {}, True
        self._note("submitted", (self.asked, self.needed_by))
        if not self.is_part:
            self._note("begun")

    def _acted(self, *, is_decline: bool = False) -> None:
        self._note("acted")
        if self.state == "submitted" and not is_decline:
            self.base = "accepted"
            if self.is_part:
                self._note("begun")

    def _wake(self, towards: str) -> None:
        if not self.is_submitted and towards == "awaiting_approval":
            self.base, self.rests = towards, {}
        elif not self.is_submitted:
            self._submit()
        elif self.base in DONE:
            self._note("reopened")
            self.base = "in_progress"

    def _go(self, to: str, reason: str | None = None, third: str | None = None) -> None:
        if to in DONE:
            if not self.is_submitted and to in ("fulfilled", "closed"):
                self._submit()
            if self.is_part and reason == "lapsed":
                self._note("lapsed")
            if to != "closed" or self.base not in DONE:
                self._note("fulfilled" if to == "closed" else to)
            for part in self.parts:
                shut(part, self.parts, "ended")
            self.base, self.rests = to, {}
            return
        self._wake(to)
        if to not in RESTS:
            self.base, self.rests = to, {}
        elif to in self.rests:
            place = self.rests[to][0]
            self.rests = {rest: said for rest, said in self.rests.items() if said[0] <= place}
            if reason or third:
                self.rests[to] = (place, reason, third)
        elif to == self.base:
            self.rests = {}
        else:
            self.entered += 1
            self.rests[to] = (self.entered, reason, third)

    def _hand_off(self, fact: HandOffOffered | HandOffAccepted, accepted: int | None) -> None:
        if self.base in DONE or any(part.id == fact.link_id for part in self.parts):
            return
        above = next((part for part in self.parts if part.id == fact.parent and part.is_open), None)
        self.parts.append(Part(fact.link_id, fact.department, above, fact.wait, self.now, accepted))
        if above is not None:
            return
        if fact.wait:
            self._wake("handed_off")
        self._acted()
        if fact.wait:
            self._go("handed_off")

    def _back_to_work(self) -> None:
        if "handed_off" in self.rests and not any(part.is_waited_for() for part in self.parts):
            place = self.rests["handed_off"][0]
            self.base = "in_progress"
            self.rests = {rest: said for rest, said in self.rests.items() if said[0] > place}

    def _row(self, fact: Reported, event: Event) -> None:
        before, links_before = self.state, [(part.id, part.is_open) for part in self.parts]
        self.group = fact.department or self.group
        named = fact.state.value if fact.state else self.base if before == "handed_off" else before
        if named in DONE or named == "awaiting_approval":
            if named != before:
                if named in ("fulfilled", "declined"):
                    self._note("acted")
                self._go(named)
            return
        self._wake(named)
        follow(self.parts, self.group, self.provider, event.id, self.now)
        handed_on = [(part.id, part.is_open) for part in self.parts] != links_before
        if fact.state or handed_on:
            self._be(named, fact.third_party)
        if self.state == "waiting_on_customer" != before and not event.actor.automatic:
            self._replied()
        if handed_on:
            self._note("acted")

    def _be(self, named: str, third: str | None) -> None:
        waiting = any(part.is_waited_for() for part in self.parts)
        if named == self.state and waiting == ("handed_off" in self.rests):
            if third and named == "waiting_on_third_party":
                self.rests[named] = (self.rests[named][0], None, third)
            return
        if waiting or named != "submitted":
            self._note("acted")
            if self.base == "submitted":
                self.base = "accepted"
        if not waiting and named != "handed_off":
            self._back_to_work()
        wanted = ["handed_off"] if waiting or named == "handed_off" else []
        if named in ("waiting_on_customer", "waiting_on_third_party"):
            wanted.append(named)
        if not wanted:
            self.base = named
        self.rests = {}
        for rest in wanted:
            self.entered += 1
            self.rests[rest] = (self.entered, None, third if rest == "waiting_on_third_party" else None)

    def _holder(self) -> Held:
        return held_by(self.state, self.rests.get(self.state, (0, None, None))[1:], self.parts)


def watch(provider: str, events: Iterable[Event]) -> Watched:
    """All facts that count, read in order."""
    watched = Watched(provider)
    for event in counting(events):
        watched.hear(event)
    return watched


def holders(watched: Watched, now: int, *, to_the_end: bool = False) -> list[Held]:
    """Who held the ticket in each quarter from its first fact until now, or (but `to_the_end`) until it ended."""
    quarters: list[Held] = []
    if not watched.held:
        return quarters
    begin = watched.held[0][0]
    for (since, held), (until, _) in zip(watched.held, [*watched.held[1:], (now, None)], strict=True):
        quarters[since - begin :] = [held] * (until - since)
    if to_the_end:
        return quarters
    while watched.base in DONE and watched.base != "fulfilled" and quarters and quarters[-1][0] == "none":
        quarters.pop()
    return quarters
