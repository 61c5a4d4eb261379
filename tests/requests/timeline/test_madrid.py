"""What a person with a calendar in hand computed for tickets in Madrid: the oracle says so, and so does the fold."""

from datetime import datetime
from typing import Any

import pytest

from tests.requests.timeline.madrid import CALENDARS, Seen, Story, local
from tests.requests.timeline.madrid_obligations import STORIES as OBLIGATIONS
from tests.requests.timeline.madrid_targets import STORIES as TARGETS
from tests.requests.timeline.oracle import watch
from tests.requests.timeline.oracle_clocks import tell
from tests.requests.timeline.oracle_telling import Copied, from_decided, from_measured
from tests.requests.timeline.weeks import tick_of

STORIES = pytest.mark.parametrize("story", [*TARGETS, *OBLIGATIONS], ids=lambda story: story.name)
_INSTANTS = ("due", "breached", "start", "end")


def by_the_oracle(story: Story, seen: Seen) -> Copied:
    told = tell(watch("IT", story.events(seen.when)), story.terms, CALENDARS, tick_of(local(seen.when)))
    found = {(each.cycle.clock, each.cycle.number): from_measured(each) for each in told.running}
    found |= {(each.clock, 1): from_decided(each) for each in told.decided}
    return found[seen.clock, seen.cycle]


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


@STORIES
def test_the_oracle_says_what_was_computed_by_hand(story: Story) -> None:
    for seen in story.seen:
        check(by_the_oracle(story, seen), seen)
