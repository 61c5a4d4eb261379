"""A replica that cannot be connected to is left alone for a while, then tried with one request."""

from enum import StrEnum


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Opens after `failures` connects in a row that failed; after `seconds` it lets one request through to see.

    Times are seconds of any steady clock.

    >>> breaker = Breaker(failures=2, seconds=1.0)
    >>> breaker.failed(now=0.0); breaker.failed(now=0.0); breaker.state(now=0.5)
    <BreakerState.OPEN: 'open'>
    >>> breaker.lets_through(now=1.0), breaker.lets_through(now=1.0)  # one probe at a time
    (True, False)
    >>> breaker.succeeded(); breaker.lets_through(now=1.1)
    True
    """

    def __init__(self, *, failures: int, seconds: float) -> None:
        self._failures = failures
        self._seconds = seconds
        self._failed_in_a_row = 0
        self._opened_at = 0.0
        self._probing_since: float | None = None

    def state(self, *, now: float) -> BreakerState:
        """Where the breaker stands."""
        if self._failed_in_a_row < self._failures:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self._opened_at + self._seconds else BreakerState.HALF_OPEN

    def lets_through(self, *, now: float) -> bool:
        """Whether a request may try; in the half-open state the first that asks is the probe."""
        match self.state(now=now):
            case BreakerState.CLOSED:
                return True
            case BreakerState.OPEN:
                return False
            case BreakerState.HALF_OPEN:
                if self._probing_since is not None and now < self._probing_since + self._seconds:
                    return False
                self._probing_since = now
                return True

    def succeeded(self) -> None:
        """A connection was made."""
        self._failed_in_a_row = 0
        self._probing_since = None

    def failed(self, *, now: float) -> None:
        """A connect failed."""
        self._failed_in_a_row += 1
        self._opened_at = now
        self._probing_since = None
