"""The links of a ticket before and after an act: each a small ticket, with the marks on its clocks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.requests.timeline.chain import LinkFold, fold_links
from services.requests.timeline.events import Event
from services.requests.timeline.marking import NOTHING_MARKED, Marks, called_for, marks_of
from services.requests.timeline.marks import Mark
from services.requests.timeline.progress import Progress
from services.requests.timeline.terms import Terms


class Chained(NamedTuple):
    """The folds of the links, by the link's id before an act and in order after it, and what was announced of each."""

    before: Mapping[UUID, LinkFold]
    after: Sequence[LinkFold]
    marks: Mapping[UUID, Marks]

    def called_for(self, at: datetime, by: UUID) -> Iterator[Mark]:
        """The marks for which the act, which ends with the event `by`, calls on the clocks of links at `at`."""
        for fold in self.after:
            link, before = fold.link.id, self.before.get(fold.link.id)
            marks = self.marks.get(link, NOTHING_MARKED)
            yield from called_for(marks, before.at(at) if before else None, fold.at(at), by, link=link)


UNCHAINED = Chained({}, (), {})
"""A ticket of which nothing was handed on."""


def chained(
    terms: Terms, progress: Progress, events: Sequence[Event], known: Sequence[Event] = (), before: Terms | None = None
) -> Chained:
    """The links of a ticket with these events, which make it `progress`; `known` are those before, under `before`."""
    if not progress.links:
        return UNCHAINED
    earlier = fold_links(before or terms, known) if known else ()
    return Chained({fold.link.id: fold for fold in earlier}, fold_links(terms, events), link_marks(known))


def link_marks(events: Iterable[Event]) -> Mapping[UUID, Marks]:
    """What was announced of the clocks of each link, where anything was."""
    events = [event for event in events if isinstance(event.payload, Mark)]
    links = {event.payload.link for event in events if isinstance(event.payload, Mark)}
    return {link: marks_of(events, link) for link in links if link is not None}
