"""Whatever happens to a ticket: the ledger partitions, the incremental fold is the fold, clocks equal a slow oracle."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.requests.timeline.machine import TicketMachine
from tests.requests.timeline.machine_links import HandedOn
from tests.requests.timeline.told_ticket import ToldTicket


def run(
    examples: int, steps: int, told: Callable[[str, object], None], machine: type[HandedOn] = TicketMachine
) -> None:
    """Runs so many tickets of up to so many steps and tells how many steps were compared.

    The same ones every time, as long as the same modules are loaded: Hypothesis also draws the constants in them. What
    the whole suite finds is found again by collecting all of it (`pytest -m slow -k many_long_tickets`).
    """
    before, facts_before = ToldTicket.steps, ToldTicket.facts_told
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    steps, facts = ToldTicket.steps - before, ToldTicket.facts_told - facts_before
    told(
        "ticket machine" if machine is TicketMachine else "hand-off machine",
        f"{steps} steps compared with the oracle, {facts} facts told",
    )


def test_a_ticket_is_as_the_oracle_says_after_every_step(record_property: Callable[[str, object], None]) -> None:
    run(60, 30, record_property)


def test_hand_offs_are_as_the_oracle_says_after_every_step(record_property: Callable[[str, object], None]) -> None:
    run(30, 30, record_property, HandedOn)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many_long_tickets_are_as_the_oracle_says_after_every_step(
    record_property: Callable[[str, object], None],
) -> None:
    run(300, 60, record_property)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many_long_hand_offs_are_as_the_oracle_says_after_every_step(
    record_property: Callable[[str, object], None],
) -> None:
    run(150, 60, record_property, HandedOn)
