"""What the local clock takes for granted about the zones of the IANA database."""

import struct
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

from services.requests.worktime.zones import (
    DAY_US,
    SECOND_US,
    LocalClock,
    known_zones,
    microseconds_of,
    midnight_of,
)
from tests.requests.worktime.oracle import utc

HEADER = struct.Struct(">4sc15x6l")


def changes_in_the_file(zone: str) -> list[tuple[int, int]]:
    """(second, new offset) of each change of offset since 1970 in the zone's own TZif file (RFC 8536)."""
    paths = [Path(folder) / zone for folder in TZPATH]
    path = next((path for path in paths if path.exists()), None)
    data = path.read_bytes() if path else files("tzdata").joinpath("zoneinfo", zone).read_bytes()
    _, _, utc_flags, wall_flags, leaps, times, types, letters = HEADER.unpack_from(data)
    second = HEADER.size + times * 5 + types * 6 + letters + leaps * 8 + wall_flags + utc_flags
    _, _, _, _, _, times, types, _ = HEADER.unpack_from(data, second)
    begin = second + HEADER.size
    instants = struct.unpack_from(f">{times}q", data, begin)
    kinds = data[begin + 8 * times : begin + 9 * times]
    offsets = [struct.unpack_from(">l", data, begin + 9 * times + 6 * kind)[0] for kind in range(types)]
    changes = [(instant, offsets[kind]) for instant, kind in zip(instants, kinds, strict=True)]
    return [(b, new) for (_, old), (b, new) in pairwise(changes) if old != new and b >= 0]


def test_no_zone_has_changed_twice_within_two_days() -> None:
    """The local clock looks once a day: a pair of changes that cancel out between two looks would escape it."""
    assert len(known_zones()) > 400
    for zone in known_zones():
        changes = changes_in_the_file(zone)
        assert all(b - a > 2 * 86_400 for (a, _), (b, _) in pairwise(changes)), zone


def test_every_change_that_a_zone_s_file_tells_is_found() -> None:
    for zone in ("Europe/Berlin", "Pacific/Apia", "Africa/Casablanca", "Australia/Lord_Howe", "Antarctica/Casey"):
        told = [change for change in changes_in_the_file(zone) if change[0] < utc("2038-01-01").timestamp()]
        clock = LocalClock(zone, 1970, 2037)
        for second, offset in told:
            a_day_later = microseconds_of(datetime.fromtimestamp(second, UTC)) + DAY_US
            day, time = clock.day_and_time_of(a_day_later)
            assert midnight_of(day) + time == a_day_later + offset * SECOND_US, (zone, second)


def test_24_00_of_a_day_is_00_00_of_the_next() -> None:
    for zone in ("America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "America/St_Johns", "Antarctica/Troll"):
        clock = LocalClock(zone, 1990, 2024)
        days = range(datetime(1990, 1, 1, tzinfo=UTC).toordinal(), datetime(2024, 12, 31, tzinfo=UTC).toordinal())
        ends = [clock.instant_of(midnight_of(day) + DAY_US) for day in days]
        assert ends == [clock.instant_of(midnight_of(day + 1)) for day in days]
        assert ends == sorted(ends)


def test_a_change_at_new_year_is_known_to_both_years_on_their_own() -> None:
    """Local years begin beside those of UTC: each year's clock alone must know what happened at its edges."""
    tried = 0
    for zone in known_zones():
        for second, _ in changes_in_the_file(zone):
            change = datetime.fromtimestamp(second, UTC)
            if change.year > 2037 or (change - timedelta(days=2)).year == (change + timedelta(days=2)).year:
                continue
            tried += 1
            for hours in range(-48, 49, 3):
                shown = (change + timedelta(hours=hours)).astimezone(ZoneInfo(zone))
                if shown.fold == 0:
                    day, time = LocalClock(zone, shown.year, shown.year).day_and_time_of(microseconds_of(shown))
                    assert midnight_of(day) + time == microseconds_of(shown.replace(tzinfo=UTC)), (zone, shown)
    assert tried > 20
