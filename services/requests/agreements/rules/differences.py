"""What differs between two versions of an agreement, told row by row as a person compares them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]

_KEYS: Mapping[str, Callable[[Any], str]] = {
    "targets": lambda row: ":".join(filter(None, (row["clock"], row["priority"] or "all", row["offering_id"]))),
    "obligations": lambda row: str(row["clock"]),
    "escalations": lambda row: f"{row['clock']}:{row['percent']}",
    "offering_ids": str,
}
"""By what a row of a list is known again, wherever it stands."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` is a JSON pointer in which a row of a list goes by what it is about; None where there is nothing."""

    path: str
    before: Any
    after: Any


def differences(before: Document | None, after: Document) -> list[Difference]:
    """What must change in one version's content to make the other; `before` None: there was none.

    >>> one = {"targets": [{"clock": "resolution", "priority": None, "offering_id": None, "duration": "P5D"}]}
    >>> two = {"targets": [{"clock": "resolution", "priority": None, "offering_id": None, "duration": "P3D"}]}
    >>> differences(one, two)
    [Difference(path='/targets/resolution:all/duration', before='P5D', after='P3D')]
    """
    return list(_between("", _keyed(before or {}), _keyed(after)))


def _keyed(content: Document) -> dict[str, Any]:
    return {
        field: {_KEYS[field](row): row for row in value} if field in _KEYS else value
        for field, value in content.items()
    }


def _between(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        if before != after:
            yield Difference(path, before, after)
        return
    for name in dict.fromkeys([*before, *after]):
        step = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            yield from _appearing(step, one, other)
        else:
            yield from _between(step, one, other)


def _appearing(path: str, before: Any, after: Any) -> Iterator[Difference]:
    """What is on one side alone; of a list known by rows each row by itself, and nothing of an empty one."""
    if path.count("/") == 1 and path[1:] in _KEYS:
        yield from _between(path, before or {}, after or {})
    elif before != after:
        yield Difference(path, before, after)
