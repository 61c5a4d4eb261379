"""The story of a hand-off that is ruled and decided on, as computed by hand, as the fold and as the oracle have it."""

from uuid import UUID

import pytest

from services.requests.timeline.after_decisions import after_decisions, decided_of
from services.requests.timeline.chain import fold_links
from services.requests.timeline.explanation import explain_clock
from services.requests.timeline.fold import Timeline, progress_of, view
from services.requests.timeline.vocabulary import ClockName
from tests.requests.timeline.madrid import CALENDARS, COMPILED, ZONE, Seen, local
from tests.requests.timeline.madrid_ruled_links import AFTER, END, LEDGERS, NET, SEEN, SEEN_AFTER, STORY, TERMS
from tests.requests.timeline.oracle import watch
from tests.requests.timeline.oracle_clocks import tell
from tests.requests.timeline.oracle_left_out import LeftOut, decided
from tests.requests.timeline.oracle_links import watch_parts
from tests.requests.timeline.oracle_telling import Copied, copied_from, from_fold
from tests.requests.timeline.test_madrid import check
from tests.requests.timeline.weeks import tick_of

PINNED = TERMS.terms(COMPILED.__getitem__)


def by_the_fold(link: UUID | None, seen: Seen, *, is_after: bool = False) -> Copied:
    events = STORY.events(seen.when)
    progress = progress_of(PINNED, events)
    if link is not None:
        laid = {link: decided_of(events, link)} if is_after else {}
        progress = next(each.progress for each in fold_links(PINNED, events, laid) if each.link.id == link)
    assert progress
    return from_fold(explain_clock(progress, ClockName(seen.clock), seen.cycle, local(seen.when)))


def by_the_oracle(link: UUID | None, seen: Seen, *, is_after: bool = False) -> Copied:
    events, now = STORY.events(seen.when), tick_of(local(seen.when))
    known = decided(events, link) if is_after else LeftOut()
    if link is None:
        return copied_from(tell(watch("IT", events), TERMS, CALENDARS, now))[seen.clock, seen.cycle]
    part = watch_parts("IT", events)[link]
    return copied_from(tell(part.own, part.pinned(TERMS), CALENDARS, now, known))[seen.clock, seen.cycle]


def lines(timeline: Timeline) -> list[str]:
    told = [f"{each.from_.astimezone(ZONE):%a %H:%M} {each.party} {each.reason}" for each in timeline.ledger]
    return [*told, f"{timeline.ledger[-1].to.astimezone(ZONE):%a %H:%M}"]


@pytest.mark.parametrize(("link", "seen"), SEEN, ids=lambda each: getattr(each, "clock", None))
def test_each_clock_is_as_it_was_computed_by_hand(link: UUID | None, seen: Seen) -> None:
    check(by_the_fold(link, seen), seen)
    check(by_the_oracle(link, seen), seen)


def test_each_ledger_is_as_it_was_written_by_hand() -> None:
    events = STORY.events(END)
    assert lines(view(PINNED, progress_of(PINNED, events), local(END))) == LEDGERS[None]
    (link,) = fold_links(PINNED, events)
    assert lines(link.at(local(END))) == LEDGERS[NET]


def test_what_was_decided_about_the_part_is_the_parts_alone() -> None:
    events = STORY.events(END)
    check(by_the_fold(NET, SEEN_AFTER, is_after=True), SEEN_AFTER)
    check(by_the_oracle(NET, SEEN_AFTER, is_after=True), SEEN_AFTER)
    (link,) = fold_links(PINNED, events, {NET: decided_of(events, NET)})
    assert lines(link.at(local(END))) == AFTER
    assert after_decisions(PINNED, events, local(END)) is None
