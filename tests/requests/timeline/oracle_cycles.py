"""Section 6, columns "starts", "stops" and "void when", for the clocks that run: one cycle after the other.

Read where `agreements.md` is brief:
- A reply before submission or after the end of the work promises no next update.
- The wait on the customer is one entry however deep other rests are put upon it; a comment that does not answer does
  not stop `reply`; a wait that another system ends, and one left behind, is a question dropped.
- A step that ends the wait is an answer where whoever takes it says so; the customer's own steps are none.
- `acceptance` runs while the ticket is fulfilled: whoever closes it stops the clock, but for a lapse; only the customer
  stops it by reopening.
- A ticket's work begins with its submission, that of a part with its acceptance; an offer that lapses misses its
  `acknowledge`.
"""

from dataclasses import dataclass, field

from tests.requests.timeline.oracle_left_out import LeftOut
from tests.requests.timeline.oracle_moments import Moment
from tests.requests.timeline.oracle_promises import Promise

NOTHING = LeftOut()
STARTS = {
    "acknowledge": ("submitted",),
    "first_response": ("begun",),
    "update": ("replied",),
    "resolution": ("begun", "reopened"),
    "reply": ("asked",),
    "acceptance": ("delivered",),
}
STOPS = {
    "acknowledge": ("acted", "declined", "fulfilled"),
    "first_response": ("replied", "declined", "fulfilled"),
    "update": ("replied", "declined", "fulfilled"),
    "resolution": ("fulfilled",),
    "reply": ("answered",),
    "acceptance": ("accepted", "lapsed"),
}
VOIDS = {
    "acknowledge": ("cancelled",),
    "first_response": ("cancelled",),
    "update": ("cancelled",),
    "resolution": ("declined", "cancelled"),
    "reply": ("dropped",),
    "acceptance": ("refused",),
}


@dataclass(frozen=True)
class Change:
    """Something that reached an open cycle: a ruling (with what it promises now), or working time added.

    `before` and `known` are what was left out as far as known before it and after it.
    """

    tick: int
    why: str
    promise: Promise | None = None
    version: int = 0
    restart: bool = False
    added: int = 0
    before: LeftOut = NOTHING
    known: LeftOut = NOTHING


@dataclass
class Cycle:
    """One run of a clock under a promise; `end` None while it is open, else `how` it ended.

    `current` is what is promised by now, in that `version` of its calendar (0: the one it began in).
    """

    promise: Promise
    number: int
    round: int
    start: int
    end: int | None = None
    how: str = ""
    changes: list[Change] = field(default_factory=list)
    version: int = 0

    def __post_init__(self) -> None:
        self.current = self.promise

    @property
    def clock(self) -> str:
        return self.promise.clock


def begins(clock: str, moment: Moment, *, is_open: bool) -> bool:
    """Whether the clock starts at that moment, if it is promised; a reply starts an update while there is work."""
    if moment.what not in STARTS[clock]:
        return False
    return bool(moment.about) if clock == "update" else not is_open


def ends(clock: str, moment: Moment) -> str:
    """How that moment ends an open cycle, if it does."""
    if moment.what in VOIDS[clock]:
        return "void"
    if moment.what == "lapsed" and clock in ("acceptance", "acknowledge"):
        return "lapsed"
    return "stopped" if moment.what in STOPS[clock] else ""
