"""A due time that passes changes what a ticket's promises have come to, and that is told with it."""

import random
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from services.requests.events import ClockBreached, ClockWarned, TicketMeasured
from services.requests.tickets.rules.measured import counts_of
from services.requests.timeline.facts import Moved
from services.requests.timeline.promised import PinnedObligation
from services.requests.timeline.vocabulary import INSTANT, OBLIGATIONS, ClockName, ClockState, Effect, Side, State
from services.shared.outbox import PublishedEvent, envelope
from tests.requests.firing.bell import Bell, ago

MEASURED = "SELECT body::text FROM outbox WHERE subject LIKE '%measured%' ORDER BY position"


async def told(bell: Bell) -> list[dict[str, Any]]:
    return [orjson.loads(row[0])["data"] for row in await bell.fetch(MEASURED)]


async def test_a_breach_is_counted_and_a_warning_is_not(bell: Bell) -> None:
    late = await bell.open(ago(hours=2), bell.target("PT1H", ClockName.FIRST_RESPONSE), bell.target("PT3H"))
    await bell.open(ago(minutes=50), bell.target("PT1H"))
    await bell.turn()
    (one,) = await told(bell)
    assert (one["ticket_id"], one["provider"], one["customer"]) == (
        str(late),
        {"met": 0, "missed": 1},
        {"met": 0, "missed": 0},
    )
    (row,) = await bell.fetch("SELECT version FROM ticket WHERE id = $1", late)
    assert (one["version"], len(await bell.marks())) == (row[0], 2)


async def test_it_counts_what_was_met_before_and_what_is_missed_by_now(bell: Bell) -> None:
    clocks = [bell.target("PT1H", clock) for clock in (ClockName.ACKNOWLEDGE, ClockName.FIRST_RESPONSE)]
    ticket = await bell.open(ago(hours=2), *clocks, bell.target("PT90M"))
    await bell.act(ticket, Moved(State.ACCEPTED), at=ago(minutes=110), now=ago(minutes=110))
    before = len(await told(bell))
    await bell.turn()
    assert [each["provider"] for each in (await told(bell))[before:]] == [{"met": 1, "missed": 2}]


async def test_a_missed_obligation_leaves_the_resolution_at_best_effort(bell: Bell) -> None:
    reply = PinnedObligation(ClockName.REPLY, bell.calendar_id, "PT1H", effect=Effect.BEST_EFFORT)
    ticket = await bell.open(ago(hours=4), bell.target("PT8H"), obligations=[reply])
    await bell.act(ticket, Moved(State.WAITING_ON_CUSTOMER, comment="Which?"), at=ago(hours=2), now=ago(hours=2))
    await bell.turn()
    (one,) = await told(bell)
    assert (one["provider"], one["customer"]) == ({"met": 0, "missed": 0}, {"met": 0, "missed": 1})
    await bell.act(ticket, Moved(State.FULFILLED))
    assert (await told(bell))[-1] == one, "the resolution that follows counts on neither side"


class Row(NamedTuple):
    """A clock's row as counting reads it."""

    side: Side
    clock: ClockName
    cycle: int
    round: int
    state: ClockState
    breached_at: datetime | None
    is_best_effort: bool


REPLACE = """
WITH gone AS (DELETE FROM ticket_clock WHERE ticket_id = $1)
INSERT INTO ticket_clock (id, ticket_id, clock, side, cycle, round, state, started_at, elapsed, due_at, breached_at,
    is_best_effort, fires, next_fire_at)
SELECT gen_random_uuid(), $1, c.*, '[]', NULL
FROM unnest($2::text[], $3::text[], $4::int[], $5::int[], $6::text[], $7::timestamptz[], $8::interval[],
    $9::timestamptz[], $10::timestamptz[], $11::boolean[])
    AS c(clock, side, cycle, round, state, started_at, elapsed, due_at, breached_at, is_best_effort)
"""


def a_row(chance: random.Random, cycle: int) -> Row:
    clock = chance.choice([each for each in ClockName if each not in INSTANT])
    state = chance.choice(list(ClockState))
    is_late = state is ClockState.MISSED or (state in (ClockState.RUNNING, ClockState.PAUSED) and chance.random() < 0.3)
    side = Side.CUSTOMER if clock in OBLIGATIONS else Side.PROVIDER
    breached_at = ago(hours=1) if is_late else None
    return Row(side, clock, cycle, chance.randrange(1, 3), state, breached_at, chance.random() < 0.1)


async def test_postgresql_counts_as_the_rules_do(bell: Bell) -> None:
    chance = random.Random(20260302)
    expected: dict[str, Any] = {}
    for _ in range(60):
        ticket = await bell.open(ago(hours=2))
        rows = [a_row(chance, cycle) for cycle in range(1, 12)]
        last = Row(Side.PROVIDER, ClockName.RESOLUTION, 99, 3, ClockState.RUNNING, None, False)
        rows.append(last)
        await bell.fetch(
            REPLACE,
            ticket,
            *([getattr(row, name) for row in rows] for name in ("clock", "side", "cycle", "round", "state")),
            [ago(hours=3)] * len(rows),
            [timedelta()] * len(rows),
            [ago(hours=1) if row is last else None for row in rows],
            [row.breached_at for row in rows],
            [row.is_best_effort for row in rows],
        )
        counts = counts_of([*rows[:-1], last._replace(breached_at=ago(hours=1))])
        expected[str(ticket)] = {side.value: counts[side]._asdict() for side in (Side.PROVIDER, Side.CUSTOMER)}
    due = "fires = jsonb_build_array(jsonb_build_array(100, now())), next_fire_at = now() WHERE cycle = 99"
    await bell.fetch(f"UPDATE ticket_clock SET {due}")
    await bell.turn()
    found = {each["ticket_id"]: {side: each[side] for side in ("provider", "customer")} for each in await told(bell)}
    assert found == expected


async def test_what_postgresql_writes_is_what_python_would(bell: Bell) -> None:
    await bell.open(ago(hours=2), bell.target("PT1H"))
    await bell.turn()
    bodies = [orjson.loads(row[0]) for row in await bell.fetch("SELECT body::text FROM outbox ORDER BY position")]
    assert [body["type"].split(".")[2:4] for body in bodies] == [
        ["clock", "warned"],
        ["clock", "warned"],
        ["clock", "breached"],
        ["ticket", "measured"],
    ]
    events: list[type[PublishedEvent]] = [ClockWarned, ClockWarned, ClockBreached, TicketMeasured]
    for body, event in zip(bodies, events, strict=True):
        told_at = datetime.fromisoformat(body["time"])
        made = envelope(event.model_validate(body["data"]), event_id=UUID(body["id"]), now=told_at)
        assert {**made, "time": told_at} == {**body, "time": told_at, "data": made["data"]}
        assert event.model_validate(made["data"]) == event.model_validate(body["data"])
    marks = await bell.fetch("SELECT id FROM ticket_event WHERE kind = 'mark' ORDER BY sequence")
    assert [row[0] for row in marks] == [UUID(body["id"]) for body in bodies[:3]]
