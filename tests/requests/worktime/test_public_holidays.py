"""Public holidays of a country and subdivision, expanded once."""

from datetime import date

import holidays
import pytest

from services.requests.worktime import CalendarRuleBroken
from services.requests.worktime.public_holidays import expand_public_holidays

TODAY = date(2025, 6, 1)


def test_they_reach_one_year_back_and_ten_ahead() -> None:
    found = expand_public_holidays("DE", None, TODAY)
    assert {holiday.date.year for holiday in found} == set(range(2024, 2036))
    assert [holiday.date for holiday in found] == sorted(holiday.date for holiday in found)


def test_a_subdivision_has_its_own() -> None:
    epiphany = date(2025, 1, 6)
    assert epiphany in {holiday.date for holiday in expand_public_holidays("DE", "BY", TODAY)}
    assert epiphany not in {holiday.date for holiday in expand_public_holidays("DE", "BE", TODAY)}


@pytest.mark.parametrize("language", ["de_DE", "en_US", "C"])
def test_names_are_the_country_s_own_whatever_the_machine_speaks(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(variable, language)
    assert expand_public_holidays("ES", None, TODAY)[0].name == "Año Nuevo"
    assert expand_public_holidays("DE", None, TODAY)[0].name == "Neujahr"


@pytest.mark.parametrize("country", ["XX", "", "de", "DEU", "Germany", "HolidayBase", "NYSE", "../x"])
def test_an_unknown_country_is_refused(country: str) -> None:
    with pytest.raises(CalendarRuleBroken) as refused:
        expand_public_holidays(country, None, TODAY)
    assert (refused.value.pointer, refused.value.code) == ("/holidays/country", "unknown_country")


@pytest.mark.parametrize("subdivision", ["ZZ", "", "by"])
def test_an_unknown_subdivision_is_refused(subdivision: str) -> None:
    with pytest.raises(CalendarRuleBroken) as refused:
        expand_public_holidays("DE", subdivision, TODAY)
    assert (refused.value.pointer, refused.value.code) == ("/holidays/subdivision", "unknown_subdivision")


def test_every_country_can_be_expanded() -> None:
    countries = [country for country in holidays.list_supported_countries() if len(country) == 2]
    assert len(countries) > 200
    for country in countries:
        assert expand_public_holidays(country, None, TODAY) is not None
