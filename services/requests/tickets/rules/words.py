"""What events of a ticket say in words, for who reads them and for who searches."""

from collections.abc import Iterable
from typing import NamedTuple

from services.requests.timeline.events import Event, in_effect
from services.requests.timeline.facts import Amended, Commented, HandOffAnswered, HandOffAsked, Moved, TakenBack
from services.requests.timeline.vocabulary import Visibility

_ASKED = frozenset({"subject", "description"})


class Spoken(NamedTuple):
    """Words on a ticket; `answers`: whether they end a wait on the customer."""

    body: str
    visibility: Visibility
    answers: bool


class Said(NamedTuple):
    """All that was said on a ticket and not taken back, the latest first: for everybody, and internally."""

    public: str
    internal: str


def spoken_in(event: Event) -> Spoken | None:
    """What an event says in words; none for one that says nothing."""
    match event.payload:
        case Commented(body=body, visibility=visibility, answers=answers):
            return Spoken(body, visibility, answers)
        case Moved(comment=str(body), answers=answers):
            return Spoken(body, Visibility.PUBLIC, answers is not False)
        case HandOffAsked(comment=body, visibility=visibility) | HandOffAnswered(comment=body, visibility=visibility):
            return Spoken(body, visibility, isinstance(event.payload, HandOffAnswered))
    return None


def is_internal(event: Event) -> bool:
    """Whether an event is for who serves alone: internal words, and that such were taken back."""
    if isinstance(event.payload, TakenBack):
        return event.payload.visibility is Visibility.INTERNAL
    words = spoken_in(event)
    return words is not None and words.visibility is Visibility.INTERNAL


def changes_words(event: Event) -> bool:
    """Whether other words are found of a ticket with this event."""
    if isinstance(event.payload, Amended):
        return not _ASKED.isdisjoint(event.payload.changes)
    return event.is_correction or spoken_in(event) is not None


def said_in(events: Iterable[Event]) -> Said:
    """The words of these events of one ticket."""
    spoken = [words for event in reversed(in_effect(events)) if (words := spoken_in(event)) is not None]
    public, internal = (
        " ".join(words.body for words in spoken if words.visibility is visibility)
        for visibility in (Visibility.PUBLIC, Visibility.INTERNAL)
    )
    return Said(public, internal)
