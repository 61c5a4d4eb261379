"""How a freeze stands, and how long one may be."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

LONGEST = timedelta(days=366)


class FreezeState(StrEnum):
    """A proposal that is not agreed when it would begin has lapsed."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Planned(Protocol):
    """What of a freeze says how it stands."""

    begins_at: datetime
    agreed_at: datetime | None
    withdrawn_at: datetime | None


def state_of(freeze: Planned, now: datetime) -> FreezeState:
    """How it stands at `now`."""
    if freeze.withdrawn_at is not None:
        return FreezeState.WITHDRAWN
    if freeze.agreed_at is not None:
        return FreezeState.AGREED
    return FreezeState.LAPSED if freeze.begins_at <= now else FreezeState.PROPOSED
