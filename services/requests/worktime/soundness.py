"""The one rule of calendars that takes computing: they must go on holding working time."""

from datetime import date, timedelta
from itertools import pairwise

from services.requests.worktime.days import DayRules
from services.requests.worktime.definition import CalendarDefinition
from services.requests.worktime.refusals import CalendarWithoutWorkingTime
from services.requests.worktime.windows import Window

LONGEST_PAUSE = timedelta(days=400)
OUTLOOK = timedelta(days=3_653)


def check_working_time(definition: CalendarDefinition, today: date) -> None:
    """Raises `CalendarWithoutWorkingTime` if any 400 days in a row of the 10 years from `today` hold none.

    >>> check_working_time(CalendarDefinition("UTC", ()), date(2024, 5, 1))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    services.requests.worktime.refusals.CalendarWithoutWorkingTime: The calendar has no working time ...
    """
    end = today + OUTLOOK
    compiled = Window(DayRules(definition), definition.time_zone, today.year, end.year)
    worked = [date.fromordinal(day) for day in compiled.days if today.toordinal() <= day < end.toordinal()]
    for before, after in pairwise([today - timedelta(days=1), *worked, end]):
        if after - before > LONGEST_PAUSE:
            raise CalendarWithoutWorkingTime("/shifts", window=LONGEST_PAUSE.days, first=before + timedelta(days=1))
