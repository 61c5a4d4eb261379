"""What was promised, as the oracle reads it: pinned words in quarters of an hour, and calendars as lists of weeks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.requests.timeline.calendars import CalendarHistory
from services.requests.timeline.promised import PinnedObligation, PinnedTarget, PinnedTerms
from services.requests.worktime import DueRule
from tests.requests.timeline.oracle_moments import Held
from tests.requests.timeline.weeks import Week, compiled, instant, tick_of

AT_ONCE = ("notice", "completeness", "quota")


@dataclass(frozen=True)
class Calendars:
    """Each calendar's versions, the first one first, with the quarter since which each is in force."""

    known: dict[UUID, list[tuple[int, Week]]]

    def version(self, calendar: UUID, tick: int) -> int:
        """Which one is in force then, counted from 1; the first also before it was saved."""
        return max(1, sum(since <= tick for since, _ in self.known[calendar]))

    def week(self, calendar: UUID, version: int) -> Week:
        return self.known[calendar][version - 1][1]

    def compiled(self) -> dict[UUID, CalendarHistory]:
        """The same calendars as the code under test knows them."""
        return {
            calendar: CalendarHistory(
                tuple(instant(since) for since, _ in versions), tuple(compiled(week) for _, week in versions)
            )
            for calendar, versions in self.known.items()
        }


@dataclass(frozen=True)
class Length:
    """Quarters of working time or working days, one of the two."""

    quarters: int = 0
    days: int = 0

    @staticmethod
    def read(text: str) -> "Length":
        """`P3D`, `PT8H`, `PT30M` or `PT1H30M`."""
        if not text.startswith("PT"):
            return Length(days=int(text[1:-1]))
        hours, _, rest = text[2:].partition("H") if "H" in text else ("0", "", text[2:])
        minutes = int(rest[:-1] or 0) if rest else 0
        assert minutes % 15 == 0
        return Length(quarters=4 * int(hours) + minutes // 15)

    def after(self, week: Week, start: int, *, end_of_day: bool = False) -> int:
        """Where it ends if it begins there and nothing comes between."""
        if self.quarters:
            return int(week.after(start, self.quarters))
        return week.days_after(start, self.days, end_of_day=end_of_day)


@dataclass(frozen=True)
class Promise:
    """A promise of a clock that runs."""

    clock: str
    calendar: UUID
    length: Length
    end_of_day: bool = False
    again: Length | None = None
    third_party_pauses: bool = False
    warnings: tuple[int, ...] = (50, 75)
    effect: str = "none"

    def length_of(self, number: int) -> Length:
        """How long a cycle is that starts in that round; only `resolution` has another length once reopened."""
        return self.again if self.again and number > 1 and self.clock == "resolution" else self.length

    def due(self, week: Week, start: int, number: int) -> int:
        """By when a cycle that starts there is promised, if nothing pauses it."""
        return self.length_of(number).after(week, start, end_of_day=self.end_of_day)

    def is_paused_by(self, held: Held) -> bool:
        """Section 6, last column: what is excluded pauses all."""
        party = held[0].partition(":")[0]
        if party == "excluded":
            return True
        if self.clock == "update":
            return party not in ("provider", "department")
        if self.clock == "first_response":
            return party in ("customer", "approver")
        if self.clock == "resolution":
            return party in ("customer", "approver") or (party == "third_party" and self.third_party_pauses)
        return False


Terms = dict[str, Promise | PinnedObligation]


def promised(pinned: PinnedTerms) -> Terms:
    """All promises by their clock's name; those decided at once as they were pinned."""
    return {**targets(pinned.targets), **{each.clock.value: _owed(each) for each in pinned.obligations}}


def targets(pinned: Iterable[PinnedTarget]) -> dict[str, Promise]:
    """The provider's promises by their clock's name."""
    return {
        each.clock.value: Promise(
            each.clock.value,
            each.calendar_id,
            Length.read(each.duration),
            each.due is DueRule.END_OF_DAY,
            Length.read(each.reopened) if each.reopened else None,
            each.third_party_pauses,
            each.warnings,
        )
        for each in pinned
    }


def _owed(each: PinnedObligation) -> Promise | PinnedObligation:
    if each.clock.value in AT_ONCE:
        return each
    assert each.duration
    length = Length.read(each.duration)
    return Promise(each.clock.value, each.calendar_id, length, warnings=each.warnings, effect=each.effect.value)


def wanted_by(text: str, week: Week) -> int:
    """The quarter that `needed_by` means: an instant, or a date, which means its end where the week is worked."""
    if "T" in text:
        return tick_of(datetime.fromisoformat(text))
    midnight = datetime.combine(datetime.fromisoformat(text).date() + timedelta(days=1), time(), ZoneInfo(week.zone))
    return tick_of(midnight)
