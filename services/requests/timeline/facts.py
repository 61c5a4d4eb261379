"""What can be so about a ticket: the typed payload of every fact, and its JSON form as the `event` table keeps it."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, get_type_hints
from uuid import UUID

from services.requests.timeline.vocabulary import EventKind, LinkEnd, State, Visibility


class FactName(StrEnum):
    """The stored name of each fact's type."""

    SUBMITTED = "submitted"
    MOVED = "moved"
    COMMENTED = "commented"
    ASSIGNED = "assigned"
    HAND_OFF_ACCEPTED = "hand_off_accepted"
    HAND_OFF_ENDED = "hand_off_ended"
    REPORTED = "reported"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class _Fact:
    kind: ClassVar[EventKind] = EventKind.FACT


@dataclass(frozen=True, slots=True)
class Submitted(_Fact):
    """A customer asks. With `needs_approval` the clocks wait until the approver has let it pass."""

    name: ClassVar[FactName] = FactName.SUBMITTED
    needs_approval: bool = False


@dataclass(frozen=True, slots=True)
class Moved(_Fact):
    """Somebody, or a lapse (side `system`), took the ticket to another state.

    `comment` is public, and on a wait on the customer it is the question. `third_party` names whom the ticket waits
    for. `lacking` points at what an incomplete request lacks. `answers` says of a step out of a
    wait on the customer whether the customer had answered; the fold does not read it until the clock `reply` does.
    """

    name: ClassVar[FactName] = FactName.MOVED
    to: State
    reason: str | None = None
    comment: str | None = None
    third_party: str | None = None
    lacking: tuple[str, ...] = ()
    answers: bool | None = None


@dataclass(frozen=True, slots=True)
class Commented(_Fact):
    """Somebody wrote. A customer's public comment ends a wait on the customer unless `answers` is false."""

    name: ClassVar[FactName] = FactName.COMMENTED
    body: str
    visibility: Visibility = Visibility.PUBLIC
    answers: bool = True


@dataclass(frozen=True, slots=True)
class Assigned(_Fact):
    """The ticket is somebody's to work on, or nobody's again."""

    name: ClassVar[FactName] = FactName.ASSIGNED
    assignee_id: UUID | None


@dataclass(frozen=True, slots=True)
class HandOffAccepted(_Fact):
    """A department took over part of the ticket: from the provider, or from the holder of the link `parent`."""

    name: ClassVar[FactName] = FactName.HAND_OFF_ACCEPTED
    link_id: UUID
    department: str
    wait: bool = True
    parent: UUID | None = None


@dataclass(frozen=True, slots=True)
class HandOffEnded(_Fact):
    """A department's part is over; the links beneath it end with it."""

    name: ClassVar[FactName] = FactName.HAND_OFF_ENDED
    link_id: UUID
    end: LinkEnd = LinkEnd.RETURNED


@dataclass(frozen=True, slots=True)
class Reported(_Fact):
    """One row of another system: the state and the department that it names at that instant, as the mapping reads them.

    `None` says that the source does not tell, and changes nothing. Both stand in one fact because they came as one:
    whether a change of group opens a hand-off depends on the state in the same row. `priority` is the source's, for
    queues; `source_state` and `source_group` are its own words, kept for the history.
    """

    name: ClassVar[FactName] = FactName.REPORTED
    state: State | None = None
    department: str | None = None
    third_party: str | None = None
    priority: str | None = None
    source_state: str | None = None
    source_group: str | None = None


@dataclass(frozen=True, slots=True)
class TakenBack(_Fact):
    """A slip taken back: the event that carries this names it in `corrects`."""

    name: ClassVar[FactName] = FactName.TAKEN_BACK
    reason: str | None = None


Fact = Submitted | Moved | Commented | Assigned | HandOffAccepted | HandOffEnded | Reported | TakenBack

_FACTS: dict[FactName, type[Fact]] = {
    fact.name: fact
    for fact in (Submitted, Moved, Commented, Assigned, HandOffAccepted, HandOffEnded, Reported, TakenBack)
}
_READERS: dict[object, Callable[[Any], object]] = {
    UUID: UUID,
    UUID | None: lambda value: None if value is None else UUID(value),
    State: State,
    State | None: lambda value: None if value is None else State(value),
    Visibility: Visibility,
    LinkEnd: LinkEnd,
    tuple[str, ...]: tuple,
}


class UnreadableFact(ValueError):
    """A stored name or payload that this version of the code does not know."""


def encode(fact: Fact) -> dict[str, object]:
    """The JSON-safe payload of `fact`, without what has its default; `fact.name` is stored beside it.

    >>> encode(Moved(to=State.WAITING_ON_THIRD_PARTY, third_party="Acme"))
    {'to': 'waiting_on_third_party', 'third_party': 'Acme'}
    """
    written: dict[str, object] = {}
    for field in fields(fact):
        value = getattr(fact, field.name)
        if field.default is MISSING or value != field.default:
            written[field.name] = _written(value)
    return written


def _written(value: object) -> object:
    match value:
        case UUID():
            return str(value)
        case StrEnum():
            return value.value
        case tuple():
            return list(value)
        case _:
            return value


def decode(name: str, payload: Mapping[str, object]) -> Fact:
    """The fact that was stored as `name` and `payload`; raises `UnreadableFact`.

    >>> decode("commented", {"body": "Which room?"})
    Commented(body='Which room?', visibility=<Visibility.PUBLIC: 'public'>, answers=True)
    >>> decode("moved", {"to": "elsewhere"})
    Traceback (most recent call last):
    ...
    services.requests.timeline.facts.UnreadableFact: moved {'to': 'elsewhere'}
    """
    try:
        fact: Callable[..., Fact] = _FACTS[FactName(name)]
        readers = _READERS_OF[FactName(name)]
        return fact(**{key: readers[key](value) for key, value in payload.items()})
    except (KeyError, TypeError, ValueError, AttributeError) as unreadable:
        raise UnreadableFact(f"{name} {payload}") from unreadable


def _as_is(value: object) -> object:
    return value


def _readers_of(fact: type[Fact]) -> dict[str, Callable[[Any], object]]:
    hints = get_type_hints(fact)
    declared: tuple[Field[Any], ...] = fields(fact)
    return {field.name: _READERS.get(hints[field.name], _as_is) for field in declared}


_READERS_OF = {name: _readers_of(fact) for name, fact in _FACTS.items()}
