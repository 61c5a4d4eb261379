"""Asking the process that knows iCalendar: bounded in time, in memory, and without what our environment holds."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from services.requests.calendars.refusals import ICalendarTooLarge, NotICalendarFile
from services.requests.child import ChildFailed, ask_child
from services.shared.problems import Unavailable

log = logging.getLogger(__name__)

LARGEST = 2**20
SECONDS = 15
_MODULE = "services.requests.calendars.ics"


def read_days(content: bytes, this_year: int) -> dict[str, Any]:
    """`dates` and `left_out`, as `reading.read_days` tells them. NotICalendarFile, ICalendarTooLarge, Unavailable."""
    if len(content) > LARGEST:
        raise ICalendarTooLarge(pointer="/file")
    told: dict[str, Any] = json.loads(_ask(f"read-{this_year}", content))
    match told.get("refused"):
        case None:
            return told
        case "TooLarge":
            raise ICalendarTooLarge(pointer="/file")
        case _:
            raise NotICalendarFile(pointer="/file")


def write_calendar(told: Mapping[str, Any]) -> bytes:
    """The file that `writing.write_calendar` writes. Unavailable."""
    return _ask("write", json.dumps(told).encode())


def _ask(task: str, given: bytes) -> bytes:
    try:
        return ask_child(_MODULE, task, given=given, seconds=SECONDS)
    except ChildFailed as failed:
        log.warning("the iCalendar process was to %s and did not: %s", task, failed)
        if task != "write":
            raise ICalendarTooLarge(pointer="/file") from failed  # it took more than it may: of time, or of memory
        raise Unavailable from failed
    except OSError as error:
        raise Unavailable from error
