"""Print a report of a running platform as a table, or as JSON."""

import argparse
import json
import sys
from typing import Any

from rich.table import Table

from services.cli.client import PlatformRefused, add_platform_arguments, platform_of
from services.cli.output import ended_early, print_table

REPORTS = ("attainment", "time-held")
FILTERS = {
    "from": "the first day of the period (YYYY-MM-DD)",
    "to": "the day after the last",
    "time_zone": "in which days begin and end (default UTC)",
    "customer_department_id": "who asked",
    "provider_department_id": "who was asked",
    "offering_id": "for what",
    "priority": "the promised one",
}
DAY = 86_400


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which report, over what."""
    parser.add_argument("report", choices=REPORTS)
    for name, told in FILTERS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", dest=f"filter_{name}", help=told)
    parser.add_argument("--json", action="store_true", help="print the API's answer")
    add_platform_arguments(parser)


@ended_early
def run(options: argparse.Namespace) -> int:
    """0 when the report was printed."""
    given = {name: value for name in FILTERS if (value := getattr(options, f"filter_{name}")) is not None}
    try:
        with platform_of(options) as platform:
            report = platform.ask("GET", f"/v1/reports/{options.report}", params=given)
    except PlatformRefused as error:
        print(f"acuerdo: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report, indent=2))
        return 0
    table = _attainment(report) if options.report == "attainment" else _time_held(report)
    print_table(table)
    return 0


def _period(report: dict[str, Any]) -> str:
    if report["from"] is None and report["to"] is None:
        return "all time"
    return f"{report['from'] or '…'} to {report['to'] or '…'} ({report['time_zone']})"


def _attainment(report: dict[str, Any]) -> Table:
    table = Table(
        title=f"Attainment, {_period(report)}", caption="share: met of n = met + missed; 95 % Wilson interval"
    )
    table.add_column("clock")
    table.add_column("side")
    for name in ("n", "met", "missed", "open", "void", "share", "95 %"):
        table.add_column(name, justify="right")
    for row in report["items"]:
        share = "–" if row["share"] is None else f"{row['share']:.1%}"
        interval = "–" if row["low"] is None else f"{row['low']:.1%} – {row['high']:.1%}"
        counts = [f"{row[name]:,}" for name in ("n", "met", "missed", "open", "void")]
        table.add_row(row["clock"], row["side"], *counts, share, interval)
    return table


def _time_held(report: dict[str, Any]) -> Table:
    title = f"Who held the time, {_period(report)}"
    caption = f"{report['tickets']:,} tickets, {report['wall_seconds'] / DAY:,.1f} days of wall time"
    table = Table(title=title, caption=caption)
    table.add_column("party")
    for name in ("intervals", "wall, days", "share", "working, hours", "share"):
        table.add_column(name, justify="right")
    for row in report["items"]:
        table.add_row(
            row["party"],
            f"{row['intervals']:,}",
            f"{row['wall_seconds'] / DAY:,.1f}",
            _share(row["share"]),
            f"{row['working_seconds'] / 3600:,.1f}",
            _share(row["working_share"]),
        )
    return table


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
