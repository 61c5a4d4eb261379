"""The story over real processes: around the clock, promised in seconds, everything over the gateway."""

from collections.abc import Callable

import pytest

from tests.e2e.organisation import the_first_admin
from tests.e2e.running import Running
from tests.story.played import play

pytestmark = [pytest.mark.timeout(180)]


async def test_both_chapters(running: Running, record_property: Callable[[str, object], None]) -> None:
    record_property("the story, live", await play(running.base_url, await the_first_admin(running)))
