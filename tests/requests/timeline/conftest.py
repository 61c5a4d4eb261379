"""Tells at the end of a run how many steps the ticket machine compared with its oracle."""

from collections import Counter

from _pytest.terminal import TerminalReporter


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Sums what the machine's tests recorded, on whichever worker they ran."""
    told: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                told.update({name: int(n) for name, n in report.user_properties if name.startswith("timeline_")})
    if told:
        steps, facts = told["timeline_steps"], told["timeline_facts"]
        terminalreporter.write_line(f"ticket machine: {steps} steps compared with the oracle, {facts} facts told")
