"""Public holidays by country and subdivision, expanded once so that no library update changes what was computed."""

import warnings
from datetime import date
from functools import lru_cache

import holidays

from services.requests.worktime.definition import PublicHoliday
from services.requests.worktime.refusals import UnknownCountry, UnknownSubdivision

YEARS_BACK, YEARS_AHEAD = 1, 10


@lru_cache(maxsize=1)
def _subdivisions() -> dict[str, list[str]]:
    return holidays.list_supported_countries()


def expand_public_holidays(country: str, subdivision: str | None, today: date) -> tuple[PublicHoliday, ...]:
    """The public holidays from January a year before `today` to December ten years after it, in order of date.

    `country` is ISO 3166-1 (two letters), `subdivision` the code after the hyphen of ISO 3166-2; names are in the
    country's own language, whatever the machine's. Source: the library `holidays`, which knows only
    so many years of some lunar calendars. Raises `UnknownCountry`, `UnknownSubdivision`.

    >>> [h.date.isoformat() for h in expand_public_holidays("DE", "BY", date(2025, 6, 1))][:2]
    ['2024-01-01', '2024-01-06']
    """
    if len(country) != 2 or country not in _subdivisions():
        raise UnknownCountry("/holidays/country", country=country)
    if subdivision is not None and subdivision not in _subdivisions()[country]:
        raise UnknownSubdivision("/holidays/subdivision", subdivision=subdivision, country=country)
    years = range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)
    with warnings.catch_warnings():
        # It warns about years that it does not know; they stay without those holidays, which is all one can do.
        warnings.simplefilter("ignore", UserWarning)
        language = holidays.country_holidays(country).default_language
        found = holidays.country_holidays(country, subdiv=subdivision, years=years, language=language)
    return tuple(PublicHoliday(day, name) for day, name in sorted(found.items()))
