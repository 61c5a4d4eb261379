"""What a person with a calendar in hand computed for tickets in Madrid: the oracle says so, and so does the fold."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from services.requests.timeline.explanation import explain_clock
from services.requests.timeline.fold import progress_of
from services.requests.timeline.vocabulary import ClockName
from tests.requests.timeline.madrid import CALENDARS, COMPILED, Seen, Story, local
from tests.requests.timeline.madrid_obligations import STORIES as OBLIGATIONS
from tests.requests.timeline.madrid_targets import STORIES as TARGETS
from tests.requests.timeline.oracle import watch
from tests.requests.timeline.oracle_clocks import tell
from tests.requests.timeline.oracle_telling import Copied, copied_from, from_fold
from tests.requests.timeline.weeks import tick_of

STORIES = pytest.mark.parametrize("story", [*TARGETS, *OBLIGATIONS], ids=lambda story: story.name)
_INSTANTS = ("due", "breached", "start", "end")


def by_the_oracle(story: Story, seen: Seen) -> Copied:
    told = tell(watch("IT", story.events(seen.when)), story.terms, CALENDARS, tick_of(local(seen.when)))
    return copied_from(told)[seen.clock, seen.cycle]


def check(copied: Copied, seen: Seen) -> None:
    for name, expected in seen.says.items():
        told = getattr(copied, name)
        if name == "fires":
            told = {percent: at for percent, at in told if percent in expected}
        assert told == _read(name, expected), f"{seen.clock} {seen.cycle} at {seen.when}: {name}"


def _read(name: str, expected: Any) -> Any:
    if name == "fires":
        return {percent: local(at) for percent, at in expected.items()}
    if name == "moved":
        return tuple((_at(at), _at(old), _at(new), why) for at, old, new, why in expected)
    return _at(expected) if name in _INSTANTS else expected


def _at(text: Any) -> datetime | None:
    return None if text is None else local(text)


def by_the_fold(story: Story, seen: Seen) -> Copied:
    events = story.events(seen.when)
    progress = progress_of(story.terms.terms(COMPILED.__getitem__), events)
    assert progress
    return from_fold(explain_clock(progress, ClockName(seen.clock), seen.cycle, local(seen.when)))


@STORIES
def test_the_fold_says_what_was_computed_by_hand(story: Story) -> None:
    for seen in story.seen:
        told = {name: value for name, value in seen.says.items() if name != "passed"}  # marks tell that, not clocks
        check(by_the_fold(story, seen), replace(seen, says=told))


@STORIES
def test_the_oracle_says_what_was_computed_by_hand(story: Story) -> None:
    for seen in story.seen:
        check(by_the_oracle(story, seen), seen)
