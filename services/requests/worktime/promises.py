"""What a duration promises from a start, whichever kind it is."""

from datetime import datetime

from services.requests.worktime.calendar import DueRule, WorkingTime
from services.requests.worktime.durations import Duration, WorkingSeconds


def promise(calendar: WorkingTime, start: datetime, duration: Duration, due: DueRule = DueRule.SAME_TIME) -> datetime:
    """The instant `due0` by which `duration` from `start` is promised; `due` matters to working days alone.

    A clock fixes `calendar.between(start, due0)` as its target when its cycle starts.
    Raises `CalendarExhausted`, `OutsideCalendar`.
    """
    if isinstance(duration, WorkingSeconds):
        return calendar.add(start, duration.amount)
    return calendar.add_days(start, duration.days, due)
