"""Obligations that are decided at once, from the facts alone: notice, completeness, quota.

Read where `agreements.md` is brief:
- What the facts do not tell (an import names no `needed_by`) is not decided.
- "Decided again only if it moves earlier": earlier than what was decided on, by the obligation and the calendar of the
  first decision, and from `submitted_at` as at first. What the shortfall grows by is added to the cycle then open.
- The shortfall is what was promised less what was given, in working time.
- A return as `incomplete` is the provider's side's, and a miss while the completeness is still promised.
"""

from dataclasses import dataclass
from typing import Any

from services.requests.timeline.facts import Submitted
from services.requests.timeline.promised import PinnedObligation
from services.requests.timeline.vocabulary import Side
from tests.requests.timeline.oracle_promises import Calendars, Length, Terms, wanted_by


@dataclass
class Decided:
    """A decision; working time in quarters, `observed` as the clock tells it."""

    clock: str
    tick: int
    version: int
    effect: str
    promised: float | None
    observed: Any
    is_met: bool
    missed_at: int | None = None
    shortfall: int | None = None


class AtOnce:
    """What was decided so far on one ticket."""

    def __init__(self, calendars: Calendars, created: int) -> None:
        self.calendars, self.created = calendars, created
        self.decided: dict[str, Decided] = {}
        self._notice: tuple[PinnedObligation, int, int, int] | None = None

    def submitted(self, tick: int, asked: Submitted | None, needed_by: str | None, terms: Terms) -> None:
        """The ticket is submitted: whatever is promised then, by what the customer `asked`."""
        if asked is None:
            return
        for clock, owed in terms.items():
            if not isinstance(owed, PinnedObligation):
                continue
            version = self.calendars.version(owed.calendar_id, tick)
            if clock == "notice" and needed_by is not None:
                self._decide_notice(owed, version, tick, asked.approver, needed_by)
            if clock == "completeness":
                lacks = list(asked.missing)
                self._put(Decided(clock, tick, version, owed.effect, None, lacks, not lacks))
            limit, used = asked.quota_promised, asked.quota_observed
            if clock == "quota" and limit is not None and used is not None:
                self._put(Decided(clock, tick, version, owed.effect, limit, used, used <= limit))

    def _put(self, decision: Decided) -> None:
        self.decided[decision.clock] = decision
        decision.missed_at = None if decision.is_met else decision.tick

    def _decide_notice(self, owed: PinnedObligation, version: int, tick: int, approver: Side, needed_by: str) -> None:
        assert owed.duration
        week = self.calendars.week(owed.calendar_id, version)
        start = self.created if approver is Side.PROVIDER else tick
        by = wanted_by(needed_by, week)
        due = Length.read(owed.duration).after(week, start)
        promised, given = week.worked(start, due), week.worked(start, by)
        decision = Decided("notice", tick, version, owed.effect, promised, given, due <= by)
        decision.shortfall = None if due <= by else promised - given
        self._put(decision)
        self._notice = owed, version, start, by

    def needed(self, tick: int, needed_by: str | None) -> None:
        """Another `needed_by`."""
        if self._notice is None or needed_by is None:
            return
        owed, version, start, before = self._notice
        week = self.calendars.week(owed.calendar_id, version)
        by = wanted_by(needed_by, week)
        if by >= before:
            return
        assert owed.duration
        self._notice = owed, version, start, by
        due = Length.read(owed.duration).after(week, start)
        decision = self.decided["notice"]
        decision.observed = week.worked(start, by)
        if due <= by:
            return
        assert decision.promised is not None
        decision.shortfall = int(decision.promised) - decision.observed
        decision.is_met = False
        decision.missed_at = tick if decision.missed_at is None else decision.missed_at

    def lacking(self, tick: int, pointers: tuple[str, ...], terms: Terms) -> None:
        """A return as incomplete."""
        decision = self.decided.get("completeness")
        if decision and decision.is_met and "completeness" in terms:
            decision.is_met, decision.missed_at, decision.observed = False, tick, list(pointers)

    def shortfall(self) -> int:
        """What the notice lacks now, where its effect is to extend."""
        notice = self.decided.get("notice")
        return (notice.shortfall or 0) if notice and notice.effect == "extend" else 0
