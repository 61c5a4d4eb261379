"""The story of hand-offs in Madrid, as computed by hand, as the fold and as the oracle have it."""

from itertools import pairwise
from uuid import UUID

import pytest

from services.requests.timeline.chain import fold_links
from services.requests.timeline.explanation import explain_clock
from services.requests.timeline.fold import Timeline, progress_of, view
from services.requests.timeline.vocabulary import ClockName
from tests.requests.timeline.madrid import CALENDARS, COMPILED, ZONE, Seen, local
from tests.requests.timeline.madrid_links import END, LEDGERS, SEEN, STORY, TERMS
from tests.requests.timeline.oracle import watch
from tests.requests.timeline.oracle_clocks import tell
from tests.requests.timeline.oracle_links import watch_parts
from tests.requests.timeline.oracle_telling import Copied, copied_from, from_fold
from tests.requests.timeline.test_madrid import check
from tests.requests.timeline.weeks import tick_of


def by_the_fold(link: UUID | None, seen: Seen) -> Copied:
    events, terms = STORY.events(seen.when), TERMS.terms(COMPILED.__getitem__)
    progress = progress_of(terms, events)
    if link is not None:
        progress = next(each.progress for each in fold_links(terms, events) if each.link.id == link)
    assert progress
    return from_fold(explain_clock(progress, ClockName(seen.clock), seen.cycle, local(seen.when)))


def by_the_oracle(link: UUID | None, seen: Seen) -> Copied:
    events, now = STORY.events(seen.when), tick_of(local(seen.when))
    if link is None:
        return copied_from(tell(watch("IT", events), TERMS, CALENDARS, now))[seen.clock, seen.cycle]
    part = watch_parts("IT", events)[link]
    return copied_from(tell(part.own, part.pinned(TERMS), CALENDARS, now))[seen.clock, seen.cycle]


def timeline_of(link: UUID | None) -> Timeline:
    events, terms = STORY.events(END), TERMS.terms(COMPILED.__getitem__)
    if link is None:
        return view(terms, progress_of(terms, events), local(END))
    return next(each.at(local(END)) for each in fold_links(terms, events) if each.link.id == link)


@pytest.mark.parametrize(("link", "seen"), SEEN, ids=lambda each: getattr(each, "clock", None))
def test_each_clock_is_as_it_was_computed_by_hand(link: UUID | None, seen: Seen) -> None:
    check(by_the_fold(link, seen), seen)
    check(by_the_oracle(link, seen), seen)


@pytest.mark.parametrize("link", LEDGERS)
def test_each_ledger_partitions_its_life_as_it_was_written_by_hand(link: UUID | None) -> None:
    ledger = timeline_of(link).ledger
    lines = [
        " ".join([f"{i.from_.astimezone(ZONE):%a %H:%M}", str(i.party), i.reason, *(f"+{each}" for each in i.also)])
        for i in ledger
    ]
    assert [*lines, f"{ledger[-1].to.astimezone(ZONE):%a %H:%M}"] == LEDGERS[link]
    assert all(before.to == after.from_ for before, after in pairwise(ledger))
    assert sum(line.wall.total_seconds() for line in ledger) == (ledger[-1].to - ledger[0].from_).total_seconds()
