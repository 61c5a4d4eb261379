"""What is laid over the account of a ticket: times that both sides leave out, and times decided to be another's.

Read where `agreements.md` is brief:
- A freeze stops every clock that `excluded` pauses, also where the ledger goes on charging customer or approver: the
  customer's own clocks run in no other time. Nobody's time stays nobody's.
- A freeze that is recorded late (the ticket came later) freezes from then on: no second before it is measured again.
- Where freezes overlap, the one that was ruled first is named. A freeze that is withdrawn ends in that instant.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.requests.timeline.ledger import Charge, Stretch
from services.requests.timeline.rulings import FreezeRuled, FreezeWithdrawn
from services.requests.timeline.vocabulary import EXCLUDED, PartyKind

_SPARED = frozenset({PartyKind.CUSTOMER, PartyKind.APPROVER, PartyKind.NONE})
"""Who keeps the charge of their time also when it is frozen."""

Span = tuple[datetime, datetime]


class Window(NamedTuple):
    """`[from_, to)` that is left out; `reason` says by which freeze or exclusion."""

    id: UUID
    from_: datetime
    to: datetime
    reason: str


class Decided(NamedTuple):
    """`[from_, to)` that a decision charges so."""

    from_: datetime
    to: datetime
    charge: Charge


@dataclass(frozen=True, slots=True)
class Overlay:
    """The windows left out, first ruled first, and what was decided to be charged otherwise, latest last."""

    windows: tuple[Window, ...] = ()
    decided: tuple[Decided, ...] = ()

    def frozen(self, window: Window, at: datetime) -> "Overlay":
        """With one more window, as far as it lies after `at`."""
        if window.to <= max(at, window.from_):
            return self
        return replace(self, windows=(*self.windows, window._replace(from_=max(at, window.from_))))

    def thawed(self, window_id: UUID, at: datetime) -> "Overlay":
        """Without what lies after `at` of that window."""
        cut = (each._replace(to=min(each.to, at)) if each.id == window_id else each for each in self.windows)
        return replace(self, windows=tuple(each for each in cut if each.from_ < each.to))

    def over(self, stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
        """The same time, cut where something begins or ends, each piece charged as it is then."""
        if not self.windows and not self.decided:
            return stretches
        spans = [(each.from_, each.to) for each in self.windows] + [(each.from_, each.to) for each in self.decided]
        cuts = sorted({at for span in spans for at in span})
        pieces: list[Stretch] = []
        for stretch in stretches:
            for piece in _cut(stretch, cuts):
                laid = self._laid(piece)
                if pieces and pieces[-1][2:] == laid[2:]:
                    laid = laid._replace(from_=pieces.pop().from_)
                pieces.append(laid)
        return tuple(pieces)

    def is_frozen(self, at: datetime) -> bool:
        """Whether that instant is left out."""
        return bool(self.windows) and any(each.from_ <= at < each.to for each in self.windows)

    def ahead(self, since: datetime) -> tuple[Span, ...]:
        """What is left out after `since`, overlapping windows once, in order.

        >>> days = [datetime.fromisoformat(f"2024-05-{day:02}T00:00Z") for day in range(1, 8)]
        >>> windows = [Window(UUID(int=n), days[a], days[b], "") for n, (a, b) in enumerate([(3, 5), (1, 2), (4, 6)])]
        >>> [(a.day, b.day) for a, b in Overlay(tuple(windows)).ahead(days[0])]
        [(2, 3), (4, 7)]
        """
        if not self.windows:
            return ()
        spans: list[Span] = []
        for _, from_, to, _ in sorted(self.windows, key=lambda each: each.from_):
            if to <= since:
                continue
            if spans and from_ <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(spans[-1][1], to))
            else:
                spans.append((max(from_, since), to))
        return tuple(spans)

    def _laid(self, piece: Stretch) -> Stretch:
        """A piece within which nothing begins or ends."""
        from_, _, charge, _ = piece
        if charge.party.kind is not PartyKind.NONE:
            charge = next((each.charge for each in reversed(self.decided) if each.from_ <= from_ < each.to), charge)
        window = next((each for each in self.windows if each.from_ <= from_ < each.to), None)
        if window is None:
            return piece._replace(charge=charge)
        if charge.party.kind not in _SPARED:
            charge = Charge(EXCLUDED, window.reason)
        return piece._replace(charge=charge, is_frozen=True)


NOTHING_LAID = Overlay()


def overlay_after(overlay: Overlay, ruling: FreezeRuled | FreezeWithdrawn, at: datetime) -> Overlay:
    """What lies over the account once that is ruled at `at`."""
    match ruling:
        case FreezeRuled(freeze_id=id_, begins_at=begins_at, ends_at=ends_at):
            return overlay.frozen(Window(id_, begins_at, ends_at, f"freeze:{id_}"), at)
        case FreezeWithdrawn(freeze_id=id_):
            return overlay.thawed(id_, at)


def _cut(stretch: Stretch, cuts: list[datetime]) -> Iterator[Stretch]:
    from_ = stretch.from_
    for at in cuts:
        if from_ < at < stretch.to:
            yield stretch._replace(from_=from_, to=at)
            from_ = at
    yield stretch._replace(from_=from_)
