"""Everything is killed while tickets are submitted: nothing acknowledged is lost, nothing takes effect twice."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from tests.e2e.books import Books, audit
from tests.e2e.organisation import Organisation, a_service_account, found
from tests.e2e.running import CHILDREN, Running, until
from tests.e2e.submitting import Submitter, Tally

SEED = 20260302
PAUSE = 0.2
"""Seconds between two tickets of one of six clients: some 25 tickets a second."""
OFFERINGS = {"laptop": "IT", "contract": "LEGAL"}
CUSTOMERS = ("IT", "PEOPLE", "SALES")
ROUNDS = 2
LONGEST_RECOVERY = 40.0


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_nothing_acknowledged_is_lost_and_nothing_takes_effect_twice(
    killable: Running, record_property: Callable[[str, object], None]
) -> None:
    chance, tally, running = random.Random(SEED), Tally(), killable
    organisation = await found(running, ["IT", "LEGAL", "PEOPLE", "SALES"], OFFERINGS)
    recoveries: list[Recovery] = []
    began = time.monotonic()
    async with submitting(running, organisation, tally, chance):
        for _ in range(ROUNDS):
            for name in chance.sample(CHILDREN, len(CHILDREN)):
                await asyncio.sleep(chance.uniform(0.5, 2.0))
                recoveries.append(await kill_and_recover(running, name, tally))
        await asyncio.sleep(1.0)
        recoveries.append(await kill_the_launcher(running, tally))
        await asyncio.sleep(2.0)
    seconds = time.monotonic() - began
    lag = await until(running.has_caught_up, 60)
    books = await audit(running, organisation.admin, tally)
    assert running.end(signal.SIGINT) == 0, running.told()
    record_property("kill test", told(tally, books, recoveries, seconds, lag))

    assert (tally.wrong, running.errors()) == ([], [])
    assert (books.lost, books.doubled, books.unknown) == (set(), set(), set())
    assert books.tickets == len(tally.acknowledged) == tally.keys > 0
    assert books.in_feedback == books.in_requests
    assert set(books.in_requests) == pairs(organisation)
    assert books.taken_in == {name: set(ids) for name, ids in books.published.items()}
    assert books.submissions <= books.taken_in["feedback"]
    assert (len(books.submissions), books.dead_letters) == (books.tickets, 0)


@asynccontextmanager
async def submitting(
    running: Running, organisation: Organisation, tally: Tally, chance: random.Random
) -> AsyncIterator[None]:
    """Two clients of each customer department submit while the block runs, then end what they have begun."""
    stop = asyncio.Event()
    offerings = list(organisation.offerings.values())
    submitters = [
        Submitter(
            running=running,
            token=await a_service_account(running, organisation, code, "tickets:write", "tickets:read"),
            customer=organisation.departments[code],
            offerings=offerings,
            tally=tally,
            chance=chance,
            pause=PAUSE,
        )
        for code in CUSTOMERS * 2
    ]
    tasks = [asyncio.create_task(submitter.run(stop)) for submitter in submitters]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait(tasks, timeout=30)
    await asyncio.gather(*tasks)


@dataclass
class Recovery:
    """What was killed, and how many seconds later which was true again."""

    killed: str
    began: float = field(default_factory=time.monotonic)
    gone: float = 0.0
    """Of the launcher: no child and no process of PostgreSQL lives any more."""
    ready: float = 0.0
    """Another process is there, all services and the gateway are ready, all consumers read."""
    submitted: float = 0.0
    """A ticket that was sent after the kill has been acknowledged."""
    counted: float = 0.0
    """All tickets that had been submitted by then have taken effect in feedback."""

    def __str__(self) -> str:
        gone = f"children gone after {self.gone:.1f}, " if self.gone else ""
        return f"{self.killed} {gone}{self.submitted:.1f}/{self.ready:.1f}/{self.counted:.1f}"

    def so_far(self) -> float:
        """Seconds since the kill."""
        return time.monotonic() - self.began


async def kill_and_recover(running: Running, name: str, tally: Tally) -> Recovery:
    """kill -9 a child and wait until nothing is missing any more."""
    recovery = Recovery(name)
    old = running.kill(name)

    async def is_back() -> bool:
        return running.pid(name) != old and await running.is_whole()

    await asyncio.gather(note_readiness(recovery, is_back), note_submission(recovery, tally))
    await note_counting(recovery, running)
    return recovery


async def kill_the_launcher(running: Running, tally: Tally) -> Recovery:
    """kill -9 the launcher, see its children die, start the next one and wait until nothing is missing any more."""
    recovery = Recovery("launcher")
    children = running.living()
    assert len(children) > len(CHILDREN)
    running.end(signal.SIGKILL)

    async def are_gone() -> bool:
        return not running.living()

    await until(are_gone, 10)
    recovery.gone = recovery.so_far()
    await running.start_again()
    assert running.living().isdisjoint(children)
    await asyncio.gather(note_readiness(recovery, running.is_whole), note_submission(recovery, tally))
    await note_counting(recovery, running)
    return recovery


async def note_readiness(recovery: Recovery, is_back: Callable[[], Awaitable[bool]]) -> None:
    await until(is_back, LONGEST_RECOVERY)
    recovery.ready = recovery.so_far()


async def note_submission(recovery: Recovery, tally: Tally) -> None:
    async def is_acknowledged() -> bool:
        return tally.last_success > recovery.began

    await until(is_acknowledged, LONGEST_RECOVERY)
    recovery.submitted = recovery.so_far()


async def note_counting(recovery: Recovery, running: Running) -> None:
    submitted = await running.value("requests", "SELECT count(*) FROM ticket")

    async def are_counted() -> bool:
        return bool(await running.value("feedback", "SELECT count(*) FROM inbox") >= submitted)

    await until(are_counted, LONGEST_RECOVERY)
    recovery.counted = recovery.so_far()


def pairs(organisation: Organisation) -> set[tuple[str, str]]:
    """Every (customer, provider) that asks."""
    ids = organisation.departments
    return {(ids[customer], ids[by]) for customer in CUSTOMERS for by in OFFERINGS.values()}


def told(tally: Tally, books: Books, recoveries: list[Recovery], seconds: float, lag: float) -> str:
    """The figures in a few lines."""
    failures = ", ".join(f"{count} × {what}" for what, count in tally.failures.most_common())
    return "\n".join(
        [
            f"{tally.keys} tickets submitted in {seconds:.0f} s, {len(tally.acknowledged)} acknowledged, {tally.tries} "
            f"tries of which {tally.failures.total()} were tried again, {tally.repeats} repeated after their answer",
            f"tried again after: {failures}",
            f"{len(recoveries)} kills; seconds until a ticket was submitted/all was ready/all was counted: "
            + ", ".join(map(str, recoveries)),
            f"tickets in requests {books.tickets}, counted in feedback {sum(books.in_feedback.values())}, "
            f"dead letters {books.dead_letters}; events in JetStream and rows in the inboxes: "
            + ", ".join(f"{name} {len(ids)} and {len(books.taken_in[name])}" for name, ids in books.published.items())
            + f"; caught up after {lag:.1f} s",
            f"lost {len(books.lost)}, doubled {len(books.doubled)}, wrong answers {len(tally.wrong)}",
        ]
    )
