"""What an event carries, as the `ticket_event` table keeps it: JSON of facts, rulings, decisions, marks."""

from collections.abc import Mapping

from services.requests.timeline.decisions import DECISIONS, Decision
from services.requests.timeline.facts import FACTS, Fact
from services.requests.timeline.marks import MARKS, Mark
from services.requests.timeline.records import read_record, write_record
from services.requests.timeline.rulings import RULINGS, Ruling

Payload = Fact | Ruling | Decision | Mark

_KINDS: dict[str, type[Payload]] = {kind.name.value: kind for kind in (*FACTS, *RULINGS, *DECISIONS, *MARKS)}


class UnreadableEvent(ValueError):
    """A stored name or payload that this version of the code does not know."""


def encode(payload: Payload) -> dict[str, object]:
    """The JSON-safe form of a payload, without what has its default; `payload.name` is stored beside it.

    >>> from services.requests.timeline.facts import Moved, State
    >>> encode(Moved(to=State.WAITING_ON_THIRD_PARTY, third_party="Acme"))
    {'to': 'waiting_on_third_party', 'third_party': 'Acme'}
    """
    return write_record(payload)


def decode(name: str, document: Mapping[str, object]) -> Payload:
    """The payload that was stored under this name; raises `UnreadableEvent`.

    >>> decode("commented", {"body": "Which room?"})
    Commented(body='Which room?', visibility=<Visibility.PUBLIC: 'public'>, answers=True)
    >>> decode("moved", {"to": "elsewhere"})
    Traceback (most recent call last):
    ...
    services.requests.timeline.payloads.UnreadableEvent: moved {'to': 'elsewhere'}
    """
    try:
        return read_record(_KINDS[name], document)
    except (KeyError, TypeError, ValueError, AttributeError) as unreadable:
        raise UnreadableEvent(f"{name} {document}") from unreadable
