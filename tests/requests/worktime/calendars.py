"""Calendars to try: the zones whose clocks did odd things and when, and documents of any shape around those days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.requests.worktime.oracle import WEEKDAYS, Watch, utc, watch

DAYS_WATCHED = 17
DAYS_BEFORE = 4


def fixed(examples: int) -> settings:
    """The same examples on every machine and every run."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@dataclass(frozen=True)
class OddDay:
    """A date (UTC) near which a zone's clock did something odd."""

    zone: str
    day: str
    what: str

    @property
    def step(self) -> timedelta:
        return timedelta(seconds=30 if self.zone == "Africa/Monrovia" else 60)

    def watched(self) -> Watch:
        return watch(self.zone, utc(self.day) - timedelta(days=DAYS_BEFORE), DAYS_WATCHED, self.step)


ODD_DAYS = [
    OddDay("UTC", "2024-02-29", "nothing but a leap day"),
    OddDay("Europe/Berlin", "2024-03-31", "02:00 to 03:00"),
    OddDay("Europe/Berlin", "2024-10-27", "03:00 back to 02:00"),
    OddDay("America/New_York", "2024-11-03", "02:00 back to 01:00"),
    OddDay("America/Sao_Paulo", "2018-11-04", "midnight to 01:00"),
    OddDay("America/Sao_Paulo", "2018-02-18", "midnight back to 23:00"),
    OddDay("Asia/Tehran", "2022-03-21", "midnight to 01:00"),
    OddDay("Asia/Tehran", "2021-09-21", "midnight back to 23:00"),
    OddDay("Asia/Beirut", "2024-03-30", "midnight to 01:00"),
    OddDay("Asia/Beirut", "2024-10-26", "midnight back to 23:00"),
    OddDay("America/Havana", "2024-11-03", "01:00 back to midnight"),
    OddDay("Africa/Cairo", "2023-04-27", "midnight to 01:00"),
    OddDay("America/St_Johns", "2006-10-29", "00:01 back to 23:01 of the day before"),
    OddDay("America/St_Johns", "2007-03-11", "00:01 to 01:01"),
    OddDay("Antarctica/Casey", "2010-03-04", "02:00 back to 23:00 of the day before"),
    OddDay("Antarctica/Casey", "2009-10-17", "three hours forwards"),
    OddDay("Antarctica/Troll", "2024-03-31", "two hours forwards"),
    OddDay("Antarctica/Troll", "2024-10-27", "two hours back"),
    OddDay("Australia/Lord_Howe", "2024-10-05", "half an hour forwards"),
    OddDay("Australia/Lord_Howe", "2024-04-06", "half an hour back"),
    OddDay("Africa/Casablanca", "2024-03-10", "back for Ramadan"),
    OddDay("Africa/Casablanca", "2024-04-14", "forwards after Ramadan"),
    OddDay("Africa/Monrovia", "1972-01-07", "44 minutes and 30 seconds forwards"),
    OddDay("Asia/Kathmandu", "1985-12-31", "a quarter of an hour forwards"),
    OddDay("America/Caracas", "2007-12-09", "half an hour back"),
    OddDay("Pacific/Apia", "2011-12-30", "30 December skipped"),
    OddDay("Pacific/Kwajalein", "1993-08-20", "21 August skipped"),
    OddDay("Pacific/Kiritimati", "1994-12-31", "a day skipped"),
]


def hours() -> st.SearchStrategy[str]:
    """Times of day, oftener the ones near which clocks change."""
    near = [0, 1, 15, 30, 60, 75, 90, 119, 120, 121, 150, 180, 540, 720, 1020, 1380, 1381, 1410, 1439, 1440]
    minutes = st.one_of(st.sampled_from(near), st.integers(0, 1440))
    return minutes.map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


def shifts(most: int) -> st.SearchStrategy[list[dict[str, str]]]:
    shift = st.tuples(st.sampled_from(WEEKDAYS), hours(), hours()).filter(lambda s: s[1] != s[2])
    in_order = shift.map(lambda s: {"weekday": s[0], "start": min(s[1:]), "end": max(s[1:])})
    return st.lists(in_order, max_size=most)


@st.composite
def documents(draw: st.DrawFn, odd: OddDay) -> dict[str, Any]:
    """Calendar versions that work at least one hour of every ordinary week, special days near the odd one."""
    day = st.integers(-3, 12).map(lambda n: (utc(odd.day) + timedelta(days=n)).date().isoformat())
    whole_week = [{"weekday": weekday, "start": "00:00", "end": "24:00"} for weekday in WEEKDAYS]
    week = draw(st.one_of(shifts(12), st.just(whole_week)))
    week.append({"weekday": draw(st.sampled_from(WEEKDAYS)), "start": "12:00", "end": "13:00"})
    one_off = st.fixed_dictionaries({"date": day, "name": st.just("outing")})
    yearly = st.fixed_dictionaries({"yearly": day.map(lambda d: d[5:]), "name": st.just("founder's day")})
    span = st.tuples(day, day).map(sorted)
    override = st.tuples(span, shifts(5), st.booleans(), st.sampled_from(["stocktaking", "fair"]))
    return {
        "time_zone": odd.zone,
        "shifts": week,
        "public_holidays": draw(st.lists(st.fixed_dictionaries({"date": day, "name": st.just("feast")}), max_size=2)),
        "dates": draw(st.lists(st.one_of(one_off, yearly), max_size=2)),
        "overrides": [
            {"from": first, "to": last, "name": name, "shifts": own, "keep_holidays": keep}
            for (first, last), own, keep, name in draw(st.lists(override, max_size=2))
        ],
    }


@st.composite
def steps_of(draw: st.DrawFn, odd: OddDay, days: int = 7) -> datetime:
    """A whole step in the first `days` that the oracle watches, oftener within hours of the odd change."""
    seen = odd.watched()
    centre = DAYS_BEFORE * timedelta(days=1) // seen.step
    near = st.integers(-1800, 3600).map(lambda n: centre + n)
    return seen.at(draw(st.one_of(near, st.integers(0, timedelta(days=days) // seen.step - 1))))
