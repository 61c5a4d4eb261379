"""What is kept of a fold: rows of clocks with what they are to fire, and when the ticket lapses."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.requests.tickets.rules.stored import Row, event_of, event_row, kept_of
from services.requests.timeline.facts import Submitted
from services.requests.timeline.marking import marks_of
from services.requests.timeline.marks import BreachRefuted, ThresholdFired
from services.requests.timeline.promised import PinnedObligation
from services.requests.timeline.rulings import CalendarRuled
from services.requests.timeline.vocabulary import ClockName, Effect, State
from tests.requests.timeline.ruled import HOUSE, QUESTION, RESOLUTION, WITH_VERSIONS, a_story, target
from tests.requests.timeline.stories import Story, at

TICKET = UUID(int=77)
NOTICE = PinnedObligation(ClockName.NOTICE, HOUSE, "P10D", effect=Effect.EXTEND, objective=0.9)


def kept(story: Story, when: str, *, is_imported: bool = False) -> tuple[Row, dict[tuple[str, int], Row]]:
    """The ticket's columns, and its clocks by name and cycle."""
    rows = kept_of(
        TICKET,
        story.terms,
        story.progress(),
        story.now(when),
        marks_of(story.events),
        is_imported=is_imported,
    )
    return rows.ticket, {(row["clock"], row["cycle"]): row for row in rows.clocks}


def fires(row: Row) -> list[tuple[int, datetime]]:
    """What a clock is to fire, through JSON and back."""
    told: list[Any] = json.loads(json.dumps(row["fires"]))
    return [(percent, datetime.fromisoformat(instant)) for percent, instant in told]


def test_a_clock_row_holds_what_has_not_fired_the_earliest_first() -> None:
    story = a_story(target(RESOLUTION, "PT4H"))
    whole = at("mon 13:00") + timedelta(microseconds=1)
    row = kept(story, "mon 09:00")[1]["resolution", 1]
    assert fires(row) == [(50, at("mon 11:00")), (75, at("mon 12:00")), (100, whole)]
    assert row["next_fire_at"] == at("mon 11:00")
    for hour, percent in ((11, 50), (12, 75)):
        story.system(f"mon {hour}:00", ThresholdFired(RESOLUTION, 1, percent, at(f"mon {hour}:00")))
    row = kept(story, "mon 12:30")[1]["resolution", 1]
    assert (fires(row), row["next_fire_at"]) == ([(100, whole)], whole)
    story.provider("mon 12:45", QUESTION)
    row = kept(story, "mon 12:45")[1]["resolution", 1]
    assert (fires(row), row["next_fire_at"]) == ([], None)


def test_a_breach_that_was_refuted_names_the_fact() -> None:
    story = a_story(target(RESOLUTION, "PT4H"))
    mark = story.system("mon 13:00", ThresholdFired(RESOLUTION, 1, 100, at("mon 13:00")))
    done = story.system("mon 12:00", QUESTION)
    story.system("mon 14:00", BreachRefuted(RESOLUTION, 1, mark.id, done.id))
    assert kept(story, "mon 14:00")[1]["resolution", 1]["refuted_by"] == done.id


def test_a_verdict_is_a_row_with_what_was_promised_and_observed() -> None:
    story = a_story(target(RESOLUTION, "P5D"), owes=(NOTICE,), asked=Submitted(needed_by="2024-05-09"))
    row = kept(story, "mon 10:00")[1]["notice", 1]
    assert (row["promised"], row["observed"], row["shortfall"]) == (288000, 115200, timedelta(hours=48))
    assert (row["side"], row["effect"], row["objective"], row["fires"]) == ("customer", "extend", 0.9, [])
    assert (row["state"], row["target"], row["elapsed"], row["due_at"]) == ("missed", None, timedelta(), None)


def test_a_ruling_moves_the_row_to_the_new_version_and_marks_leave_the_fold_alone() -> None:
    story = a_story(target(RESOLUTION, "PT16H"), calendars=WITH_VERSIONS)
    story.system("tue 10:00", CalendarRuled(HOUSE, 2))
    row = kept(story, "tue 11:00")[1]["resolution", 1]
    assert (row["calendar_id"], row["calendar_version"], row["round"]) == (HOUSE, 2, 1)


def test_a_ticket_row_holds_its_lapse_unless_another_system_ends_it() -> None:
    story = a_story(target(RESOLUTION, "PT4H"))
    assert kept(story, "mon 09:00")[0]["lapses_at"] is None
    story.provider("mon 11:00", State.FULFILLED)
    ticket, _ = kept(story, "mon 12:00")
    assert (ticket["lapses_at"], ticket["lapses_into"]) == (at("mon+2 11:00"), "closed")
    imported, _ = kept(story, "mon 12:00", is_imported=True)
    assert (imported["lapses_at"], imported["lapses_into"]) == (None, None)


def test_every_kind_of_event_comes_back_from_its_row() -> None:
    story = a_story(target(RESOLUTION, "PT4H"), calendars=WITH_VERSIONS)
    story.provider("mon 10:00", QUESTION)
    story.system("tue 10:00", CalendarRuled(HOUSE, 2))
    story.system("tue 11:00", ThresholdFired(RESOLUTION, 1, 50, at("tue 11:00")))
    rows = [event_row(TICKET, event) for event in story.events]
    assert [row["kind"] for row in rows] == ["fact", "fact", "ruling", "mark"]
    assert [event_of({**row, "payload": json.loads(json.dumps(row["payload"]))}) for row in rows] == story.events
