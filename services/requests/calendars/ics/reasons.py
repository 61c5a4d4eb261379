"""Why an event of a file is left out, in words that both processes know."""

from enum import StrEnum


class LeftOut(StrEnum):
    """Why an event is no day off here."""

    NOT_ALL_DAY = "not_all_day"
    CANCELLED = "cancelled"
    WORKED = "worked"
    """An override that we exported ourselves: it has shifts, which an event cannot tell."""
    RECURRENCE = "recurrence"
    """It comes again in a way that is neither once nor yearly, or has exceptions."""
    TOO_LONG = "too_long"
    OUTSIDE = "outside"
    """Before 1970 or after 2200."""
    UNREADABLE = "unreadable"
    TOO_MANY = "too_many"
