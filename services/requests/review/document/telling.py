"""How a document spells what a pack holds: shares, spans of time, instants in the pack's zone, and who somebody is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.requests.review.document.parts import Cell, plain
from services.requests.review.document.words import NO, YES, named
from services.shared.language import Texts

NONE = "–"
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_DAY, _DAYS = Texts("working day", "día laborable"), Texts("working days", "días laborables")


@dataclass(frozen=True, slots=True)
class Teller:
    """The language, the zone of all times, and what ids are called."""

    language: str
    zone: ZoneInfo
    names: Mapping[str, str]

    def say(self, texts: Texts, **values: object) -> str:
        """One of our sentences, with what belongs into it."""
        return texts.to(self.language).format(**{name: plain(str(value)) for name, value in values.items()})

    def columns(self, *texts: Texts) -> list[str]:
        """What columns are called."""
        return [each.to(self.language) for each in texts]

    def word(self, name: str | None) -> Cell:
        """One of the API's own names."""
        return Cell(NONE if name is None else plain(named(name, self.language)))

    def words(self, text: str | None) -> Cell:
        """What somebody wrote."""
        return Cell(NONE if text is None else plain(text))

    def who(self, identity: str | None) -> Cell:
        """What an id is called; the id where nobody knows."""
        return Cell(NONE if identity is None else plain(self.names.get(identity, identity)))

    def count(self, number: float | None) -> Cell:
        """A count as it is."""
        return Cell(NONE if number is None else str(number))

    def yes(self, held: bool | None) -> Cell:
        """Yes, no, or neither."""
        return Cell(NONE if held is None else (YES if held else NO).to(self.language))

    def share(self, share: float | None) -> Cell:
        """A share in percent."""
        return Cell(NONE if share is None else f"{self.percent(share)} %")

    def interval(self, low: float | None, high: float | None) -> Cell:
        """Between which shares."""
        if low is None or high is None:
            return Cell(NONE)
        return Cell(f"{self.percent(low)}–{self.percent(high)} %")

    def percent(self, share: float) -> str:
        """With one decimal, as the language writes them."""
        spelled = f"{share * 100:.1f}"
        return spelled.replace(".", ",") if self.language == "es" else spelled

    def hours(self, seconds: float | None) -> Cell:
        """Hours and minutes: never days, of which nobody knows how long they are. Seconds where there is no minute."""
        if seconds is None:
            return Cell(NONE)
        whole = round(seconds)
        minutes = whole // 60
        return Cell(f"{minutes // 60} h {minutes % 60:02} min" if minutes else f"{whole} s")

    def day(self, text: str | None) -> Cell:
        """A date as the API writes it."""
        return Cell(NONE if text is None else text)

    def at(self, text: str | None) -> Cell:
        """An instant, to the minute, in the pack's zone."""
        if text is None:
            return Cell(NONE)
        return Cell(datetime.fromisoformat(text).astimezone(self.zone).strftime("%Y-%m-%d %H:%M"))

    def month(self, text: str) -> Cell:
        """The month of a date."""
        return Cell(date.fromisoformat(text).strftime("%Y-%m"))

    def duration(self, text: str | None) -> Cell:
        """How long, as an agreement says it: working days or working time."""
        if text is None:
            return Cell(NONE)
        found = _DURATION.fullmatch(text)
        if found is None:
            return Cell(text)
        days, hours, minutes, seconds = (int(each) if each else 0 for each in found.groups())
        if days:
            return Cell(f"{days} {(_DAY if days == 1 else _DAYS).to(self.language)}")
        units = ((hours, "h"), (minutes, "min"), (seconds, "s"))
        return Cell(" ".join(f"{each} {unit}" for each, unit in units if each) or "0 s")


def teller_of(pack: Mapping[str, Any], language: str) -> Teller:
    """How this pack is told."""
    departments = {each["id"]: each["name"] or each["code"] for each in pack["departments"]}
    people = {each["id"]: each["display_name"] for each in pack["people"] if each["display_name"]}
    offerings = {each["id"]: each["name"] for each in pack["offerings"]}
    tickets = {each["id"]: each["key"] for each in pack["tickets"]}
    return Teller(language, ZoneInfo(pack["time_zone"]), departments | people | offerings | tickets)
