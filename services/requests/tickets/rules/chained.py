"""The links of a ticket before and after an act: each a small ticket, with the marks on its clocks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.requests.timeline.chain import LinkFold, fold_links
from services.requests.timeline.events import Event
from services.requests.timeline.fold import NOTHING, Timeline
from services.requests.timeline.links import Link
from services.requests.timeline.marking import NOTHING_MARKED, Marks, called_for, marks_of
from services.requests.timeline.marks import Mark
from services.requests.timeline.progress import Progress
from services.requests.timeline.terms import Terms

Row = Mapping[str, Any]
Parts = Mapping[UUID, tuple[Timeline | None, Timeline]]
"""Links by their id, each without an act (None: there was none) and with it."""


class Chained(NamedTuple):
    """The folds of the links, by the link's id before an act and in order after it, and what was announced of each."""

    before: Mapping[UUID, LinkFold]
    after: Sequence[LinkFold]
    marks: Mapping[UUID, Marks]

    def parts(self, at: datetime) -> Parts:
        """Each link at `at`, without the act and with it: `NOTHING` where the act took its offer back."""
        known = {link: fold.at(at) for link, fold in self.before.items()}
        told = {fold.link.id: (known.get(fold.link.id), fold.at(at)) for fold in self.after}
        return {**{link: (before, NOTHING) for link, before in known.items()}, **told}

    def called_for(self, parts: Parts, by: UUID) -> Iterator[Mark]:
        """The marks for which the act, which ends with the event `by`, calls on the clocks of these links."""
        for link, (before, after) in parts.items():
            yield from called_for(self.marks.get(link, NOTHING_MARKED), before, after, by, link=link)


UNCHAINED = Chained({}, (), {})
"""A ticket of which nothing was handed on."""


def chained(
    terms: Terms,
    progress: Progress,
    events: Sequence[Event],
    known: Sequence[Event] = (),
    before: tuple[Terms, Progress] | None = None,
) -> Chained:
    """The links of a ticket with these events, which make it `progress`.

    `known` are those before, which made it what it was `before`, under its terms then.
    """
    if not progress.links and not (before and before[1].links):
        return UNCHAINED
    earlier = fold_links(before[0], known) if before else ()
    return Chained({fold.link.id: fold for fold in earlier}, fold_links(terms, events), link_marks(known))


def pair_of(row: Row, link: Link) -> tuple[UUID | None, UUID | None]:
    """Between whom a link of the ticket of that row is: who handed it on, and to whom; None: not known here."""
    departments = dict(zip(row["link_ids"], row["link_departments"], strict=True))
    customer_id = departments.get(link.parent) if link.parent else row["provider_department_id"]
    return customer_id, departments.get(link.id)


def link_marks(events: Iterable[Event]) -> Mapping[UUID, Marks]:
    """What was announced of the clocks of each link, where anything was."""
    events = [event for event in events if isinstance(event.payload, Mark)]
    links = {event.payload.link for event in events if isinstance(event.payload, Mark)}
    return {link: marks_of(events, link) for link in links if link is not None}
