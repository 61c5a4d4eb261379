"""How many requests a principal may send: one token bucket each, in memory, in a table that cannot grow without end."""

from collections import OrderedDict
from dataclasses import dataclass
from math import ceil

from services.shared.problems import TooManyRequests


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class RateLimit:
    """`per_second` requests for each principal, saved up to one second's worth.

    >>> limit = RateLimit("default", per_second=2, principals=10)
    >>> limit.take("ana", now=0.0), limit.take("ana", now=0.0), limit.take("luis", now=0.0)
    (1, 0, 1)
    >>> limit.take("ana", now=0.1)
    Traceback (most recent call last):
    services.shared.problems.TooManyRequests: Try again in 1 s.
    >>> limit.take("ana", now=0.5)
    0
    """

    def __init__(self, name: str, *, per_second: int, principals: int) -> None:
        self.name = name
        self._per_second = per_second
        self._principals = principals
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._policy = f'"{name}";q={per_second};w=1'.encode()

    def take(self, principal: str, *, now: float) -> int:
        """Take one of the principal's tokens and tell how many are left. `now` is seconds of any steady clock."""
        bucket = self._buckets.get(principal)
        if bucket is None:
            bucket = self._buckets[principal] = _Bucket(self._per_second, now)
            if len(self._buckets) > self._principals:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(principal)
            bucket.tokens = min(self._per_second, bucket.tokens + (now - bucket.filled_at) * self._per_second)
            bucket.filled_at = now
        if bucket.tokens < 1:
            wait = ceil((1 - bucket.tokens) / self._per_second)
            fields = {name.decode(): value.decode() for name, value in self.fields(0)}
            raise TooManyRequests(seconds=wait, headers={"Retry-After": str(wait), **fields})
        bucket.tokens -= 1
        return int(bucket.tokens)

    def fields(self, left: int) -> list[tuple[bytes, bytes]]:
        """The RateLimit fields of an answer (draft-ietf-httpapi-ratelimit-headers-10)."""
        return [
            (b"ratelimit-policy", self._policy),
            (b"ratelimit", b'"%s";r=%d;t=1' % (self.name.encode(), left)),
        ]

    def __len__(self) -> int:
        return len(self._buckets)
